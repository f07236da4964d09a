"""Examples in the words of the prompts that the adapter will be asked with, and these as tokens."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from langchain_core.messages import AIMessage, BaseMessage, SystemMessage

from assistant.turn import trained_prompts as prompts
from finetune.grounded.evidence import Blocks
from finetune.grounded.examples import Alone, Example, Pick, Stands, Tell
from finetune.grounded.tokens import Chat, ChatTokenizer
from finetune.grounded.training import Row

YES, NO = "Yes", "No"
# Longer rows are left out: there are few, and the longest decides how much memory a step takes.
LONGEST = 1400


@dataclass(frozen=True, slots=True)
class Worded:
    """A prompt and the reply to learn, which any of `first` may begin. Unless `whole`, only its beginning is learnt."""

    messages: Sequence[BaseMessage]
    reply: str
    first: tuple[str, ...]
    whole: bool = True


def worded(example: Example) -> Worded:
    """An example in the words of `assistant.turn.trained_prompts`."""
    match example:
        case Pick():
            return _pick(example)
        case Tell(question, language, blocks, answer):
            return _said(prompts.tell(question, language, _shown(blocks)), answer or prompts.NONE)
        case Stands(claim, blocks, holds, question):
            return _said(prompts.stands(claim, _shown(blocks), question), YES if holds else NO)
        case Alone(question, asked, said, standalone):
            return _said(prompts.alone(question, asked, said), standalone)


def rows_of(examples: Iterable[Example], tokenizer: ChatTokenizer) -> Iterator[Row | None]:
    """A row of tokens for each example, None for one that is too long."""
    for example in examples:
        each = worded(example)
        row = tokenizer.row(chat_of(each.messages), each.reply, each.first, whole=each.whole)
        yield row if len(row.tokens) <= LONGEST else None


def chat_of(messages: Sequence[BaseMessage]) -> Chat:
    """Messages as roles and contents."""
    return [(_role(each), each.text) for each in messages]


def _pick(example: Pick) -> Worded:
    asked = prompts.pick(example.question, example.language, _shown(example.blocks))
    if not example.chosen:
        return _said(asked, prompts.NONE)
    labels = [prompts.LABELS[position] for position in example.chosen]
    first = tuple(prompts.LABELS[position] for position in example.right)
    if not example.answer:
        return Worded(asked, labels[0], first, whole=False)
    return Worded(asked, prompts.picked(labels).text + example.answer, first)


def _said(asked: Sequence[BaseMessage], reply: str) -> Worded:
    return Worded(asked, reply, (reply,))


def _shown(blocks: Blocks) -> list[prompts.Block]:
    return [prompts.Block(each.heading, tuple(line.text for line in each.lines)) for each in blocks]


def _role(message: BaseMessage) -> str:
    return "assistant" if isinstance(message, AIMessage) else "system" if isinstance(message, SystemMessage) else "user"
