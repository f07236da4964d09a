"""Real servers, started once when the first test needs them."""

from collections.abc import Iterator
from itertools import count

import pytest

from knowledge.testing.servers import Server, ServerNotInstalled, chroma, execute, postgres, url_of

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    try:
        with postgres() as server:
            yield server
    except ServerNotInstalled as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with chroma(tmp_path_factory.mktemp("chroma")) as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """The address of an empty schema of its own: it is there sooner than a database, and no less empty."""
    name = f"test{next(_numbers)}"
    execute(postgres_server, f"CREATE SCHEMA {name}")
    yield f"{url_of(postgres_server)}?options=-csearch_path%3D{name}"
    execute(postgres_server, f"DROP SCHEMA {name} CASCADE")


@pytest.fixture
def chroma_url(chroma_server: Server) -> str:
    return f"http://127.0.0.1:{chroma_server.port}"
