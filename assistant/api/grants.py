"""Who may read what: rules for sources and folders, restricted sources, and single documents."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from assistant.api.contract.library_shapes import AudienceShape, DocumentState, GrantList, RestrictedShape, RuleShape
from assistant.api.contract.routes import empties, shows
from assistant.api.errors import language_of
from assistant.api.identity import person_of
from assistant.errors import NotFound
from assistant.messages import message
from assistant.security.accounts import Accounts
from assistant.security.user import clean_readers
from knowledge.document import Document
from knowledge.errors import DocumentNotFound
from knowledge.library import Library
from knowledge.store.grants import Rule

_PLAIN = r"^[^\x00-\x1f\x7f]*$"
Source = Annotated[str, Field(min_length=1, max_length=200, pattern=_PLAIN)]
Folder = Annotated[str, Field(max_length=1_000, pattern=_PLAIN)]
Groups = Annotated[list[Annotated[str, Field(max_length=100, pattern=_PLAIN)]], Field(max_length=200)]
Tags = Annotated[list[Annotated[str, Field(max_length=100, pattern=_PLAIN)]], Field(max_length=50)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewRule(_Body):
    """These groups, and nobody else, read what lies in a source, or in a folder of it; none: nobody."""

    source: Source
    folder: Folder = ""
    groups: Groups


class Restriction(_Body):
    """Whether a source is closed to all whom no rule names."""

    source: Source
    restricted: bool


class Readers(_Body):
    """Who reads one document whatever rules say; null: what the rules say, again."""

    groups: Groups | None


class Standing(_Body):
    """What is changed of a document; what is left out stays."""

    pinned: bool | None = None
    hidden: bool | None = None
    tags: Tags | None = None


def grant_routes(library: Library, accounts: Accounts | None) -> list[APIRouter]:
    """The routes, bound to a library; plain functions: they read and write the database."""
    noting = _Noting(accounts)
    return [_rule_routes(library, noting), _document_routes(library, noting)]


@dataclass(frozen=True, slots=True)
class _Noting:
    """Writes down who changes what, where people have accounts; before it is changed, so that nothing goes unnoted."""

    accounts: Accounts | None

    def note(self, request: Request, act: str, target: str, **detail: Any) -> None:
        if self.accounts is not None:
            self.accounts.audit.note(person_of(request).name, act, target, **detail)


def _rule_routes(library: Library, noting: _Noting) -> APIRouter:
    router, grants = APIRouter(prefix="/api/grants"), library.grants

    @router.get("", **shows(GrantList))
    def list_grants() -> dict[str, Any]:
        return {"rules": [_rule_json(each) for each in grants.rules()], "restricted": grants.restricted()}

    @router.put("/rules", **shows(RuleShape))
    def set_rule(request: Request, body: NewRule) -> dict[str, Any]:
        groups = sorted(clean_readers(body.groups))
        noting.note(request, "grant.rule", body.source, folder=body.folder, groups=groups)
        return _rule_json(grants.set_rule(body.source, groups, body.folder))

    @router.delete("/rules", **empties(404))
    def remove_rule(
        request: Request,
        source: Annotated[str, Query(min_length=1, max_length=200, pattern=_PLAIN)],
        folder: Annotated[str, Query(max_length=1_000, pattern=_PLAIN)] = "",
    ) -> Response:
        noting.note(request, "grant.rule_removed", source, folder=folder)
        if not grants.remove_rule(source, folder):
            raise NotFound(message("no_such_rule", language_of(request)))
        return Response(status_code=204)

    @router.put("/restricted", **shows(RestrictedShape))
    def restrict(request: Request, body: Restriction) -> dict[str, Any]:
        noting.note(request, "grant.restrict" if body.restricted else "grant.open", body.source)
        grants.restrict(body.source, body.restricted)
        return {"source": body.source, "restricted": body.restricted}

    return router


def _document_routes(library: Library, noting: _Noting) -> APIRouter:
    router = APIRouter(prefix="/api/documents/{document_id}")

    @router.get("/grants", **shows(AudienceShape))
    def show_readers(document_id: str) -> dict[str, Any]:
        return _audience_json(library, _by_id(library, document_id))

    @router.put("/grants", **shows(AudienceShape))
    def set_readers(request: Request, document_id: str, body: Readers) -> dict[str, Any]:
        document = _by_id(library, document_id)
        wanted = None if body.groups is None else sorted(clean_readers(body.groups))
        noting.note(request, "grant.document", document.id, groups=wanted)
        library.grants.set_audience(document, wanted)
        return _audience_json(library, document)

    @router.patch("", **shows(DocumentState))
    def change_document(request: Request, document_id: str, body: Standing) -> dict[str, Any]:
        found = _by_id(library, document_id, person_of(request).groups)
        if body.pinned is not None:
            found = library.set_pinned(found.id, body.pinned)
        if body.hidden is not None:
            found = library.set_hidden(found.id, body.hidden)
        if body.tags is not None:
            found = library.set_tags(found.id, body.tags)
        return {"id": found.id, "pinned": found.pinned, "hidden": found.hidden, "tags": [*found.tags]}

    return router


def _by_id(library: Library, document_id: str, groups: frozenset[str] | None = None) -> Document:
    """The document of that very id, which `groups` may read, also while it is hidden. Raises DocumentNotFound.

    No name is looked up: what is said of a name that two documents have would tell of both.
    """
    try:
        found = library.document(document_id)
    except DocumentNotFound:
        found = None
    if found is None or found.id != document_id or (groups is not None and not groups & set(found.audience)):
        raise DocumentNotFound("There is no such document. `GET /api/v1/documents` lists those there are.")
    return found


def _rule_json(rule: Rule) -> dict[str, Any]:
    return {"source": rule.source, "folder": rule.prefix, "groups": [*rule.groups]}


def _audience_json(library: Library, document: Document) -> dict[str, Any]:
    found = library.grants.audience(document)
    rule = None if found.rule is None else _rule_json(found.rule)
    return {"id": document.id, "groups": [*found.groups], "reason": found.reason, "rule": rule}
