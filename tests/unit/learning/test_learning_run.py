"""A run goes through its stages once, says why it ends, goes on after a kill, and is never two."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.errors import InvalidRequest, ModelUnavailable
from assistant.learning.journal import STAGES, Journal, Stage
from assistant.learning.run import JOURNAL, Enough, Found, Learning, Steps, alone, is_running
from finetune.errors import NotWritten


class Killed(BaseException):
    """What a kill looks like from inside: nothing after it is done."""


class Script:
    """Stages that note that they were called, and do what a test has put in `does`."""

    def __init__(self) -> None:
        self.called: list[Stage] = []
        self.given: dict[str, Found] = {}
        self.does: dict[str, Exception | BaseException] = {}

    def steps(self) -> Steps:
        return Steps(*(self._step(stage) for stage in STAGES))

    def _step(self, stage: Stage):  # type: ignore[no-untyped-def]
        def work(found: Found) -> Found:
            self.called.append(stage)
            self.given[stage] = found
            if error := self.does.pop(stage, None):
                raise error
            return {stage: f"{stage} found", "why": f"because of {stage}"}

        return work


@pytest.fixture
def script() -> Script:
    return Script()


def test_stages_in_order_each_with_what_was_found_before(tmp_path: Path, script: Script) -> None:
    run = Learning(tmp_path, script.steps()).run()
    assert script.called == list(STAGES)
    assert run.ended
    assert (run.last.stage, run.last.outcome, run.last.why) == ("decide", "done", "because of decide")
    assert script.given["train"] == {name: f"{name} found" for name in ("collect", "check", "build")}
    lines = [json.loads(line) for line in (tmp_path / JOURNAL).read_text().splitlines()]
    assert [(line["stage"], line["outcome"]) for line in lines] == [(s, o) for s in STAGES for o in ("begun", "done")]
    assert all(line["at"] and line["run"] == run.id for line in lines)


def test_the_next_run_is_a_new_one(tmp_path: Path, script: Script) -> None:
    first, second = (Learning(tmp_path, script.steps()).run() for _ in range(2))
    assert first.id != second.id
    assert len(Journal(tmp_path / JOURNAL).runs()) == 2


def test_enough_ends_a_run_with_its_reason_and_no_later_stage(tmp_path: Path, script: Script) -> None:
    script.does["gate"] = Enough("the gate refused learnt@v1: too many refusals", {"verdict": "refusals"})
    run = Learning(tmp_path, script.steps()).run()
    assert (run.last.stage, run.last.outcome) == ("gate", "stopped")
    assert run.found()["verdict"] == "refusals"
    assert run.ended
    assert "decide" not in script.called


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ModelUnavailable("Pull the model first."), "Pull the model first."),
        (ZeroDivisionError("oh"), "ZeroDivisionError: oh"),
    ],
)
def test_what_breaks_ends_a_run_and_the_next_begins_anew(
    tmp_path: Path, script: Script, error: Exception, said: str
) -> None:
    script.does["train"] = error
    run = Learning(tmp_path, script.steps()).run()
    assert (run.last.stage, run.last.outcome) == ("train", "failed")
    assert said in run.last.why
    assert Learning(tmp_path, script.steps()).run().last.stage == "decide"


@pytest.mark.parametrize("stage", STAGES)
def test_a_run_killed_in_a_stage_goes_on_with_that_stage(tmp_path: Path, script: Script, stage: Stage) -> None:
    script.does[stage] = Killed()
    with pytest.raises(Killed):
        Learning(tmp_path, script.steps()).run()
    begun = Journal(tmp_path / JOURNAL).last()
    assert begun is not None
    assert not begun.ended
    script.called.clear()
    run = Learning(tmp_path, script.steps()).run()
    assert run.id == begun.id
    assert script.called == list(STAGES[STAGES.index(stage) :]), "what was done is not done again"
    assert run.ended


def test_three_kills_in_one_stage_are_enough(tmp_path: Path, script: Script) -> None:
    for _ in range(3):
        script.does["train"] = Killed()
        with pytest.raises(Killed):
            Learning(tmp_path, script.steps()).run()
    run = Learning(tmp_path, script.steps()).run()
    assert (run.last.stage, run.last.outcome) == ("train", "failed")
    assert "interrupted 3 times" in run.last.why


def test_half_a_line_of_a_crash_is_passed_by(tmp_path: Path, script: Script) -> None:
    Learning(tmp_path, script.steps()).run()
    with (tmp_path / JOURNAL).open("a") as file:
        file.write('{"run": "x", "sta')
    run = Learning(tmp_path, script.steps()).run()
    assert run.last.stage == "decide"
    assert len(Journal(tmp_path / JOURNAL).runs()) == 2


def test_never_two_at_once(tmp_path: Path, script: Script) -> None:
    assert not is_running(tmp_path)
    with alone(tmp_path):
        assert is_running(tmp_path)
        with pytest.raises(InvalidRequest, match="under way in another process"):
            Learning(tmp_path, script.steps()).run()
    assert script.called == []
    assert not is_running(tmp_path)


def test_a_full_disk_is_said(tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("assistant.learning.journal.append_line", full)
    with pytest.raises(NotWritten, match="No space left"):
        Learning(tmp_path, script.steps()).run()
    assert script.called == []


_UNTIL_KILLED = """
import sys, time
from pathlib import Path
from assistant.learning.journal import STAGES
from assistant.learning.run import Learning, Steps
folder, fatal = Path(sys.argv[1]), sys.argv[2]
def step(stage):
    def work(found):
        with (folder / "calls").open("a") as file:
            file.write(stage + "\\n")
        if stage == fatal:
            (folder / "there").touch()
            time.sleep(60)
        return {stage: True}
    return work
Learning(folder, Steps(*(step(stage) for stage in STAGES))).run()
"""


@pytest.mark.parametrize("stage", ["collect", "train"])
def test_a_real_kill_leaves_a_run_that_goes_on(tmp_path: Path, script: Script, stage: Stage) -> None:
    with subprocess.Popen([sys.executable, "-c", _UNTIL_KILLED, str(tmp_path), stage]) as process:
        deadline = time.monotonic() + 60
        while not (tmp_path / "there").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        with pytest.raises(InvalidRequest):
            Learning(tmp_path, script.steps()).run()
        os.kill(process.pid, signal.SIGKILL)
    run = Learning(tmp_path, script.steps()).run()
    assert run.ended
    assert script.called == list(STAGES[STAGES.index(stage) :])
    assert len(Journal(tmp_path / JOURNAL).runs()) == 1
