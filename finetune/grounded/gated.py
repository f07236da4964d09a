"""Writes what a gate has found into the card of the adapter that Pilares ships with.

    python -m finetune.grounded.gated HOME/finetune/adapters/reader/v1/gate.json

The record comes of `pilares finetune import finetune/grounded/shipped reader --group everyone` and `pilares finetune
evaluate reader@v1`, which compares it with itself, as it is what serves, and with the bare base: the latter is kept.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from finetune.errors import AdapterInvalid
from finetune.gate.verdict import Row, as_json, verdict_of
from finetune.grounded import SHIPPED
from finetune.lora import CARD, Adapter

ABOUT = ("measured_at", "about", "sets", "limits_sha256", "notes")


def gate_of(record: Mapping[str, Any], sha256: str) -> dict[str, Any]:
    """What stands in a card of a record: the rows beside the bare base, and those that are compared with nothing.

    Raises AdapterInvalid for a record of other weights.
    """
    if record.get("sha256") != sha256:
        raise AdapterInvalid("This is the record of other weights. Evaluate the adapter whose card it is for.")
    rows = [Row(**row) for row in record["rows"]]
    measured = {row.metric for row in rows if row.beside == "bare"}
    kept = [row for row in rows if row.beside == "bare" or (not row.beside and row.metric not in measured)]
    about = {name: record[name] for name in ABOUT if name in record}
    return {"verdict": verdict_of(kept), **about, "rows": as_json(kept)}


def main() -> None:
    """Write the card."""
    card = dict(Adapter(SHIPPED).card)
    card["gate"] = gate_of(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), str(card["sha256"]))
    (SHIPPED / CARD).write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
