"""What an operator sets up in Google Cloud."""


def manifest(name: str) -> str:
    """The project, the service account, the configuration of the app, and the table in pilares.toml."""
    return f"""\
At https://console.cloud.google.com, in a project of your organisation:

1. APIs & Services, Library: enable the Google Chat API
2. IAM, Service Accounts: create one (no role is needed); under Keys, Add key, JSON; keep the file to yourself
3. Google Chat API, Configuration:
   App name                Pilares
   Functionality           Join spaces and group conversations
   Connection settings     HTTP endpoint URL: https://YOUR-SERVER/connectors/{name}
   Authentication Audience Project number (or the URL)
   Slash commands          /help /new /large /person /language, if you like them to be offered
   Visibility              the people who may use it
4. In pilares.toml:

[connectors.{name}]
service_account = "/etc/pilares/google-chat.json"   # or the JSON itself
audience = "123456789012"                            # the project number; or the URL, where that is the audience
people = ["*"]

Scope: https://www.googleapis.com/auth/chat.bot, which the key of the service account has without any consent.
In spaces Google Chat delivers only what names the app: a thread is followed as far as it is named in it.
"""
