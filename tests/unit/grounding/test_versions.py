"""Only the current version of a document answers."""

import pytest

from assistant.grounding.versions import current
from knowledge.passage import Passage


def _passage(document: str, superseded_by: str | None = None) -> Passage:
    return Passage(
        document, document, document, f"About {document}", (), "x", 0, 1, None, None, 1.0, superseded_by=superseded_by
    )


@pytest.mark.parametrize(
    ("documents", "question", "kept"),
    [
        ({"t_2025.md": "t_2026.md", "t_2026.md": None}, "hotel limit?", ["t_2026.md"]),
        ({"t_2026.md": None, "t_2025.md": "t_2026.md"}, "hotel limit?", ["t_2026.md"]),
        ({"t_2025.md": "t_2026.md", "t_2026.md": None}, "has it gone up since 2025?", ["t_2025.md", "t_2026.md"]),
        ({"m-v1.2.pdf": "m-v2.pdf", "m-v2.pdf": None}, "how do I reset it in v1.2?", ["m-v1.2.pdf", "m-v2.pdf"]),
        ({"t_2025.md": "t_2026.md"}, "hotel limit?", ["t_2025.md"]),
        ({"a.md": None, "b.md": None}, "anything", ["a.md", "b.md"]),
        ({}, "anything", []),
    ],
)
def test_versions(documents: dict[str, str | None], question: str, kept: list[str]) -> None:
    found = current([_passage(*each) for each in documents.items()], question)
    assert [passage.document for passage in found] == kept
