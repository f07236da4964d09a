from collections.abc import Callable

import pytest

from knowledge.errors import ParseError
from knowledge.parse.document import ParsedDocument
from knowledge.testing.outlook import compound_file, outlook_message

Parse = Callable[[str, bytes], ParsedDocument]

SUBJECT, BODY, HEADERS, SENDER, ADDRESS, TO = 0x0037, 0x1000, 0x007D, 0x0C1A, 0x0C1F, 0x0E04
LETTER = {SUBJECT: "Entrega", SENDER: "Ana", ADDRESS: "ana@example.com", TO: "Ben; Eva"}


def test_a_message_within_the_house(parse: Parse) -> None:
    parsed = parse("x.msg", outlook_message({**LETTER, BODY: "Hello Ben,\r\n\r\nthe parcel has arrived.\r\n"}))
    assert parsed.text.split("\n\n") == [
        "Entrega",
        'From: "Ana" <ana@example.com>\nTo: Ben; Eva',
        "Hello Ben,",
        "the parcel has arrived.",
    ]
    assert (parsed.title, parsed.media_type) == ("Entrega", "application/vnd.ms-outlook")


def test_a_message_that_came_over_the_internet(parse: Parse) -> None:
    headers = (
        "From: =?utf-8?b?QW5hIE7DusOxZXo=?= <ana@example.com>\r\nTo: Ben <ben@example.com>\r\nCc: Eva <eva@example.com>"
    )
    assert parse("x.msg", outlook_message({**LETTER, HEADERS: headers, BODY: "Words."})).text == (
        "Entrega\n\nFrom: Ana Núñez <ana@example.com>\nTo: Ben <ben@example.com>\nCc: Eva <eva@example.com>\n\nWords."
    )


def test_attachments_are_named(parse: Parse) -> None:
    text = parse("x.msg", outlook_message({SUBJECT: "s", BODY: "Words."}, "Albarán.pdf", "../../notes.txt")).text
    assert text == "s\n\nWords.\n\nAttachments: Albarán.pdf, ../../notes.txt"


@pytest.mark.parametrize(
    ("encoding", "code_page"), [("utf-8", 0), ("cp1252", 0), ("cp1252", 1252), ("utf-8", 65001), ("cp1252", 65001)]
)
def test_html_where_there_is_no_plain_text(parse: Parse, encoding: str, code_page: int) -> None:
    page = '<p>El año <b>nuevo</b>.</p><p style="display:none">secret</p>'.encode(encoding)
    assert parse("x.msg", outlook_message({SUBJECT: "s"}, html=page, code_page=code_page)).text == "s\n\nEl año nuevo."
    assert parse("x.msg", outlook_message({SUBJECT: "s", BODY: "Plain."}, html=page)).text == "s\n\nPlain."


def test_html_in_a_declared_code_page(parse: Parse) -> None:
    data = outlook_message({SUBJECT: "s"}, html="<p>Привет.</p>".encode("cp1251"), code_page=1251)
    assert parse("x.msg", data).text == "s\n\nПривет."


def test_a_message_in_rich_text_only_says_so(parse: Parse) -> None:
    with pytest.raises(ParseError, match=r"x\.msg keeps its words in Outlook's rich text only.*save it as HTML"):
        parse("x.msg", outlook_message({SUBJECT: "s"}, rich=b"compressed"))
    assert parse("x.msg", outlook_message({SUBJECT: "s", BODY: "Plain."}, rich=b"compressed")).text == "s\n\nPlain."


def test_a_long_message(parse: Parse) -> None:
    words = "This sentence is repeated. " * 1000
    assert parse("x.msg", outlook_message({SUBJECT: "s", BODY: words})).text == f"s\n\n{words.strip()}"


def test_a_container_of_something_else(parse: Parse) -> None:
    with pytest.raises(ParseError, match=r"x\.msg could not be read"):
        parse("x.msg", compound_file({"__substg1.0_0037001F": b"s\0"}))


def test_a_locked_workbook_says_so(parse: Parse) -> None:
    locked = compound_file({"EncryptionInfo": bytes(100), "EncryptedPackage": bytes(5000)})
    with pytest.raises(ParseError, match=r"x\.xlsx is protected by a password\. Save a copy without the password"):
        parse("x.xlsx", locked)


@pytest.mark.parametrize("cut", [30, 600, 1500, 2500])
def test_a_torn_file(parse: Parse, cut: int) -> None:
    with pytest.raises(ParseError, match=r"torn\.msg"):
        parse("torn.msg", outlook_message({**LETTER, BODY: "Words."})[:cut])
