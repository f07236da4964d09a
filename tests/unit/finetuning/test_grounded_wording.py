"""Examples in the words that the reader is asked with."""

import pytest

from assistant.finetuning.wording import LONGEST, Worded, chat_of, rows_of, worded
from assistant.turn import trained_prompts as prompts
from finetune.grounded.evidence import EvidenceBlock, EvidenceLine
from finetune.grounded.examples import Alone, Pick, Stands, Tell
from finetune.grounded.tokens import Chat, ChatTokenizer
from finetune.grounded.training import Row

BLOCKS = (
    EvidenceBlock("Parking > Prices", "a.md", (EvidenceLine("Cars cost 60 euros."), EvidenceLine("Bikes are free."))),
    EvidenceBlock("Rules", "b.md", (EvidenceLine("Bikes need no ticket."),)),
)
SHOWN = [
    prompts.Block("Parking > Prices", ("Cars cost 60 euros.", "Bikes are free.")),
    prompts.Block("Rules", ("Bikes need no ticket.",)),
]


def test_a_pick_names_labels_and_goes_on_as_the_turn_does() -> None:
    found = worded(Pick("bike price?", "en", BLOCKS, (2,), (1, 2), "Free."))
    assert found.messages == prompts.pick("bike price?", "en", SHOWN)
    assert found.reply == prompts.picked(["C"]).text + "Free."
    assert (found.first, found.whole) == (("B", "C"), True)


def test_without_an_answer_only_the_choice_is_learnt() -> None:
    found = worded(Pick("bike price?", "en", BLOCKS, (1,), (1, 2)))
    assert (found.reply, found.first, found.whole) == ("B", ("B", "C"), False)


def test_no_line_is_a_whole_reply() -> None:
    found = worded(Pick("van price?", "es", BLOCKS))
    assert (found.reply, found.first, found.whole) == (prompts.NONE, (prompts.NONE,), True)


def test_the_other_tasks_are_asked_as_the_prompts_have_them() -> None:
    assert worded(Tell("bike price?", "en", BLOCKS, "Free.")) == _said(
        prompts.tell("bike price?", "en", SHOWN), "Free."
    )
    assert worded(Tell("van price?", "en", BLOCKS)).reply == prompts.NONE
    claim = Stands("Bikes are free.", BLOCKS, True, "bike price?")
    assert worded(claim) == _said(prompts.stands("Bikes are free.", SHOWN, "bike price?"), "Yes")
    assert worded(Stands("Bikes cost 5.", BLOCKS, False)) == _said(prompts.stands("Bikes cost 5.", SHOWN), "No")
    follow_up = Alone("and bikes?", "car price?", "60 euros.", "bike price?")
    assert worded(follow_up) == _said(prompts.alone("and bikes?", "car price?", "60 euros."), "bike price?")


def _said(messages: object, reply: str) -> Worded:
    return Worded(messages, reply, (reply,))  # type: ignore[arg-type]


class Letters(ChatTokenizer):
    """A token for each character."""

    def __init__(self) -> None:
        pass

    def prompt(self, chat: Chat) -> list[int]:
        return self.of("".join(f"{role}:{content}" for role, content in chat))

    def of(self, text: str) -> list[int]:
        return [ord(each) for each in text]


def test_rows_hold_prompt_and_reply() -> None:
    (row,) = rows_of([Pick("bike price?", "en", BLOCKS, (1,), (1, 2), "Free.")], Letters())
    assert isinstance(row, Row)
    text = "".join(map(chr, row.tokens))
    assert text[row.start :] == "B\nFree.<|im_end|>"
    assert text[: row.start].startswith("system:Find the line")
    assert row.first == (ord("B"), ord("C"))


def test_a_choice_alone_is_one_token() -> None:
    (row,) = rows_of([Pick("bike price?", "en", BLOCKS, (1,), (1, 2))], Letters())
    assert row is not None
    assert len(row.tokens) == row.start + 1


def test_a_row_that_is_too_long_is_left_out() -> None:
    long = (EvidenceBlock("a", "a.md", (EvidenceLine("x" * 390),) * 5),)
    short, none = rows_of([Stands("x", BLOCKS, True), Stands("x", long, True)], Letters())
    assert short
    assert none is None
    assert LONGEST < 5 * 390


@pytest.mark.parametrize("task", [Pick("q", "en", BLOCKS), Alone("a", "b", "c", "d")])
def test_chats_have_a_system_and_a_user_part(task: Pick | Alone) -> None:
    assert [role for role, _ in chat_of(worded(task).messages)] == ["system", "user"]
