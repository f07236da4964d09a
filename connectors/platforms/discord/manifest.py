"""What an operator does in Discord's developer portal."""

MANIFEST = """\
At https://discord.com/developers/applications:

1. New Application; under Bot, Reset Token; set it as `token` under [connectors.discord]
2. Under Bot, switch on Message Content Intent
3. Invite it with this address, the application's id in place of ID:

https://discord.com/oauth2/authorize?client_id=ID&scope=bot&permissions=309237713984

Permissions: view channels, send messages, create public threads, send messages in threads, read message history,
add reactions.
"""
