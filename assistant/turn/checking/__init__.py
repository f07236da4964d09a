"""Checking a claim or a pasted text against the documents: what `assistant.turn.strategies.checking` is made of."""
