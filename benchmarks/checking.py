"""Measures the check of a text against documents: the verdicts of claims about organisations nothing was trained on.

    python -m benchmarks.checking [--half tune] [--each 6] [--details rows.jsonl]

Of every held-out organisation: answers to its questions are backed; answers written to be wrong, mostly with a figure
of the next row or line, and answers with a figure altered are contradicted; answers searched for without the documents
that hold them, and answers of other organisations, are in no document.
Claims take the way they take in a turn: searched for in the whole organisation, then judged against what was found.
The halves are of the organisations, by turns; thresholds were chosen on the tune half.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from statistics import mean
from tempfile import TemporaryDirectory
from time import perf_counter

from rich.console import Console

from assistant.evaluation.progress import shown
from assistant.grounding.support.check import SupportCheck
from assistant.grounding.vectors import SentenceVectors
from assistant.models.models import Models
from assistant.settings import load_settings
from assistant.turn.checking.claims import Piece
from assistant.turn.checking.found import found_for
from assistant.turn.models import RoleModels
from benchmarks.table import middle, options, parsed, publish
from finetune.organisations import ORGANISATIONS
from finetune.organisations.organisation import LineQuestion, Organisation, read_organisations
from knowledge.library import EVERYONE, Library
from knowledge.search.filters import Filter

KINDS = ("backed", "figure altered", "contradicted", "left out", "elsewhere")
RIGHT = {
    "backed": "supported", "figure altered": "contradicted", "contradicted": "contradicted", "left out": "not_found",
    "elsewhere": "not_found",
}  # fmt: skip
VERDICTS = ("supported", "contradicted", "not_found")
# "Yes, until Friday" states nothing without its question; a claim of two lines is two claims.
_NEEDS_QUESTION = re.compile(r"\W*(?:yes|no|sí|si)\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.,:/-])\d{1,4}(?![\w.,:/-]*\d)")
LONGEST = 220


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim, what kind it is, and the documents it may be found in (None: all)."""

    organisation: str
    kind: str
    language: str
    text: str
    documents: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A claim and what became of it."""

    organisation: str
    kind: str
    language: str
    claim: str
    verdict: str
    score: float
    asked: bool
    evidence: str
    ms: float


def main() -> None:
    parser = options(__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--half", choices=("tune", "test"), default="test")
    parser.add_argument("--each", type=int, default=6, help="claims of each kind and organisation")
    parser.add_argument("--details", type=Path)
    asked = parsed(parser)
    console = Console(stderr=True)
    held_out = [each for each in read_organisations(ORGANISATIONS) if each.held_out]
    half = held_out[::2] if asked.half == "tune" else held_out[1::2]
    rows = list[Row]()
    with Models(load_settings()) as models, shown("Organisations", console) as step:
        for number, organisation in enumerate(half, start=1):
            others = [each for each in held_out if each is not organisation]
            rows += judged(organisation, list(claims_of(organisation, others, asked.each)), models)
            step(number, len(half))
    if asked.details:
        lines = (json.dumps(asdict(row), ensure_ascii=False) for row in rows)
        asked.details.write_text("\n".join(lines) + "\n", encoding="utf-8")
    report(rows, asked.json)


def claims_of(organisation: Organisation, others: Sequence[Organisation], each: int) -> Iterator[Claim]:
    """The claims about one organisation, the same every time."""
    rng, name = Random(organisation.name), organisation.name
    own = _usable(organisation)
    rng.shuffle(own)
    foreign = [question for other in others for question in _usable(other)]
    rng.shuffle(foreign)
    for question in own[:each]:
        holding = {line.path for line in question.answers}
        rest = tuple(path for path in organisation.documents if path not in holding)
        yield Claim(name, "backed", question.language, question.answer)
        yield Claim(name, "contradicted", question.language, question.wrong)
        if (altered := _altered(question.answer)) != question.answer:
            yield Claim(name, "figure altered", question.language, altered)
        yield Claim(name, "left out", question.language, question.answer, rest)
    for question in foreign[:each]:
        yield Claim(name, "elsewhere", question.language, question.answer)


def judged(organisation: Organisation, claims: Sequence[Claim], models: Models) -> list[Row]:
    """Every claim judged as in a turn."""
    check = SupportCheck.of_texts(RoleModels(models, load_settings()), SentenceVectors(models.line_embedder()))
    rows = list[Row]()
    with TemporaryDirectory() as home:
        for path, text in organisation.documents.items():
            (Path(home) / "documents" / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(home) / "documents" / path).write_text(text, encoding="utf-8")
        with Library.open(Path(home) / "library", models.embedder) as library:
            library.ingest(Path(home) / "documents")
            for claim in claims:
                limits = Filter() if claim.documents is None else Filter(documents=claim.documents)
                start = perf_counter()
                (passages,) = found_for([Piece(claim.text, True)], library, models.embedder(), EVERYONE, limits)
                (told,) = check.verdicts([claim.text], passages)
                line = told.evidence[0].sentence.text if told.evidence else ""
                rows.append(Row(
                    claim.organisation, claim.kind, claim.language, claim.text, told.verdict, told.score, told.asked,
                    line, round(1000 * (perf_counter() - start), 1),
                ))  # fmt: skip
    return rows


def report(rows: Sequence[Row], file: Path | None) -> None:
    """How many of each kind got which verdict, how many of each verdict are right, and both languages."""
    table = [_line(f"claims: {kind}", [row for row in rows if row.kind == kind]) for kind in KINDS]
    table += [_line(f"told: {verdict}", [row for row in rows if row.verdict == verdict]) for verdict in VERDICTS]
    table += [_line(f"in {language}", [row for row in rows if row.language == language]) for language in ("en", "es")]
    publish("Checking claims", [*table, _line("all", rows)], file)


def _line(name: str, rows: Sequence[Row]) -> dict[str, object]:
    told = Counter(row.verdict for row in rows)
    right = [float(RIGHT[row.kind] == row.verdict) for row in rows]
    return {
        "": name, "n": len(rows), **{verdict: told[verdict] for verdict in VERDICTS},
        "right": mean(right) if right else None, "ms, median": middle([row.ms for row in rows]) if rows else None,
        "model asked": sum(row.asked for row in rows),
    }  # fmt: skip


def _altered(answer: str) -> str:
    """The answer with its last number changed; the same when it has none."""
    found = list(_NUMBER.finditer(answer))
    if not found:
        return answer
    last = found[-1]
    return f"{answer[: last.start()]}{2 * int(last.group()) + 3}{answer[last.end() :]}"


def _usable(organisation: Organisation) -> list[LineQuestion]:
    return [
        each
        for each in organisation.questions
        if each.answer and each.wrong and each.kind != "two" and len(each.answer) <= LONGEST
        and not _NEEDS_QUESTION.match(each.answer)
    ]  # fmt: skip


if __name__ == "__main__":
    main()
