from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.chunk import Chunk, body_of, chunk_document, context_of
from knowledge.parse.builder import TextBuilder
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.markdown import parse_markdown
from knowledge.sentences import sentence_spans
from knowledge.settings import KnowledgeSettings
from knowledge.testing.embedder import HashingEmbedder

SMALL = KnowledgeSettings(chunk_tokens=40, chunk_tokens_max=64)
count = HashingEmbedder().count_tokens


def document(*blocks: tuple[int, str] | str) -> ParsedDocument:
    """A document of headings (level, text) and paragraphs."""
    builder = TextBuilder()
    for block in blocks:
        if isinstance(block, tuple):
            builder.heading(*block)
        else:
            builder.block(block.split("\n"))
    return builder.build("text/plain")


def cut(*blocks: tuple[int, str] | str, settings: KnowledgeSettings = SMALL) -> list[Chunk]:
    return chunk_document(document(*blocks), count, settings)


def words(number: int) -> str:
    return " ".join(f"Word{index}" for index in range(number - 1)) + "."


def test_a_short_document_is_one_chunk() -> None:
    (chunk,) = cut((1, "Refunds"), "Money back within 30 days.")
    assert chunk.text == "Refunds\n\nMoney back within 30 days."
    assert chunk.heading == ("Refunds",)


def test_sections_are_cut_apart_and_know_their_headings() -> None:
    chunks = cut((1, "Handbook"), (2, "Holidays"), words(30), (3, "Carry-over"), words(30), (2, "Sickness"), words(30))
    assert [chunk.heading for chunk in chunks] == [
        ("Handbook", "Holidays"),
        ("Handbook", "Holidays", "Carry-over"),
        ("Handbook", "Sickness"),
    ] or [chunk.heading[0] for chunk in chunks] == ["Handbook"] * len(chunks)
    assert any("Carry-over" in chunk.heading for chunk in chunks)


def test_very_short_siblings_are_read_together() -> None:
    (chunk,) = cut((1, "Phones"), (2, "Support"), "Call 1.", (2, "Sales"), "Call 2.")
    assert chunk.heading == ("Phones",)


def test_sections_that_are_not_related_are_not_joined() -> None:
    chunks = cut((1, "A"), (2, "B"), (3, "C"), "x.", (1, "D"), (2, "E"), "y.")
    assert not any("x." in chunk.text and "y." in chunk.text for chunk in chunks)


def test_a_long_section_is_cut_between_sentences_into_like_sizes() -> None:
    sentence = words(10)
    chunks = cut((1, "Long"), " ".join([sentence] * 20))
    sizes = [chunk.tokens for chunk in chunks]
    assert len(chunks) > 3
    assert max(sizes) <= SMALL.chunk_tokens_max
    assert min(sizes) >= max(sizes) / 3
    assert all(chunk.text.endswith(".") for chunk in chunks)


def test_a_table_row_is_never_cut() -> None:
    rows = "\n".join(f"Name: Person {index} | Note: Said this. And that. | Age: {index}" for index in range(30))
    for chunk in cut(rows):
        for line in chunk.text.split("\n"):
            assert line.startswith("Name: ")
            assert "Age: " in line


def whole_lines(chunks: list[Chunk], text: str) -> bool:
    """Whether every chunk begins and ends where a line does."""
    lines = text.split("\n")
    return all(line in lines for chunk in chunks for line in chunk.text.split("\n") if line)


def test_a_list_item_is_never_cut() -> None:
    step = "Now take the lid off with both hands. Then wait for the ten minutes named."
    items = "\n".join(f"- This is step number {index} of this list here. {step}" for index in range(40))
    chunks = cut((1, "Descaling"), "Do this:", items)
    assert len(chunks) > 5
    assert whole_lines(chunks, f"Descaling\nDo this:\n{items}")


def test_an_item_longer_than_the_maximum_is_cut_between_its_sentences() -> None:
    chunks = cut("- " + " ".join(["This sentence has seven words in it."] * 30))
    assert max(chunk.tokens for chunk in chunks) <= SMALL.chunk_tokens_max
    assert all(chunk.text.endswith("in it.") for chunk in chunks)


def test_an_introduction_stays_with_its_list() -> None:
    items = "\n".join(f"- Step {index} takes ten minutes of time" for index in range(5))
    chunks = cut((1, "Descaling"), words(25), "The machine has to be prepared as follows:", items)
    assert any("as follows:\n\n- Step 0" in chunk.text for chunk in chunks)


def test_a_block_of_code_or_a_short_table_is_kept_whole() -> None:
    code = "\n".join(f"call_{index}(argument, other)" for index in range(7))
    chunks = cut((1, "Use"), words(25), code, words(25), settings=SMALL)
    assert any(code in chunk.text for chunk in chunks)


def test_code_longer_than_the_maximum_is_cut_between_lines() -> None:
    code = "\n".join(f"call_{index}(argument, other)" for index in range(60))
    chunks = cut(code)
    assert len(chunks) > 4
    assert whole_lines(chunks, code)


def test_every_piece_of_a_long_table_names_its_columns() -> None:
    rows = "\n".join(f"| Person {index} | {index} | said this. And that. |" for index in range(40))
    parsed = parse_markdown(RawFile("a.md", f"# Staff\n\n| Name | Age | Note |\n|---|---|---|\n{rows}\n".encode()))
    chunks = chunk_document(parsed, count, SMALL)
    assert len(chunks) > 5
    for chunk in chunks:
        assert chunk.heading == ("Staff",)
        assert all("Name: Person" in line and "Age: " in line for line in chunk.text.split("\n") if "|" in line)


def test_paragraphs_are_kept_together_where_that_costs_little() -> None:
    paragraphs = [" ".join([f"Paragraph {index} has a few words here."] * 4) for index in range(12)]
    chunks = cut(*paragraphs)
    assert all(chunk.text.split("\n\n")[0] in paragraphs for chunk in chunks)
    assert all(chunk.text.split("\n\n")[-1] in paragraphs for chunk in chunks)


def test_one_giant_sentence_is_cut_where_there_is_white_space() -> None:
    chunks = cut(" ".join(f"word{index}" for index in range(500)))
    assert max(chunk.tokens for chunk in chunks) <= SMALL.chunk_tokens_max
    assert all(chunk.text.split()[-1].startswith("word") and chunk.text[-1].isdigit() for chunk in chunks)


def test_a_giant_word_is_cut_anyway() -> None:
    counted: list[int] = []

    def by_character(texts: Sequence[str]) -> list[int]:
        counted.append(len(texts))
        return [len(text) for text in texts]

    chunks = chunk_document(document("x" * 1000), by_character, SMALL)
    assert "".join(chunk.text for chunk in chunks) == "x" * 1000
    assert max(len(chunk.text) for chunk in chunks) <= SMALL.chunk_tokens_max


def test_tokens_are_counted_in_one_call() -> None:
    calls: list[int] = []

    def counting(texts: Sequence[str]) -> list[int]:
        calls.append(len(texts))
        return count(texts)

    chunk_document(document((1, "A"), "One. Two. Three.", (1, "B"), "Four."), counting, SMALL)
    assert calls == [6]


def test_pages_are_known() -> None:
    builder = TextBuilder()
    for number in (1, 2, 3):
        builder.page(number)
        builder.paragraph(words(50))
    chunks = chunk_document(builder.build("application/pdf"), count, SMALL)
    assert [chunk.page for chunk in chunks] == [1, 2, 3]


def test_no_text_no_chunks() -> None:
    assert chunk_document(ParsedDocument("t", " \n ", "text/plain"), count, SMALL) == []


lines = st.lists(st.text(alphabet=st.sampled_from("abc XYZ.!? |12,é"), max_size=80), max_size=8)
blocks = st.lists(
    st.one_of(st.tuples(st.integers(1, 4), st.text(alphabet="Headin g", min_size=1, max_size=30)), lines), max_size=25
)


@settings(max_examples=150, deadline=None)
@given(blocks)
def test_chunks_are_exact_disjoint_bounded_and_complete(structure: list[tuple[int, str] | list[str]]) -> None:
    builder = TextBuilder()
    for block in structure:
        if isinstance(block, tuple):
            builder.heading(*block)
        else:
            builder.block(block)
    parsed = builder.build("text/plain")
    position = 0
    for chunk in chunk_document(parsed, count, SMALL):
        assert chunk.text == parsed.text[chunk.start : chunk.end]
        assert position <= chunk.start < chunk.end
        assert not parsed.text[position : chunk.start].strip()
        assert count([chunk.text])[0] <= SMALL.chunk_tokens_max
        assert {(chunk.start + a, chunk.start + b) for a, b in sentence_spans(chunk.text)}
        position = chunk.end
    assert not parsed.text[position:].strip()


@given(st.text(max_size=400))
def test_any_text_is_covered(text: str) -> None:
    parsed = ParsedDocument("", text, "text/plain")
    chunks = chunk_document(parsed, count, SMALL)
    assert "".join("".join(chunk.text.split()) for chunk in chunks) == "".join(text.split())


def test_the_context_says_each_name_once() -> None:
    assert context_of("Handbook", ("Handbook", "Holidays")) == "Handbook > Holidays"
    assert len(context_of("t" * 500, ("h" * 500,))) <= 240


@pytest.mark.parametrize(
    ("text", "heading", "body"),
    [
        ("Holidays\n\n25 days.", ("Handbook", "Holidays"), "25 days."),
        ("Holidays", ("Holidays",), "Holidays"),
        ("25 days.\nHolidays", ("Holidays",), "25 days.\nHolidays"),
    ],
)
def test_the_body_leaves_out_what_the_context_says(text: str, heading: tuple[str, ...], body: str) -> None:
    assert body_of(text, heading) == body


def test_settings_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="above chunk_tokens_max"):
        KnowledgeSettings(chunk_tokens=300, chunk_tokens_max=200)


def test_a_heading_without_text_goes_with_the_section_below_it() -> None:
    (chunk,) = cut((1, "Handbook"), (2, "Holidays"), words(45))
    assert chunk.heading == ("Handbook", "Holidays")
    assert chunk.text.startswith("Handbook\n\nHolidays\n\nWord0")
