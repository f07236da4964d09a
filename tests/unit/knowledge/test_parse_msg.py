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
    headers = "From: Ana <ana@example.com>\r\nTo: Ben <ben@example.com>\r\nCc: Eva <eva@example.com>\r\n\r\n"
    assert parse("x.msg", outlook_message({**LETTER, HEADERS: headers, BODY: "Words."})).text == (
        "Entrega\n\nFrom: Ana <ana@example.com>\nTo: Ben <ben@example.com>\nCc: Eva <eva@example.com>\n\nWords."
    )


def test_attachments_are_named(parse: Parse) -> None:
    text = parse("x.msg", outlook_message({SUBJECT: "s", BODY: "Words."}, "Albarán.pdf", "../../notes.txt")).text
    assert text == "s\n\nWords.\n\nAttachments: Albarán.pdf, ../../notes.txt"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_html_where_there_is_no_plain_text(parse: Parse, encoding: str) -> None:
    page = '<p>El año <b>nuevo</b>.</p><p style="display:none">secret</p>'.encode(encoding)
    assert parse("x.msg", outlook_message({SUBJECT: "s"}, html=page)).text.startswith("s\n\nEl a")
    assert "secret" not in parse("x.msg", outlook_message({SUBJECT: "s"}, html=page)).text
    assert parse("x.msg", outlook_message({SUBJECT: "s", BODY: "Plain."}, html=page)).text == "s\n\nPlain."


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
