"""Everything that is kept of a person, in one ZIP of JSON files.

Rows are written as they are read, so that no more than one conversation, or a few hundred rows, is in memory.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from assistant.messages import LANGUAGES, message
from assistant.personal.rows import Json
from assistant.personal.stores import STORES
from assistant.personal.subject import Places, Subject

README = "README.txt"


def write_export(target: IO[bytes], places: Places, subject: Subject) -> dict[str, int]:
    """Write the archive; returns how many entries each of its files has. Raises the errors of the stores and OSError.

    `target` need not be seekable.
    """
    counts: dict[str, int] = {}
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for store in STORES:
            with archive.open(f"{store.name}.json", "w", force_zip64=True) as member:
                counts[store.name] = _write_array(member, store.rows(places, subject))
        archive.writestr(README, _readme(subject, counts, places.now()))
    return counts


def _write_array(member: IO[bytes], rows: Iterator[Json]) -> int:
    count = 0
    member.write(b"[")
    for row in rows:
        member.write(b",\n" if count else b"\n")
        member.write(json.dumps(row, ensure_ascii=False, indent=1).encode("utf-8", "replace"))
        count += 1
    member.write(b"\n]\n")
    return count


def _readme(subject: Subject, counts: dict[str, int], now: datetime) -> str:
    """What is in the archive, in both languages: whoever reads it may not be whoever asked for it."""
    return "\n\n".join(_described(subject, counts, now, language) for language in LANGUAGES) + "\n"


def _described(subject: Subject, counts: dict[str, int], now: datetime, language: str) -> str:
    when = now.isoformat(sep=" ", timespec="minutes")
    lines = [message("export_about", language, name=subject.name, when=when), ""]
    lines += [
        f"{store.name}.json ({counts[store.name]}): {message(f'export_{store.name}', language)}" for store in STORES
    ]
    return "\n".join([*lines, "", message("export_left_out", language)])
