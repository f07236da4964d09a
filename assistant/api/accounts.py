"""Oneself, one's keys; and, for those who see to accounts, everybody."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from assistant.api.contract.routes import empties, shows
from assistant.api.contract.shapes import (
    ActList,
    InvitedUser,
    KeyList,
    LinkShape,
    MadeKey,
    MeShape,
    UserList,
    UserShape,
)
from assistant.api.identity import person_of
from assistant.api.oidc import oidc_routes
from assistant.api.signing import signing_routes
from assistant.api.wire import moment_json
from assistant.errors import NotAllowed
from assistant.messages import message, preferred
from assistant.security.accounts import Accounts
from assistant.security.allowance import Allowance
from assistant.security.audit import Act
from assistant.security.keys import Key
from assistant.security.oidc.provider import Provider
from assistant.security.person import Person
from assistant.security.rights import OF_ROLE, ROLES
from assistant.security.user import User
from assistant.settings import Settings

Id = Annotated[str, Path(max_length=64, pattern="^[0-9a-f]+$")]
Name = Annotated[str, Path(max_length=100)]
_Role = Annotated[str, WithJsonSchema({"type": "string", "enum": [*ROLES]})]
_Scope = Annotated[str, WithJsonSchema({"type": "string", "enum": sorted(OF_ROLE["admin"])})]
_Words = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=100)]


class NewUser(BaseModel):
    """An account to add."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=100)]
    role: _Role = "member"
    groups: _Words = []


class UserChange(BaseModel):
    """What is to be changed of an account; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    role: _Role | None = None
    groups: _Words | None = None
    suspended: bool | None = None


class NewKey(BaseModel):
    """A key to make, for oneself."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=100)]
    scopes: Annotated[list[_Scope], Field(min_length=1, max_length=100)] = ["ask", "read"]
    days: Annotated[float, Field(gt=0, le=366)] = 90
    budget: Allowance = Allowance()


def account_routes(accounts: Accounts, settings: Settings) -> list[APIRouter]:
    """The ways in, oneself, and everybody."""
    oidc, days = settings.security.oidc, settings.security.session_days
    # Before the links: /sign-in/oidc looks like one.
    ways_in = [] if oidc is None else [oidc_routes(accounts, Provider(oidc), days)]
    ways_in.append(signing_routes(accounts, days, "" if oidc is None else oidc.shown))
    return [*ways_in, own_routes(accounts), user_routes(accounts)]


def own_routes(accounts: Accounts) -> APIRouter:
    """What everybody may see and do of themselves. A key makes no keys, as it could outlive itself."""
    router = APIRouter(prefix="/api/me")

    @router.get("", **shows(MeShape))
    def show_me(request: Request) -> dict[str, Any]:
        person = person_of(request)
        return {"id": person.id, "name": person.name, "groups": sorted(person.groups), "rights": sorted(person.rights)}

    @router.get("/keys", **shows(KeyList))
    def list_keys(request: Request) -> dict[str, Any]:
        return {"keys": [key_json(each) for each in accounts.keys.list(person_of(request).id)]}

    @router.post("/keys", **shows(MadeKey, status=201))
    def make_key(request: Request, body: NewKey) -> dict[str, Any]:
        person, user = _signed_in(request), accounts.users.get(person_of(request).id)
        key, token = accounts.keys.make(user, body.name, scopes=body.scopes, days=body.days, budget=body.budget)
        accounts.audit.note(person.name, "key.make", key.id, scopes=[*key.scopes])
        return {**key_json(key), "key": token}

    @router.delete("/keys/{key_id}", **empties())
    def revoke_key(request: Request, key_id: Id) -> Response:
        person = _signed_in(request)
        gone = accounts.keys.revoke(key_id, person.id)
        accounts.audit.note(person.name, "key.revoke", gone.id, owner=gone.owner)
        return Response(status_code=204)

    return router


def _signed_in(request: Request) -> Person:
    """The person, who is there themselves. Raises NotAllowed for a key: it makes and revokes none."""
    person = person_of(request)
    if person.key:
        raise NotAllowed(message("key_makes_no_key", preferred(request.headers.get("accept-language"))))
    return person


def user_routes(accounts: Accounts) -> APIRouter:
    """Everybody's accounts and keys, and what was administered."""
    router = APIRouter(prefix="/api")

    @router.get("/users", **shows(UserList))
    def list_users() -> dict[str, Any]:
        return {"users": [user_json(each) for each in accounts.users.list()]}

    @router.post("/users", **shows(InvitedUser, status=201))
    def add_user(request: Request, body: NewUser) -> dict[str, Any]:
        user = accounts.users.add(body.name, body.role, body.groups)
        actor = person_of(request).name
        accounts.audit.note(actor, "user.add", user.name, role=user.role, groups=sorted(user.groups))
        return {**user_json(user), "link": f"/sign-in/{accounts.links.make(user)}"}

    @router.patch("/users/{name}", **shows(UserShape))
    def change_user(request: Request, name: Name, body: UserChange) -> dict[str, Any]:
        return user_json(_changed(accounts, person_of(request), name, body))

    @router.post("/users/{name}/link", **shows(LinkShape, status=201))
    def make_link(request: Request, name: Name) -> dict[str, Any]:
        user = accounts.users.named(name)
        accounts.audit.note(person_of(request).name, "link.make", user.name)
        return {"link": f"/sign-in/{accounts.links.make(user)}"}

    @router.get("/keys", **shows(KeyList))
    def list_all_keys() -> dict[str, Any]:
        return {"keys": [key_json(each) for each in accounts.keys.list()]}

    @router.delete("/keys/{key_id}", **empties())
    def revoke_any_key(request: Request, key_id: Id) -> Response:
        gone = accounts.keys.revoke(key_id)
        accounts.audit.note(person_of(request).name, "key.revoke", gone.id, owner=gone.owner)
        return Response(status_code=204)

    @router.get("/audit", **shows(ActList))
    def list_acts(limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> dict[str, Any]:
        return {"acts": [act_json(each) for each in accounts.audit.latest(limit)]}

    return router


def _changed(accounts: Accounts, actor: Person, name: str, body: UserChange) -> User:
    user = accounts.users.named(name)
    if body.role is not None or body.groups is not None:
        user = accounts.users.change(name, role=body.role, groups=body.groups)
        accounts.audit.note(actor.name, "user.change", user.name, role=user.role, groups=sorted(user.groups))
    if body.suspended is not None:
        user = accounts.users.suspend(name, body.suspended)
        accounts.audit.note(actor.name, "user.suspend" if body.suspended else "user.resume", user.name)
    return user


def user_json(user: User) -> dict[str, Any]:
    """An account, as administrators see it."""
    return {
        "id": user.id, "name": user.name, "role": user.role, "groups": sorted(user.groups),
        "suspended": user.suspended, "invited": user.invited, "created": moment_json(user.created),
    }  # fmt: skip


def key_json(key: Key) -> dict[str, Any]:
    """A key without its secret."""
    return {
        "id": key.id, "owner": key.owner, "name": key.name, "scopes": [*key.scopes],
        "budget": key.budget.model_dump(exclude_none=True), "created": moment_json(key.created),
        "expires": moment_json(key.expires), "revoked": None if key.revoked is None else moment_json(key.revoked),
    }  # fmt: skip


def act_json(act: Act) -> dict[str, Any]:
    """One administrative act."""
    return {
        "at": moment_json(act.at), "actor": act.actor, "act": act.act, "target": act.target, "detail": dict(act.detail),
    }  # fmt: skip
