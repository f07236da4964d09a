"""What connectors keep: the inbox, the outbox, conversations, which message was which answer, how links are."""
