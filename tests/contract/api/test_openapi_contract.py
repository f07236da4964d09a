"""Every documented operation, tried with generated requests: what it answers is what the OpenAPI document says.

Schemathesis makes requests that fit the document and requests that do not, for a member, an administrator and a visitor
of a website, against a server on loopback. The seed is fixed. `-m long` tries many more.
"""

from collections.abc import Iterator

import pytest
import requests
import schemathesis
from contract_site import Site, serving
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from assistant.api.access import ACCESS
from assistant.api.middleware.versions import API

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
FEW, MANY = 2, 60
# Not in the document: pages for people, what has a description of its own (MCP, Prometheus), and what only says where
# people without an account are seen to.
UNDOCUMENTED = ("/sign-", "/account", "/operation", "/metrics", "/mcp", "/widget.js", "/api/users/{platform}:")


def _documented() -> list[str]:
    found = []
    for route in ACCESS:
        method, path = route.replace(":path}", "}").split(" ")
        if not path.startswith(UNDOCUMENTED):
            found.append(
                f"{method} {API}{path.removeprefix('/api')}" if path.startswith("/api/") else f"{method} {path}"
            )
    return found


DOCUMENTED = _documented()


def _asked_by(label: str) -> list[str]:
    return ["visitor"] if "/widget/" in label else ["member", "admin"]


ASKED = [(who, label) for label in DOCUMENTED for who in _asked_by(label)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("contract")) as site:
        yield site


@pytest.fixture(scope="module")
def schema(site: Site) -> BaseSchema:
    return schemathesis.openapi.from_dict(site.document)


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def test_the_document_has_every_route_that_programs_may_ask(site: Site) -> None:
    methods = {"get", "post", "put", "patch", "delete"}
    found = {
        f"{method.upper()} {path}" for path, item in site.document["paths"].items() for method in item.keys() & methods
    }
    assert found == set(DOCUMENTED)


def test_the_document_is_one(site: Site, session: requests.Session) -> None:
    found = session.get(f"{site.address}{API}/openapi.json", headers=site.ana.key, timeout=10)
    assert found.json() == site.document
    assert "deprecation" not in found.headers


@pytest.mark.parametrize(("who", "label"), ASKED, ids=[f"{who}: {label}" for who, label in ASKED])
def test_what_fits_is_answered_as_documented(
    site: Site, schema: BaseSchema, session: requests.Session, who: str, label: str
) -> None:
    _try_fitting(site, schema, session, who, label, FEW)


@pytest.mark.parametrize("label", DOCUMENTED)
def test_what_does_not_fit_is_refused_as_documented(
    site: Site, schema: BaseSchema, session: requests.Session, label: str
) -> None:
    _try_misfits(site, schema, session, label, FEW)


@pytest.mark.long
@pytest.mark.parametrize(("who", "label"), ASKED, ids=[f"{who}: {label}" for who, label in ASKED])
def test_whatever_fits_is_answered_as_documented(
    site: Site, schema: BaseSchema, session: requests.Session, who: str, label: str
) -> None:
    _try_fitting(site, schema, session, who, label, MANY)


@pytest.mark.long
@pytest.mark.parametrize("label", DOCUMENTED)
def test_whatever_does_not_fit_is_refused_as_documented(
    site: Site, schema: BaseSchema, session: requests.Session, label: str
) -> None:
    _try_misfits(site, schema, session, label, MANY)


def _try_fitting(site: Site, schema: BaseSchema, session: requests.Session, who: str, label: str, most: int) -> None:
    """Made-up ids, and those of things that are there."""
    operation = _operation(schema, label)
    _try(site, session, who, operation, GenerationMode.POSITIVE, most)
    if operation.path_parameters:
        _try(site, session, who, operation, GenerationMode.POSITIVE, most, real=True)


def _try_misfits(site: Site, schema: BaseSchema, session: requests.Session, label: str, most: int) -> None:
    who = _asked_by(label)[-1]
    _try(site, session, who, _operation(schema, label), GenerationMode.NEGATIVE, most)


def _operation(schema: BaseSchema, label: str) -> APIOperation:
    found = schema.find_operation_by_label(label)
    assert found is not None, f"{label} is not in the document"
    return found


def _try(
    site: Site, session: requests.Session, who: str, operation: APIOperation, mode: GenerationMode, most: int, *,
    real: bool = False,
) -> None:  # fmt: skip
    things = site.things(who)
    if "/users/" in operation.label:
        things["name"] = site.newcomer().user.name
    if "/connectors/" in operation.label:
        things["name"] = "helpdesk"
    known = {each.name: things.get(each.name, site.ana.user.name) for each in operation.path_parameters}
    cases = operation.as_strategy(mode, path_parameters=known if real else None)

    @seed(7)
    @settings(
        max_examples=most, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=cases)
    def once(case: schemathesis.Case) -> None:
        session.cookies.clear()
        told = mode is GenerationMode.NEGATIVE and not _has_file(case)
        checks = [*CHECKS, negative_data_rejection] if told else CHECKS
        headers = dict(site.headers(who, leaves=operation.label.endswith("/me/delete")))
        response = case.call(base_url=site.address, session=session, headers=headers, timeout=20)
        case.validate_response(response, checks=checks, headers=headers)

    try:
        once()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "nothing fits what is documented"


def _has_file(case: schemathesis.Case) -> bool:
    """Whether a form brings a file: any value of it is text then, and so a file that fits; of null the four letters."""
    form = case.body if case.media_type == "multipart/form-data" and isinstance(case.body, dict) else {}
    return any(name in form and form[name] != [] for name in ("file", "files"))


def test_files_that_are_all_refused_are_told_of_one_by_one(
    site: Site, schema: BaseSchema, session: requests.Session
) -> None:
    operation = _operation(schema, f"POST {API}/documents")
    sent = {"files": ("broken.pdf", b"\x00\xff\x00")}
    response = session.post(f"{site.address}{API}/documents", headers=dict(site.boss.cookie), files=sent, timeout=20)
    assert response.status_code == 422
    operation.validate_response(response)
    assert response.json()["results"][0]["status"] == "refused"


@pytest.mark.parametrize("grounded", [True, False])
@pytest.mark.parametrize("path", ["/api/v1/ask", "/v1/chat/completions", "/v1/responses"])
def test_streams_are_documented_too(
    site: Site, schema: BaseSchema, session: requests.Session, path: str, grounded: bool
) -> None:
    body = {
        "/api/v1/ask": {"question": "leave?"},
        "/v1/chat/completions": {
            "messages": [{"role": "user", "content": "leave?"}],
            "pilares": {"grounded": grounded},
        },
        "/v1/responses": {"input": "leave?", "pilares": {"grounded": grounded}},
    }[path]
    headers = dict(site.ana.key)
    response = session.post(f"{site.address}{path}", headers=headers, json={**body, "stream": True}, timeout=20)
    assert response.headers["content-type"].startswith("text/event-stream")
    _operation(schema, f"POST {path}").validate_response(response)
