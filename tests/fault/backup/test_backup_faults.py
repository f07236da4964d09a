"""Full disks, missing rights, kill -9: a backup is whole or not there, and a restore loses nothing."""

import base64
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.backup.restore import restore
from assistant.backup.write import write
from assistant.testing.homes import contents, furnish, open_library

# A file cannot grow past this: what is being written fails half-way, as on a full disk.
LIMIT = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return furnish(tmp_path / "home")


def pilares(home: Path, *arguments: str | Path, before: str = "") -> tuple[int, str]:
    program = f"{before}\nfrom assistant.cli import main\nmain()"
    environment = {**os.environ, "PILARES_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True, env=environment
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def noise(size: int) -> str:
    """A comment that no compression makes much smaller."""
    return f"# {base64.b64encode(os.urandom(size * 3 // 4)).decode()}\n"


def everything_in(folder: Path) -> set[bytes]:
    return {path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.name.startswith("lock")}


def fill_settings(home: Path) -> None:
    """Each fits, the archive of both does not."""
    for name in ("pilares.toml", "intents.toml"):
        (home / name).write_text(noise(900_000))


def fill_documents(home: Path) -> None:
    connection = sqlite3.connect(home / "knowledge" / "knowledge.db")
    connection.execute("INSERT INTO facts VALUES ('filler', ?)", [noise(3_000_000)])
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("fill", "said"), [(fill_settings, "is full"), (fill_documents, "free space")], ids=["archive", "copy"]
)
def test_a_disk_that_fills_up_leaves_the_former_backup(home: Path, tmp_path: Path, fill: object, said: str) -> None:
    assert callable(fill)
    target = tmp_path / "backup.tar.gz"
    write(home, target)
    good = target.read_bytes()
    fill(home)
    before = contents(home)
    status, output = pilares(home, "backup", target, "--force", before=LIMIT)
    assert status == 1
    assert said in output
    assert output.count("\n") == 1
    assert target.read_bytes() == good
    assert {path.name for path in tmp_path.iterdir()} == {"home", "backup.tar.gz"}
    assert contents(home) == before
    assert pilares(home, "backup", target, "--force")[0] == 0


def test_a_disk_that_fills_up_while_restoring_changes_nothing(home: Path, tmp_path: Path) -> None:
    other = furnish(tmp_path / "other")
    fill_documents(other)
    write(other, tmp_path / "backup.tar.gz")
    before = everything_in(home)
    status, output = pilares(home, "restore", tmp_path / "backup.tar.gz", "--force", before=LIMIT)
    assert status == 1
    assert "is full. Nothing was changed" in output
    assert everything_in(home) == before
    assert [path.name for path in home.iterdir() if "restor" in path.name] == []
    new = tmp_path / "new"
    assert pilares(new, "restore", tmp_path / "backup.tar.gz", before=LIMIT)[0] == 1
    assert not new.exists()


@pytest.mark.parametrize("moves", [0, 2, 5, 8])
def test_killed_while_restoring_nothing_is_lost_and_the_next_one_finishes(
    home: Path, tmp_path: Path, moves: int
) -> None:
    other = furnish(tmp_path / "other")
    with open_library(other) as library:
        library.add_texts([("theirs", "Theirs", "Another text.")])
    write(other, tmp_path / "backup.tar.gz")
    saved, before = contents(other), everything_in(home)
    kill = f"""
import os, shutil
real, left = shutil.move, [{moves}]
def move(source, target):
    if not left[0]:
        os.kill(os.getpid(), 9)
    left[0] -= 1
    real(source, target)
shutil.move = move
"""
    assert pilares(home, "restore", tmp_path / "backup.tar.gz", "--force", before=kill)[0] == -9
    assert before <= everything_in(home)
    restore(tmp_path / "backup.tar.gz", home, force=True)
    assert contents(home) == saved
    assert [path.name for path in home.glob(".restoring-*")] == []
    assert before <= everything_in(home)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_killed_while_saving_the_former_backup_is_whole(home: Path, tmp_path: Path, step: str) -> None:
    target = tmp_path / "backup.tar.gz"
    write(home, target)
    good = target.read_bytes()
    kill = f"import os\nos.{step} = lambda *_: os.kill(os.getpid(), 9)"
    assert pilares(home, "backup", target, "--force", before=kill)[0] == -9
    assert target.read_bytes() == good
    assert pilares(home, "backup", target, "--force")[0] == 0
    restore(target, tmp_path / "new")
    assert contents(tmp_path / "new") == contents(home)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="/proc refuses everybody, root as well")
def test_places_that_cannot_be_written_or_read(home: Path, tmp_path: Path) -> None:
    write(home, tmp_path / "backup.tar.gz")
    for status, arguments, named in (
        (1, ("backup", "/proc/backup.tar.gz"), "/proc/"),
        (1, ("restore", tmp_path / "backup.tar.gz", "--home", "/proc/pilares"), "/proc/pilares"),
        (2, ("restore", "/proc/self/mem", "--home", tmp_path / "new"), "/proc/self/mem"),
        (1, ("restore", tmp_path / "backup.tar.gz", "--home", tmp_path / "backup.tar.gz"), "cannot be written"),
    ):
        found, said = pilares(home, *arguments)
        assert (found, said.count("\n")) == (status, 1), said
        assert named in said
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_database_that_may_not_be_read(home: Path, tmp_path: Path) -> None:
    (home / "pilares.db").chmod(0)
    status, said = pilares(home, "backup", tmp_path / "backup.tar.gz")
    (home / "pilares.db").chmod(0o600)
    assert status == 1
    assert "check the rights" in said
    assert not (tmp_path / "backup.tar.gz").exists()
