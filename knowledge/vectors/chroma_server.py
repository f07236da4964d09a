"""Chroma as a server of its own (`chroma run`, written in Rust): collections in place of folders."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from knowledge.errors import IndexUnreachable, StoreError
from knowledge.vectors.chroma import ChromaIndex
from knowledge.vectors.places import PREFIX

if TYPE_CHECKING:
    import httpx

_CONNECT_S, _ANSWER_S = 2.0, 60.0
_AT_ONCE = 1_000


class ServedChromaIndex(ChromaIndex):
    """One collection on a Chroma server."""

    batch = 500  # a request may take 40 MB, and vectors travel as text

    def __init__(self, client: Any, name: str, server: str) -> None:
        """Open or create; raises IndexUnreachable while the server does not answer."""
        self._place = server
        with self._translated("opened"):
            self._collection = self._collection_of(client, name)

    def _in_words(self, action: str, error: Exception) -> StoreError:
        return in_words(self._place, error) or super()._in_words(action, error)


class Collections:
    """The `Places` on a Chroma server. Stores share a server by the id in their collections' names."""

    def __init__(self, url: str, token: SecretStr | None, store_id: str) -> None:
        self._url = url
        self._token = token
        self._prefix = f"pilares-{store_id}-"
        self._client: Any = None
        self._lock = Lock()

    def open(self, name: str) -> ServedChromaIndex:
        """Open the index of this name, or create it empty."""
        with self._asked() as client:
            return ServedChromaIndex(client, self._prefix + name, self._url)

    def names(self) -> set[str]:
        """The indexes there are."""
        found: list[str] = []
        with self._asked() as client:
            while some := client.list_collections(limit=_AT_ONCE, offset=len(found)):
                found += [each.name for each in some]
        begin = self._prefix + PREFIX
        return {name.removeprefix(self._prefix) for name in found if name.startswith(begin)}

    def remove(self, name: str) -> None:
        """Remove an index; what cannot be removed stays for the next time."""
        try:
            with self._asked() as client:
                client.delete_collection(self._prefix + name)
        except StoreError:
            return

    def close(self) -> None:
        """Close the connections to the server."""
        with self._lock:
            if self._client is not None:
                for session in _sessions(self._client):
                    session.close()
                self._client.close()
                self._client = None

    @contextmanager
    def _asked(self) -> Iterator[Any]:
        try:
            yield self._connected()
        except StoreError:
            raise
        except Exception as error:  # as many kinds as embedded Chroma has, and those of HTTP
            raise in_words(self._url, error) or StoreError(
                f"The Chroma server at {self._url} cannot be used ({type(error).__name__}: {error}). "
                "Check that it is `chroma run` of the chromadb package, and its log."
            ) from error

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = _client(self._url, self._token)
            return self._client


def answers(url: str, token: SecretStr | None) -> bool:
    """Whether a Chroma server answers; raises IndexUnreachable, or StoreError when it refuses."""
    collections = Collections(url, token, "")
    try:
        return isinstance(collections.names(), set)
    finally:
        collections.close()


def in_words(url: str, error: Exception) -> StoreError | None:
    """What went wrong between here and the server; None for what the server says about its data."""
    import httpx

    causes = list(_causes(error))
    status = next((each.response.status_code for each in causes if isinstance(each, httpx.HTTPStatusError)), 0)
    if status in (401, 403):
        return StoreError(
            f"The Chroma server at {url} refuses the token. Correct knowledge.chroma_token in pilares.toml."
        )
    if any(isinstance(each, (httpx.TransportError, OSError)) for each in causes) or status in (429, 502, 503, 504):
        return IndexUnreachable(
            f"The Chroma server at {url} does not answer ({type(error).__name__}: {error}). Start it "
            "(`chroma run --path FOLDER`), or correct knowledge.chroma_url in pilares.toml."
        )
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those behind it: Chroma's client puts its own in front of HTTP's."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _client(url: str, token: SecretStr | None) -> Any:
    """A client that gives up: Chroma's own waits without end for a server that takes a connection and is silent."""
    import chromadb
    import httpx
    from chromadb.config import Settings

    parts = urlsplit(url)
    ssl = parts.scheme == "https"
    headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else None
    httpx.get(url, timeout=httpx.Timeout(_ANSWER_S, connect=_CONNECT_S))
    client = chromadb.HttpClient(
        host=str(parts.hostname),
        port=parts.port or (443 if ssl else 8000),
        ssl=ssl,
        headers=headers,
        settings=Settings(anonymized_telemetry=False),
    )
    for session in _sessions(client):
        session.timeout = httpx.Timeout(_ANSWER_S, connect=_CONNECT_S)
    return client


def _sessions(client: Any) -> "list[httpx.Client]":
    """The client's HTTP connections, and those it checked the database with: it offers no time limit and no end."""
    import httpx

    owners = (client, getattr(client, "_admin_client", None))
    found = [getattr(getattr(owner, "_server", None), "_session", None) for owner in owners]
    return [each for each in found if isinstance(each, httpx.Client)]
