from collections.abc import Callable
from email import policy
from email.message import EmailMessage

import pytest

from knowledge.errors import ParseError
from knowledge.parse.document import ParsedDocument

Parse = Callable[[str, bytes | str], ParsedDocument]


def letter(text: str | None = "Hello Ben,\n\nthe parcel has arrived.\n") -> EmailMessage:
    message = EmailMessage(policy=policy.default)
    message["Subject"] = "Entrega en el almacén"
    message["From"] = "Ana Núñez <ana@example.com>"
    message["To"] = "Ben <ben@example.com>, Eva <eva@example.com>"
    message["Date"] = "Tue, 03 Mar 2026 09:30:00 +0100"
    if text is not None:
        message.set_content(text)
    return message


TOP = (
    "Entrega en el almacén\n\n"
    "From: Ana Núñez <ana@example.com>\n"
    "To: Ben <ben@example.com>, Eva <eva@example.com>\n"
    "Date: 2026-03-03 09:30 +0100\n\n"
)


def test_a_message(parse: Parse) -> None:
    parsed = parse("x.eml", letter().as_bytes())
    assert parsed.text == f"{TOP}Hello Ben,\n\nthe parcel has arrived."
    assert (parsed.title, parsed.media_type) == ("Entrega en el almacén", "message/rfc822")
    assert [heading.text for heading in parsed.headings] == ["Entrega en el almacén"]


def test_plain_text_is_preferred_and_attachments_are_named_but_not_read(parse: Parse) -> None:
    message = letter()
    message.add_alternative("<p>The HTML of it.</p>", subtype="html")
    message.add_attachment(b"%PDF-1.4 secret", maintype="application", subtype="pdf", filename="Albarán.pdf")
    message.add_attachment("secret words", filename="../../notes.txt")
    forwarded = letter("secret from before")
    forwarded.replace_header("Subject", "The first message")
    message.add_attachment(forwarded)
    assert parse("x.eml", message.as_bytes()).text == (
        f"{TOP}Hello Ben,\n\nthe parcel has arrived.\n\nAttachments: Albarán.pdf, ../../notes.txt, The first message"
    )


@pytest.mark.parametrize("text", [None, " \n"])
def test_html_where_there_is_no_plain_text(parse: Parse, text: str | None) -> None:
    message = letter(text)
    page = '<h2>News</h2><p>The parcel <b>has</b> arrived.</p><div style="display:none">secret</div>'
    if text is None:
        message.set_content(page, subtype="html")
    else:
        message.add_alternative(page, subtype="html")
    assert parse("x.eml", message.as_bytes()).text == f"{TOP}News\n\nThe parcel has arrived."


@pytest.mark.parametrize("charset", ["iso-8859-1", "x-unknown", ""])
def test_declared_unknown_and_missing_encodings(parse: Parse, charset: str) -> None:
    kind = f"Content-Type: text/plain; charset={charset}\r\n" if charset else ""
    source = f"Subject: s\r\n{kind}Content-Transfer-Encoding: 8bit\r\n\r\nEl año."
    assert parse("x.eml", source.encode("latin-1")).text == "s\n\nEl año."


def test_headers_and_dates_beyond_repair_lose_nothing_else(parse: Parse) -> None:
    source = "From: <<>>,;@@\r\nTo: =?utf-8?b?broken?= <\r\nSubject: s\r\nDate: the day after\r\n\r\nWords."
    text = parse("x.eml", source).text
    assert text.startswith("s\n\n")
    assert "Date: the day after" in text
    assert text.endswith("\n\nWords.")


def test_a_multipart_message_without_its_parts(parse: Parse) -> None:
    source = "Subject: s\r\nContent-Type: multipart/mixed; boundary=none\r\n\r\nWords."
    assert parse("x.eml", source).text == "s"


def test_parts_in_parts_deeper_than_anyone_writes(parse: Parse) -> None:
    source = "Subject: s\r\n" + "".join(
        f"Content-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\n" for depth in range(3_000)
    )
    with pytest.raises(ParseError, match=r"x\.eml could not be read \(RecursionError"):
        parse("x.eml", source)


@pytest.mark.parametrize("content", ["Only words, no message.", "key: value\nother: value\n\nwords"])
def test_what_is_no_message(parse: Parse, content: str) -> None:
    with pytest.raises(ParseError, match=r"x\.eml is not the e-mail that its ending says"):
        parse("x.eml", content)
