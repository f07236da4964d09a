"""Examples that have come in, and what became of them: proposed, accepted, refused, or held back by the doctor.

Only accepted rows go into datasets. One SQLite file, so that a full disk or a kill leaves everything as it was.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from finetune.errors import DatasetNotFound, NotWritten
from finetune.examples import Example, from_json, to_line

State = Literal["proposed", "accepted", "refused", "held"]
STATES: tuple[State, ...] = ("proposed", "accepted", "refused", "held")
LEAST_PREFIX = 6
_TABLES = """
CREATE TABLE IF NOT EXISTS rows (
    id TEXT PRIMARY KEY, example TEXT NOT NULL, state TEXT NOT NULL, note TEXT NOT NULL DEFAULT '',
    held TEXT NOT NULL DEFAULT '{}', cleared TEXT NOT NULL DEFAULT '[]', came TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS decisions (id TEXT NOT NULL, accepted INTEGER NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS gone (kind TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (kind, name));
"""
_BUSY_S = 10.0


@dataclass(frozen=True, slots=True)
class Queued:
    """An example in the queue. `note` is what its author said of it, `held` why the doctor holds it (by check), and
    `cleared` the checks whose findings somebody has seen and accepted."""

    example: Example
    state: State
    note: str
    held: Mapping[str, str]
    cleared: frozenset[str]


class Queue:
    """The queue in a file. Safe for several processes. Raises NotWritten when it cannot be written."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def add(self, examples: Iterable[Example], state: State, notes: Mapping[str, str] | None = None) -> list[str]:
        """Take examples in that are not there yet; returns the ids of the new ones.

        Those of people and conversations that were withdrawn stay out.
        """
        now, new = datetime.now(UTC).isoformat(), list[str]()
        with self._writing() as connection:
            gone = {(kind, name) for kind, name in connection.execute("SELECT kind, name FROM gone")}
            for each in examples:
                if ("user", each.origin.user) in gone or ("conversation", each.origin.conversation) in gone:
                    continue
                done = connection.execute(
                    "INSERT OR IGNORE INTO rows (id, example, state, note, came) VALUES (?, ?, ?, ?, ?)",
                    (each.id, to_line(each), state, (notes or {}).get(each.id, ""), now),
                )
                if done.rowcount:
                    new.append(each.id)
        return new

    def rows(self, *states: State) -> list[Queued]:
        """The rows of these states (of none: all), in the order in which they came."""
        wanted = states or STATES
        query = f"SELECT example, state, note, held, cleared FROM rows WHERE state IN ({_marks(wanted)}) ORDER BY rowid"
        if not self._file.exists():
            return []
        with self._open() as connection:
            return [_queued(row) for row in connection.execute(query, wanted)]

    def find(self, prefixes: Iterable[str]) -> list[Queued]:
        """The rows whose ids begin so. Raises DatasetNotFound where there is none, or more than one."""
        rows = self.rows()
        return [_found(each, rows) for each in prefixes]

    def decide(self, ids: Collection[str], accept: bool, who: str) -> None:
        """Accept or refuse rows. What the doctor holds against an accepted row now counts as seen."""
        now = datetime.now(UTC).isoformat()
        with self._writing() as connection:
            for each in self._some(connection, ids):
                cleared = sorted(each.cleared | set(each.held)) if accept else sorted(each.cleared)
                held = "{}" if accept else json.dumps(dict(each.held))
                state: State = "accepted" if accept else "refused"
                reviewed = replace(each.example, origin=replace(each.example.origin, reviewed_by=who))
                connection.execute(
                    "UPDATE rows SET state = ?, example = ?, held = ?, cleared = ? WHERE id = ?",
                    (state, to_line(reviewed), held, json.dumps(cleared), each.example.id),
                )
                connection.execute("INSERT INTO decisions VALUES (?, ?, ?, ?)", (each.example.id, accept, who, now))

    def hold(self, reasons: Mapping[str, Mapping[str, str]]) -> list[str]:
        """Say of rows why the doctor holds them; accepted ones are held back, and returned.

        Checks that somebody has cleared are passed over.
        """
        back = []
        with self._writing() as connection:
            for each in self._some(connection, list(reasons)):
                why = {check: text for check, text in reasons[each.example.id].items() if check not in each.cleared}
                if not why or each.state == "refused":
                    continue
                state = "held" if each.state == "accepted" else each.state
                back += [each.example.id] if state != each.state else []
                held = json.dumps({**each.held, **why})
                connection.execute("UPDATE rows SET state = ?, held = ? WHERE id = ?", (state, held, each.example.id))
        return back

    def change(self, examples: Iterable[Example]) -> None:
        """Put changed examples (groups, text) in the place of those with the same id."""
        with self._writing() as connection:
            connection.executemany("UPDATE rows SET example = ? WHERE id = ?", [(to_line(e), e.id) for e in examples])

    def forget(self, ids: Iterable[str]) -> None:
        """Take rows out."""
        with self._writing() as connection:
            connection.executemany("DELETE FROM rows WHERE id = ?", [(each,) for each in ids])

    def never_again(self, kind: Literal["user", "conversation"], *names: str) -> None:
        """Keep out what comes of these people or conversations from now on."""
        with self._writing() as connection:
            connection.executemany("INSERT OR IGNORE INTO gone VALUES (?, ?)", [(kind, each) for each in names])

    def rename_reviewer(self, name: str, new: str) -> int:
        """Put another name in the place of a reviewer's, in rows and decisions; how many it stood in."""
        reviewed = [each.example for each in self.rows() if each.example.origin.reviewed_by == name]
        with self._writing() as connection:
            rows = [(to_line(replace(e, origin=replace(e.origin, reviewed_by=new))), e.id) for e in reviewed]
            connection.executemany("UPDATE rows SET example = ? WHERE id = ?", rows)
            decided = connection.execute("UPDATE decisions SET who = ? WHERE who = ?", (new, name)).rowcount
        return len(rows) + decided

    @staticmethod
    def _some(connection: sqlite3.Connection, ids: Collection[str]) -> list[Queued]:
        query = "SELECT example, state, note, held, cleared FROM rows WHERE id = ?"
        found = (connection.execute(query, (each,)).fetchone() for each in ids)
        return [_queued(row) for row in found if row is not None]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotWritten(f"{self._file} cannot be written ({error}); nothing has changed.") from error
        with self._open() as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._file, timeout=_BUSY_S, isolation_level=None)) as connection:
                connection.execute("PRAGMA secure_delete = ON")  # what was withdrawn is overwritten, too
                connection.executescript(_TABLES)
                yield connection
        except sqlite3.OperationalError as error:
            raise NotWritten(f"{self._file} cannot be written ({error}); nothing has changed.") from error
        except sqlite3.DatabaseError as error:
            raise NotWritten(f"{self._file} cannot be used ({error}). Move it away and collect again.") from error


def _found(prefix: str, rows: Sequence[Queued]) -> Queued:
    found = [each for each in rows if each.example.id.startswith(prefix.casefold())]
    if len(prefix) >= LEAST_PREFIX and len(found) == 1:
        return found[0]
    why = "is too short" if len(prefix) < LEAST_PREFIX else "is none of a row" if not found else "is of several rows"
    raise DatasetNotFound(f"The id {prefix} {why}. `pilares finetune dataset review list` shows them.")


def _queued(row: Sequence[str]) -> Queued:
    example, state, note, held, cleared = row
    return Queued(from_json(json.loads(example)), state, note, json.loads(held), frozenset(json.loads(cleared)))  # type: ignore[arg-type]


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))
