"""The registry: what enters is checked, what has entered never changes, and an alias says what serves."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from finetune.acceptance.accept import accept
from finetune.acceptance.files import GATE, GATE_PLOT
from finetune.errors import AdapterUnknown, PromotionRefused, RegistryUnusable
from finetune.registry.aliases import Aliases, Canary, Move, check_alias, now
from finetune.registry.archive import export
from finetune.registry.marks import withdrawn
from finetune.registry.staging import finish, staged
from finetune.registry.version import EVERYONE, Version, check_topic, parse
from finetune.registry.writing import alone, clear, replace_json, replace_text


class Registry:
    """The adapters in `folder`. `bases` are the models that are served here, SHA-256 of their file to name.

    Safe to use from several processes: writers take turns, readers see one state or the other. FinetuneError is all
    that is raised, and after one nothing has changed.
    """

    def __init__(self, folder: Path, bases: Mapping[str, str]) -> None:
        self.folder = folder
        self._bases = bases
        self._aliases = Aliases(folder)

    # Versions

    def add(self, source: Path, topic: str, *, card: Mapping[str, Any] | None = None) -> Version:
        """Take in the adapter of a folder that this installation has trained; `card` adds to its card.

        It has not been through the gate yet, whatever its card or folder says: only `judge` writes that down. Raises
        AdapterInvalid, AdapterUnknown (the topic) and RegistryUnusable.
        """
        check_topic(topic)
        with alone(self.folder), staged(self.folder, source) as stage:
            return self._enter(stage, topic, card or {})

    def bring(self, source: Path, topic: str, *, card: Mapping[str, Any] | None = None) -> Version:
        """Take in the adapter of a folder or .zip from elsewhere: what its own gate said does not count here.

        `card` gives what a foreign card lacks (`base_sha256`, `licence`, `groups`). Raises as `add` does.
        """
        from finetune.registry.foreign import completed

        check_topic(topic)
        with alone(self.folder), staged(self.folder, source) as stage:
            completed(stage, source.name, card or {}, self._bases)
            return self._enter(stage, topic, {})

    def _enter(self, stage: Path, topic: str, card: Mapping[str, Any]) -> Version:
        accepted, number = accept(stage, self._bases), self._next(topic)
        folder = self.folder / topic / f"v{number}"
        entered = {"created": now(), **accepted.card, **card, "topic": topic, "version": f"v{number}"}
        entered.pop("gate", None)
        if accepted.notes:
            entered["notes"] = [*accepted.notes]
        with clear(self.folder):
            for not_ours in (GATE, GATE_PLOT):
                (stage / not_ours).unlink(missing_ok=True)
            finish(stage, folder, f"{topic}@v{number}", entered)
        return Version(topic, number, folder)

    def _next(self, topic: str) -> int:
        """One more than the highest number there ever was, so that a name never means other weights."""
        moved = [name for move in self.history() for name in (move.before, move.after) if name.startswith(f"{topic}@v")]
        return 1 + max([each.number for each in self.versions(topic)] + [parse(name)[1] for name in moved], default=0)

    def versions(self, topic: str | None = None) -> list[Version]:
        """Every version, by topic and number."""
        found = list[Version]()
        with clear(self.folder):
            folders = [*self.folder.glob("*/v*")] if self.folder.is_dir() else []
        for folder in folders:
            name = f"{folder.parent.name}@{folder.name}"
            try:
                each = Version(*parse(name), folder)
            except AdapterUnknown:
                continue
            if topic in (None, each.topic):
                found.append(each)
        return sorted(found, key=lambda each: (each.topic, each.number))

    def version(self, name: str) -> Version:
        """The version `topic@vN`. Raises AdapterUnknown naming those that there are."""
        topic, number = parse(name)
        found = Version(topic, number, self.folder / topic / f"v{number}")
        if not found.folder.is_dir():
            names = ", ".join(each.name for each in self.versions(topic))
            there = f"There are: {names}." if names else f"No version of {topic} was added."
            raise AdapterUnknown(f"There is no {name}. {there} See `pilares finetune list`.")
        return found

    def judge(self, name: str, gate: Mapping[str, Any], plot: str = "") -> None:
        """Write down what the gate found about a version: `verdict` is "pass" or why not; `plot` is an SVG.

        Raises FinetuneError.
        """
        found = self.version(name)
        with alone(self.folder), clear(self.folder):
            if plot:
                replace_text(found.folder / GATE_PLOT, plot)
            replace_json(found.folder / GATE, {**gate, "sha256": found.card.get("sha256")})

    def export(self, name: str, out: Path) -> Path:
        """Write a version to a new folder, or a new .zip. Raises AdapterInvalid and RegistryUnusable."""
        found = self.version(name).whole()
        if not out.absolute().parent.is_dir():
            raise RegistryUnusable(f"There is no folder {out.parent} to write {out.name} to. Make it, or name another.")
        with clear(out.parent):
            return export(found.folder, found.name, out)

    def withdrawn(self) -> Mapping[str, int]:
        """The versions that were trained on rows that are withdrawn now, and how many rows that are."""
        return withdrawn(self.folder)

    # Aliases

    @property
    def stamp(self) -> tuple[int, ...]:
        """Changes whenever an alias or canary does; cheap enough to be asked every second."""
        return self._aliases.stamp()

    def aliases(self) -> Mapping[str, str]:
        """Alias to version; what is served under an alias that is not there came with Pilares."""
        return self._aliases.all()

    def canaries(self) -> Mapping[str, Canary]:
        """The running canaries by alias."""
        return self._aliases.canaries()

    def history(self, alias: str | None = None) -> list[Move]:
        """Who moved what, when and why, oldest first."""
        return self._aliases.history(alias)

    def before(self, alias: str) -> str | None:
        """What a rollback would return to: "" for what came with Pilares, None when there is nothing before."""
        return self._aliases.before(alias)

    def promote(
        self,
        alias: str,
        name: str,
        *,
        who: str,
        why: str = "",
        serves: Collection[str] = (EVERYONE,),
        canary: int = 0,
        ungated: bool = False,
    ) -> Move:
        """Let a version serve under an alias whose requests come from the groups `serves`.

        With `canary`, only that percentage of conversations. Raises AdapterUnknown, AdapterInvalid (damaged, or of a
        base that is not served), PromotionRefused and RegistryUnusable.
        """
        check_alias(alias)
        with alone(self.folder):
            found, current = self.version(name).whole(), self.aliases().get(alias, "")
            accept(found.folder, self._bases)
            found.check_gate(ungated=ungated, why=why)
            found.check_groups(alias, serves)
            running = self.canaries().get(alias)
            if name == current and running is None:
                raise PromotionRefused(f"{name} serves {alias} already.")
            if name == current and running is not None:
                return self._aliases.stop(alias, running, who, why)
            if canary:
                return self._aliases.begin(alias, Canary(name, current, _percent(canary), now()), who, why)
            return self._aliases.move("promote", alias, name, who, why)

    def rollback(self, alias: str, *, who: str, why: str = "", serves: Collection[str] = (EVERYONE,)) -> Move:
        """Go back to what served before; a running canary is stopped instead, and nothing else changes.

        Raises AdapterUnknown when there is nothing before, AdapterInvalid and PromotionRefused when that may no longer
        serve, and RegistryUnusable.
        """
        check_alias(alias)
        with alone(self.folder):
            if (running := self.canaries().get(alias)) is not None:
                return self._aliases.stop(alias, running, who, why)
            before = self._aliases.before(alias)
            if before is None:
                raise AdapterUnknown(f"Nothing served {alias} before. See `pilares finetune list`.")
            if before:
                found = self.version(before).whole()
                accept(found.folder, self._bases)
                found.check_groups(alias, serves)
            return self._aliases.move("rollback", alias, before, who, why)


def _percent(value: int) -> int:
    if not 1 <= value <= 50:
        raise PromotionRefused(f"A canary serves 1 to 50 percent of the conversations, not {value}.")
    return value
