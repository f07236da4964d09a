"""A promotion is found by whoever runs, and a candidate that people like less is taken back."""

import json
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from threading import Event

import pytest

from assistant.errors import ModelUnavailable
from assistant.finetuning import watch as watching
from assistant.finetuning.canaries import judge_canaries
from assistant.finetuning.watch import SERVED, AdapterWatch, Steps
from assistant.models.adapters import Adapters
from finetune.registry import Registry
from finetune.registry.canary import LEAST_VOTES, Votes, judged
from finetune.testing.adapters import SMALL, random_adapter
from finetune.testing.gate import let_pass


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    found = Registry(tmp_path / "adapters", {SMALL.sha256: SMALL.name})
    for seed in (1, 2):
        found.add(random_adapter(tmp_path / f"trained-{seed}", seed=seed), "help")
    let_pass(found)
    return found


@pytest.fixture
def followed() -> list[int]:
    return []


@pytest.fixture
def watch(registry: Registry, followed: list[int]) -> Iterator[AdapterWatch]:
    def follow() -> Adapters:
        followed.append(1)
        return Adapters({}, {"": registry.aliases().get("reader", "shipped")})

    watch = AdapterWatch(registry, Steps(follow, lambda: None))
    yield watch
    watch.close()


def _served(registry: Registry) -> dict[str, object]:
    found: dict[str, object] = json.loads((registry.folder / SERVED).read_text())
    return found


def test_nothing_is_done_until_something_changes(watch: AdapterWatch, registry: Registry, followed: list[int]) -> None:
    for _ in range(3):
        watch.look()
    assert len(followed) == 1
    registry.promote("reader", "help@v1", who="ana")
    for _ in range(3):
        watch.look()
    assert len(followed) == 2
    assert _served(registry)["serving"] == {"": "help@v1"}


def test_a_promotion_of_another_process_is_found_within_a_second_or_two(
    watch: AdapterWatch, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.05)
    watch.start()
    watch.start()
    Registry(registry.folder, {SMALL.sha256: SMALL.name}).promote("reader", "help@v2", who="ana")
    ends = time.monotonic() + 5
    while time.monotonic() < ends:
        if (registry.folder / SERVED).exists() and _served(registry).get("serving") == {"": "help@v2"}:
            return
        time.sleep(0.02)
    pytest.fail("the promotion was not found")


def test_what_cannot_be_served_is_written_down_and_the_watch_goes_on(registry: Registry, caplog: object) -> None:
    def refuse() -> Adapters:
        raise ModelUnavailable("no memory for a second copy.")

    watch = AdapterWatch(registry, Steps(refuse, lambda: None))
    watch.look()
    found = _served(registry)
    assert (found["problems"], "serving" in found) == (["no memory for a second copy."], False)


def test_a_watch_survives_what_nobody_expected(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(watching, "JUDGE_SECONDS", 0.02)
    calls, enough = [], Event()

    def judge() -> None:
        calls.append(1)
        if len(calls) > 2:
            enough.set()
        raise RuntimeError("unheard of")

    watch = AdapterWatch(registry, Steps(Adapters, judge))
    watch.start()
    assert enough.wait(5)
    watch.close()
    assert "adapters could not be looked at" in caplog.text


# Canaries


class _Thumbs:
    def __init__(self, found: Mapping[str, tuple[int, int]]) -> None:
        self._found = found

    def thumbs(self, since: datetime) -> Mapping[str, tuple[int, int]]:
        assert since.tzinfo is not None
        return self._found


def _judge(registry: Registry, **found: tuple[int, int]) -> None:
    thumbs = {name.replace("_", "@"): votes for name, votes in found.items()}
    judge_canaries(registry, Adapters({}, {"": "help@v1"}), _Thumbs(thumbs))


def test_a_worse_candidate_is_taken_back_with_the_reason(registry: Registry) -> None:
    registry.promote("reader", "help@v1", who="ana")
    registry.promote("reader", "help@v2", who="ana", canary=20)
    _judge(registry, help_v1=(90, 10), help_v2=(15, 25))
    assert registry.canaries() == {}
    assert registry.aliases() == {"reader": "help@v1"}
    last = registry.history("reader")[-1]
    assert (last.action, last.who) == ("canary_stopped", "pilares")
    assert last.why == "thumbs down in 25 of 40 conversations, 10 of 100 with help@v1"


@pytest.mark.parametrize(
    "found",
    [
        {"help_v1": (90, 10), "help_v2": (36, 4)},
        {"help_v1": (90, 10), "help_v2": (0, LEAST_VOTES - 1)},  # too few to say
        {"help_v1": (5, 0), "help_v2": (0, 40)},  # and too few to compare with
        {"help_v1": (90, 10)},
        {},
    ],
)
def test_otherwise_it_stays(registry: Registry, found: dict[str, tuple[int, int]]) -> None:
    registry.promote("reader", "help@v1", who="ana")
    registry.promote("reader", "help@v2", who="ana", canary=20)
    _judge(registry, **found)
    assert registry.canaries()["reader"].candidate == "help@v2"


def test_the_test_errs_as_seldom_as_it_says() -> None:
    """Looked at after every vote: as good as its champion it is taken back in 5 % at most, much worse nearly always."""
    import random

    rolled = random.Random(0)

    def taken_back(share: float) -> bool:
        up = down = 0
        for _ in range(400):
            if rolled.random() < share:
                down += 1
            else:
                up += 1
            verdict = judged(Votes(900, 100), Votes(up, down))
            if verdict != "open":
                return verdict == "worse"
        return False

    assert sum(taken_back(0.1) for _ in range(400)) / 400 <= 0.07
    assert sum(taken_back(0.3) for _ in range(200)) / 200 >= 0.93
