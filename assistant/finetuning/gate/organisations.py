"""The probe of grounding: made-up organisations that are held out, searched as a turn searches."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from assistant.finetuning.evidence import organisation_rows, questions_of
from assistant.finetuning.gate.wording import labels_of, picking_row
from assistant.finetuning.search import Searches
from finetune.gate.asks import Item
from finetune.gate.measuring import OnStep
from finetune.gate.probes import grounding
from finetune.grounded.evidence import EvidenceRow, answering
from finetune.organisations.organisation import LineQuestion, Organisation

# Questions of each organisation that are asked, unless all are: with an answer, and without.
ANSWERABLE, UNANSWERABLE = 5, 3


def grounding_items(
    organisations: Sequence[Organisation], searches: Searches, seed: int, thorough: bool, on_step: OnStep
) -> list[Item]:
    """The items of the organisations: some questions of each, or all."""
    rng, found = Random(seed), list[Item]()  # noqa: S311 - draws questions, keeps no secret
    for number, each in enumerate(organisations):
        on_step(number, len(organisations))
        chosen = replace(each, questions=tuple(_chosen(each, rng, thorough)), follow_ups=())
        with searches.over_organisation(chosen) as search:
            rows = [grounding.shortened(row, rng) for row in organisation_rows(chosen, search)]
        # What search and organisation cut in other ways leaves a question without its line: it says nothing.
        sure = [row for row in rows if row.blocks and bool(row.wanted) == bool(answering(row.blocks))]
        found += [
            grounding.item_of(row, len(found) + place, picking_row(row), labels_of(row.blocks))
            for place, row in enumerate(sure)
        ]
    on_step(len(organisations), len(organisations))
    return found


def rows_as_asked(
    organisations: Sequence[Organisation], searches: Searches, most: int | None
) -> Iterator[tuple[str, EvidenceRow]]:
    """Questions of organisations of one's own, with what a turn finds for them, and a name for each.

    Where some are held out, only those are asked about; of each as many, `most` in all.
    """
    asked = [each for each in organisations if each.held_out] or organisations
    for each in asked:
        questions = list(questions_of(each))
        if most is not None:
            questions = Random(0).sample(questions, min(len(questions), -(-most // len(asked))))  # noqa: S311 - a draw
        chosen = replace(each, questions=tuple(questions), follow_ups=())
        with searches.over_organisation(chosen) as search:
            for number, row in enumerate(organisation_rows(chosen, search)):
                if row.blocks:
                    yield f"{each.name}-{number}", row


def _chosen(organisation: Organisation, rng: Random, thorough: bool) -> list[LineQuestion]:
    asked = list(questions_of(organisation))
    if thorough:
        return asked
    with_answer, without = ([each for each in asked if bool(each.answers) is there] for there in (True, False))
    return [*_some(with_answer, ANSWERABLE, rng), *_some(without, UNANSWERABLE, rng)]


def _some(asked: list[LineQuestion], most: int, rng: Random) -> list[LineQuestion]:
    return rng.sample(asked, min(most, len(asked)))
