"""The gate in the card of the adapter that Pilares ships with: of these weights, and with its verdict."""

import hashlib

import pytest

from finetune.errors import AdapterInvalid
from finetune.gate.verdict import Row, verdict_of
from finetune.grounded import SHIPPED
from finetune.grounded.gated import gate_of
from finetune.lora import GGUF, WEIGHTS, Adapter
from finetune.registry.page import page_of_shipped

CARD = Adapter(SHIPPED).card


def test_its_rows_give_its_verdict_and_have_what_a_gate_measures() -> None:
    rows = [Row(**row) for row in CARD["gate"]["rows"]]
    assert verdict_of(rows) == CARD["gate"]["verdict"]
    measured = {row.title for row in rows if row.items and not row.part}
    assert {"own: right", "grounding: withheld", "forgetting: all", "routing: same model"} <= measured


def test_the_card_is_of_these_weights() -> None:
    for name, file in (("sha256", WEIGHTS), ("gguf_sha256", GGUF)):
        assert CARD[name] == hashlib.sha256((SHIPPED / file).read_bytes()).hexdigest()


def test_a_record_of_other_weights_is_refused() -> None:
    record = {"sha256": CARD["sha256"], "rows": CARD["gate"]["rows"]}
    assert gate_of(record, CARD["sha256"])["verdict"] == CARD["gate"]["verdict"]
    with pytest.raises(AdapterInvalid, match="other weights"):
        gate_of({**record, "sha256": "0" * 64}, CARD["sha256"])


def test_what_it_is_compared_with_itself_in_is_left_out() -> None:
    row = Row("m", "M", "", 9, "open", "not enough", "above 0", 0.5, 0.5)
    beside = Row("m", "M", "", 9, "pass", "held", "above 0", 0.2, 0.5, beside="bare")
    alone = Row("n", "N", "", 9, "pass", "held", "at least 1", None, 1.0)
    kept = gate_of({"sha256": "s", "rows": [vars_of(each) for each in (row, beside, alone)]}, "s")
    assert [(each["metric"], each["beside"]) for each in kept["rows"]] == [("m", "bare"), ("n", "")]
    assert kept["verdict"] == "pass"


def vars_of(row: Row) -> dict[str, object]:
    return {name: getattr(row, name) for name in Row.__slots__}


def test_the_page_says_what_the_gate_found() -> None:
    page = page_of_shipped(CARD)
    assert "Gate: forgetting: all (beside the base)" in page
    assert "own: right (beside the base): 0.288 -> 0.769 (pass)" in page
    assert "Gate: it has not been through one" in page_of_shipped({"name": "x"})
