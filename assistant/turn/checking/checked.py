"""The report of a check: a sum, and every sentence with its verdict and the line that backs or contradicts it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assistant.grounding.citations import citation_of, marked, without_markers
from assistant.grounding.support.verdicts import Backing, ClaimVerdict
from assistant.messages import counted, message
from assistant.turn.answer import Citation, Evidence, Support
from assistant.turn.checking.claims import Piece
from assistant.turn.quoting import shown
from knowledge.parse.clean import one_line

VERDICTS = ("supported", "contradicted", "not_found")
_SHOWN = 300
_LEFT_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Judged:
    """A piece of the text, and its verdict; None when there was nothing to check about it."""

    piece: Piece
    verdict: ClaimVerdict | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """An answer with its grounds. `signals` count the verdicts."""

    text: str
    evidence: tuple[Evidence, ...]
    citations: tuple[Citation, ...]
    support: tuple[Support, ...]
    signals: Mapping[str, float]


def report(judged: Sequence[Judged], left: Sequence[Piece], language: str, *, one: bool = False) -> Report:
    """Lay the verdicts out in the order of the text; `left` are the claims that were too many. `one`: a single claim,
    which the person has just said and need not be shown again.
    """
    cited = _Cited()
    counts = {name: sum(each.verdict is not None and each.verdict.verdict == name for each in judged)
              for name in VERDICTS}  # fmt: skip
    items = [_item(each, cited, language) for each in _joined(judged)]
    if one:
        name = next(name for name in VERDICTS if counts[name])
        parts = [message(f"check_one_{name}", language), *(line for _, line in items if line)]
    else:
        numbered = [f"{n}. {head}" + (f"\n   - {line}" if line else "") for n, (head, line) in enumerate(items, 1)]
        parts = [f"**{_sum(counts, language)}**", "\n".join(numbered)]
    if left:
        first = _shown(left[0].text, _LEFT_SHOWN)
        parts.append(counted("check_left", len(left), language, first=first))
    return Report(
        "\n\n".join(parts), tuple(cited.evidence.values()), tuple(cited.citations), tuple(cited.support),
        {name: float(number) for name, number in counts.items()},
    )  # fmt: skip


@dataclass(slots=True)
class _Cited:
    evidence: dict[str, Evidence] = field(default_factory=dict)
    citations: list[Citation] = field(default_factory=list)
    support: list[Support] = field(default_factory=list)

    def cite(self, line: Backing, score: float) -> str:
        """The line word for word, with its marker."""
        number = len(self.evidence) + 1
        new = Evidence(number, line.passage, line.sentence, round(score, 3), (line.sentence,))
        source = self.evidence.setdefault(line.passage.chunk_id, new)
        citation = citation_of(source, line.sentence)
        if citation not in self.citations:
            self.citations.append(citation)
        return marked(shown(line.sentence), (source.number,))


def _item(judged: Judged, cited: _Cited, language: str) -> tuple[str, str]:
    """The sentence under its verdict, and the line that it rests on."""
    verdict, text = judged.verdict, _shown(judged.piece.text, _SHOWN)
    if verdict is None:
        return message("check_no_claim", language, sentence=text), ""
    backed = verdict.verdict == "supported"
    line, markers = "", tuple[int, ...]()
    if verdict.verdict != "not_found" and verdict.evidence:
        quote = cited.cite(verdict.evidence[0], verdict.score)
        line = message("check_line_backs" if backed else "check_line_says", language, quote=quote)
        markers = (cited.evidence[verdict.evidence[0].passage.chunk_id].number,)
    cited.support.append(Support(text, round(verdict.score, 3), backed, markers))
    return message(f"check_{verdict.verdict}", language, sentence=text), line


def _joined(judged: Sequence[Judged]) -> list[Judged]:
    """What there is nothing to check about in one item where it stands together."""
    joined: list[Judged] = []
    for each in judged:
        if each.verdict is None and joined and joined[-1].verdict is None:
            joined[-1] = Judged(Piece(f"{joined[-1].piece.text} {each.piece.text}", False))
        else:
            joined.append(each)
    return joined


def _sum(counts: Mapping[str, int], language: str) -> str:
    total = sum(counts.values())
    first = counted("check_sum", counts["supported"], language, all=counted("check_sentences", total, language))
    rest = [counted(f"check_sum_{name}", counts[name], language) for name in VERDICTS[1:] if counts[name]]
    return ", ".join([first, *rest]) + "."


def _shown(text: str, most: int) -> str:
    """A sentence of the person's text: in one line, without marks that would look like citations of ours."""
    line = without_markers(one_line(text))
    return line if len(line) <= most else f"{line[:most].rstrip()}…"
