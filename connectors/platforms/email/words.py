"""What a person wrote in a mail: without what is quoted below it, and without their signature."""

import re
from email.message import EmailMessage

# The line before a quotation, as mail programs write it: English, Spanish, and the dividers of Outlook.
_BEFORE_QUOTE = re.compile(
    r"^(?:On\b.{4,200}\bwrote:|El\b.{4,200}\bescribió:|-{2,}\s*(?:Original Message|Mensaje original|Forwarded message)"
    r"\s*-{2,}|_{20,})\s*$",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
_HEADER = re.compile(r"^(?:From|De):.*\n(?:(?:Sent|Date|Enviado|Fecha|To|Para):.*\n)", re.MULTILINE)
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
LONGEST = 50_000


def words_of(mail: EmailMessage) -> str:
    """The text of a mail. Where all of it is quoted (somebody passes something on), the whole."""
    whole = _text(mail)[:LONGEST].replace("\r\n", "\n").strip()
    ends = [found.start() for pattern in (_BEFORE_QUOTE, _HEADER, _SIGNATURE) if (found := pattern.search(whole))]
    own = whole[: min(ends, default=len(whole))]
    lines = own.rstrip().split("\n")
    while lines and (lines[-1].startswith(">") or not lines[-1].strip()):
        lines.pop()
    return "\n".join(lines).strip() or whole


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        content = str(part.get_content())
    except (LookupError, ValueError, KeyError):
        payload = part.get_payload(decode=True)
        content = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return _without_tags(content) if part.get_content_subtype() == "html" else content


def _without_tags(html: str) -> str:
    """The words of a mail that has no plain text; quoted mail is left out."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    for each in tree.css("script, style, head, blockquote, .gmail_quote"):
        each.decompose()
    for each in tree.css("br"):
        each.replace_with("\n")
    for each in tree.css("p, div, li, tr, h1, h2, h3"):
        each.insert_after("\n")
    return tree.body.text() if tree.body is not None else ""
