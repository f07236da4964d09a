"""Passages that helped people before rise a little for questions like theirs."""
