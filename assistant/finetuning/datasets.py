"""The datasets of an installation: what comes in, who reviews it, what is built of it, and what goes again."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from finetune.building import Prepared, Recipe, build, prepare, suspicions
from finetune.datasets import Datasets, DatasetVersion
from finetune.doctor.caps import PEOPLE, PER_USER
from finetune.doctor.findings import examine
from finetune.doctor.tokens import Tokens
from finetune.examples import Example, Source
from finetune.groups import common
from finetune.privacy.scrub import scrub_all
from finetune.privacy.spans import Finder, nothing
from finetune.queue import Queue, Queued
from finetune.withdrawal import (
    Places,
    Withdrawn,
    forget_replies,
    of_conversations,
    of_documents,
    of_user,
    withdraw,
)

if TYPE_CHECKING:
    from assistant.finetuning.collecting import Collected

# Rows that quote documents of this installation; those of an upload may name documents of another one.
OF_DOCUMENTS: frozenset[Source] = frozenset({"feedback", "edit", "handoff", "synthetic", "curated"})
OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of examples that came in: new rows, of these accepted and held at once, and those over the cap."""

    new: int
    accepted: int
    held: int
    over: int = 0


class DatasetDesk:
    """Queue, datasets and adapters of a home folder. `finder` finds personal data beside our own rules."""

    def __init__(self, home: Path, finder: Finder = nothing) -> None:
        folder = home / "finetune"
        self.queue = Queue(folder / "examples.db")
        self.datasets = Datasets(folder / "datasets")
        self.adapters = folder / "adapters"
        self.replies = folder / "gate"
        self._finder = finder
        self._places = Places(self.adapters, self.replies)

    def take(self, examples: Sequence[Example], *, trusted: bool, hosts: Sequence[str] = ()) -> Taken:
        """Take in what an operator uploads or makes, without personal data and secrets. Trusted rows need no review
        unless the doctor holds them."""
        clean, _ = scrub_all(examples, self._finder)
        if trusted:
            clean = [replace(each, origin=replace(each.origin, reviewed_by=OPERATOR)) for each in clean]
        new = self.queue.add(clean, "accepted" if trusted else "proposed")
        held = self.suspect(hosts)
        kept_back = len(set(held) & set(new))
        return Taken(len(new), len(new) - kept_back if trusted else 0, kept_back)

    def propose(
        self,
        collected: "Collected",
        *,
        trust: Collection[str] = (),
        per_user: int = PER_USER,
        hosts: Sequence[str] = (),
        since: str = "",
    ) -> Taken:
        """Put what was collected up for review; only rows of people in `trust` are accepted at once.

        Of each person's feedback so many rows are in the queue at most, the newest. Proposals whose feedback was taken
        back or changed go; `since` (ISO 8601) says from when on feedback was collected, if not from the beginning.
        """
        known = {each.example.id: each for each in self.queue.rows()}
        ids = {each.id for each in collected.examples}
        stale = [
            each.example.id
            for each in known.values()
            if each.state == "proposed" and each.example.origin.source in PEOPLE
            if each.example.id not in ids and each.example.origin.created >= since
        ]
        self.queue.forget(stale)
        decided = (each.example for each in known.values() if each.example.id not in stale)
        fresh, over = _capped([each for each in collected.examples if each.id not in known], decided, per_user)
        sure = [each for each in fresh if each.origin.user in trust]
        new = self.queue.add((_reviewed(each) for each in sure), "accepted", collected.notes)
        new += self.queue.add((each for each in fresh if each.origin.user not in trust), "proposed", collected.notes)
        held = set(self.suspect(hosts)) & set(new)
        accepted = len({each.id for each in sure} & set(new)) - len(held)
        return Taken(len(new), accepted, len(held), over)

    def suspect(self, hosts: Sequence[str] = ()) -> list[str]:
        """Look for poisoned rows in the whole queue; returns the accepted ones that are now held back."""
        rows = [each.example for each in self.queue.rows()]
        reasons: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for finding in examine(rows, suspicions(hosts)).of("holds"):
            for row in finding.rows:
                reasons[row][finding.check] = finding.message
        return self.queue.hold(reasons) if reasons else []

    def prepare(
        self, recipe: Recipe, tokens: Tokens, audiences: Mapping[str, Collection[str]] | None = None
    ) -> Prepared:
        """Let the doctor look at the accepted rows; those that it holds are held back from now on.

        `audiences` are the groups that may read each document that is there: rows of others are withdrawn.
        """
        if audiences is not None:
            self.reconcile(audiences)
        rows = self.queue.rows()
        accepted = [each for each in rows if each.state == "accepted"]
        beside = [each.example for each in rows if each.state != "accepted"]
        cleared = {each.example.id: each.cleared for each in accepted}
        found = prepare([each.example for each in accepted], recipe, tokens, beside, cleared, self._finder)
        if found.held:
            self.queue.hold(found.held)
        return found

    def build(self, prepared: Prepared, recipe: Recipe) -> tuple[DatasetVersion, bool]:
        """Write a version; returns it, and whether it is new. Raises FinetuneError."""
        return build(prepared, recipe, self.datasets)

    def review(self, ids: Iterable[str], accept: bool, who: str) -> list[Queued]:
        """Accept or refuse rows, by the beginning of their ids; all of them or, for a wrong one, none.

        Raises DatasetNotFound.
        """
        found = self.queue.find(ids)
        self.queue.decide([each.example.id for each in found], accept, who)
        return found

    # What is deleted elsewhere

    def document_deleted(self, document: str) -> Withdrawn:
        """Withdraw the rows that show a document."""
        return withdraw(of_documents([document]), self.queue, self.datasets, self._places)

    def conversation_deleted(self, *conversations: str) -> Withdrawn:
        """Withdraw the rows of conversations, now and later."""
        self.queue.never_again("conversation", *conversations)
        return withdraw(of_conversations(conversations), self.queue, self.datasets, self._places)

    def user_deleted(self, user: str) -> Withdrawn:
        """Withdraw the rows of a person, now and later."""
        self.queue.never_again("user", user)
        return withdraw(of_user(user), self.queue, self.datasets, self._places)

    def forget_replies(self) -> int:
        """Delete what models replied at the gate to rows that are withdrawn; returns how many. Raises NotWritten."""
        return forget_replies(self.queue, self.datasets, self.replies)

    def reconcile(self, audiences: Mapping[str, Collection[str]]) -> Withdrawn:
        """Withdraw rows of documents that are gone, whichever way they went; of the others, say who may read them."""

        def gone(each: Example) -> bool:
            return each.origin.source in OF_DOCUMENTS and not set(each.origin.documents) <= set(audiences)

        found = withdraw(gone, self.queue, self.datasets, self._places)
        self.queue.change(_regrouped((each.example for each in self.queue.rows()), audiences))
        return found


def _regrouped(rows: Iterable[Example], audiences: Mapping[str, Collection[str]]) -> Iterator[Example]:
    """The rows whose groups are not those of their documents any more, with those."""
    for each in rows:
        if each.origin.source in OF_DOCUMENTS and each.origin.documents:
            groups = common(audiences[document] for document in each.origin.documents)
            if groups != each.origin.groups:
                yield replace(each, origin=replace(each.origin, groups=groups))


def _capped(rows: Sequence[Example], known: Iterable[Example], most: int) -> tuple[list[Example], int]:
    """The newest rows of each person that fit beside the known ones, and how many do not."""
    count: defaultdict[str, int] = defaultdict(int)
    for each in known:
        if each.origin.source in PEOPLE:
            count[each.origin.user] += 1
    kept = []
    for each in rows:
        if each.origin.source in PEOPLE:
            count[each.origin.user] += 1
            if count[each.origin.user] > most:
                continue
        kept.append(each)
    return kept, len(rows) - len(kept)


def _reviewed(each: Example) -> Example:
    return replace(each, origin=replace(each.origin, reviewed_by=f"trusted: {each.origin.user}"))
