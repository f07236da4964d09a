import io
import zipfile
from collections.abc import Callable, Mapping

import pytest

from knowledge.errors import ParseError
from knowledge.parse.document import ParsedDocument

Parse = Callable[[str, bytes], ParsedDocument]

CONTAINER = (
    '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="{}" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
PACKAGE = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Handbook</dc:title></metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="two" href="text/two%20b.xhtml" media-type="application/xhtml+xml"/>
<item id="one" href="text/one.xhtml" media-type="application/xhtml+xml"/>
<item id="cover" href="cover.png" media-type="image/png"/>
</manifest>
<spine><itemref idref="nav"/><itemref idref="one"/><itemref idref="two"/><itemref idref="one"/><itemref idref="no"/>
</spine>
</package>"""
NAV = (
    '<html><body><nav><a href="text/one.xhtml">One</a> <a href="text/two%20b.xhtml#top">On <i>sickness</i></a>'
    "</nav></body></html>"
)
ONE = (
    '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/>'
    '<script src="x.js"/></head><body><h1>Holidays</h1><p>You have <a id="p"/>25 days.</p>'
    "<table><tr><th>Country</th><th>Days</th></tr><tr><td>Chile</td><td>15</td></tr></table></body></html>"
)
TWO = '<html><body><p>Tell your manager.</p><p style="display:none">hidden</p></body></html>'
BOOK = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": CONTAINER.format("OEBPS/book.opf"),
    "OEBPS/book.opf": PACKAGE,
    "OEBPS/nav.xhtml": NAV,
    "OEBPS/text/one.xhtml": ONE,
    "OEBPS/text/two b.xhtml": TWO,
}


def packed(parts: Mapping[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_chapters_come_in_reading_order_under_their_headings(parse: Parse) -> None:
    parsed = parse("book.epub", packed(BOOK))
    assert parsed.title == "The Handbook"
    assert parsed.text.split("\n\n") == [
        "Holidays",
        "You have 25 days.",
        "Country: Chile | Days: 15",
        "On sickness",
        "Tell your manager.",
    ]
    assert [(heading.level, heading.text) for heading in parsed.headings] == [(1, "Holidays"), (1, "On sickness")]


def test_the_older_table_of_contents_names_chapters_too(parse: Parse) -> None:
    package = PACKAGE.replace(
        'href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"',
        'href="toc.ncx" media-type="application/x-dtbncx+xml"',
    )
    contents = (
        '<?xml version="1.0"?><ncx><navMap><navPoint><navLabel><text>When you are ill</text></navLabel>'
        '<content src="text/two%20b.xhtml"/></navPoint></navMap></ncx>'
    )
    parsed = parse("book.epub", packed({**BOOK, "OEBPS/book.opf": package, "OEBPS/toc.ncx": contents}))
    assert "When you are ill\n\nTell your manager." in parsed.text


def test_names_that_lead_out_of_the_archive_lead_nowhere(parse: Parse) -> None:
    package = PACKAGE.replace("text/one.xhtml", "../../../../../../etc/hostname").replace(
        "text/two%20b.xhtml", "/etc/passwd"
    )
    with pytest.raises(ParseError, match=r"No text found in book\.epub"):
        parse("book.epub", packed({**BOOK, "OEBPS/book.opf": package, "../../evil.xhtml": ONE, "/etc/evil": ONE}))


@pytest.mark.parametrize("entity", ['SYSTEM "file:///etc/passwd"', '"EXPANDED"'])
def test_entities_are_not_resolved(parse: Parse, entity: str) -> None:
    declared = f"<!DOCTYPE x [<!ENTITY e {entity}>]>"
    parts = {
        **BOOK,
        "OEBPS/book.opf": PACKAGE.replace("<package", f"{declared}<package").replace(
            "The Handbook", "The &e; Handbook"
        ),
        "OEBPS/text/one.xhtml": ONE.replace("<html", f"{declared}<html").replace("25 days", "&e; 25 days"),
    }
    parsed = parse("book.epub", packed(parts))
    assert parsed.title == "The &e; Handbook"
    assert not {"root:", "EXPANDED"} & set((parsed.title + parsed.text).replace("/", " ").split())
    assert "25 days." in parsed.text


def test_a_locked_book(parse: Parse) -> None:
    locked = (
        '<encryption><enc:EncryptedData><enc:CipherData><enc:CipherReference URI="{}"/></enc:CipherData>'
        "</enc:EncryptedData></encryption>"
    )
    with pytest.raises(ParseError, match=r"book\.epub is locked to one reader"):
        parse("book.epub", packed({**BOOK, "META-INF/encryption.xml": locked.format("OEBPS/text/one.xhtml")}))
    fonts = packed({**BOOK, "META-INF/encryption.xml": locked.format("OEBPS/font.otf")})
    assert "25 days" in parse("book.epub", fonts).text


def test_a_password(parse: Parse) -> None:
    data = bytearray(packed(BOOK))
    place = data.index(b"PK\x01\x02")
    data[place + 8] |= 1
    with pytest.raises(ParseError, match=r"book\.epub is protected by a password"):
        parse("book.epub", bytes(data))


@pytest.mark.parametrize("missing", ["OEBPS/book.opf", "META-INF/container.xml"])
def test_without_the_list_of_chapters(parse: Parse, missing: str) -> None:
    parts = {name: content for name, content in BOOK.items() if name != missing}
    with pytest.raises(ParseError, match=r"book\.epub"):
        parse("book.epub", packed(parts))


def test_an_archive_that_unpacks_to_too_much_is_refused(parse: Parse) -> None:
    with pytest.raises(ParseError, match="would unpack to 250 MB"):
        parse("bomb.epub", packed({**BOOK, "OEBPS/text/one.xhtml": " " * 250_000_000}))


@pytest.mark.parametrize("cut", [30, 300, 900])
def test_a_torn_file(parse: Parse, cut: int) -> None:
    with pytest.raises(ParseError, match=r"torn\.epub"):
        parse("torn.epub", packed(BOOK)[:cut])
