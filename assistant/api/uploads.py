"""A file as a person hands it over: its name made harmless, its size checked, its outcome told."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Protocol

from assistant.api.errors import TooLarge
from assistant.api.middleware.bodies import megabytes
from assistant.api.ports import EVERYONE, Groups, Progress, Upload
from assistant.errors import AssistantError
from assistant.messages import message
from knowledge.errors import KnowledgeError

MAX_NAME_CHARS = 150
# Control characters, and the marks that make "gpj.exe" read as "exe.jpg" (Unicode TR 36, bidirectional text spoofing).
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def clean_name(name: str) -> str:
    """The last part of a file name, without invisible characters, at most 150 characters, its ending kept."""
    bare = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode()).replace("\\", "/").rsplit("/", 1)[-1]
    bare = _UNSEEN.sub("", bare).strip(" .")
    if len(bare) > MAX_NAME_CHARS:
        stem, dot, ending = bare.rpartition(".")
        ending = dot + ending if dot and len(ending) <= 10 else ""
        bare = (stem if ending else bare)[: MAX_NAME_CHARS - len(ending)] + ending
    return bare or "document"


class Uploads(Protocol):
    """Where files are added."""

    def add_upload(
        self, name: str, content: bytes, progress: Progress | None = None, *, groups: Groups = EVERYONE,
        audience: Groups | None = None,
    ) -> Upload:  # fmt: skip
        """Read, cut and index one file."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: an `upload`, or the `error` that kept it out, in words."""

    name: str
    upload: Upload | None = None
    error: Exception | None = None


def add_file(
    documents: Uploads,
    name: str,
    content: bytes,
    limit: int,
    language: str | None,
    progress: Progress | None = None,
    *,
    groups: Groups = EVERYONE,
    audience: Groups | None = None,
) -> Outcome:
    """Add one file. Never raises for what is wrong with the file: the outcome says it."""
    name = clean_name(name)
    try:
        if len(content) > limit:
            raise too_large(name, len(content), limit, language)
        return Outcome(name, documents.add_upload(name, content, progress, groups=groups, audience=audience))
    except (AssistantError, KnowledgeError) as error:
        return Outcome(name, error=error)


def too_large(name: str, size: int, limit: int, language: str | None) -> TooLarge:
    """The error for a file above the limit."""
    return TooLarge(message("file_too_large", language, name=name, size=megabytes(size), limit=megabytes(limit)))
