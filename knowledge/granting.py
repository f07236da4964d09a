"""Who may read what: rules for sources and folders, and audiences of single documents."""

from collections.abc import Collection, Iterable
from threading import RLock

from sqlalchemy import select

from knowledge.document import CONVERSATIONS, Document
from knowledge.errors import SourceError
from knowledge.store import grants, schema
from knowledge.store.database import Database, batched
from knowledge.store.grants import Audience, Rule
from knowledge.store.scope import Scope


class Granting:
    """Changes and explains grants. Every change is in force for the next search."""

    def __init__(self, database: Database, writing: RLock) -> None:
        self._database = database
        self._writing = writing

    def set_rule(self, source: str, groups: Iterable[str], prefix: str = "") -> Rule:
        """Let `groups`, and nobody else, read what lies in a source or, with `prefix`, in a folder of it.

        In force at once, for the documents that are there and for those that will come. The deepest folder's rule
        counts; an audience set for a document itself counts more. No groups: nobody. Raises SourceError for a name
        that no source can have, and for the files of conversations.
        """
        rule = Rule(_ruled(source), _folder(prefix), tuple(sorted({each.strip() for each in groups if each.strip()})))
        with self._writing, self._database.write() as connection:
            grants.put_rule(connection, rule)
        return rule

    def remove_rule(self, source: str, prefix: str = "") -> bool:
        """Take a rule back; returns whether there was one. What counts then is the rule of the folder above, if any."""
        with self._writing, self._database.write() as connection:
            return grants.remove_rule(connection, _source(source), _folder(prefix))

    def restrict(self, source: str, restricted: bool = True) -> None:
        """Whether nobody may read what no rule of the source grants, now and later. Raises as `set_rule` does."""
        name = _ruled(source) if restricted else _source(source)
        with self._writing, self._database.write() as connection:
            grants.restrict(connection, name, restricted)

    def rules(self) -> list[Rule]:
        """All rules, by source and folder."""
        with self._database.read() as connection:
            return grants.rules(connection)

    def restricted(self) -> list[str]:
        """The restricted sources."""
        with self._database.read() as connection:
            return grants.restricted(connection)

    def audience(self, document: Document) -> Audience:
        """Who may read a document, and why."""
        with self._database.read() as connection:
            return dict(grants.audiences(connection, [document.id]))[document.id]

    def set_audience(self, document: Document, groups: Iterable[str] | None) -> None:
        """Let `groups` read this document, whatever rules say; None: what the rules say, again.

        Raises SourceError for a file of a conversation.
        """
        if groups is not None:
            _ruled(document.source)
        with self._writing, self._database.write() as connection:
            grants.own(connection, document.id, groups)

    def readable(self, document_ids: Collection[str], groups: Iterable[str]) -> frozenset[str]:
        """Those of the documents that are there and that `groups` may read."""
        scope, found = Scope(frozenset(groups)), set[str]()
        with self._database.read() as connection:
            for some in batched(sorted(document_ids)):
                statement = select(schema.documents.c.id).where(schema.documents.c.id.in_(some), scope.condition())
                found.update(connection.execute(statement).scalars())
        return frozenset(found)


def _source(name: str) -> str:
    if not name.strip():
        raise SourceError("A rule needs the name of a source. `pilares documents list` shows them.")
    return name.strip()


def _ruled(name: str) -> str:
    """The name of a source that rules are for; what was set for another can still be taken back."""
    source = _source(name)
    if source == CONVERSATIONS:
        raise SourceError(
            f"There are no rules for {CONVERSATIONS!r}: each of these files is read in its conversation alone."
        )
    return source


def _folder(prefix: str) -> str:
    """A folder as documents' names begin with it."""
    inside = prefix.strip().strip("/")
    return f"{inside}/" if inside else ""
