"""Which version serves under which name: one small file, replaced as a whole, and the history of its changes.

The history is written before the file, so a crash in between leaves a line that did not happen. It is told apart by
what comes after it, and left out when the history is read.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from finetune.errors import AdapterUnknown, RegistryUnusable
from finetune.registry.writing import append_line, clear, replace_json

ALIASES, CANARIES, HISTORY = "aliases.json", "canaries.json", "history.jsonl"
Action = Literal["promote", "rollback", "canary", "canary_stopped"]
_ALIAS = re.compile(r"[a-z0-9][a-z0-9:_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Move:
    """One change: `before` and `after` are versions, or empty for what came with Pilares."""

    when: str
    who: str
    action: Action
    alias: str
    before: str
    after: str
    why: str = ""
    percent: int = 0


@dataclass(frozen=True, slots=True)
class Canary:
    """A candidate that serves `percent` of an alias's conversations, beside its champion."""

    candidate: str
    champion: str
    percent: int
    since: str

    def takes(self, conversation: str) -> bool:
        """Whether it serves this conversation: always the same answer, and evenly spread."""
        drawn = sha256(f"{self.candidate}\0{conversation}".encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(drawn[:8], "big") % 100 < self.percent


class Aliases:
    """The aliases in a folder. Whoever writes holds the folder's lock (`writing.alone`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def stamp(self) -> tuple[int, ...]:
        """Changes whenever something is written; costs two looks at the file system."""
        found = list[int]()
        for name in (ALIASES, CANARIES):
            try:
                about = (self._folder / name).stat()
                found += [about.st_mtime_ns, about.st_ino, about.st_size]
            except OSError:
                found += [0, 0, 0]
        return tuple(found)

    def all(self) -> dict[str, str]:
        """Alias to version. Raises RegistryUnusable."""
        return {str(alias): str(name) for alias, name in self._read(ALIASES).items()}

    def canaries(self) -> dict[str, Canary]:
        """The running canaries. One whose champion no longer serves is over. Raises RegistryUnusable."""
        current, found = self.all(), dict[str, Canary]()
        for alias, entry in self._read(CANARIES).items():
            try:
                canary = Canary(**entry)
            except TypeError as error:
                raise self._damaged(CANARIES, str(error)) from error
            if current.get(alias, "") == canary.champion:
                found[alias] = canary
        return found

    def history(self, alias: str | None = None) -> list[Move]:
        """Every change, oldest first; without those that were begun and never happened. Raises RegistryUnusable."""
        after, found = self.all(), list[Move]()
        for move in reversed(list(self._moves())):
            if move.action in ("promote", "rollback"):
                if after.get(move.alias, "") != move.after:
                    continue  # what came next, or what there is now, did not begin where this one would have ended
                after[move.alias] = move.before
            if alias in (None, move.alias):
                found.append(move)
        return found[::-1]

    def before(self, alias: str) -> str | None:
        """What a rollback would return to: "" for what came with Pilares, None when there is nothing before."""
        stack = [""]
        for move in self.history(alias):
            if move.action == "promote":
                stack.append(move.after)
            elif move.action == "rollback" and len(stack) > 1:
                stack.pop()
        return stack[-2] if len(stack) > 1 else None

    def move(self, action: Action, alias: str, after: str, who: str, why: str) -> Move:
        """Point an alias to another version ("" takes it away). Raises RegistryUnusable, and then nothing changed."""
        aliases = self.all()
        move = Move(now(), who, action, alias, aliases.get(alias, ""), after, why)
        aliases[alias] = after
        kept = {name: asdict(each) for name, each in self.canaries().items() if name != alias}
        with clear(self._folder):
            append_line(self._folder / HISTORY, _line(move))
            if (self._folder / CANARIES).exists():  # else one of this alias could come back with its champion
                replace_json(self._folder / CANARIES, kept)
            replace_json(self._folder / ALIASES, {name: to for name, to in aliases.items() if to})
        return move

    def begin(self, alias: str, canary: Canary, who: str, why: str) -> Move:
        """Let a candidate serve a part. Raises RegistryUnusable, and then nothing changed."""
        return self._canary("canary", alias, canary, canary, who, why)

    def stop(self, alias: str, canary: Canary, who: str, why: str) -> Move:
        """Let the champion serve everything again. Raises RegistryUnusable, and then nothing changed."""
        return self._canary("canary_stopped", alias, canary, None, who, why)

    def _canary(self, action: Action, alias: str, about: Canary, now_is: Canary | None, who: str, why: str) -> Move:
        kept: dict[str, Any] = {name: asdict(each) for name, each in self.canaries().items() if name != alias}
        if now_is is not None:
            kept[alias] = asdict(now_is)
        before, after = about.champion, about.candidate
        if now_is is None:
            before, after = after, before
        move = Move(now(), who, action, alias, before, after, why, about.percent)
        with clear(self._folder):
            append_line(self._folder / HISTORY, _line(move))
            replace_json(self._folder / CANARIES, kept)
        return move

    def _moves(self) -> Iterator[Move]:
        try:
            lines = (self._folder / HISTORY).read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._damaged(HISTORY, str(error.strerror)) from error
        for line in lines:
            try:
                yield Move(**json.loads(line))
            except (ValueError, TypeError):
                continue  # half a line that a crash left

    def _read(self, name: str) -> Mapping[str, Any]:
        try:
            found = json.loads((self._folder / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise self._damaged(name, str(error)) from error
        if not isinstance(found, dict):
            raise self._damaged(name, "it is not a JSON object")
        return found

    def _damaged(self, name: str, why: str) -> RegistryUnusable:
        return RegistryUnusable(f"{self._folder / name} cannot be read ({why}). Mend it, or put back its backup.")


def check_alias(alias: str) -> str:
    """The alias. Raises AdapterUnknown for one that cannot be."""
    if not _ALIAS.fullmatch(alias):
        raise AdapterUnknown(f"{alias[:80]!r} cannot be an alias. They look like reader or team:sales.")
    return alias


def now() -> str:
    """This moment in UTC, as it is written down."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _line(move: Move) -> str:
    return json.dumps(asdict(move), ensure_ascii=False)
