"""How a bot account is made in Mattermost."""


def manifest(name: str) -> str:
    """What an administrator does, with mmctl or by hand."""
    return f"""\
With mmctl (https://docs.mattermost.com/administration-guide/manage/mmctl-command-line-tool.html):

mmctl config set ServiceSettings.EnableBotAccountCreation true
mmctl bot create {name} --display-name Pilares --description "Answers from our own documents" --with-token
mmctl team users add TEAM {name}
mmctl channel users add TEAM:CHANNEL {name}

Or by hand:

1. System Console, Integrations, Bot Accounts: Enable Bot Account Creation
2. Integrations, Bot Accounts, Add Bot Account: name {name}, role Member; leave post:all and post:channels off
3. Set the token that is shown as `token` under [connectors.{name}], and the server's address as `url`
4. Add the bot to the teams, and to the channels in which it may be named

Role Member has what it needs: read_channel, create_post, edit_post, add_reaction. In site configuration leave
Posts, "Enable editing" without a time limit; an answer that may not be edited any more is posted anew.
"""
