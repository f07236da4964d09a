"""Who may read which document, and why; every function works inside the caller's transaction.

What counts, from the strongest: the audience that somebody set for the document itself; the rule of the deepest folder
it lies in; nobody, when its source is restricted; the audience it came with. The result is written into `grants`, so a
search has one small table to look into.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, Select, delete, insert, select

from knowledge.document import CONVERSATIONS
from knowledge.store import schema
from knowledge.store.database import batched, upsert

Reason = Literal["own", "rule", "restricted", "given"]

_documents, _grants, _audiences = schema.documents.c, schema.grants.c, schema.audiences.c
_rules, _restricted = schema.grant_rules.c, schema.restricted_sources.c


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may read what lies below `prefix` in a source; "" is the whole source, no groups are nobody."""

    source: str
    prefix: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may read a document, and why; `rule` is set when a rule says so."""

    groups: tuple[str, ...]
    reason: Reason
    rule: Rule | None = None


def give(connection: Connection, audiences: Mapping[str, Iterable[str]]) -> None:
    """Note the audiences that documents came with. They count where nothing stronger does."""
    rows = [{"document_id": key, "given": _listed(groups)} for key, groups in audiences.items()]
    if rows:
        new = upsert(schema.audiences, connection.dialect)
        connection.execute(
            new.on_conflict_do_update(index_elements=["document_id"], set_={"given": new.excluded.given}), rows
        )
        settle(connection, list(audiences))


def own(connection: Connection, document_id: str, groups: Iterable[str] | None) -> None:
    """Set the audience of one document, whatever rules say; None takes that back."""
    listed = None if groups is None else _listed(groups)
    given = _listed(current(connection, [document_id]).get(document_id, ()))
    new = upsert(schema.audiences, connection.dialect).values(document_id=document_id, given=given, own=listed)
    connection.execute(new.on_conflict_do_update(index_elements=["document_id"], set_={"own": listed}))
    settle(connection, [document_id])


def put_rule(connection: Connection, rule: Rule) -> None:
    """Add a rule, or replace the one of the same folder."""
    new = upsert(schema.grant_rules, connection.dialect).values(
        source=rule.source, prefix=rule.prefix, groups=_listed(rule.groups)
    )
    connection.execute(
        new.on_conflict_do_update(index_elements=["source", "prefix"], set_={"groups": new.excluded.groups})
    )
    settle_source(connection, rule.source)


def remove_rule(connection: Connection, source: str, prefix: str) -> bool:
    """Take a rule back; whether there was one."""
    gone = connection.execute(delete(schema.grant_rules).where(_rules.source == source, _rules.prefix == prefix))
    settle_source(connection, source)
    return bool(gone.rowcount)


def restrict(connection: Connection, source: str, restricted: bool) -> None:
    """Whether nobody may read what no rule of the source grants."""
    connection.execute(delete(schema.restricted_sources).where(_restricted.source == source))
    if restricted:
        connection.execute(insert(schema.restricted_sources).values(source=source))
    settle_source(connection, source)


def rules(connection: Connection) -> list[Rule]:
    """All rules, by source and folder."""
    statement = select(schema.grant_rules).order_by(_rules.source, _rules.prefix)
    return [Rule(row.source, row.prefix, tuple(json.loads(row.groups))) for row in connection.execute(statement)]


def restricted(connection: Connection) -> list[str]:
    """The restricted sources."""
    return list(connection.execute(select(_restricted.source).order_by(_restricted.source)).scalars())


def given(connection: Connection, document_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The audience each document came with."""
    found = current(connection, document_ids)  # of a store that did not note it yet
    for some in batched(document_ids):
        statement = select(_audiences.document_id, _audiences.given).where(_audiences.document_id.in_(some))
        found.update({row.document_id: tuple(json.loads(row.given)) for row in connection.execute(statement)})
    return found


def current(connection: Connection, document_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The groups each document is granted to; documents granted to nobody are left out."""
    found: dict[str, tuple[str, ...]] = {}
    for some in batched(document_ids):
        statement = select(schema.grants).where(_grants.document_id.in_(some)).order_by(_grants.group_name)
        for document_id, group in connection.execute(statement):
            found[document_id] = (*found.get(document_id, ()), group)
    return found


def audiences(connection: Connection, document_ids: Sequence[str]) -> Iterator[tuple[str, Audience]]:
    """What the audience of each document should be, and why."""
    by_source: dict[str, list[Rule]] = {}
    for rule in sorted(rules(connection), key=lambda each: -len(each.prefix)):
        by_source.setdefault(rule.source, []).append(rule)
    closed = set(restricted(connection))
    for some in batched(document_ids):
        now = current(connection, some)
        for row in connection.execute(_with_audiences().where(_documents.id.in_(some))):
            came_with = tuple(json.loads(row.given)) if row.given is not None else now.get(row.id, ())
            if row.source == CONVERSATIONS:  # read in its conversation alone, whatever an older store holds
                yield row.id, Audience(came_with, "given")
                continue
            deepest = next((each for each in by_source.get(row.source, ()) if row.name.startswith(each.prefix)), None)
            if row.own is not None:
                yield row.id, Audience(tuple(json.loads(row.own)), "own")
            elif deepest is not None:
                yield row.id, Audience(deepest.groups, "rule", deepest)
            elif row.source in closed:
                yield row.id, Audience((), "restricted")
            else:
                yield row.id, Audience(came_with, "given")


def settle(connection: Connection, document_ids: Sequence[str]) -> int:
    """Write the grants of documents anew where they are not what they should be; returns of how many."""
    now = current(connection, document_ids)
    _note_given(connection, document_ids, now)
    wrong = {
        document_id: audience.groups
        for document_id, audience in audiences(connection, document_ids)
        if set(audience.groups) != set(now.get(document_id, ()))
    }
    for some in batched(list(wrong)):
        connection.execute(delete(schema.grants).where(_grants.document_id.in_(some)))
    rows = [{"document_id": key, "group_name": group} for key, groups in wrong.items() for group in sorted(set(groups))]
    if rows:
        connection.execute(insert(schema.grants), rows)
    return len(wrong)


def settle_source(connection: Connection, source: str | None = None) -> int:
    """The same for all documents of a source, or for all there are."""
    statement = select(_documents.id)
    if source is not None:
        statement = statement.where(_documents.source == source)
    return settle(connection, list(connection.execute(statement).scalars()))


def _note_given(connection: Connection, document_ids: Sequence[str], now: Mapping[str, Sequence[str]]) -> None:
    """A store that did not note what documents came with: it is what they are granted to before a rule counts."""
    for some in batched(document_ids):
        known = select(_documents.id).join(schema.audiences, _audiences.document_id == _documents.id, isouter=True)
        unknown = known.where(_documents.id.in_(some), _audiences.given.is_(None))
        rows = [
            {"document_id": each, "given": _listed(now.get(each, ()))} for each in connection.execute(unknown).scalars()
        ]
        if rows:
            connection.execute(insert(schema.audiences), rows)


def _with_audiences() -> Select[tuple[str, str, str, str, str]]:
    columns = (_documents.id, _documents.source, _documents.name, _audiences.given, _audiences.own)
    return select(*columns).join(schema.audiences, _audiences.document_id == _documents.id, isouter=True)


def _listed(groups: Iterable[str]) -> str:
    return json.dumps(sorted(set(groups)), ensure_ascii=False)
