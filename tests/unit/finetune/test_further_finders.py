"""Another finder adds to what is found, and uncovers nothing."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from finetune.building import Recipe, prepare
from finetune.privacy.presidio import PresidioFinder
from finetune.privacy.scrub import Scrubber, private_spans, scrub_all
from finetune.privacy.spans import Span, with_more
from finetune.testing.analyzer import FakeAnalyzer
from finetune.testing.examples import WordTokens, an_example, many

TEXT = "Ana Ruiz (ana@example.org, 4111 1111 1111 1111) has the password: hunter2-Tr0ub4dor"
PLACES = st.integers(0, len(TEXT))


def _covered(spans: list[Span]) -> set[int]:
    return {place for span in spans for place in range(span.start, span.end)}


@given(st.lists(st.tuples(PLACES, PLACES)))
def test_what_our_rules_cover_stays_covered(pairs: list[tuple[int, int]]) -> None:
    found = [Span(min(pair), max(pair), "person") for pair in pairs if pair[0] != pair[1]]
    spans = private_spans(TEXT, lambda _: found)
    assert _covered(private_spans(TEXT)) <= _covered(spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert _covered(spans) == _covered(private_spans(TEXT)) | _covered(found)


def test_a_span_is_cut_around_what_is_taken() -> None:
    taken = [Span(2, 4, "card"), Span(6, 7, "email")]
    parts = with_more(taken, [Span(0, 9, "person"), Span(2, 3, "person"), Span(8, 12, "location")])
    found = [(each.start, each.end) for each in parts if each not in taken]
    assert found == [(0, 2), (4, 6), (7, 9), (9, 12)]
    assert [each for each in parts if each in taken] == taken


def test_names_are_taken_out_of_what_is_learnt_from() -> None:
    finder = PresidioFinder(FakeAnalyzer({"Ana Ruiz": "PERSON"}), ["en"])
    row = an_example("Who is Ana Ruiz?", "Ana Ruiz runs the shop.")
    (clean,), found = scrub_all([row], finder)
    assert (clean.messages[-1].content, clean.completion) == ("Who is [person_1]?", "[person_1] runs the shop.")
    assert (found, clean.id != row.id) == ({"person": 2}, True)
    prepared = prepare([row, *many(3)], Recipe("support"), WordTokens(), finder=finder)
    assert "Ana" not in str(prepared.rows)
    assert any("2 person" in each.message for each in prepared.report.findings)


def test_without_one_nothing_changes() -> None:
    assert Scrubber().clean("Ana Ruiz runs the shop.") == "Ana Ruiz runs the shop."
