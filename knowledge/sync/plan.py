"""Compares what a source holds with what is stored of it: what to fetch, what is gone, what only needs a note."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from knowledge.parse.clean import clean_text, one_line
from knowledge.parse.detect import is_readable
from knowledge.sources.source import Entry, Gap
from knowledge.store.documents import Known
from knowledge.store.schema import READER_VERSION
from knowledge.store.writing import Origin

_LONGEST_NAME = 1_000
_MOST_REASONS = 100


@dataclass(frozen=True, slots=True)
class Task:
    """An entry to fetch, with the name its document gets, who may read it and what is stored of it.

    `again` when its content is read even if it is the one that could not be read the last time.
    """

    entry: Entry
    name: str
    groups: tuple[str, ...]
    known: Known | None
    again: bool = False


@dataclass(slots=True)
class Plan:
    """What a sync has to do. `tasks` has what is new first: only then is it known what is gone, and what renamed.

    `unchanged` are the names whose version tells that they need not be fetched, `done` those without a version that
    this job has taken in already. `listed` is how many documents there are now, `before` how many there were where it
    could be listed.
    """

    tasks: list[Task] = field(default_factory=list)
    noted: list[tuple[Known, Origin]] = field(default_factory=list)
    gone: dict[tuple[str, str], Known] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    skipped: int = 0
    listed: int = 0
    before: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """How the documents of one source are taken in: `again` are names to read whatever their version, `done` those
    that this job is through with already. `recognises` tells that pages which are pictures can be read now."""

    source: str
    groups: frozenset[str]
    tags: frozenset[str]
    max_file_bytes: int
    whole: bool = False
    recognises: bool = False
    again: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()


def make_plan(
    listing: Iterable[Entry | Gap],
    known: Mapping[tuple[str, str], Known],
    tags: Mapping[str, frozenset[str]],
    policy: Policy,
) -> Plan:
    """Sort what a source listed by what has to be done about it; `tags` are those it gave before, by document id."""
    plan, entries, gaps = Plan(), dict[str, Entry](), list[str]()
    for each in listing:
        if isinstance(each, Gap):
            prefix = _clean(each.prefix)
            gaps.append(prefix)
            if each.reason:  # without one it is meant to be so, as with a feed's older items
                _note_gap(prefix or policy.source, each.reason, plan)
        else:
            _note_entry(each, entries, plan)
    new, changed = list[Task](), list[Task]()
    for name, entry in entries.items():
        before = known.get((policy.source, name))
        groups = tuple(sorted(policy.groups if entry.groups is None else entry.groups))
        task = Task(entry, name, groups, before, again=name in policy.again)
        if before is not None and name in policy.done and (entry.version is None or policy.whole):
            plan.done.append(name)
            continue
        if before is not None and _is_same(before, entry, task, policy):
            _note_same(plan, before, tags.get(before.id, frozenset()), task, policy)
        else:
            (changed if before else new).append(task)
    plan.tasks = new + changed
    present = entries.keys() | plan.refused.keys()
    plan.gone = {key: each for key, each in known.items() if key[1] not in present and not _hidden(key[1], gaps)}
    plan.listed = len(entries)
    plan.before = len(plan.gone) + sum(name in present for _, name in known)
    return plan


def origin_of(task: Task, policy: Policy, size: int, sha256: str, version: str | None) -> Origin:
    """What is stored of where a document comes from; `version` is None where it is to be fetched another time."""
    entry = task.entry
    modified = None if entry.modified is None else round(entry.modified.timestamp() * 1e9)
    return Origin(
        policy.source,
        task.name,
        task.groups,
        size,
        sha256,
        modified_ns=modified,
        remote_version=version,
        url=entry.url,
        tags=tuple(sorted(policy.tags)),
    )


def _note_gap(name: str, reason: str, plan: Plan) -> None:
    """Each reason has a row of its own, as pages of a site do that could not be fetched: all may lie anywhere in it."""
    for number in range(1, _MOST_REASONS + 1):
        shown = name if number == 1 else f"{name} ({number})"
        if plan.refused.setdefault(shown, reason) == reason:
            return


def _note_entry(entry: Entry, entries: dict[str, Entry], plan: Plan) -> None:
    name = _clean(entry.name)
    if not name or len(name) > _LONGEST_NAME:
        plan.refused[name[:80] or "?"] = (
            f"The name {name[:80]!r} cannot be used. Give it one of up to 1,000 characters."
        )
    elif name in entries:
        shown = f"{name} (second)"  # the first one has a row of its own
        plan.refused[shown] = f"Two documents of the source are called {name}. Give one of them another name."
    elif not is_readable(name):
        plan.skipped += 1
    else:
        entries[name] = entry


def _is_same(known: Known, entry: Entry, task: Task, policy: Policy) -> bool:
    return (
        entry.version is not None
        and entry.version == known.remote_version
        and known.reader == READER_VERSION
        and not (policy.whole or task.again or (policy.recognises and known.scans))
    )


def _note_same(plan: Plan, known: Known, tags: frozenset[str], task: Task, policy: Policy) -> None:
    """Its content need not be fetched; who may read it, its tags and its address may have changed all the same."""
    origin = origin_of(task, policy, known.bytes, known.sha256, task.entry.version)
    if known.error is not None:
        plan.refused[task.name] = known.error
    else:
        plan.unchanged.append(task.name)
    if (known.groups, tags, known.url) != (frozenset(task.groups), policy.tags, task.entry.url):
        plan.noted.append((known, origin))


def _hidden(name: str, gaps: Iterable[str]) -> bool:
    return any(name.startswith(prefix) for prefix in gaps)


def _clean(name: str) -> str:
    return one_line(clean_text(name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")))
