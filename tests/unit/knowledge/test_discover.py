import os
from pathlib import Path

import pytest

from knowledge.errors import SourceError
from knowledge.ingest.discover import discover


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("words")


def names(folder: Path) -> list[str]:
    return [file.name for file in discover([folder], None, {}).files]


def test_files_are_named_by_their_path_in_a_stable_order(folder: Path) -> None:
    make(folder, "b.md", "a/z.txt", "a/b/c.md", "c.PDF")
    assert names(folder) == ["a/b/c.md", "a/z.txt", "b.md", "c.PDF"]


def test_hidden_temporary_and_unknown_files_are_passed_over(folder: Path) -> None:
    make(folder, ".git/config.md", ".hidden.md", "~$open.docx", "logo.png", "a.md")
    found = discover([folder], None, {})
    assert [file.name for file in found.files] == ["a.md"]
    assert found.skipped == ["logo.png"]
    assert not found.failed


def test_links_that_leave_the_folder_are_refused(folder: Path, tmp_path: Path) -> None:
    make(tmp_path, "secret.txt", "elsewhere/other.txt")
    make(folder, "real.txt")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "outdir").symlink_to(tmp_path / "elsewhere")
    (folder / "gone.txt").symlink_to(tmp_path / "missing")
    (folder / "loop").symlink_to(folder)
    (folder / "inside.txt").symlink_to(folder / "real.txt")
    found = discover([folder], None, {})
    assert [file.name for file in found.files] == ["inside.txt", "real.txt"]
    assert {failure.document for failure in found.failed} == {"out.txt", "outdir", "gone.txt"}
    assert all("leaves the folder" in failure.reason for failure in found.failed)


def test_a_named_pipe_is_not_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    assert names(folder) == []
    with pytest.raises(SourceError, match="neither a file nor a folder"):
        discover([folder / "pipe.txt"], None, {})


def test_a_path_that_is_not_there(folder: Path) -> None:
    with pytest.raises(SourceError, match=r"missing\.md cannot be read \(No such file or directory\)"):
        discover([folder / "missing.md"], None, {})


def test_a_loop_of_links_and_an_impossible_path(folder: Path) -> None:
    (folder / "a").symlink_to(folder / "b")
    (folder / "b").symlink_to(folder / "a")
    for path in (folder / "a", Path("bad\x00name")):
        with pytest.raises(SourceError, match="cannot be read"):
            discover([path], None, {})


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may list every folder")
def test_a_folder_without_rights(folder: Path) -> None:
    make(folder, "a.md", "closed/b.md")
    (folder / "closed").chmod(0)
    try:
        found = discover([folder], None, {})
        assert found.closed == ["closed"]
        with pytest.raises(SourceError, match="cannot be listed"):
            discover([folder / "closed"], None, {})
    finally:
        (folder / "closed").chmod(0o700)


def test_a_folder_that_cannot_be_listed_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(folder, "a.md", "closed/b.md")
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = discover([folder], None, {})
    assert [file.name for file in found.files] == ["a.md"]
    assert [(each.document, each.reason) for each in found.failed] == [
        ("closed", "The folder closed cannot be listed (Permission denied).")
    ]
    with pytest.raises(
        SourceError, match=r"The folder .*closed cannot be listed \(Permission denied\)\. Give this user"
    ):
        discover([folder / "closed"], None, {})


def test_a_single_file_joins_the_folder_it_lies_in(folder: Path) -> None:
    make(folder, "sub/a.md")
    root = str(folder.resolve())
    alone = discover([folder / "sub/a.md"], None, {}).files[0]
    assert (alone.name, alone.source, alone.root) == ("a.md", f"{root}/sub", None)
    joined = discover([folder / "sub/a.md"], None, {root: "handbook"}).files[0]
    assert (joined.name, joined.source, joined.root) == ("sub/a.md", "handbook", root)


def test_a_name_that_is_no_text(folder: Path) -> None:
    broken = os.fsencode(folder) + b"/caf\xe9.md"
    Path(os.fsdecode(broken)).write_text("words")
    assert names(folder) == ["caf\ufffd.md"]
