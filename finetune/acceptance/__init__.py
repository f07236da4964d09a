"""What is checked before an adapter may enter: its files are somebody else's until they have passed.

Nothing here loads a tensor into a model or hands a file to a library that could run what is in it: headers are parsed
by hand within bounds, and what is not on a list is refused. Each refusal is one sentence.
"""

from finetune.acceptance.accept import Accepted, accept

__all__ = ["Accepted", "accept"]
