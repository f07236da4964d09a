"""One version of an adapter: a folder that never changes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetune.acceptance.accept import digest
from finetune.acceptance.files import GATE, GATE_PLOT, MANIFEST, listed, read_json
from finetune.errors import AdapterInvalid, AdapterUnknown, PromotionRefused
from finetune.gate.record import checked
from finetune.gate.verdict import PASS
from finetune.lora import CARD, GGUF, WEIGHTS

EVERYONE = "everyone"
_NAME = re.compile(r"(?P<topic>[a-z0-9][a-z0-9-]{0,63})@v(?P<number>[1-9]\d{0,5})")
_TOPIC = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
UNCOUNTED = frozenset({MANIFEST, GATE, GATE_PLOT})
"""Files that the manifest does not name: itself, and the gate's verdict and plot, which come later."""


@dataclass(frozen=True, slots=True)
class Version:
    """`topic@vN` and its folder; what is in it is read when asked for."""

    topic: str
    number: int
    folder: Path

    @property
    def name(self) -> str:
        """`topic@vN`, which never means other weights."""
        return f"{self.topic}@v{self.number}"

    @property
    def gguf(self) -> Path:
        """What llama.cpp loads."""
        return self.folder / GGUF

    @property
    def card(self) -> Mapping[str, Any]:
        """What it was made of and for. Raises AdapterInvalid."""
        return read_json(self.folder / CARD)

    @property
    def gate(self) -> Mapping[str, Any]:
        """What the gate of this installation wrote down; empty when it has not been through.

        What a card says of a gate does not count, nor a record of other weights. Raises AdapterInvalid.
        """
        if not (self.folder / GATE).is_file():
            return {}
        found = read_json(self.folder / GATE)
        return found if found.get("sha256") == self.card.get("sha256") else {}

    @property
    def verdict(self) -> str:
        """ "pass" or why not, worked out again from the scores of its gate; empty when it has not been through."""
        return checked(self.gate)

    @property
    def groups(self) -> frozenset[str]:
        """The groups whose members may all read what it was trained on."""
        found = self.card.get("groups")
        return frozenset(map(str, found)) if isinstance(found, list) else frozenset()

    def barred_from(self, groups: Iterable[str]) -> list[str]:
        """Those of `groups` that it may not serve, since somebody in them may not read what it has learnt from."""
        own = self.groups
        return [] if EVERYONE in own else sorted(set(groups) - own)

    def whole(self) -> "Version":
        """Itself, with every file the one that was added. Raises AdapterInvalid."""
        files = read_json(self.folder / MANIFEST).get("files")
        names = set(listed(self.folder)) - UNCOUNTED
        if not isinstance(files, dict) or set(files) != names:
            raise AdapterInvalid(f"{self.name} has other files than its manifest. Add the adapter again.")
        for name in sorted(names):
            about = files[name]
            if not isinstance(about, dict) or about.get("sha256") != digest(self.folder / name):
                raise AdapterInvalid(
                    f"{name} of {self.name} is no longer the file that was added. Add the adapter again."
                )
        if self.card.get("sha256") != files[WEIGHTS]["sha256"]:
            raise AdapterInvalid(f"The card of {self.name} names other weights. Add the adapter again.")
        return self

    def check_gate(self, *, ungated: bool, why: str) -> None:
        """Raises PromotionRefused when its gate did not let it pass; one that never was at a gate needs a reason."""
        verdict = self.verdict
        if verdict == PASS:
            return
        if verdict:
            raise PromotionRefused(f"The gate refused {self.name} ({verdict[:80]}). Train another version.")
        if not ungated or not why.strip():
            raise PromotionRefused(
                f"{self.name} has not been through the gate. Run `pilares finetune evaluate {self.name}`, or promote "
                "it with --ungated and --why."
            )

    def check_groups(self, alias: str, groups: Iterable[str]) -> None:
        """Raises PromotionRefused when `alias` serves groups that it may not serve."""
        if barred := self.barred_from(groups):
            learnt = ", ".join(sorted(self.groups)) or "nobody"
            raise PromotionRefused(
                f"{self.name} was trained on what {learnt} may read, and {alias} serves {', '.join(barred)}. Train one "
                "on what all of them may read."
            )


def parse(name: str) -> tuple[str, int]:
    """Topic and number of `topic@vN`. Raises AdapterUnknown."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise AdapterUnknown(f"{name[:80]!r} is not the name of a version. They look like reader@v3.")
    return match["topic"], int(match["number"])


def check_topic(topic: str) -> str:
    """The topic. Raises AdapterUnknown for one that cannot be a folder everywhere."""
    if not _TOPIC.fullmatch(topic):
        raise AdapterUnknown(f"{topic[:80]!r} cannot be a topic. Use small letters, digits and hyphens, as in reader.")
    return topic
