"""An archive that is not what `pilares backup` made is refused in one sentence, and nothing is touched."""

import gzip
import io
import json
import sqlite3
import tarfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant.cli import app

Members = dict[str, bytes]


def refused(archive: Path, home: Path, *said: str) -> str:
    """Restoring into a home that is not there ends with status 2 and leaves it that way."""
    done = CliRunner().invoke(app, ["restore", str(archive), "--home", str(home)])
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output
    assert done.output.count("\n") == 1
    assert "Nothing was changed." in done.output
    for each in said:
        assert each in done.output
    assert not home.exists()
    return done.output


@pytest.fixture
def parts(archive: Path) -> Members:
    with tarfile.open(archive, "r:gz") as tar:
        found = [(entry.name, tar.extractfile(entry)) for entry in tar]
        return {name: content.read() for name, content in found if content}


def pack(path: Path, parts: Members, *others: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in parts.items():
            tar.addfile(entry(name, len(content)), io.BytesIO(content))
        for other in others:
            tar.addfile(other, io.BytesIO(b"\0" * other.size))
    return path


def entry(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.size, made.type, made.linkname = size, kind, link
    return made


def described(parts: Members, **changes: Any) -> Members:
    """The same members with a manifest that fits them again."""
    manifest = json.loads(parts["manifest.json"])
    others = {name: content for name, content in parts.items() if name != "manifest.json"}
    manifest["members"] = {
        name: {"bytes": len(content), "sha256": sha256(content).hexdigest()} for name, content in others.items()
    }
    return {"manifest.json": json.dumps(manifest | changes).encode(), **others}


def test_the_members_packed_again_are_a_backup(parts: Members, tmp_path: Path) -> None:
    """What follows refuses for its reason, not for how the tests pack."""
    archive = pack(tmp_path / "again.tar.gz", described(parts))
    done = CliRunner().invoke(app, ["restore", str(archive), "--home", str(tmp_path / "new")])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (entry("/etc/passwd", 3), "leads out of the home folder"),
        (entry("../outside", 3), "leads out of the home folder"),
        (entry("knowledge/../../outside", 3), "leads out of the home folder"),
        (entry("..\\outside", 3), "leads out of the home folder"),
        (entry("notes.txt", 3), "belongs in no backup"),
        (entry("knowledge/vectors-1/chroma.sqlite3", 3), "belongs in no backup"),
        (entry("knowledge", kind=tarfile.DIRTYPE), "belongs in no backup"),
        (entry("pilares.toml", kind=tarfile.SYMTYPE, link="/etc/passwd"), "is a link"),
        (entry("pilares.toml", kind=tarfile.LNKTYPE, link="pilares.db"), "is a link"),
        (entry("pilares.toml", kind=tarfile.FIFOTYPE), "is a link or no plain file"),
        (entry("pilares.toml", 3), "not in the manifest, or there twice"),
        (entry("pilares.db", 3), "not in the manifest, or there twice"),
    ],
    ids=lambda value: value.name + str(value.type) if isinstance(value, tarfile.TarInfo) else "",
)
def test_members_that_do_not_belong(parts: Members, tmp_path: Path, other: tarfile.TarInfo, said: str) -> None:
    del parts["pilares.toml"]
    archive = pack(tmp_path / "bad.tar.gz", described(parts), other)
    refused(archive, tmp_path / "new", said)
    assert not (tmp_path / "outside").exists()


def test_a_manifest_cannot_name_a_way_out(parts: Members, tmp_path: Path) -> None:
    refused(pack(tmp_path / "bad.tar.gz", described({**parts, "../outside": b"x"})), tmp_path / "new", "leads out")


@pytest.mark.parametrize("name", ["knowledge/knowledge.db", "pilares.db", "pilares.toml"])
def test_an_edited_member(parts: Members, tmp_path: Path, name: str) -> None:
    content = bytearray(parts[name])
    content[len(content) // 2] ^= 1
    same_size = pack(tmp_path / "a.tar.gz", {**parts, name: bytes(content)})
    refused(same_size, tmp_path / "new", f"{name} is not what was saved", "SHA-256")
    longer = pack(tmp_path / "b.tar.gz", {**parts, name: parts[name] + b"\n"})
    refused(longer, tmp_path / "new", f"{name} is not what was saved")


def test_a_missing_member(parts: Members, tmp_path: Path) -> None:
    del parts["pilares.db"]
    refused(pack(tmp_path / "bad.tar.gz", parts), tmp_path / "new", "pilares.db is missing")


@pytest.mark.parametrize(
    "manifest",
    [b"", b"{", b"[]", b"\xff\xfe", b"null", b'{"format": 1}', b"[" * 100_000, b'{"format": "x"}', b'{"format": true}'],
    ids=range(9),
)
def test_a_manifest_that_is_none(parts: Members, tmp_path: Path, manifest: bytes) -> None:
    refused(pack(tmp_path / "bad.tar.gz", {**parts, "manifest.json": manifest}), tmp_path / "new", "manifest.json")


def test_no_manifest(parts: Members, tmp_path: Path) -> None:
    del parts["manifest.json"]
    refused(pack(tmp_path / "bad.tar.gz", parts), tmp_path / "new", "does not begin with a manifest.json")


def test_a_newer_format(parts: Members, tmp_path: Path) -> None:
    newer = json.dumps({"format": 4, "pilares": "9.0", "all": "different"}).encode()
    archive = pack(tmp_path / "bad.tar.gz", {**parts, "manifest.json": newer})
    refused(archive, tmp_path / "new", "made by a newer Pilares (9.0, format 4", "Update Pilares")


@pytest.mark.parametrize(
    ("name", "statement", "said"),
    [
        ("knowledge/knowledge.db", "UPDATE facts SET value = '99' WHERE key = 'schema_version'", "schema 99"),
        ("pilares.db", "UPDATE alembic_version SET version_num = '9999'", "schema 9999"),
        ("knowledge/knowledge.db", "DELETE FROM facts", "schema unknown"),
    ],
)
def test_a_newer_schema(parts: Members, tmp_path: Path, name: str, statement: str, said: str) -> None:
    (tmp_path / "x.db").write_bytes(parts[name])
    connection = sqlite3.connect(tmp_path / "x.db")
    connection.execute(statement)
    connection.commit()
    connection.close()
    newer = described({**parts, name: (tmp_path / "x.db").read_bytes()})
    refused(pack(tmp_path / "bad.tar.gz", newer), tmp_path / "new", "newer Pilares", said, name)


@pytest.mark.parametrize("damage", [lambda _: b"no database", lambda data: data[:5000], lambda _: b""])
def test_a_database_that_is_none(parts: Members, tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    bad = described({**parts, "pilares.db": damage(parts["pilares.db"])})
    refused(pack(tmp_path / "bad.tar.gz", bad), tmp_path / "new", "pilares.db is damaged")


@pytest.mark.parametrize(
    "content",
    [b"", b"just words", b"\x1f\x8b", gzip.compress(b"words"), gzip.compress(b""), b"PK\x03\x04" + b"x" * 500],
    ids=range(6),
)
def test_a_file_that_is_no_archive(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.tar.gz").write_bytes(content)
    refused(tmp_path / "bad.tar.gz", tmp_path / "new")


@pytest.mark.parametrize("name", ["none.tar.gz", "."])
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    refused(tmp_path / name, tmp_path / "new", "cannot be read")


def test_cut_anywhere(archive: Path, tmp_path: Path) -> None:
    whole = archive.read_bytes()
    for length in (*range(0, len(whole), len(whole) // 25), len(whole) - 8, len(whole) - 1):
        (tmp_path / "cut.tar.gz").write_bytes(whole[:length])
        refused(tmp_path / "cut.tar.gz", tmp_path / "new")


def test_a_byte_changed_anywhere(archive: Path, tmp_path: Path) -> None:
    whole = archive.read_bytes()
    for place in range(64, len(whole), len(whole) // 25):
        changed = bytearray(whole)
        changed[place] ^= 0x55
        (tmp_path / "bad.tar.gz").write_bytes(changed)
        refused(tmp_path / "bad.tar.gz", tmp_path / "new")


def test_a_header_that_claims_gigabytes_is_not_read(parts: Members, tmp_path: Path) -> None:
    path = tmp_path / "bad.tar.gz"
    with gzip.open(path, "wb") as stream:
        stream.write(entry("manifest.json", 7 << 30, tarfile.XHDTYPE).tobuf())
        for _ in range(4):
            stream.write(b"\0" * (1 << 20))
    refused(path, tmp_path / "new", "longer than any backup's")
