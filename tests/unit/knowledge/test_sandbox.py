import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO

import pytest
from docx import Document
from openpyxl import Workbook
from pptx import Presentation

from knowledge.errors import ParseError, ReaderStopped
from knowledge.parse.document import Heading, PageStart, ParsedDocument
from knowledge.parse.sandbox import Sandbox
from knowledge.parse.wire import from_dict, receive, send, to_dict
from knowledge.settings import KnowledgeSettings
from knowledge.testing.outlook import outlook_message


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    opened = Sandbox(KnowledgeSettings(max_file_bytes=1_000_000))
    yield opened
    opened.close()


def test_reads_in_one_worker_that_stays(sandbox: Sandbox) -> None:
    first = sandbox.read("a.md", "# Título\n\nAño nuevo.".encode())
    worker = sandbox._reader.process
    second = sandbox.read("b.txt", b"Plain words.")
    assert (first.title, first.text, first.headings) == ("Título", "Título\n\nAño nuevo.", (Heading(0, 1, "Título"),))
    assert second.text == "Plain words."
    assert worker is not None
    assert sandbox._reader.process is worker


def test_the_libraries_of_every_format_fit_into_its_memory(sandbox: Sandbox) -> None:
    word, slides, sheets = Document(), Presentation(), Workbook()
    word.add_paragraph("In Word.")
    slides.slides.add_slide(slides.slide_layouts[5]).shapes.title.text = "On a slide."
    sheets.active.append(["On a sheet."])
    for name, made, text in (
        ("a.docx", word, "In Word."),
        ("a.pptx", slides, "On a slide."),
        ("a.xlsx", sheets, "On a sheet."),
    ):
        stream = BytesIO()
        made.save(stream)
        assert sandbox.read(name, stream.getvalue()).text == text
    assert sandbox.read("a.msg", outlook_message({0x37: "In Outlook."})).text == "In Outlook."
    assert sandbox.read("a.eml", b"Subject: In a message.\n\n").text == "In a message."


def test_a_refusal_reaches_the_caller_as_it_is(sandbox: Sandbox) -> None:
    with pytest.raises(ParseError, match=r"a\.txt is empty"):
        sandbox.read("a.txt", b"")


def test_a_file_that_is_too_large_never_reaches_the_worker(sandbox: Sandbox) -> None:
    with pytest.raises(ParseError, match=r"too large: 2\.0 MB where 1\.0 MB are allowed.*max_file_bytes"):
        sandbox.read("a.txt", b"x" * 2_000_000)
    assert sandbox.read("a.txt", b"One.").text == "One."


def test_a_killed_worker_is_replaced(sandbox: Sandbox) -> None:
    sandbox.read("a.txt", b"One.")
    assert sandbox._reader.process
    sandbox._reader.process.kill()
    sandbox._reader.process.wait()
    assert sandbox.read("b.txt", b"Two.").text == "Two."


def test_a_worker_that_dies_while_it_reads_is_reported_and_replaced(sandbox: Sandbox) -> None:
    sandbox.close()
    # A worker that ends without an answer, as one does that the kernel stops for its memory.
    sandbox._reader.process = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.buffer.read(16)"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with pytest.raises(ReaderStopped, match=r"bomb\.txt made the reader stop"):
        sandbox.read("bomb.txt", b"x" * 500_000)
    assert sandbox.read("b.txt", b"Two.").text == "Two."


def test_a_file_that_takes_too_long_is_given_up() -> None:
    sandbox = Sandbox(KnowledgeSettings(parse_seconds=1.5))
    with pytest.raises(ReaderStopped, match=r"slow\.html took longer than 1\.8 seconds"):
        sandbox.read("slow.html", b"<div>" * 400_000 + b"deep")  # the HTML engine is quadratic in depth
    assert sandbox._reader.process is None
    sandbox.close()


def test_a_file_that_needs_too_much_memory_is_given_up() -> None:
    sandbox = Sandbox(KnowledgeSettings(parse_memory_bytes=200_000_000, parse_seconds=300))
    with pytest.raises(ParseError, match=r"big\.txt needs more memory|big\.txt made the reader stop"):
        sandbox.read("big.txt", b"word " * 10_000_000)
    sandbox.close()


def test_the_worker_loads_nothing_heavy() -> None:
    program = (
        "import sys; import knowledge.parse.worker; "
        "heavy = {'torch', 'chromadb', 'sqlalchemy', 'numpy', 'lingua', 'pydantic'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", f"import sys; sys.path[:0] = {sys.path!r}; {program}"], check=True)


def test_messages_survive_the_wire() -> None:
    parsed = ParsedDocument("t", "añ\U0001f680", "text/plain", (Heading(0, 2, "h"),), (PageStart(0, 3),), "es")
    stream = BytesIO()
    send(stream, to_dict(parsed), parsed.text.encode())
    stream.seek(0)
    header, text = receive(stream)
    assert from_dict(header, text.decode()) == parsed
    with pytest.raises(EOFError):
        receive(stream)
