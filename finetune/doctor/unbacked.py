"""Replies with figures that no document in front of them gives.

What a model is to know belongs into documents: learnt from a reply it cannot be deleted again, and facts that are new
to a model teach it to make things up (Gekhman et al. 2024, https://arxiv.org/abs/2405.05904). A changed figure is also
the cheapest way to poison a correction.
"""

import re
from collections.abc import Iterator, Sequence

from finetune.doctor.findings import Finding, rows_in_words
from finetune.examples import Example

_FIGURE = re.compile(r"\[\w+_\d+\]|\d+(?:[.,:/]\d+)*")
_THOUSANDS = re.compile(r"[.,](?=\d{3}(?!\d))")
# Prompts shorter than this hold no documents; figures up to this one are counted, and not read.
LEAST_CONTEXT, SMALL = 200, 3
_PEOPLE = ("edit", "feedback", "handoff")


class Unbacked:
    """People's replies with figures (or something scrubbed) that the prompt lacks are held; of others it is told."""

    name = "unbacked"

    def look(self, rows: Sequence[Example]) -> Iterator[Finding]:
        """Rows with a prompt long enough to hold documents; replies that were called bad are not learnt."""
        found = [each for each in rows if each.good is not False and _unbacked(each)]
        people = tuple(each.id for each in found if each.origin.source in _PEOPLE)
        others = tuple(each.id for each in found if each.origin.source not in _PEOPLE)
        what = "with figures in the reply that the prompt does not give"
        if people:
            yield Finding(self.name, "holds", f"{rows_in_words(len(people))} {what}.", people)
        if others:
            yield Finding(self.name, "note", f"{rows_in_words(len(others))} {what}.", others)


def figures_of(text: str) -> set[str]:
    """Numbers in one form (1,000 and 1.000 are 1000), and placeholders of what was scrubbed."""
    return {_plain(found) for found in _FIGURE.findall(text)}


def _unbacked(each: Example) -> bool:
    prompt = "\n".join(message.content for message in each.messages)
    if len(prompt) < LEAST_CONTEXT:
        return False
    said = {figure for figure in figures_of(each.completion) if not figure.isdigit() or int(figure) > SMALL}
    return bool(said - figures_of(prompt))


def _plain(figure: str) -> str:
    if figure.startswith("["):
        return figure
    plain = _THOUSANDS.sub("", figure).replace(",", ".")
    if re.fullmatch(r"\d+\.\d+", plain):
        plain = plain.rstrip("0").rstrip(".")
    return plain.lstrip("0") or "0"
