"""Evidence in its forms, and the examples of the four tasks."""

from random import Random

import pytest

from finetune.grounded.evidence import (
    EvidenceBlock,
    EvidenceLine,
    EvidenceRow,
    answering,
    first_lines,
    inserted,
    joined,
    shuffled,
    single_lines,
    thinned,
    without_answers,
)
from finetune.grounded.examples import MOST_LINES, Example, Pick, Stands, Tell, examples_of

RIGHT, SECOND = EvidenceLine("Bikes are free.", 1), EvidenceLine("Vans cost 90 euros.", 2)
NEAR, OTHER = EvidenceLine("Cars cost 60 euros.", near=True), EvidenceLine("The gate closes at ten.")
PRICES = EvidenceBlock("Parking > Prices", "park.md", (NEAR, RIGHT))
HOURS = EvidenceBlock("Parking > Hours", "park.md", (OTHER, EvidenceLine("It opens at six.")))
VANS = EvidenceBlock("Parking > Prices", "park.md", (SECOND,))
ROW = EvidenceRow("bike price?", "en", (PRICES, HOURS), wanted=1, answer="Bikes are free.", wrong="Bikes cost 60.")
BOTH = EvidenceRow(
    "bikes and vans?", "en", (PRICES, HOURS), (VANS,), 2, together=True, answer="Free, and 90.", wrong="Free, and 60."
)
UNSAID = EvidenceRow("boat price?", "en", (HOURS, EvidenceBlock("Prices", "b.md", (NEAR,))))


def _lines(blocks: tuple[EvidenceBlock, ...]) -> list[EvidenceLine]:
    return [line for block in blocks for line in block.lines]


def _many(row: EvidenceRow, kind: type[Example], seeds: int = 30) -> list[Example]:
    return [each for seed in range(seeds) for each in examples_of(row, Random(seed)) if isinstance(each, kind)]


def _picks(row: EvidenceRow) -> list[Pick]:
    return [each for each in _many(row, Pick) if isinstance(each, Pick)]


def test_positions_count_over_all_blocks() -> None:
    assert answering((HOURS, PRICES)) == [(3, 1)]


def test_shuffling_keeps_every_block_and_thinning_every_answer() -> None:
    blocks = (PRICES, HOURS, VANS)
    orders = {shuffled(blocks, Random(seed)) for seed in range(20)}
    assert len(orders) > 1
    assert all(sorted(order, key=str) == sorted(blocks, key=str) for order in orders)
    thin = [thinned(blocks, Random(seed)) for seed in range(20)]
    assert all({RIGHT, SECOND} <= set(_lines(each)) for each in thin)
    assert any(len(_lines(each)) < 5 for each in thin)
    assert all(block.lines for each in thin for block in each)


def test_answers_can_be_taken_out_and_put_in() -> None:
    assert without_answers((VANS, PRICES)) == (EvidenceBlock("Parking > Prices", "park.md", (NEAR,)),)
    home = inserted((HOURS, PRICES), (VANS,), Random(0))
    assert home[0] == HOURS
    assert set(home[1].lines) == {NEAR, RIGHT, SECOND}
    apart = inserted((HOURS,), (VANS,), Random(0))
    assert set(apart) == {HOURS, VANS}


def test_lines_beyond_the_labels_are_left_out() -> None:
    long = EvidenceBlock("a", "a.md", tuple(EvidenceLine(f"line {n}") for n in range(20)))
    cut = first_lines((long, long, HOURS), MOST_LINES)
    assert [len(block.lines) for block in cut] == [20, 6]


def test_single_lines_under_one_heading_are_joined_again() -> None:
    assert joined(single_lines((PRICES, VANS, HOURS))) == (
        EvidenceBlock("Parking > Prices", "park.md", (NEAR, RIGHT, SECOND)), HOURS,
    )  # fmt: skip


@pytest.mark.parametrize("row", [ROW, BOTH, UNSAID])
def test_a_pick_names_lines_that_answer_and_nothing_where_none_does(row: EvidenceRow) -> None:
    for pick in _picks(row):
        right = tuple(position for position, _ in answering(pick.blocks))
        assert pick.right == right
        assert set(pick.chosen) <= set(right)
        assert bool(pick.chosen) == bool(right)
        assert not pick.answer or right


def test_a_question_is_answered_in_one_form_and_not_in_the_next() -> None:
    picks = _picks(ROW)
    assert {pick.answer for pick in picks} == {"", ROW.answer}
    assert any(not pick.right for pick in picks)
    assert len({pick.right for pick in picks}) > 2  # place means nothing
    assert picks[0].blocks == ROW.blocks  # as it was found


def test_two_things_are_answered_only_with_the_lines_of_both() -> None:
    picks = _picks(BOTH)
    for pick in picks:
        numbers = {number for _, number in answering(pick.blocks)}
        assert len(pick.chosen) == len(numbers)
        assert bool(pick.answer) == (numbers == {1, 2})
    assert {len(pick.chosen) for pick in picks} == {0, 1, 2}


def test_what_the_search_missed_is_put_in() -> None:
    row = EvidenceRow("van price?", "en", (HOURS,), (VANS,), 2, answer="90 euros.")
    forms = list(map(lambda pick: bool(pick.right), _picks(row)))
    assert True in forms
    assert False in forms


def test_a_line_that_nobody_can_find_makes_no_example() -> None:
    assert not list(examples_of(EvidenceRow("van price?", "en", (HOURS,), wanted=1, answer="90."), Random(0)))


def test_without_every_answering_line_marked_none_is_taken_out() -> None:
    row = EvidenceRow("bike price?", "en", (PRICES, HOURS), wanted=1, marked=False)
    assert all(pick.right for pick in _picks(row))


def test_a_few_lines_are_told_and_claims_checked_against_them() -> None:
    for tell in _many(ROW, Tell):
        assert isinstance(tell, Tell)
        assert bool(tell.answer) == (RIGHT in _lines(tell.blocks))
    stands = [each for each in _many(ROW, Stands) if isinstance(each, Stands)]
    assert {each.holds for each in stands} == {True, False}
    for each in stands:
        assert each.holds == (each.claim == ROW.answer and RIGHT in _lines(each.blocks))


def test_what_the_documents_do_not_say_is_not_told() -> None:
    tells = _many(UNSAID, Tell)
    assert tells
    assert all(isinstance(each, Tell) and not each.answer and NEAR in _lines(each.blocks) for each in tells)
    assert not _many(UNSAID, Stands)


def test_the_same_seed_draws_the_same_examples() -> None:
    assert list(examples_of(BOTH, Random(3))) == list(examples_of(BOTH, Random(3)))
    assert list(examples_of(BOTH, Random(3))) != list(examples_of(BOTH, Random(4)))
