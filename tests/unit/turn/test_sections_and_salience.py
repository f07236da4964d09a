"""A document cut into its sections, and the lines of each that say what it is about."""

import pytest

from assistant.grounding.vectors import SentenceVectors
from assistant.turn.strategies.points import quoted
from assistant.turn.strategies.salience import ranked
from assistant.turn.strategies.sections import Line, Section, sections_of
from knowledge.parse.document import Heading
from knowledge.passage import Passage
from knowledge.sentences import split_sentences
from knowledge.testing.embedder import HashingEmbedder


def _passage(text: str, start: int = 0, *, page: int | None = None, title: str = "Rules") -> Passage:
    sentences = split_sentences(text, start)
    return Passage(
        f"c{start}", "d", "d.md", title, (title,), text, start, start + len(text), page, "en", 1.0, sentences=sentences
    )


TEXT = (
    "Rules\nThese rules hold in all buildings.\nDoors\nDoors must be locked at 18:00. They are grey.\nWindows\n"
    "Upstairs\nWindows upstairs stay shut.\nDownstairs\nWindows downstairs open until 20:00."
)


def _headings() -> list[Heading]:
    levels = {"Rules": 1, "Doors": 2, "Windows": 2, "Upstairs": 3, "Downstairs": 3}
    return [Heading(TEXT.index(f"{name}\n"), level, name) for name, level in levels.items()]


def test_sections_are_those_of_the_deepest_headings_that_are_few_enough() -> None:
    passage = _passage(TEXT)
    assert [each.name for each in sections_of([passage], _headings(), 10)] == ["", "Doors", "Upstairs", "Downstairs"]
    assert [each.name for each in sections_of([passage], _headings(), 3)] == ["", "Doors", "Windows"]
    assert [each.name for each in sections_of([passage], _headings(), 1)] == ["", "Doors", "Windows"]


def test_headings_are_no_lines() -> None:
    said = [line.sentence.text for each in sections_of([_passage(TEXT)], _headings(), 10) for line in each.lines]
    assert said[:3] == ["These rules hold in all buildings.", "Doors must be locked at 18:00.", "They are grey."]
    assert not {"Rules", "Doors", "Windows", "Upstairs"} & set(said)


def test_a_document_without_headings_is_cut_into_parts() -> None:
    sentences = [f"Sentence number {n} says something of its own." for n in range(100)]
    passages = [_passage(" ".join(sentences[n : n + 10]), 10_000 * n, page=n // 10 + 1) for n in range(0, 100, 10)]
    parts = sections_of(passages, [], 5)
    assert len(parts) == 5
    assert sum(len(each.lines) for each in parts) == 100
    assert parts[0].pages == (1, 2)
    assert sections_of([], [], 5) == []


def test_paragraphs_are_lines_between_line_breaks() -> None:
    text = "One. Two.\nThree."
    section = Section("x", tuple(Line(_passage(text), each) for each in split_sentences(text)))
    assert [[line.sentence.text for line in each] for each in section.paragraphs] == [["One.", "Two."], ["Three."]]


def _best(text: str, most: int = 1) -> list[str]:
    passage = _passage(text)
    sections = sections_of([passage], [], 1)
    (lines,) = ranked(sections, SentenceVectors(HashingEmbedder()), most)
    return [each.sentence.text for each in lines.best]


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("Doors must be locked at 18:00.\nThey are grey and made of wood.", "Doors must be locked at 18:00."),
        ("What about the doors?\nThe doors open at 7:00 every day.", "The doors open at 7:00 every day."),
        ("Document: A-1 · Version: 3\nThe doors are locked in the evening.", "The doors are locked in the evening."),
        ("The doors are the following:\nThe doors are made of oak.", "The doors are made of oak."),
        (
            "This policy covers all doors of the house.\nThe same holds upstairs.",
            "This policy covers all doors of the house.",
        ),
        ("Esto no vale siempre.\nLas puertas se cierran a las 18:00.", "Las puertas se cierran a las 18:00."),
    ],
)
def test_a_line_that_states_something_comes_first(text: str, best: str) -> None:
    assert _best(text) == [best]


def test_nothing_is_said_twice_and_nothing_out_of_nothing() -> None:
    same = "Doors must be locked at 18:00.\nDoors must be locked at 18:00!\nThe lift takes 6 people at most."
    assert len(_best(same, 3)) == 2
    assert ranked(sections_of([_passage("Ok.\nWhat?\nA:")], [], 3), SentenceVectors(HashingEmbedder()), 2) == []
    assert ranked([], SentenceVectors(HashingEmbedder()), 2) == []


def test_rows_of_a_table_come_together_and_count_once() -> None:
    text = "Who: Staff | Days: 23\nWho: Managers | Days: 25\nDays are counted from the first of January every year."
    (lines,) = ranked(sections_of([_passage(text)], [], 1), SentenceVectors(HashingEmbedder()), 3)
    points = quoted(lines, 2)
    assert [each.text for each in points] == [
        "Who: Staff; Days: 23", "Who: Managers; Days: 25", "Days are counted from the first of January every year.",
    ]  # fmt: skip
