"""Only the current version of a document answers."""

import pytest

from assistant.grounding.versions import current
from knowledge.passage import Passage


def _passages(*documents: str) -> list[Passage]:
    return [Passage(name, name, name, f"About {name}", (), "x", 0, 1, None, None, 1.0) for name in documents]


@pytest.mark.parametrize(
    ("documents", "question", "kept"),
    [
        (["travel_2025_en.md", "travel_2026_en.md"], "hotel limit?", ["travel_2026_en.md"]),
        (["travel_2026_en.md", "travel_2025_en.md"], "hotel limit?", ["travel_2026_en.md"]),
        (["t_2025_en.md", "t_2026_en.md"], "has it gone up since 2025?", ["t_2025_en.md", "t_2026_en.md"]),
        (["1987", "2014"], "anything", ["1987", "2014"]),
        (["manual-v1.2.pdf", "manual-v1.10.pdf"], "reset?", ["manual-v1.10.pdf"]),
        (["t_2025_es.md", "t_2026_en.md"], "hotel?", ["t_2025_es.md", "t_2026_en.md"]),
        (["report_2025.md"], "energy?", ["report_2025.md"]),
        (["brisa_300.pdf", "brisa_500.pdf"], "price?", ["brisa_300.pdf", "brisa_500.pdf"]),
        (["m/2026-01.md", "m/2025-12.md"], "what was decided?", ["m/2026-01.md", "m/2025-12.md"]),
        ([], "anything", []),
    ],
)  # fmt: skip
def test_versions(documents: list[str], question: str, kept: list[str]) -> None:
    assert [passage.document for passage in current(_passages(*documents), question)] == kept


def test_documents_with_other_titles_are_no_versions() -> None:
    first, second = _passages("wiki_1987.txt", "wiki_2014.txt")
    from dataclasses import replace

    assert len(current([replace(first, title="Tea"), replace(second, title="Coffee")], "?")) == 2
