"""What is kept of a person: for themselves, and for those who see to accounts; and the page that offers both."""

from collections.abc import Iterator
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import IO, Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.background import BackgroundTask

from assistant.api.contract.routes import shows
from assistant.api.contract.shapes import ErasedShape
from assistant.api.errors import Busy, language_of, status_of
from assistant.api.identity import person_of
from assistant.errors import AssistantError, InvalidRequest, NotAllowed, NotFound, StorageError
from assistant.messages import message
from assistant.personal.erasure import Erased, erase_person
from assistant.personal.export import write_export
from assistant.personal.subject import Places, Subject, subject_of
from assistant.security.accounts import Accounts
from assistant.security.audit import Audit
from assistant.security.credentials import COOKIE
from assistant.security.person import Person
from assistant.ui.own_data import POLICY, deleted_page, own_data_page, page_language

AT_ONCE = 2
"""Archives that are written at the same time; each reads everything of somebody."""
CHUNK_BYTES = 64 * 1024
Name = Annotated[str, Path(max_length=128)]
_Password = Annotated[str, Field(max_length=1000)]
_ARCHIVE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A ZIP of JSON files", "content": {"application/zip": {}}},
    503: {"description": "Others take out their data at this moment, or the disk is full"},
}
_DELETED = shows(ErasedShape, 404, 409)
_DELETED["responses"][202] = {
    "model": ErasedShape, "description": "Shut and mostly deleted; the rest is deleted as soon as it can be reached"
}  # fmt: skip


class Confirmation(BaseModel):
    """Proof that it is they themselves; without a password they have to have signed in just now."""

    model_config = ConfigDict(extra="forbid")

    password: _Password = ""


def personal_routes(places: Places, accounts: Accounts | None) -> list[APIRouter]:
    """The routes. Plain functions: they read and write all of somebody. Without accounts nothing is deleted here."""
    archives = Archives(places)
    routers = [own_routes(archives), page_routes(places, accounts)]
    if accounts is not None:
        routers += [own_deletion(places, accounts), routes_of_others(places, archives)]
    return routers


class Archives:
    """Writes archives, a few at a time."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._room = BoundedSemaphore(AT_ONCE)

    def response(self, subject: Subject, actor: str, language: str) -> Response:
        """The archive of somebody, written to a file that has no name before anything of it is sent.

        Raises Busy, StorageError and the errors of the stores.
        """
        if not self._room.acquire(blocking=False):
            raise Busy(message("export_busy", language))
        try:
            Audit(self.places.database, self.places.now).note(actor, "user.export", subject.name)
            file = self._written(subject)
        finally:
            self._room.release()
        size = file.seek(0, 2)
        file.seek(0)
        headers = {
            "content-disposition": f'attachment; filename="pilares-{self.places.now():%Y-%m-%d}.zip"',
            "content-length": str(size), "cache-control": "no-store",
        }  # fmt: skip
        return StreamingResponse(_chunks(file), 200, headers, "application/zip", BackgroundTask(file.close))

    def _written(self, subject: Subject) -> IO[bytes]:
        home = self.places.settings.home
        try:
            # Not where other temporary files are: that may be memory.
            file = TemporaryFile(dir=home)  # noqa: SIM115 - it is closed when it has been sent
            try:
                write_export(file, self.places, subject)
            except BaseException:
                file.close()
                raise
        except OSError as error:
            raise StorageError(f"The archive cannot be written to {home} ({error.strerror}). Make room.") from error
        return file


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def own_routes(archives: Archives) -> APIRouter:
    """One's own archive."""
    router = APIRouter(prefix="/api/me")

    @router.get("/export", response_class=StreamingResponse, responses=_ARCHIVE)
    def export_mine(request: Request) -> Response:
        """Everything that is kept of whoever asks, as a ZIP of JSON files."""
        person = there_themselves(request)
        return archives.response(_subject(person, archives.places), person.name, language_of(request))

    return router


def own_deletion(places: Places, accounts: Accounts) -> APIRouter:
    """Deleting one's own account."""
    router = APIRouter(prefix="/api/me")

    @router.post("/delete", **_DELETED)
    def delete_me(request: Request, body: Confirmation) -> Response:
        """Delete the account and everything that is kept of whoever asks, for good."""
        return _farewell(JSONResponse(**_told(_left(request, places, accounts, body.password), language_of(request))))

    return router


def routes_of_others(places: Places, archives: Archives) -> APIRouter:
    """The same for an account by its name, by those who see to accounts."""
    router = APIRouter(prefix="/api/users")

    @router.get("/{name}/export", response_class=StreamingResponse, responses=_ARCHIVE)
    def export_user(request: Request, name: Name) -> Response:
        """Everything that is kept of somebody, as a ZIP of JSON files. It is noted who took it out."""
        return archives.response(_named(request, places, name), person_of(request).name, language_of(request))

    @router.delete("/{name}", **_DELETED)
    def delete_user(request: Request, name: Name) -> Response:
        """Delete an account and everything that is kept of its person, for good."""
        told = erase_person(places, _named(request, places, name), person_of(request).name)
        return JSONResponse(**_told(told, language_of(request)))

    @router.get("/{platform}:{name:path}/export", include_in_schema=False)
    @router.delete("/{platform}:{name:path}", include_in_schema=False)
    def refuse_person_of_platform(request: Request, platform: str, name: str) -> Response:
        """Their ids are no part of an address, as there are slashes in them."""
        raise _no_account(request, f"{platform}:{name}")

    return router


def _named(request: Request, places: Places, name: str) -> Subject:
    """Whom a name means. Raises NotFound, in the language of whoever asks."""
    try:
        return subject_of(places.database, name)
    except NotFound:
        raise _no_account(request, name) from None


def _no_account(request: Request, name: str) -> NotFound:
    return NotFound(message("no_such_account", language_of(request), name=name[:100]))


def page_routes(places: Places, accounts: Accounts | None) -> APIRouter:
    """The page on which people take out and delete what is theirs."""
    router = APIRouter(prefix="/account", include_in_schema=False)

    @router.get("")
    def show(request: Request) -> Response:
        return _page(request, places, accounts)

    if accounts is not None:

        @router.post("/delete")
        def delete_mine(
            request: Request, password: Annotated[str, Form(max_length=1000)] = "",
            sure: Annotated[str, Form(max_length=10)] = "",
        ) -> Response:  # fmt: skip
            language = page_language(request, places.settings.language)
            try:
                if not sure:
                    raise InvalidRequest(message("confirm_unsure", language))
                told = _left(request, places, accounts, password, language)
            except AssistantError as error:
                return _page(request, places, accounts, error)
            return _farewell(_html(deleted_page(language, told.gone, waits=bool(told.waiting))))

    return router


def _page(
    request: Request, places: Places, accounts: Accounts | None, error: AssistantError | None = None
) -> HTMLResponse:
    person, language = person_of(request), page_language(request, places.settings.language)
    asks = accounts is not None and accounts.has_password(person)
    html = own_data_page(
        language, person.name, has_account=accounts is not None, has_password=asks, error=str(error or "")
    )
    return _html(html, 200 if error is None else status_of(error))


def _html(html: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(html, status, {"content-security-policy": POLICY, "cache-control": "no-store"})


def _left(request: Request, places: Places, accounts: Accounts, password: str, language: str | None = None) -> Erased:
    """Delete whoever asks, once they have proved that it is they. Raises NotAllowed, LimitReached, InvalidRequest."""
    person, spoken = there_themselves(request), language or language_of(request)
    accounts.confirm(person, request.cookies.get(COOKIE, ""), password, spoken)
    return erase_person(places, _subject(person, places), person.name)


def there_themselves(request: Request) -> Person:
    """The person of a request, who is there. Raises NotAllowed for a key."""
    person = person_of(request)
    if person.key:
        raise NotAllowed(message("key_is_no_person", language_of(request)))
    return person


def _subject(person: Person, places: Places) -> Subject:
    return Subject(person.id, person.name, is_account=places.settings.needs_accounts)


def _told(erased: Erased, language: str) -> dict[str, Any]:
    """What became of it; of what waits only the kinds, as errors of stores are for the log."""
    waits = ", ".join(message(f"erased_{name}", language) for name in erased.waiting)
    content = {"pseudonym": erased.pseudonym, "deleted": erased.gone, "renamed": erased.kept, "waits": waits}
    return {"content": content, "status_code": 202 if erased.waiting else 200}


def _farewell(response: Response) -> Response:
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return response
