"""Passing a conversation to a person: the durable record, its summary, and when it is offered."""
