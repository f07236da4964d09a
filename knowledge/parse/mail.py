"""A message of either kind (.eml, .msg) as a document."""

from dataclasses import dataclass, field
from datetime import datetime

from knowledge.parse.builder import TextBuilder
from knowledge.parse.document import ParsedDocument
from knowledge.parse.html import add_html
from knowledge.parse.text import add_text


@dataclass(slots=True)
class Mail:
    """What is read of a message: `fields` are the lines at its top, `attachments` the names of its files."""

    subject: str
    fields: dict[str, str]
    plain: str = ""
    html: str = ""
    attachments: list[str] = field(default_factory=list)

    def document(self, media_type: str) -> ParsedDocument:
        """The subject, who wrote to whom and when, the text (plain, else HTML), and the names of attached files."""
        builder = TextBuilder()
        builder.heading(1, self.subject)
        builder.block([f"{name}: {value}" for name, value in self.fields.items() if value.strip()])
        if self.plain.strip():
            add_text(builder, self.plain)
        else:
            add_html(builder, self.html)
        if self.attachments:
            builder.block([f"Attachments: {', '.join(self.attachments)}"])
        return builder.build(media_type, self.subject)


def moment(value: datetime) -> str:
    """A point in time in ISO form, to the minute, with its offset where it has one."""
    offset = f"{value:%z}"
    return f"{value:%Y-%m-%d %H:%M}{f' {offset}' if offset else ''}"
