"""Two processes train one adapter together, as several graphics cards do; here on the processor."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from finetune.testing.training import TinyHome
from finetune.training.checkpoints import whole

pytestmark = [pytest.mark.slow, pytest.mark.long]


def test_two_processes_make_one_result(tmp_path: Path) -> None:
    home = TinyHome(tmp_path)
    run = home.run()
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    done = subprocess.run(
        [sys.executable, *launcher, "-m", "finetune.training.worker", *home.command(run)], capture_output=True,
        env={**os.environ, "ACCELERATE_USE_CPU": "true", "OMP_WAIT_POLICY": "PASSIVE"}, timeout=240, check=False,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    events = run.log.read()
    assert [each["event"] for each in events].count("started") == 1
    assert [each["step"] for each in events if each["event"] == "step"] == [*range(1, 17)]
    assert run.plan.machine["processes"] == 2
    assert len(whole(run.checkpoints / "sft")) in (1, 2)
    losses = [each["loss"] for each in events if each["event"] == "evaluated"]
    assert losses[-1] < 0.8 * losses[0]
