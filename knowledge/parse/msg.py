"""Messages as Outlook saves them."""

from collections.abc import Callable
from email.header import decode_header, make_header
from functools import partial
from typing import Any

from knowledge.errors import ParseError
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.html import decode_html
from knowledge.parse.mail import Mail, moment

_DISPLAY_TO, _DISPLAY_CC, _RECEIVED = 0x0E04, 0x0E03, 0x0E06
_CODE_PAGE = 0x3FDE
_HTML, _RICH_TEXT, _SHORT_NAME, _SHOWN_NAME = 0x1013, 0x1009, 0x3704, 0x3001


def parse_msg(file: RawFile) -> ParsedDocument:
    """Read a .msg; attached files, messages too, are named but not read."""
    from oxmsg import Message

    message = Message.load(file.data)
    mail = Mail(
        message.subject,
        {
            "From": _or_empty(lambda: _decoded(message.sender or "")),
            "To": _recipients(message, "To", _DISPLAY_TO),
            "Cc": _recipients(message, "Cc", _DISPLAY_CC),
            "Date": _or_empty(lambda: _date(message)),
        },
        plain=_or_empty(lambda: message.body),
    )
    if not mail.plain.strip():
        mail.html = _html(message)
    if not (mail.plain + mail.html).strip() and message.properties.binary_prop_value(_RICH_TEXT):
        raise ParseError(
            f"{file.name} keeps its words in Outlook's rich text only, which is not read. "
            "Open it in Outlook and save it as HTML or PDF."
        )
    mail.attachments = [_or_empty(partial(_file_name, each)) or "file" for each in message.attachments]
    return mail.document("application/vnd.ms-outlook")


def _or_empty(read: Callable[[], Any]) -> str:
    """A property's text; one that is damaged or in an unknown encoding does not lose the others."""
    try:
        return str(read() or "")
    except (LookupError, ValueError, OverflowError):
        return ""


def _recipients(message: Any, header: str, property_: int) -> str:
    """With addresses where the message came over the internet, by name where it stayed in the house."""
    return _or_empty(lambda: _decoded(message.message_headers.get(header, ""))) or _or_empty(
        lambda: message.properties.str_prop_value(property_)
    )


def _decoded(header: str) -> str:
    """A header of the internet as it is shown: letters beyond ASCII are encoded in it (RFC 2047)."""
    return str(make_header(decode_header(header)))


def _date(message: Any) -> str:
    value = message.sent_date or message.properties.date_prop_value(_RECEIVED)
    return moment(value) if value else ""


def _html(message: Any) -> str:
    """In the encoding that the message declares; else in the one that the page declares, or that its bytes show."""
    properties = message.properties
    declared = _or_empty(lambda: message.html_body) if properties.int_prop_value(_CODE_PAGE) else ""
    return declared or _or_empty(lambda: decode_html(properties.binary_prop_value(_HTML) or b""))


def _file_name(attachment: Any) -> str:
    properties = attachment.properties
    names = (attachment.file_name, *(properties.str_prop_value(each) for each in (_SHORT_NAME, _SHOWN_NAME)))
    return next((name for name in names if name), "")
