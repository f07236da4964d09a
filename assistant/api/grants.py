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
from assistant.api.ports import EVERYONE
from assistant.errors import NotFound
from assistant.messages import message
from assistant.security.accounts import Accounts
from assistant.security.user import clean_groups
from knowledge.document import Document
from knowledge.library import Library
from knowledge.store.grants import Rule

Source = Annotated[str, Field(min_length=1, max_length=200)]
Folder = Annotated[str, Field(max_length=1_000)]
Groups = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=200)]
Tags = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=50)]


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
    """Writes down who changed what, where people have accounts."""

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
        rule = grants.set_rule(body.source, _cleaned(body.groups), body.folder)
        noting.note(request, "grant.rule", f"{rule.source}/{rule.prefix}", groups=[*rule.groups])
        return _rule_json(rule)

    @router.delete("/rules", **empties(404))
    def remove_rule(
        request: Request,
        source: Annotated[str, Query(min_length=1, max_length=200)],
        folder: Annotated[str, Query(max_length=1_000)] = "",
    ) -> Response:
        if not grants.remove_rule(source, folder):
            raise NotFound(message("no_such_rule", language_of(request)))
        noting.note(request, "grant.rule_removed", f"{source}/{folder}")
        return Response(status_code=204)

    @router.put("/restricted", **shows(RestrictedShape))
    def restrict(request: Request, body: Restriction) -> dict[str, Any]:
        grants.restrict(body.source, body.restricted)
        noting.note(request, "grant.restrict" if body.restricted else "grant.open", body.source)
        return {"source": body.source, "restricted": body.restricted}

    return router


def _document_routes(library: Library, noting: _Noting) -> APIRouter:
    router = APIRouter(prefix="/api/documents/{document_id}")

    @router.get("/grants", **shows(AudienceShape))
    def show_readers(document_id: str) -> dict[str, Any]:
        return _audience_json(library, library.document(document_id))

    @router.put("/grants", **shows(AudienceShape))
    def set_readers(request: Request, document_id: str, body: Readers) -> dict[str, Any]:
        document = library.document(document_id)
        wanted = None if body.groups is None else _cleaned(body.groups)
        library.grants.set_audience(document, wanted)
        noting.note(request, "grant.document", document.id, groups=wanted)
        return _audience_json(library, document)

    @router.patch("", **shows(DocumentState))
    def change_document(request: Request, document_id: str, body: Standing) -> dict[str, Any]:
        found = _readable(library, document_id, person_of(request).groups)
        if body.pinned is not None:
            found = library.set_pinned(found.id, body.pinned)
        if body.hidden is not None:
            found = library.set_hidden(found.id, body.hidden)
        if body.tags is not None:
            found = library.set_tags(found.id, body.tags)
        return {"id": found.id, "pinned": found.pinned, "hidden": found.hidden, "tags": [*found.tags]}

    return router


def _readable(library: Library, document_id: str, groups: frozenset[str]) -> Document:
    """A document that these groups may read, also while it is hidden. Raises DocumentNotFound."""
    found = library.document(document_id)
    return found if groups & set(found.audience) else library.document(document_id, groups)


def _cleaned(groups: list[str]) -> list[str]:
    return sorted({*clean_groups(groups), *(EVERYONE & set(groups))})


def _rule_json(rule: Rule) -> dict[str, Any]:
    return {"source": rule.source, "folder": rule.prefix, "groups": [*rule.groups]}


def _audience_json(library: Library, document: Document) -> dict[str, Any]:
    found = library.grants.audience(document)
    rule = None if found.rule is None else _rule_json(found.rule)
    return {"id": document.id, "groups": [*found.groups], "reason": found.reason, "rule": rule}
