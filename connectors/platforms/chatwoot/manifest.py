"""What an administrator sets up in Chatwoot."""


def manifest(name: str) -> str:
    """The agent bot, its inbox, and the table in pilares.toml."""
    return f"""\
In Chatwoot, as an administrator of the account:

1. Settings, Bots, Add bot: the name of the assistant; Webhook URL https://YOUR-SERVER/connectors/{name}
   Copy its access token and its webhook secret.
   (A Chatwoot without webhook secrets: make one up, and write https://YOUR-SERVER/connectors/{name}?secret=THE-SECRET)
2. Settings, Inboxes, the inbox, Bot Configuration: choose the bot. New conversations wait for it as "pending".
3. In pilares.toml:

[connectors.{name}]
url = "https://app.chatwoot.com"      # or your own
account = 1                            # the number in Chatwoot's addresses: /app/accounts/1
token = "the bot's access token"
secret = "the bot's webhook secret"
# signed = false                       # only with ?secret= in the address
people = ["*"]

When a person is wanted the conversation is opened and belongs to the agents. They hand it back by "Mark as pending".
A contact counts as user:IDENTIFIER, for groups, only where the inbox enforces identity validation (HMAC).
"""
