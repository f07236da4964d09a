"""What kill -9 does to a library: killed at random moments of every kind of change, opened again and compared.

Columns of faults count what must not be: acknowledged changes lost, documents there by half or twice, deleted or
replaced text still found, text found by those who may not read it, and inconsistencies that `documents verify` reports.
A vector index that a kill has left unreadable is no fault: it is built again from the vectors in SQL when it is opened.
"""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from benchmarks.table import Row, middle, options, parsed, publish
from knowledge.testing.churn import KINDS
from knowledge.testing.kills import Kill, Killing

FAULTS = ("lost", "half", "doubled", "revenant", "leaked", "unsound")


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--kills", type=int, default=50, metavar="N")
    parser.add_argument("--seed", type=int, default=0, help="of the changes and of the moments")
    chosen = parsed(parser)
    console, kills = Console(stderr=True), list[Kill]()
    with TemporaryDirectory() as folder:
        for kill in Killing(Path(folder), chosen.seed).kills(chosen.kills):
            kills.append(kill)
            console.print(f"{len(kills)} of {chosen.kills}: hit {kill.hit or 'nothing'}")
            for fault in kill.faults:
                console.print(f"  {fault.kind}: {fault.what}", style="red", highlight=False)
    publish("kills", [row(what, kills) for what in (*KINDS, "", "all")], chosen.json)


def row(what: str, kills: list[Kill]) -> Row:
    """The kills that hit one kind of change, or none, or all."""
    some = [kill for kill in kills if what in ("all", kill.hit)]
    found = Counter(fault.kind for kill in some for fault in kill.faults)
    return {
        "during": what or "nothing",
        "kills": len(some),
        **{kind: found[kind] for kind in FAULTS},
        "index rebuilt": sum(kill.damaged for kill in some),
        "check_s": middle([kill.check_s for kill in some]),
    }


if __name__ == "__main__":
    main()
