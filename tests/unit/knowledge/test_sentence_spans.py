import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.sentences import sentence_spans, split_sentences


def sentences(text: str) -> list[str]:
    return [each.text for each in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Wait... what? Yes.", ["Wait... what?", "Yes."]),
        ("It costs 3.50 euros. Pay now.", ["It costs 3.50 euros.", "Pay now."]),
        ("Dr. Smith met J. K. Rowling. They talked.", ["Dr. Smith met J. K. Rowling.", "They talked."]),
        ("See e.g. Section 4 (Fig. 2). Then stop.", ["See e.g. Section 4 (Fig. 2).", "Then stop."]),
        ("The U.S. office is closed. Call us.", ["The U.S. office is closed.", "Call us."]),
        ('"Really?" he said. "Yes."', ['"Really?" he said.', '"Yes."']),
        ("El Sr. García llegó. ¿Vino solo? ¡Sí! Fin.", ["El Sr. García llegó.", "¿Vino solo?", "¡Sí!", "Fin."]),
        ("Cierra a las 8 p.m. ¿Abre el domingo?", ["Cierra a las 8 p.m.", "¿Abre el domingo?"]),
        ("Véase el art. 5 y la pág. 12. Además, el núm. 3.", ["Véase el art. 5 y la pág. 12.", "Además, el núm. 3."]),
        ("Visit https://a.example/b.c?d=1. Thanks.", ["Visit https://a.example/b.c?d=1.", "Thanks."]),
        ("1. First step. Do it.\n2. Second step.", ["1. First step.", "Do it.", "2. Second step."]),
        ("- apples\n- pears", ["- apples", "- pears"]),
        ("Name: Ann. B. | Note: Paid. Done.", ["Name: Ann. B. | Note: Paid. Done."]),  # a table row stays whole
        ("これはペンです。それは本です。", ["これはペンです。", "それは本です。"]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_row_of_long_cells_is_cut_like_prose() -> None:
    row = "Question: How? | Answer: " + "This is a sentence of the answer. " * 40
    assert len(sentences(row)) > 30


def test_offsets_count_from_where_the_passage_starts() -> None:
    first, second = split_sentences("One. Two.", offset=100)
    assert (first.start, first.end, second.start, second.end) == (100, 104, 105, 109)


texts = st.text(alphabet=st.sampled_from("aB1 .!?…\n\t\"')»¿¡|-•Ñé漢。"), max_size=300)


@given(texts | st.text(max_size=200))
def test_spans_are_exact_ordered_and_hold_every_visible_character(text: str) -> None:
    spans = sentence_spans(text)
    position = 0
    for start, end in spans:
        assert position <= start < end
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        assert "\n" not in text[start:end]
        position = end
    assert not text[position:].strip()


@pytest.mark.parametrize("unit", [".", "!)", "a. ", "A.", "\n", " ", '."', "Dr. ", "x" * 50 + ". "])
def test_time_grows_with_the_length_not_faster(unit: str) -> None:
    def seconds(times: int) -> float:
        text = unit * times + "x"
        return min(_timed(text) for _ in range(3))

    small, large = seconds(5_000), seconds(50_000)
    assert large < 25 * small + 0.1


def _timed(text: str) -> float:
    started = time.perf_counter()
    sentence_spans(text)
    return time.perf_counter() - started
