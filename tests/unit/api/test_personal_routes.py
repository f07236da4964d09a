"""Taking out and deleting what is kept of a person, over the web: by themselves, and by those who see to accounts."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from selectolax.lexbor import LexborHTMLParser

from assistant.api import personal
from assistant.api.app import create_app
from assistant.security.accounts import Accounts
from assistant.security.credentials import COOKIE
from assistant.settings import Settings
from assistant.storage.account_tables import sessions, users
from assistant.testing.accounts import PASSWORD, Known, known
from assistant.testing.scripted import ScriptedAssistant
from assistant.ui.sidebar import side_foot

HTML = {"accept": "text/html"}


@pytest.fixture
def boss(accounts: Accounts) -> Known:
    return known(accounts, "boss", "admin")


@pytest.fixture
def ana(network: TestClient, accounts: Accounts, boss: Known) -> Known:
    """Somebody who has asked something."""
    ana = known(accounts, "ana")
    assert network.post("/api/ask", json={"question": "How many days of leave?"}, headers=ana.cookie).status_code == 200
    return ana


def files(response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    with ZipFile(io.BytesIO(response.content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_somebody_takes_out_what_is_theirs(network: TestClient, ana: Known, accounts: Accounts) -> None:
    answer = network.get("/api/me/export", headers=ana.cookie)
    found = files(answer)
    assert answer.headers["content-type"] == "application/zip"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.headers["cache-control"] == "no-store"
    (talk,) = json.loads(found["conversations.json"])
    assert talk["turns"][0]["question"] == "How many days of leave?"
    assert [each["name"] for each in json.loads(found["account.json"])] == ["ana"]
    assert "boss" not in "".join(found.values())
    assert accounts.audit.latest(1)[0].act == "user.export"


def test_an_administrator_takes_it_out_and_that_is_noted(network: TestClient, ana: Known, boss: Known) -> None:
    found = files(network.get("/api/users/Ana/export", headers=boss.key))
    assert len(json.loads(found["conversations.json"])) == 1
    assert network.get("/api/users/nobody/export", headers=boss.key).status_code == 404
    noted = json.loads(files(network.get("/api/me/export", headers=ana.cookie))["administration.json"])
    assert ("user.export", "somebody else") in {(each["act"], each["actor"]) for each in noted}


def test_a_key_is_no_person(network: TestClient, ana: Known) -> None:
    assert network.get("/api/me/export", headers=ana.key).status_code == 403
    refused = network.post("/api/me/delete", json={"password": PASSWORD}, headers=ana.key)
    assert refused.status_code == 403
    assert "Sign in" in refused.json()["error"]["message"]
    assert (
        network.post("/account/delete", data={"password": PASSWORD, "sure": "yes"}, headers=ana.key).status_code == 403
    )
    assert network.get("/api/me", headers=ana.key).status_code == 200


def test_many_archives_at_once_wait_for_each_other(
    network: TestClient, ana: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = list[int]()

    def written(*_: Any) -> dict[str, int]:
        if len(seen) < personal.AT_ONCE:
            seen.append(network.get("/api/me/export", headers=ana.cookie).status_code)
        return {}

    monkeypatch.setattr(personal, "write_export", written)
    assert network.get("/api/me/export", headers=ana.cookie).status_code == 200
    assert seen == [503, 200]
    assert network.get("/api/me/export", headers=ana.cookie).status_code == 200


def test_a_full_disk_is_told_before_anything_is_sent(
    network: TestClient, ana: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(personal, "write_export", full)
    for _ in range(personal.AT_ONCE + 1):
        answer = network.get("/api/me/export", headers=ana.cookie)
        assert answer.status_code == 503
        assert "No space left" in answer.json()["error"]["message"]


def test_somebody_deletes_their_account_with_their_password(
    network: TestClient, ana: Known, accounts: Accounts, boss: Known
) -> None:
    wrong = network.post("/api/me/delete", json={"password": "wrong"}, headers=ana.cookie)
    assert wrong.status_code == 403
    assert network.get("/api/me", headers=ana.cookie).status_code == 200
    done = network.post("/api/me/delete", json={"password": PASSWORD}, headers=ana.cookie)
    assert done.status_code == 200
    told = done.json()
    assert (told["deleted"]["account"], told["deleted"]["conversations"], told["waits"]) == (1, 1, "")
    assert f'{COOKIE}=""' in done.headers["set-cookie"]
    assert network.get("/api/me", headers=ana.cookie).status_code == 401
    assert network.get("/api/me", headers=ana.key).status_code == 401
    assert network.post("/sign-in", data={"name": "ana", "password": PASSWORD}).status_code == 401
    assert [each.name for each in accounts.users.list()] == ["boss"]
    act = accounts.audit.latest(1)[0]
    assert (act.act, act.actor, act.target) == ("user.delete", told["pseudonym"], told["pseudonym"])
    assert "ana" not in network.get("/api/audit", headers=boss.key).text


def test_wrong_passwords_are_slowed_down(network: TestClient, ana: Known) -> None:
    for _ in range(5):
        assert network.post("/api/me/delete", json={"password": "wrong"}, headers=ana.cookie).status_code == 403
    slowed = network.post("/api/me/delete", json={"password": PASSWORD}, headers=ana.cookie)
    assert slowed.status_code == 429
    assert "retry-after" in slowed.headers
    assert network.get("/api/me", headers=ana.cookie).status_code == 200


@pytest.mark.parametrize(("minutes", "status"), [(11, 403), (9, 200)])
def test_without_a_password_a_sign_in_just_now_is_proof(
    network: TestClient, ana: Known, assistant: ScriptedAssistant, minutes: int, status: int
) -> None:
    then = datetime.now(UTC) - timedelta(minutes=minutes)
    with assistant.conversations.database.write() as connection:
        connection.execute(sa.update(users).where(users.c.name == "ana").values(password="", issuer="i", subject="s"))
        connection.execute(sa.update(sessions).where(sessions.c.user_id == ana.user.id).values(created=then))
    assert network.post("/api/me/delete", json={"password": "x"}, headers=ana.cookie).status_code == 403
    assert network.post("/api/me/delete", json={}, headers=ana.cookie).status_code == status


def test_an_administrator_deletes_an_account_but_not_the_last_of_their_kind(
    network: TestClient, ana: Known, boss: Known
) -> None:
    assert network.delete("/api/users/ana", headers=boss.key).json()["deleted"]["conversations"] == 1
    assert network.delete("/api/users/ana", headers=boss.key).status_code == 404
    last = network.delete("/api/users/boss", headers=boss.key)
    assert last.status_code == 422
    assert "No administrator would be left" in last.json()["error"]["message"]
    assert network.get("/api/me", headers=boss.cookie).status_code == 200


def test_what_cannot_be_reached_yet_is_202(network: TestClient, ana: Known, boss: Known, shared: Settings) -> None:
    (shared.home / "finetune").mkdir()
    (shared.home / "finetune" / "examples.db").write_bytes(b"damaged")
    answer = network.delete("/api/users/ana", headers=boss.key)
    assert answer.status_code == 202
    assert answer.json()["waits"] == "examples to learn from, reviews of examples"
    assert network.get("/api/me", headers=ana.cookie).status_code == 401


def test_what_waits_is_told_without_the_errors_of_the_stores(network: TestClient, ana: Known, shared: Settings) -> None:
    (shared.home / "finetune").mkdir()
    (shared.home / "finetune" / "examples.db").write_bytes(b"damaged")
    headers = {**ana.cookie, "accept-language": "es"}
    answer = network.post("/api/me/delete", json={"password": PASSWORD}, headers=headers)
    assert answer.status_code == 202
    assert answer.json()["waits"] == "ejemplos de los que aprender, revisiones de ejemplos"
    assert str(shared.home) not in answer.text


@pytest.mark.parametrize("name", ["nobody", "telegram:person/42", "telegram:person%2F42", "matrix:person/@a:b.org"])
@pytest.mark.parametrize(("language", "words"), [("en", "command line only"), ("es", "solo se llega por la línea")])
def test_people_of_platforms_are_for_the_command_line(
    network: TestClient, ana: Known, boss: Known, name: str, language: str, words: str
) -> None:
    for method, path in (("GET", f"/api/users/{name}/export"), ("DELETE", f"/api/users/{name}")):
        answer = network.request(method, path, headers={**boss.key, "accept-language": language})
        assert answer.status_code == 404
        told = answer.json()["error"]
        assert told["type"] == "NotFound"
        assert name.replace("%2F", "/") in told["message"]
        assert words in told["message"]
        assert "`pilares users export`" in told["message"]
        assert "`pilares users delete`" in told["message"]
        assert network.request(method, path, headers=ana.cookie).status_code == 403


# The page


def page(html: str) -> LexborHTMLParser:
    return LexborHTMLParser(html)


@pytest.mark.parametrize(
    ("language", "download", "delete"),
    [("en", "Download my data", "Delete my account"), ("es", "Descargar mis datos", "Eliminar mi cuenta")],
)
def test_the_page_offers_both_in_both_languages(
    network: TestClient, ana: Known, language: str, download: str, delete: str
) -> None:
    shown = network.get("/account", headers={**ana.cookie, "accept-language": language})
    assert shown.status_code == 200
    tree = page(shown.text)
    link = tree.css_first("a.button")
    assert link is not None
    assert (link.text(), link.attributes["href"]) == (download, "/api/me/export")
    button = tree.css_first("form button")
    assert button is not None
    assert button.text() == delete
    assert tree.css_first("input[type=password][required]") is not None
    assert "script" not in shown.headers["content-security-policy"]
    assert "{" not in shown.text


def test_the_side_bar_leads_there() -> None:
    for language, words in (("en", "Your data"), ("es", "Tus datos")):
        link = page(side_foot(language, 3)).css_first('a[href="/account"]')
        assert link is not None
        assert link.text() == words


def test_the_form_deletes_and_says_what(network: TestClient, ana: Known) -> None:
    send = lambda **data: network.post("/account/delete", data=data, headers=ana.cookie)  # noqa: E731
    unsure = send(password=PASSWORD)
    assert unsure.status_code == 422
    assert "tick" in unsure.text
    wrong = send(password="wrong", sure="yes")
    assert wrong.status_code == 403
    assert "not the password" in wrong.text
    done = send(password=PASSWORD, sure="yes")
    assert done.status_code == 200
    assert "Your account is deleted" in done.text
    assert "conversations (1)" in done.text
    assert network.get("/api/me", headers=ana.cookie).status_code == 401


def test_who_is_not_signed_in_is_sent_to_and_comes_back(network: TestClient, ana: Known) -> None:
    sent = network.get("/account", headers=HTML)
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=%2Faccount")
    done = network.post("/sign-in", data={"name": "ana", "password": PASSWORD, "next": "/account"})
    assert done.headers["location"] == "/account"


def test_who_comes_from_a_provider_signs_in_again(
    network: TestClient, ana: Known, assistant: ScriptedAssistant
) -> None:
    with assistant.conversations.database.write() as connection:
        connection.execute(sa.update(users).where(users.c.name == "ana").values(password="", issuer="i", subject="s"))
    shown = network.get("/account", headers=ana.cookie)
    assert page(shown.text).css_first("input[type=password]") is None
    assert "/sign-in?next=%2Faccount" in shown.text
    done = network.post("/account/delete", data={"sure": "yes"}, headers=ana.cookie)
    assert "Your account is deleted" in done.text


# On the computer's own address


@pytest.fixture
def alone(assistant: ScriptedAssistant, settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(assistant, settings, page=False), base_url="http://127.0.0.1:7860") as client:
        yield client


def test_whoever_sits_there_takes_out_their_data_and_has_no_account_to_delete(alone: TestClient) -> None:
    alone.post("/api/ask", json={"question": "How many days of leave?"})
    assert len(json.loads(files(alone.get("/api/me/export"))["conversations.json"])) == 1
    shown = alone.get("/account").text
    assert "/api/me/export" in shown
    assert "<form" not in shown
    assert "<code>pilares users delete local --yes</code>" in shown
    assert alone.post("/account/delete", data={"sure": "yes"}).status_code == 404
    assert alone.post("/api/me/delete", json={}).status_code == 404


def test_the_archive_is_described(alone: TestClient) -> None:
    described = alone.get("/api/v1/openapi.json").json()["paths"]["/api/v1/me/export"]["get"]["responses"]
    assert "application/zip" in described["200"]["content"]
    assert "503" in described
