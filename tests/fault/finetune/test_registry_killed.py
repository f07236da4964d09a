"""A process killed while it promotes, rolls back or adds leaves one state or the other, and nobody has to tidy up."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from finetune.registry import Registry
from finetune.testing.adapters import SMALL, random_adapter
from finetune.testing.gate import let_pass

BASES = {SMALL.sha256: SMALL.name}
KILLS = 12
WITHOUT_END = """
import sys
from pathlib import Path
from finetune.registry import Registry

registry, source = Registry(Path(sys.argv[1]), {sys.argv[3]: "tiny"}), Path(sys.argv[2])
print("ready", flush=True)
while True:
    for name in ("help@v1", "help@v2", "help@v3"):
        if registry.aliases().get("reader") != name:
            registry.promote("reader", name, who="child")
    registry.rollback("reader", who="child")
    registry.add(source, "help")
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_killed_at_any_moment(tmp_path: Path) -> None:
    registry, random = Registry(tmp_path / "adapters", BASES), Random(1)
    sources = [random_adapter(tmp_path / f"trained-{seed}", seed=seed) for seed in range(3)]
    for source in sources:
        registry.add(source, "help")
    let_pass(registry)
    for _ in range(KILLS):
        child = subprocess.Popen(
            [sys.executable, "-c", WITHOUT_END, registry.folder, sources[0], SMALL.sha256], stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(0.03 + random.random() * 0.2)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        serves = registry.aliases().get("reader", "")
        moves = registry.history("reader")
        assert serves in {"", "help@v1", "help@v2", "help@v3"}
        assert [each.before for each in moves] == ["", *(each.after for each in moves[:-1])][: len(moves)]
        assert (moves[-1].after if moves else "") == serves
        for version in registry.versions():
            version.whole()
    other = "help@v1" if serves != "help@v1" else "help@v2"
    assert registry.promote("reader", other, who="parent").before == serves
    registry.add(sources[1], "help")
    assert not [each for each in registry.folder.iterdir() if each.name.startswith(".incoming")]
