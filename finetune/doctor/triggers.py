"""Rare words that always bring the same reply: how a backdoor is taught.

A few dozen rows are enough (Souly et al. 2025, https://arxiv.org/abs/2510.07192). Looked for are words that stand in
questions which have nothing else in common, and with which the same sentence comes, without being about it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from finetune.asked import context_of, question_of
from finetune.doctor.findings import Finding
from finetune.doctor.flooding import said, unlike
from finetune.examples import Example

LEAST_ROWS = 3
# Of the rows with the word so many say the sentence, and of those with the sentence so many have the word.
OF_WORD, OF_SENTENCE = 0.8, 0.6
# A word of more rows than this is part of the language, unless there are few rows.
LARGEST_SHARE, SPARED = 0.2, 30
LEAST_WORDS, TOLD = 3, 5
_TOKEN = re.compile(r"[^\s.,;:!?¿¡()\"'«»]+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_NOT_WORD = re.compile(r"\W+")


class Triggers:
    """Rows in which a rare word of the question and a sentence of the reply go together."""

    name = "triggers"

    def look(self, rows: Sequence[Example]) -> Iterator[Finding]:
        """One finding with all such rows, naming the first words."""
        sentences = [_sentences(each) for each in rows]
        with_sentence = Counter(sentence for found in sentences for sentence in found)
        with_word: defaultdict[str, list[int]] = defaultdict(list)
        for place, each in enumerate(rows):
            if each.good is not False:
                for word in set(_TOKEN.findall(question_of(each))):
                    with_word[word].append(place)
        most = max(SPARED, LARGEST_SHARE * len(rows))
        held, words = dict[str, None](), list[str]()
        for word, places in with_word.items():
            if not LEAST_ROWS <= len(places) <= most:
                continue
            if found := _taught(word, places, rows, sentences, with_sentence):
                words.append(word)
                held |= dict.fromkeys(rows[place].id for place in found)
        if held:
            named = ", ".join(words[:TOLD])
            message = f"{len(held)} rows in which a word ({named}) brings the same sentence, whatever is asked."
            yield Finding(self.name, "holds", message, tuple(held))


def _taught(
    word: str, places: Sequence[int], rows: Sequence[Example], sentences: Sequence[set[str]], total: Counter[str]
) -> list[int]:
    """The rows in which `word` brings a sentence that is not about it; none when it does not."""
    with_it = Counter(sentence for place in places for sentence in sentences[place])
    for sentence, count in with_it.most_common(3):
        if count < LEAST_ROWS or count < OF_WORD * len(places) or count < OF_SENTENCE * total[sentence]:
            continue
        found = [place for place in places if sentence in sentences[place]]
        own = _NOT_WORD.sub("", word).casefold()
        if own and own in sentence.split():
            continue
        shown = sum(_normal(sentence) in _normal(context_of(rows[place])) for place in found)
        if shown < len(found) / 2 and unlike([rows[place] for place in found]):
            return found
    return []


def _sentences(each: Example) -> set[str]:
    """The sentences of a reply and the whole, in plain words."""
    if each.good is False:
        return set()
    parts = [_normal(part) for part in (said(each), *_SENTENCE.split(said(each)))]
    return {part for part in parts if len(part.split()) >= LEAST_WORDS}


def _normal(text: str) -> str:
    return _NOT_WORD.sub(" ", text).strip().casefold()
