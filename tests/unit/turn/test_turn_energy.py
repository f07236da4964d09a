"""What an answer cost: measured where a counter is, otherwise an estimate that says so."""

from pathlib import Path

import pytest

from assistant import locality, metering
from assistant.errors import ModelUnavailable
from assistant.loopback import stays_here
from assistant.metering import Tally
from assistant.routing.budget import Budget
from assistant.settings import Settings
from assistant.turn.answer import Route
from assistant.turn.energy import Meter
from assistant.turn.power import Rapl

SMALL = Route("slm", "small", "one_line")
LARGE = Route("llm", "large", "judged_hard")


class Counter:
    name = "RAPL"

    def __init__(self, joules: float | None) -> None:
        self.now = joules

    def joules(self) -> float | None:
        return self.now


def _tally(**tokens: tuple[int, int]) -> Tally:
    tally = Tally()
    for model, (read, written) in tokens.items():
        tally.add(model, read, written)
    return tally


def test_energy_is_measured_where_a_counter_is() -> None:
    meter = Meter(counter=Counter(4_600.0))
    used = meter.usage(SMALL, _tally(small=(400, 20)), 9.0, since=1_000.0)
    assert (used.wh, used.input_tokens, used.output_tokens) == (1.0, 400, 20)
    assert used.method.startswith("measured: RAPL, whole machine")
    assert used.gco2e == pytest.approx(0.473)


@pytest.mark.parametrize(("counter", "since"), [(None, None), (Counter(None), 5.0), (Counter(5.0), None)])
def test_otherwise_it_is_an_estimate_that_says_so(counter: Counter | None, since: float | None) -> None:
    used = Meter(counter=counter).usage(SMALL, Tally(), 9.0, since)
    assert used.method.startswith("estimate: 8 W per core")
    assert used.wh > 0


def test_every_call_of_a_turn_is_paid_for(tmp_path: Path) -> None:
    large = {"name": "large", "url": "https://models.example.com/v1", "price_in": 2.0, "price_out": 10.0}
    meter = Meter.of(Settings(home=tmp_path, llm=large), None)
    used = meter.usage(LARGE, _tally(small=(9_000, 9_000), large=(1_000, 500)), 3.0, None)
    assert used.cost == pytest.approx(1_000 * 2e-6 + 500 * 10e-6)
    assert used.method.startswith("estimate: remote model")
    assert used.wh == pytest.approx(0.3)


def test_the_counter_goes_on_where_the_register_starts_again(tmp_path: Path) -> None:
    package = tmp_path / "intel-rapl:0"
    (package / "intel-rapl:0:0").mkdir(parents=True)
    (package / "max_energy_range_uj").write_text("1000000\n")
    (package / "energy_uj").write_text("900000\n")
    counter = Rapl.found(tmp_path)
    assert counter is not None
    (package / "energy_uj").write_text("100000\n")
    assert counter.joules() == pytest.approx(1.1)
    (package / "energy_uj").unlink()
    assert counter.joules() is None
    assert Rapl.found(tmp_path / "nowhere") is None


def test_tokens_are_counted_only_for_the_turn_at_work() -> None:
    from contextvars import copy_context

    tally = Tally()

    def turn() -> None:
        metering.follow(tally)
        metering.count("large", 10, 1)
        metering.count("large", 5, 1)

    copy_context().run(turn)
    metering.count("large", 99, 99)
    assert tally.tokens == {"large": (15, 2)}


@pytest.mark.parametrize(
    ("url", "here"),
    [
        (None, True), ("http://127.0.0.1:8000/v1", True), ("http://localhost:11434/v1", True),
        ("http://[::1]/v1", True),
        ("http://192.168.1.5/v1", False), ("https://api.example.com/v1", False), ("http://localhost.evil.com/", False),
        ("http://0.0.0.0/v1", False), ("http://[bad/v1", False),
    ],
)  # fmt: skip
def test_which_addresses_stay_here(url: str | None, here: bool) -> None:
    assert stays_here(url) is here


def test_a_kept_turn_reaches_no_model_elsewhere_but_a_trusted_one() -> None:
    from contextvars import copy_context

    def kept() -> None:
        locality.follow(locality.Keeping("restricted"))
        locality.check_may_leave("m", None)
        locality.check_may_leave("m", "http://10.0.0.1/v1", trusted=True)
        with pytest.raises(ModelUnavailable, match="kept on this computer"):
            locality.check_may_leave("m", "http://10.0.0.1/v1")

    copy_context().run(kept)
    locality.check_may_leave("m", "http://10.0.0.1/v1")


def test_a_budget_is_for_a_day() -> None:
    from datetime import UTC, datetime

    now = [datetime(2026, 1, 1, 23, tzinfo=UTC)]
    budget = Budget(1.0, 0.5, lambda: now[0])
    budget.add(0.4)
    assert not budget.spent()
    budget.add(0.2)
    assert budget.spent()
    now[0] = datetime(2026, 1, 2, 0, 1, tzinfo=UTC)
    assert not budget.spent()
