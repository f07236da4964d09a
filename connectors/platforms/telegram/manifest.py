"""What an operator tells BotFather."""

MANIFEST = """\
Write to @BotFather:

1. /newbot            choose a name and a user name; set the token as `token` under [connectors.telegram]
2. /setprivacy        Disable, only if the bot shall see messages in groups that do not name it
3. /setcommands       choose the bot, then send these lines:

help - what I can do
new - begin a new conversation
large - ask the large model again
good - the last answer was good
bad - the last answer was bad
correct - what the answer should have been
person - talk to a person
language - en or es
"""
