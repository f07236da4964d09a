"""Nearest-neighbour indexes over the chunks' vectors; each can be rebuilt from SQL at any time."""
