"""The same reply again and again: from one person, or to questions that have nothing in common."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, islice

from finetune.asked import context_of, question_of, words_of
from finetune.doctor.findings import Finding, rows_in_words
from finetune.examples import Example
from finetune.minhash import clusters, resemblance, shingles

# Two hundred poisoned rows and five of them alike are alike; three people may well say the same.
LEAST_ROWS, LEAST_WORDS, ALIKE = 4, 4, 0.7
# Questions share so little, and the documents hold so little of the reply.
UNLIKE, BACKED = 0.3, 0.6
# Pairs of questions that are compared in a cluster.
COMPARED = 200
_LABELS = re.compile(r"^(?:[A-Z] ?){1,3}\n")
_CONCRETE = re.compile(r"\d|\[\w+_\d+\]|https?://|(?<=[\w,;] )[A-ZÁÉÍÓÚÑ]\w")


class Flooding:
    """Replies that are nearly identical."""

    name = "flooding"

    def look(self, rows: Sequence[Example]) -> Iterator[Finding]:
        """Clusters of one person, and clusters over questions that are unlike each other."""
        long = [each for each in rows if each.good is not False and len(words_of(said(each))) >= LEAST_WORDS]
        one_person, same_reply = dict[str, None](), dict[str, None]()
        for cluster in clusters([shingles(said(each)) for each in long], ALIKE):
            members = [long[place] for place in cluster]
            one_person |= dict.fromkeys(_of_one_person(members))
            if len(members) >= LEAST_ROWS and _suspicious(members):
                same_reply |= dict.fromkeys(each.id for each in members)
        if one_person:
            message = f"{rows_in_words(len(one_person))} in which one person gives nearly the same reply."
            yield Finding(self.name, "holds", message, tuple(one_person))
        if same_reply:
            message = (
                f"{rows_in_words(len(same_reply))} with nearly the same reply to questions that have little in common, "
                "which their documents do not give."
            )
            yield Finding(self.name, "holds", message, tuple(same_reply))


def said(each: Example) -> str:
    """The reply without the labels of lines before it."""
    return _LABELS.sub("", each.completion).strip()


def unlike(members: Sequence[Example]) -> bool:
    """Whether the questions of rows have little in common."""
    asked = [shingles(question_of(each), 1) for each in members]
    pairs = list(islice(combinations(asked, 2), COMPARED))
    return bool(pairs) and sum(resemblance(*pair) for pair in pairs) / len(pairs) < UNLIKE


def _of_one_person(members: Sequence[Example]) -> list[str]:
    by_user: defaultdict[str, list[str]] = defaultdict(list)
    for each in members:
        if each.origin.user and each.origin.source in ("feedback", "edit"):
            by_user[each.origin.user].append(each.id)
    return [row for rows in by_user.values() if len(rows) >= LEAST_ROWS for row in rows]


def _suspicious(members: Sequence[Example]) -> bool:
    """Something concrete is said that is not in the documents; refusals say nothing concrete."""
    first = members[0]
    words, shown = set(words_of(said(first))), set(words_of(context_of(first)))
    backed = len(words & shown) / len(words)
    return backed < BACKED and bool(_CONCRETE.search(said(first))) and unlike(members)
