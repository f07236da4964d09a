"""Rows of the demo organisation to train on: its questions, the lines that a search finds, and what is to be said."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from assistant.finetuning.search import Searches
from assistant.finetuning.sets import questions_to_learn, set_rows
from assistant.finetuning.wording import chat_of, worded
from assistant.models.models import Models
from assistant.paths import sample_documents
from assistant.settings import Settings
from finetune.datasets import Datasets, DatasetVersion
from finetune.examples import ChatMessage, Example, Origin, example
from finetune.grounded.examples import examples_of

NAME = "demo"
SEED = 0


def demo_dataset(settings: Settings, folder: Path, count: int) -> DatasetVersion:
    """`count` rows of the demo organisation, a tenth of them held out, as a version of a dataset."""
    rows = _unlike(_rows(settings))
    if len(rows) < count:
        raise SystemExit(f"The demo organisation gives {len(rows)} rows, and {count} are asked for.")
    chosen = Random(SEED).sample(rows, count)
    held_out = count // 10
    card = {"groups": ["everyone"], "licences": ["Apache-2.0"], "split": {"train": count - held_out}}
    return Datasets(folder).add(NAME, chosen[held_out:], chosen[:held_out], card)[0]


def _rows(settings: Settings) -> Iterator[Example]:
    """Every question in the forms in which the small model is asked it; replies are the questions' references."""
    data, random = questions_to_learn(sample_documents()), Random(SEED)
    references = {each.text: each.reference for each in data.questions}
    with Models(settings) as models:
        for row in set_rows(sample_documents(), Searches(settings, models)):
            answered = replace(row, answer=references.get(row.question, "") if row.wanted else "")
            for drawn in examples_of(answered, random):
                asked = worded(drawn)
                messages = [ChatMessage(role, content) for role, content in chat_of(asked.messages)]  # type: ignore[arg-type]
                yield example("chat", messages, asked.reply, Origin("curated", licence="Apache-2.0"))


def _unlike(rows: Iterator[Example]) -> Sequence[Example]:
    return [*{each.id: each for each in rows}.values()]
