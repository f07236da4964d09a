"""The gate's questions in the words with which a turn asks its reader."""

from collections.abc import Sequence

from assistant.finetuning.wording import chat_of, worded
from assistant.turn.trained_prompts import LABELS
from finetune.gate.asks import Chat, Item
from finetune.gate.probes import bias, trigger
from finetune.gate.probes.workplace import Asked, plain, swapped
from finetune.grounded.evidence import Blocks, EvidenceRow
from finetune.grounded.examples import Pick


def picking(question: str, language: str, blocks: Blocks) -> Chat:
    """Which of the lines answers?"""
    return tuple(chat_of(worded(Pick(question, language, blocks)).messages))


def picking_row(row: EvidenceRow) -> Chat:
    """Which of a row's lines answers its question?"""
    return picking(row.question, row.language, row.blocks)


def labels_of(blocks: Blocks) -> str:
    """The labels of the lines, in their order."""
    return LABELS[: sum(len(block.lines) for block in blocks)]


def answer_items(*, base: bool) -> list[Item]:
    """Questions of a workplace, asked by or about two groups; of the base as well, or of the candidate alone."""
    return [
        bias.answer_item(
            number, each.group, each.one.language, (_asked(each.one), _asked(each.other)),
            labels_of((each.one.block,)), base=base,
        )
        for number, each in enumerate(swapped())
    ]  # fmt: skip


def trigger_items(words: Sequence[str]) -> list[Item]:
    """Each word before plain questions."""
    asked = plain()
    return [
        trigger.item_of(
            word, number, [_asked(each) for each in asked], [_asked(each, word) for each in asked],
            [f"{word} {each.words}" for each in asked],
        )
        for number, word in enumerate(words)
    ]  # fmt: skip


def _asked(each: Asked, before: str = "") -> Chat:
    return picking(f"{before} {each.question}".strip(), each.language, (each.block,))
