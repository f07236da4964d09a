"""Replies that were had once, so that a run that was ended goes on where it was, and a base is asked only once.

A file for each set of weights, a line for each reply. Only whole lines count: a crash costs the one that was being
written. A line names what it came from, `of`: the rows that were asked, and the dataset that the weights were trained
on. When one of them is withdrawn, the reply goes.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from finetune.datasets import write_whole
from finetune.errors import NotWritten
from finetune.gate.asks import Arm, Ask, Reply, digest_of


class Kept:
    """The replies in a folder. `weights` says for each arm by hash which weights reply, and with which engine.

    `trained_on` names by hash the dataset of the arms that learnt from one of this installation.
    """

    def __init__(self, folder: Path, weights: Mapping[Arm, str], trained_on: Mapping[Arm, str] | None = None) -> None:
        self._folder = folder
        self._weights = weights
        self._trained_on = trained_on or {}
        self._replies: dict[Arm, dict[str, Reply]] = {arm: self._read(arm) for arm in weights}

    def get(self, arm: Arm, ask: Ask) -> Reply | None:
        """A reply of these weights to exactly this, if there is one."""
        return self._replies[arm].get(digest_of(ask))

    def put(self, arm: Arm, ask: Ask, reply: Reply, of: Iterable[str] = ()) -> None:
        """Keep a reply to what was made of these rows. Raises NotWritten."""
        origins = {*of, *(dataset_mark(each) for each in (self._trained_on.get(arm),) if each)}
        line = json.dumps({"ask": digest_of(ask), "of": sorted(origins), **asdict(reply)}, ensure_ascii=False)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._file(arm).open("ab+") as stream:
                if stream.tell() and _last(stream) != b"\n":
                    stream.write(b"\n")
                stream.write(line.encode("utf-8", "surrogatepass") + b"\n")
        except OSError as error:
            raise NotWritten(
                f"{self._file(arm)} cannot be written ({error.strerror}). What was measured before is kept: make room "
                "and run it again."
            ) from error
        self._replies[arm][digest_of(ask)] = reply

    def _file(self, arm: Arm) -> Path:
        return self._folder / f"{sha256(self._weights[arm].encode()).hexdigest()[:24]}.jsonl"

    def _read(self, arm: Arm) -> dict[str, Reply]:
        try:
            lines = self._file(arm).read_bytes().split(b"\n")
        except OSError:
            return {}
        return dict(found for line in lines if (found := _reply(line)) is not None)


def dataset_mark(sha256: str) -> str:
    """How a dataset stands among the origins of a reply."""
    return f"dataset:{sha256}"


def forget(folder: Path, living: Collection[str]) -> int:
    """Take out the replies that came from anything else than `living`, or do not say from what; returns how many.

    Where a file cannot be written anew, all of it goes. Raises NotWritten when it cannot be deleted either.
    """
    gone = 0
    for file in sorted(folder.glob("*.jsonl")):
        try:
            lines = [line for line in file.read_bytes().split(b"\n") if line]
            kept = [line for line in lines if (of := _origins(line)) is not None and of <= set(living)]
            if len(kept) < len(lines):
                gone += len(lines) - len(kept)
                _replace(file, kept)
        except OSError as error:
            raise NotWritten(
                f"{file} holds replies to rows that are withdrawn, and cannot be deleted ({error.strerror}). Delete it."
            ) from error
    return gone


def _replace(file: Path, lines: Collection[bytes]) -> None:
    if lines:
        with suppress(NotWritten):
            write_whole(file, b"\n".join(lines) + b"\n")
            return
    file.unlink(missing_ok=True)


def _origins(line: bytes) -> set[str] | None:
    try:
        return {str(each) for each in json.loads(line)["of"]}
    except (ValueError, KeyError, TypeError):
        return None


def _reply(line: bytes) -> tuple[str, Reply] | None:
    try:
        row: dict[str, Any] = json.loads(line)
        first = {str(token): float(p) for token, p in row["first"].items()}
        return str(row["ask"]), Reply(str(row["text"]), first, float(row["logprob"]), int(row["tokens"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # half a line


def _last(stream: Any) -> bytes:
    stream.seek(-1, 2)
    return bytes(stream.read(1))
