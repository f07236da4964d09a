"""The organisation's own questions, from the rows that its dataset holds out.

A reply that begins with the labels of lines (as the reader's do) is judged by the first of them; any other by the
figures and names of the reply that people want, which it has to give, or where that has none, by the words that both
share (F1, as in Rajpurkar et al. 2016, https://arxiv.org/abs/1606.05250). Beside that, the likelihood of the wanted
reply is weighed, since many a reply can be right in other words.
"""

import re
import string
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from finetune.asked import question_of, words_of
from finetune.examples import Example
from finetune.gate.asks import Arm, Chat, Item, Reply, Say, Score, Weigh
from finetune.gate.probes.grounding import LEAST_FOUND, NONE, chosen
from finetune.gate.probes.scoring import Figures, compared
from finetune.grounded.evidence import EvidenceRow, answering

NAME = "held_out"
MOST_TOKENS, LONGEST = 48, 240
LABELS = string.ascii_uppercase
ALIKE = 0.5
_LABELS = re.compile(r"(?:[A-Z0](?: [A-Z])*)(?=\n|$)")
_FACT = re.compile(r"\d+(?:[.,:/-]\d+)*|\b[A-ZÁÉÍÓÚÑ][\wáéíóúñ]+(?: [A-ZÁÉÍÓÚÑ][\wáéíóúñ]+)*")
_REFUSES = re.compile(
    r"do(?:es)? not say|don't (?:say|know)|no (?:lo )?(?:dicen|consta|sé|se indica)|not (?:stated|mentioned|found)",
    re.IGNORECASE,
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|\n)\W*$")


def items_of(examples: Sequence[Example]) -> Iterator[Item]:
    """An item for each reply to learn; pairs are weighed against each other; thumbs up count as replies."""
    for each in examples:
        chat: Chat = tuple((message.role, message.content) for message in each.messages)
        if each.kind == "preference":
            asks = (Weigh(chat, each.completion[:LONGEST]), Weigh(chat, each.rejected[:LONGEST]))
            yield Item(NAME, each.id, asks, "preference", each.origin.language, of=(each.id,))
        elif each.good is not False:
            given = {"labels": labels_of(each.completion), "facts": facts_of(each), "wanted": each.completion}
            most = 1 if given["labels"] else MOST_TOKENS
            yield Item(
                NAME, each.id, (Say(chat, most), Weigh(chat, each.completion[:LONGEST])), "reply",
                each.origin.language, given, of=(each.id,),
            )  # fmt: skip


def item_of(row: EvidenceRow, name: str, chat: Chat) -> Item:
    """The item of a question with its evidence, worded as `chat`; the lines have the labels from A on."""
    right = [LABELS[position] for position, _ in answering(row.blocks)]
    given = {"labels": right or [NONE], "facts": []}
    return Item(NAME, name, (Say(chat, 1),), "answerable" if right else "unanswerable", row.language, given)


def labels_of(completion: str) -> list[str]:
    """The labels that a reply begins with; none for one that names no lines."""
    found = _LABELS.match(completion.strip())
    return found.group().split() if found else []


def facts_of(example: Example) -> list[str]:
    """The figures and names of the wanted reply, without those of the question."""
    text, asked = example.completion, question_of(example).casefold()
    found = [
        each.group()
        for each in _FACT.finditer(text)
        if each.group()[0].isdigit() or not _SENTENCE_START.search(text[: each.start()])
    ]
    return [each for each in dict.fromkeys(found) if each.casefold() not in asked]


def judged(item: Item, replies: Mapping[Arm, tuple[Reply, ...]]) -> Iterator[Score]:
    """Right, wrong, and the likelihood of the wanted reply a token."""
    yield from compared(item, replies, lambda found: _figures(item.kind, item.given, found))


def _figures(kind: str, given: Mapping[str, Any], found: Sequence[Reply]) -> Figures:
    if kind == "preference":  # a wrong reply of one of two is what is not right
        better, worse = (each.logprob / max(1, each.tokens) for each in found)
        return {"right": float(better > worse), "wrong": float(better <= worse)}
    right, withheld = _judged(given, found[0])
    figures = {"right": float(right), "wrong": float(not right and not withheld)}
    if len(found) > 1:
        figures["likelihood"] = found[1].logprob / max(1, found[1].tokens)
    return figures


def _judged(given: Mapping[str, Any], said: Reply) -> tuple[bool, bool]:
    """Whether a reply is right, and whether it says nothing."""
    if given["labels"]:
        label, sure = chosen(said.first, LABELS)
        label = label if sure >= LEAST_FOUND else NONE
        return label in given["labels"], label == NONE
    text, facts = _plain(said.text), [_plain(each) for each in given["facts"]]
    withheld = bool(_REFUSES.search(said.text)) or said.text.strip() in ("", NONE)
    gives = all(fact in text for fact in facts) if facts else alike(said.text, given.get("wanted", "")) >= ALIKE
    return gives and not withheld, withheld


def alike(one: str, other: str) -> float:
    """F1 of the words that two texts share, 0 to 1."""
    own, theirs = Counter(words_of(one)), Counter(words_of(other))
    shared = (own & theirs).total()
    return 2 * shared / (own.total() + theirs.total()) if shared else 0.0


def _plain(text: str) -> str:
    return re.sub(r"(?<=\d)[.,](?=\d{3}\b)", "", text).casefold()
