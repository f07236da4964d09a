"""Random documents, grants, rules, filters and readers against a plain model of who may read what.

`GrantCases` changes a library at random, asks it at random, and compares everything it says with what `_Model` permits.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import get_args

from knowledge.document import Document
from knowledge.errors import DocumentNotFound
from knowledge.library import Library
from knowledge.search.filters import EVERYTHING, Filter
from knowledge.search.searcher import Mode

GROUPS = ("everyone", "staff", "board", "finance", 'o\'brien "x"', "ñandú")
SOURCES = ("wiki", "hr", "uploads%_")
FOLDERS = ("", "finance/", "finance/board/", "fin/", "a_%/")
ENDINGS = ("md", "txt", "pdf")
TAGS = ("public", "old", "año 2026")
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass
class _Entry:
    source: str
    name: str
    secret: str  # a word that stands in this content of this document alone
    given: frozenset[str]
    own: frozenset[str] | None = None
    tags: frozenset[str] = frozenset()


@dataclass
class _Model:
    """Who may read what, worked out in the plainest way."""

    entries: dict[tuple[str, str], _Entry] = field(default_factory=dict)
    rules: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    restricted: set[str] = field(default_factory=set)

    def audience(self, entry: _Entry) -> frozenset[str]:
        if entry.own is not None:
            return entry.own
        folders = entry.name.split("/")[:-1]
        for depth in range(len(folders), -1, -1):
            prefix = "".join(f"{folder}/" for folder in folders[:depth])
            if (entry.source, prefix) in self.rules:
                return self.rules[entry.source, prefix]
        return frozenset() if entry.source in self.restricted else entry.given

    def permitted(self, groups: frozenset[str], limits: Filter = EVERYTHING) -> dict[str, _Entry]:
        """By secret, the documents that may be read and that the filter lets through."""
        return {
            entry.secret: entry
            for entry in self.entries.values()
            if self.audience(entry) & groups
            and (not limits.sources or entry.source in limits.sources)
            and (not limits.types or entry.name.rsplit(".", 1)[1] in limits.types)
            and (not limits.tags or entry.tags & set(limits.tags))
            and (not limits.documents or entry.name in limits.documents)
        }


@dataclass
class Outcome:
    """How many cases were tried, what was shown that must not be, and what was not found that may be read."""

    cases: int = 0
    leaks: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)


class GrantCases:
    """Cases over one library, the same for the same seed."""

    def __init__(self, library: Library, seed: int, documents: int = 40) -> None:
        self._library = library
        self._random = Random(seed)  # noqa: S311
        self._model = _Model()
        self._documents = documents
        self._secrets = 0
        self.outcome = Outcome()
        for _ in range(documents):
            self._add()

    def run(self, cases: int) -> Iterator[Outcome]:
        """Change something, or not, then ask; yields the outcome so far after each case."""
        changes = (
            self._add, self._delete, self._set_audience, self._set_rule, self._remove_rule, self._restrict, self._tag,
        )  # fmt: skip
        for _ in range(cases):
            if self._random.random() < 0.4:
                change = self._random.choice(changes)
                self.outcome.kinds[change.__name__.strip("_")] += 1
                change()
            self._ask()
            self.outcome.cases += 1
            yield self.outcome

    # Changing

    def _add(self) -> None:
        source, name = self._random.choice(SOURCES), self._name()
        if len(self._model.entries) >= self._documents and (source, name) not in self._model.entries:
            self._delete()
        self._secrets += 1
        secret, given = f"zq{self._secrets}xk", self._some_groups()
        text = f"Common words about {secret} for one reader or another. More common words."
        self._library.add_texts([(name, f"Title {secret}", text)], source=source, audience=given)
        before = self._model.entries.get((source, name))
        self._model.entries[source, name] = _Entry(
            source, name, secret, given, before.own if before else None, before.tags if before else frozenset()
        )

    def _delete(self) -> None:
        if self._model.entries:
            entry = self._one()
            self._library.delete(self._stored(entry).id)
            del self._model.entries[entry.source, entry.name]

    def _set_audience(self) -> None:
        if self._model.entries:
            entry = self._one()
            entry.own = None if self._random.random() < 0.3 else self._some_groups()
            self._library.grants.set_audience(self._stored(entry), entry.own)

    def _set_rule(self) -> None:
        source, folder, groups = self._random.choice(SOURCES), self._random.choice(FOLDERS), self._some_groups()
        self._library.grants.set_rule(source, groups, folder)
        self._model.rules[source, folder] = groups

    def _remove_rule(self) -> None:
        source, folder = self._random.choice(list(self._model.rules) or [("wiki", "")])
        self._library.grants.remove_rule(source, folder)
        self._model.rules.pop((source, folder), None)

    def _restrict(self) -> None:
        source, restricted = self._random.choice(SOURCES), self._random.random() < 0.5
        self._library.grants.restrict(source, restricted)
        (self._model.restricted.add if restricted else self._model.restricted.discard)(source)

    def _tag(self) -> None:
        if self._model.entries:
            entry = self._one()
            entry.tags = frozenset(tag for tag in TAGS if self._random.random() < 0.4)
            self._library.set_tags(self._stored(entry).id, entry.tags)

    # Asking

    def _ask(self) -> None:
        groups, limits = self._some_groups(), self._some_filter()
        mode = self._random.choice(MODES)
        asked = ["common words about", *self._guesses()][: self._random.randint(1, 3)]
        permitted = self._model.permitted(groups, limits)
        k = self._random.choice((3, 1_000))
        passages = self._library.search(asked, k=k, groups=groups, mode=mode, filter=limits)
        hits = self._library.search_documents(asked, k=k, groups=groups, mode=mode, filter=limits)
        case = f"{mode}, {sorted(groups)}, {limits}"
        self._compare(repr((passages, hits)), permitted, case)
        if k == 1_000 and mode != "lexical":
            found = {self._secret_in(passage.text) for passage in passages}
            self.outcome.missed += [f"{case}: {secret}" for secret in permitted.keys() - found]
        self._look_at_one(groups)

    def _look_at_one(self, groups: frozenset[str]) -> None:
        """Citation, preview and list go over other ways than search."""
        permitted, shown = self._model.permitted(groups), ""
        if self._model.entries:
            stored = self._stored(self._one())
            shown = repr(self._library.passages_of(stored.id, groups))
            try:
                shown += repr(self._library.document(stored.id, groups)) + self._library.text(stored.id, groups)
            except DocumentNotFound as error:
                shown += str(error).replace(stored.id, "")
            readable = self._library.grants.readable([stored.id], groups)
            shown += stored.title if readable else ""
        listed = self._library.documents(groups)
        self._compare(shown + repr([each.title for each in listed]), permitted, f"read, {sorted(groups)}")
        if len(listed) != len(permitted) or self._library.count_documents(groups) != len(permitted):
            self.outcome.missed.append(f"list, {sorted(groups)}: {len(listed)} of {len(permitted)}")

    def _compare(self, shown: str, permitted: dict[str, _Entry], case: str) -> None:
        known = {f"zq{number}xk" for number in range(1, self._secrets + 1)}
        for secret in known - permitted.keys():
            if secret in shown:
                self.outcome.leaks.append(f"{case}: {secret}")

    # Choosing

    def _name(self) -> str:
        folder = self._random.choice(FOLDERS)
        return f"{folder}n{self._random.randint(1, 12)}.{self._random.choice(ENDINGS)}"

    def _one(self) -> _Entry:
        return self._random.choice(list(self._model.entries.values()))

    def _stored(self, entry: _Entry) -> Document:
        found = self._library.documents(filter=Filter(sources=(entry.source,), documents=(entry.name,)))
        return found[0]

    def _some_groups(self) -> frozenset[str]:
        return frozenset(self._random.sample(GROUPS, self._random.choice((0, 1, 1, 1, 2, 3))))

    def _some_filter(self) -> Filter:
        if self._random.random() < 0.4:
            return EVERYTHING
        return Filter.of(
            sources=self._random.sample(SOURCES, self._random.choice((0, 0, 1, 2))),
            types=self._random.sample(ENDINGS, self._random.choice((0, 0, 1, 2))),
            tags=self._random.sample(TAGS, self._random.choice((0, 0, 0, 1, 2))),
            documents=[self._name() for _ in range(self._random.choice((0, 0, 0, 5)))],
        )

    def _guesses(self) -> list[str]:
        """Questions of somebody who knows what to look for."""
        return [f"what is {self._one().secret}"] * 2 if self._model.entries else []

    def _secret_in(self, text: str) -> str:
        return next((word for word in text.split() if word.startswith("zq")), "")
