"""Whether the words that ask for something resemble the examples of an intent: the second sign beside their shape.

The intent of a whole turn is drowned by the text pasted into it, so these words are looked at alone.
"""

from collections.abc import Callable

from assistant.routing.intents import IntentClassifier
from knowledge.embedder import Embedder

Meant = Callable[[str], bool]
"""Whether some words mean the intent of a strategy."""


def meaning(intents: IntentClassifier, embedder: Embedder, intent: str) -> Meant:
    """The sign for one intent."""

    def meant(words: str) -> bool:
        return intents.guess(embedder.embed_queries([words])[0], words).intent == intent

    return meant
