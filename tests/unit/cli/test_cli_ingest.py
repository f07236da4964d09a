"""`pilares ingest`: what was added is said, and what was not decides the exit status."""

from pathlib import Path

import pytest
from click.testing import Result
from fpdf import FPDF
from PIL import Image
from typer.testing import CliRunner

from assistant.cli import app
from assistant.models.models import Models
from knowledge.testing.embedder import HashingEmbedder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(Models, "embedder", lambda _: HashingEmbedder())
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "refunds.md").write_text("# Refunds\n\nMoney is paid back within thirty days.\n")
    return tmp_path / "papers"


def _ingest(folder: Path) -> Result:
    return CliRunner().invoke(app, ["ingest", str(folder)])


def test_documents_that_can_be_read_end_well(folder: Path) -> None:
    done = _ingest(folder)
    assert done.exit_code == 0, done.output
    assert "1 added" in done.output
    assert "1 unchanged" in _ingest(folder).output


def test_one_that_cannot_be_read_does_not_end_well_and_the_others_are_there(folder: Path) -> None:
    (folder / "prices.pdf").write_bytes(b"%PDF-1.7 cut short")
    (folder / "nothing.txt").write_bytes(b"")
    done = _ingest(folder)
    assert done.exit_code == 1
    assert "1 added" in done.output
    assert "2 failed" in done.output
    assert "prices.pdf" in done.output
    assert "nothing.txt" in done.output
    assert "refunds.md" in CliRunner().invoke(app, ["documents", "list"]).output


def test_a_folder_that_is_empty_all_at_once_is_believed_only_when_that_is_said(folder: Path) -> None:
    for number in range(10):
        (folder / f"{number}.md").write_text(f"Words of number {number}.\n")
    _ingest(folder)
    for each in folder.iterdir():
        each.unlink()
    done = _ingest(folder)
    assert (done.exit_code, "--forget-gone" in done.output) == (1, True)
    done = CliRunner().invoke(app, ["ingest", str(folder), "--forget-gone"])
    assert (done.exit_code, "11 removed" in done.output) == (0, True)


def test_the_list_says_which_documents_belong_together(folder: Path) -> None:
    clauses = "\n\n".join(
        f"Clause {n}: the rent is paid on the first day of every month, number {n}." for n in range(40)
    )
    (folder / "contract-a.md").write_text(f"# Contract\n\n{clauses}\n")
    (folder / "contract-b.md").write_text(f"# Contract\n\n{clauses}\n\nThe rent is 950 euros.\n")
    (folder / "policy-2025.md").write_text("# Policy 2025\n\nA night may cost 100 euros.\n")
    (folder / "policy-2026.md").write_text("# Policy 2026\n\nA night may cost 120 euros.\n")
    _ingest(folder)
    listed = CliRunner().invoke(app, ["documents", "list", "--type", "md"]).output
    told = {line.split()[0]: line for line in listed.splitlines()}
    assert told["contract-b.md"].endswith("nearly the same as contract-a.md")
    assert told["policy-2025.md"].endswith("superseded by policy-2026.md")


def test_pages_that_were_left_out_are_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from knowledge.parse import ocr

    page = FPDF(unit="pt", format=(200, 200))
    page.set_font("helvetica", size=12)
    page.add_page()
    page.text(20, 20, "Printed text about otters.")
    page.add_page()
    page.image(Image.new("L", (50, 50)), 0, 0, 200, 200)
    page.output(str(folder / "mixed.pdf"))
    monkeypatch.setattr(ocr, "is_available", lambda: False)
    _ingest(folder)
    assert "1 scanned pages left out" in CliRunner().invoke(app, ["documents", "list"]).output
