"""Recommending from catalogues among the documents: what `assistant.turn.strategies.recommending` is made of."""
