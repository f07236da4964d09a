"""A small home folder, for tests of what happens to whole homes."""

from pathlib import Path

from assistant.storage.conversations import Conversations
from knowledge.library import Library
from knowledge.testing.embedder import HashingEmbedder

TEXTS = [
    ("refunds", "Refunds", "Customers get their money back within thirty days of delivery."),
    ("warranty", "Warranty", "The warranty of the pump lasts three years. It does not cover rust."),
    ("parking", "Parking", "Guests park for free behind the house."),
]
QUESTION = "How long does the warranty last?"


def furnish(home: Path) -> Path:
    """Three documents (found by a `HashingEmbedder`, one of them for staff only), a conversation, settings."""
    home.mkdir(parents=True, exist_ok=True)
    with open_library(home) as library:
        library.add_texts(TEXTS)
        library.set_audience("parking", ["staff"])
        library.search("money back")
    with open_conversations(home) as conversations:
        begun = conversations.start("local")
        conversations.interrupt_turn(conversations.begin_turn("local", begun.id, QUESTION).id)
    (home / "pilares.toml").write_text('language = "es"\n', encoding="utf-8")
    (home / "intents.toml").write_text("# none of our own yet\n", encoding="utf-8")
    (home / "cache").mkdir(exist_ok=True)
    (home / "cache" / "sentences.db").write_bytes(b"can be computed again")
    return home


def open_library(home: Path) -> Library:
    """The documents of a home folder."""
    return Library.open(home / "knowledge", HashingEmbedder())


def open_conversations(home: Path) -> Conversations:
    """The conversations of a home folder."""
    return Conversations.open(f"sqlite:///{home / 'pilares.db'}")


def contents(home: Path) -> tuple[list[str], list[str], dict[str, bytes]]:
    """What a home folder has: names of documents, questions asked, settings."""
    with open_library(home) as library:
        names = [document.name for document in library.documents()]
    with open_conversations(home) as conversations:
        listed = conversations.list("local")
        asked = [turn.question for each in listed for turn in conversations.turns("local", each.id)]
    return names, asked, {path.name: path.read_bytes() for path in sorted(home.glob("*.toml"))}
