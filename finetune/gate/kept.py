"""Replies that were had once, so that a run that was ended goes on where it was, and a base is asked only once.

A file for each set of weights, a line for each reply. Only whole lines count: a crash costs the one that was being
written.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from finetune.errors import NotWritten
from finetune.gate.asks import Arm, Ask, Reply, digest_of


class Kept:
    """The replies in a folder. `weights` says for each arm by hash which weights reply, and with which engine."""

    def __init__(self, folder: Path, weights: Mapping[Arm, str]) -> None:
        self._folder = folder
        self._weights = weights
        self._replies: dict[Arm, dict[str, Reply]] = {arm: self._read(arm) for arm in weights}

    def get(self, arm: Arm, ask: Ask) -> Reply | None:
        """A reply of these weights to exactly this, if there is one."""
        return self._replies[arm].get(digest_of(ask))

    def put(self, arm: Arm, ask: Ask, reply: Reply) -> None:
        """Keep a reply. Raises NotWritten."""
        line = json.dumps({"ask": digest_of(ask), **asdict(reply)}, ensure_ascii=False)
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
            lines = self._file(arm).read_bytes().decode("utf-8", "replace").splitlines()
        except OSError:
            return {}
        return dict(found for line in lines if (found := _reply(line)) is not None)


def _reply(line: str) -> tuple[str, Reply] | None:
    try:
        row: dict[str, Any] = json.loads(line)
        first = {str(token): float(p) for token, p in row["first"].items()}
        return str(row["ask"]), Reply(str(row["text"]), first, float(row["logprob"]), int(row["tokens"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # half a line


def _last(stream: Any) -> bytes:
    stream.seek(-1, 2)
    return bytes(stream.read(1))
