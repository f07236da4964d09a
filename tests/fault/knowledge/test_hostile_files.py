"""Files made to hurt, and files hurt on their way: each ends as a document or a sentence, and the reader lives on."""

import io
import random
import struct
import zipfile
from collections.abc import Iterator

import pytest
from docx import Document
from fpdf import FPDF
from openpyxl import Workbook
from pptx import Presentation

from knowledge.errors import ParseError, ReaderStopped
from knowledge.parse.detect import ENDINGS
from knowledge.parse.sandbox import Sandbox
from knowledge.settings import KnowledgeSettings
from knowledge.testing.outlook import outlook_message

FUZZED = 200
TORN = 4  # cuts of each kind
SECRET = "root:x:0:0"


def saved(made: object) -> bytes:
    stream = io.BytesIO()
    made.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


def zipped(parts: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def with_part(data: bytes, name: str, content: str | bytes) -> bytes:
    """The archive with one part added or replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return zipped({each: archive.read(each) for each in archive.namelist()} | {name: content})


def samples() -> dict[str, bytes]:
    """A small file of every kind, by its ending."""
    printed, document, slides, book = FPDF(), Document(), Presentation(), Workbook()
    printed.add_page()
    printed.set_font("helvetica", size=11)
    printed.cell(text="The warranty lasts two years.")
    document.add_heading("Warranty", 1)
    document.add_paragraph("It lasts two years.")
    document.add_table(2, 2).cell(0, 0).text = "Article"
    slides.slides.add_slide(slides.slide_layouts[5]).shapes.title.text = "Warranty"
    book.active.append(["Article", "Years"])
    book.active.append(["Chair", 2])
    page = "<html><body><h1>Warranty</h1><table><tr><th>Article<th>Years<tr><td>Chair<td>2</table></body></html>"
    epub = {
        "META-INF/container.xml": '<container><rootfile full-path="book.opf"/></container>',
        "book.opf": '<package><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/><itemref idref="a"/>',
        "a.xhtml": page,
    }
    return {
        ".pdf": bytes(printed.output()),
        ".docx": saved(document),
        ".pptx": saved(slides),
        ".xlsx": saved(book),
        ".epub": zipped(dict(epub)),
        ".msg": outlook_message({0x37: "Warranty", 0x1000: "It lasts two years."}, "a.pdf"),
        ".eml": b"Subject: Warranty\r\nFrom: ana@example.com\r\n\r\nIt lasts two years.\r\n",
        ".html": page.encode(),
        ".md": b"# Warranty\n\n| Article | Years |\n|---|---|\n| Chair | 2 |\n",
        ".csv": b"Article;Years\nChair;2\nTable;3\n",
        ".json": b'[{"title": "Warranty", "years": 2}]',
        ".txt": b"The warranty lasts two years.\n",
    }


SAMPLES = samples()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    opened = Sandbox(KnowledgeSettings(ocr="off"))
    yield opened
    opened.close()


def outcome(sandbox: Sandbox, name: str, data: bytes) -> str:
    """The text, or the sentence of refusal; a reader that had to be stopped is a failure."""
    try:
        return sandbox.read(name, data).text
    except ReaderStopped as error:
        pytest.fail(f"{name}: {error}")
    except ParseError as error:
        sentence = str(error)
    assert name in sentence
    assert sentence.endswith(".")
    return sentence


def test_there_is_a_sample_of_every_kind() -> None:
    assert {ENDINGS[ending] for ending in SAMPLES} == set(ENDINGS.values())


@pytest.mark.parametrize("ending", SAMPLES)
def test_torn_files(sandbox: Sandbox, ending: str) -> None:
    chance, data = random.Random(ending), SAMPLES[ending]
    for _ in range(TORN):
        outcome(sandbox, f"torn{ending}", data[: chance.randrange(1, len(data))])


def test_flipped_bytes(sandbox: Sandbox) -> None:
    """Bytes are changed at random places; in archives also inside of their parts, behind the checksums."""
    chance = random.Random(20260301)
    endings = list(SAMPLES)
    for number in range(FUZZED):
        ending = endings[number % len(endings)]
        outcome(sandbox, f"odd{number}{ending}", spoiled(SAMPLES[ending], chance))


def spoiled(data: bytes, chance: random.Random) -> bytes:
    if data.startswith(b"PK") and chance.random() < 0.7:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            name = chance.choice([each for each in archive.namelist() if archive.getinfo(each).file_size])
            return with_part(data, name, spoiled(archive.read(name), chance))
    spoilt = bytearray(data)
    for _ in range(chance.randint(1, 12)):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


@pytest.mark.parametrize("ending", [".docx", ".pptx", ".xlsx", ".epub"])
class TestArchives:
    def test_an_archive_inside_is_not_opened(self, sandbox: Sandbox, ending: str) -> None:
        bomb = zipped({"bomb": b"\0" * 20_000_000})
        nested = zipped({f"{place}.zip": bomb for place in range(20)})
        assert outcome(sandbox, f"x{ending}", with_part(SAMPLES[ending], "word/nested.zip", nested))

    def test_parts_that_lie_about_their_size(self, sandbox: Sandbox, ending: str) -> None:
        part = {".docx": "word/document.xml", ".pptx": "ppt/presentation.xml", ".xlsx": "xl/workbook.xml"}
        name = part.get(ending, "a.xhtml").encode()
        data = bytearray(with_part(SAMPLES[ending], name.decode(), b" " * 30_000_000))
        place = data.rfind(name) - 46  # its entry in the central directory
        data[place + 24 : place + 28] = struct.pack("<I", 100)
        sentence = outcome(sandbox, f"x{ending}", bytes(data))
        assert "damaged" in sentence or "could not be read" in sentence or "No text" in sentence

    def test_names_that_lead_elsewhere(self, sandbox: Sandbox, ending: str) -> None:
        data = SAMPLES[ending]
        for name in ("../../etc/passwd", "/etc/passwd", "C:\\evil.txt", "word/../../evil.xml"):
            data = with_part(data, name, "stolen")
        assert "stolen" not in outcome(sandbox, f"x{ending}", data)

    def test_a_password_on_the_archive(self, sandbox: Sandbox, ending: str) -> None:
        data = bytearray(SAMPLES[ending])
        place = -1
        while (place := data.find(b"PK\x01\x02", place + 1)) >= 0:
            data[place + 8] |= 1
        assert "password" in outcome(sandbox, f"x{ending}", bytes(data))

    def test_entities_of_its_own_and_from_outside(self, sandbox: Sandbox, ending: str) -> None:
        with zipfile.ZipFile(io.BytesIO(SAMPLES[ending])) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        for entity in ('<!ENTITY e SYSTEM "file:///etc/passwd">', f'<!ENTITY l0 "ha">{laughs}<!ENTITY e "&l9;">'):
            spoilt = {
                name: _with_entity(content, entity) if name.endswith((".xml", ".xhtml")) else content
                for name, content in parts.items()
            }
            text = outcome(sandbox, f"x{ending}", zipped(dict(spoilt)))
            assert SECRET not in text
            assert "hahaha" not in text


def _with_entity(content: bytes, entity: str) -> bytes:
    """A document type that declares an entity, which stands before each text."""
    head, _, rest = content.partition(b"?>") if content.startswith(b"<?xml") else (b"", b"", content)
    for text in (b"Warranty", b"Article", b"It lasts"):
        rest = rest.replace(text, b"&e;" + text)
    return head + (b"?>" if head else b"") + f"<!DOCTYPE x [{entity}]>".encode() + rest


def test_entities_in_drawings_of_a_page(sandbox: Sandbox) -> None:
    page = (
        '<!DOCTYPE html [<!ENTITY e SYSTEM "file:///etc/passwd">]><html><body><p>Seen.</p>'
        "<svg><text>&e; Not read.</text></svg></body></html>"
    )
    text = outcome(sandbox, "x.html", page.encode())
    assert "Seen." in text
    assert SECRET not in text
    assert "Not read." not in text


@pytest.mark.parametrize("ending", [".pdf", ".docx", ".pptx", ".xlsx", ".epub", ".msg", ".json", ".csv", ".txt"])
def test_a_page_of_a_server_instead_of_the_file(sandbox: Sandbox, ending: str) -> None:
    sentence = outcome(sandbox, f"x{ending}", b"<!doctype html><html><body>Please log in.</body></html>")
    assert "it is HTML" in sentence
    assert ("asks to sign in" in sentence) == (ending not in (".json", ".csv"))


@pytest.mark.parametrize("ending", [".docx", ".pptx", ".xlsx"])
def test_office_files_with_a_password(sandbox: Sandbox, ending: str) -> None:
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    assert "protected by a password" in outcome(sandbox, f"x{ending}", container)


def test_a_pdf_with_a_password(sandbox: Sandbox) -> None:
    made = FPDF()
    made.add_page()
    made.set_encryption(owner_password="owner", user_password="user")
    assert "protected by a password" in outcome(sandbox, "x.pdf", bytes(made.output()))


@pytest.mark.parametrize("ending", [".html", ".md", ".txt", ".csv", ".eml", ".json"])
def test_marks_that_turn_or_hide_letters_are_gone(sandbox: Sandbox, ending: str) -> None:
    data = SAMPLES[ending].replace(b"ar", "a\u202e\u200b\u2066\U000e0061r".encode())
    assert outcome(sandbox, f"x{ending}", data) == outcome(sandbox, f"x{ending}", SAMPLES[ending])
