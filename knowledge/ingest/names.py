"""Names that come from outside: shown to people, never used as a path."""

from pathlib import PurePath

from knowledge.errors import ParseError
from knowledge.parse.clean import clean_text, one_line

_LONGEST = 200


def safe_name(name: str) -> str:
    """The last component of an uploaded file's name, without control and invisible characters.

    Raises ParseError when nothing is left of it.
    """
    last = one_line(clean_text(name)).replace("\\", "/").rstrip("/ .").rpartition("/")[2].strip(" .")
    if not last:
        raise ParseError(f"The name {name[:80]!r} cannot be used. Give the document a name like report.pdf.")
    ending = PurePath(last).suffix[:20]
    return last if len(last) <= _LONGEST else last[: _LONGEST - len(ending)] + ending
