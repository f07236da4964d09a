"""Messages as e-mail programs export them (RFC 5322)."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart

from knowledge.errors import ParseError
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.html import decode_html
from knowledge.parse.mail import Mail, moment
from knowledge.parse.text import decode

_FIELDS = ("From", "To", "Cc")
_EXPECTED = ("from", "to", "subject", "date", "received", "message-id")


def parse_eml(file: RawFile) -> ParsedDocument:
    """Read an .eml; attached files, messages too, are named but not read."""
    message = message_from_bytes(file.data.lstrip(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    if not any(name in message for name in _EXPECTED):
        raise ParseError(
            f"{file.name} is not the e-mail that its ending says: it has no sender, subject or date. "
            "Export it again from the e-mail program, or rename it to .txt."
        )
    mail = Mail(_header(message, "Subject"), {name: _header(message, name) for name in _FIELDS})
    mail.fields["Date"] = _date(message)
    for part in _parts(message):
        name = _file_name(part)
        if name or part.get_content_maintype() != "text":
            mail.attachments += [name] if name else []
        elif part.get_content_subtype() == "html":
            mail.html += _text(part)
        else:
            mail.plain += f"{_text(part)}\n\n"
    return mail.document("message/rfc822")


def _parts(part: MIMEPart) -> Iterator[MIMEPart]:
    """The parts that hold something, in order, without those inside an attached message."""
    if part.get_content_maintype() != "multipart":
        yield part
        return
    for each in part.iter_parts():
        yield from _parts(each)


def _file_name(part: MIMEPart) -> str:
    if part.get_content_type() == "message/rfc822":
        inner = next(part.iter_parts(), None)
        return (part.get_filename() or (_header(inner, "Subject") if inner else "")) or "message"
    name = part.get_filename() or ""
    return name or ("file" if part.is_attachment() else "")


def _text(part: MIMEPart) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    charset = part.get_content_charset()
    try:
        return data.decode(charset) if charset else _guessed(part, data)
    except (LookupError, UnicodeDecodeError):
        return _guessed(part, data)


def _guessed(part: MIMEPart, data: bytes) -> str:
    return decode_html(data) if part.get_content_subtype() == "html" else decode(data)


def _header(message: MIMEPart, name: str) -> str:
    """A header's decoded text; as it stands in the file where it is too broken for that."""
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):
        return next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")


def _date(message: EmailMessage) -> str:
    try:
        value = message.get("Date")
        return moment(value.datetime) if value is not None and value.datetime else str(value or "")
    except (ValueError, IndexError, AttributeError, TypeError, OverflowError):
        return _header(message, "Date")
