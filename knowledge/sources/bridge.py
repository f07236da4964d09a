"""Services that LangChain's community loaders read: Confluence, Notion, SharePoint and others.

langchain-community is no longer maintained; everything that knows of it is in this file.
"""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from importlib import import_module
from typing import Any

from pydantic import Field

from knowledge.errors import SourceError
from knowledge.sources.limits import SourceLimits
from knowledge.sources.names import name_from_id
from knowledge.sources.options import FreeTable, Secrets, SourceOptions, reveal, without_secrets
from knowledge.sources.patience import TookTooLong, within
from knowledge.sources.source import Entry, Gap
from knowledge.sources.spool import Spool

_COMMUNITY = "langchain_community.document_loaders"
# Loaders of services on the network. None that reads this machine's files, runs code, or fetches what it is told to.
ALLOWED: Mapping[str, str] = dict.fromkeys(
    (
        "AirtableLoader",
        "ConfluenceLoader",
        "DropboxLoader",
        "FigmaFileLoader",
        "GitHubIssuesLoader",
        "GoogleDriveLoader",
        "JoplinLoader",
        "LarkSuiteDocLoader",
        "NotionDBLoader",
        "OneDriveLoader",
        "SharePointLoader",
        "TrelloLoader",
        "YuqueLoader",
    ),
    _COMMUNITY,
)
_TIMES = ("last_modified", "modified", "last_edited_time", "updated_at", "when", "date")


class BridgeOptions(SourceOptions):
    """The loader's class name and its arguments, in which credentials are named by `..._env`."""

    loader: str
    arguments: FreeTable = Field(default_factory=dict)


class BridgeSource:
    """What one allow-listed loader brings."""

    def __init__(
        self,
        name: str,
        options: BridgeOptions,
        secrets: Secrets,
        limits: SourceLimits,
        allowed: Mapping[str, str] = ALLOWED,
    ) -> None:
        if options.loader not in allowed:
            raise SourceError(
                f"The source {name!r} names the loader {options.loader!r}, which is not among those that may be used: "
                f"{', '.join(sorted(allowed))}."
            )
        self._name, self._options, self._secrets, self._limits = name, options, secrets, limits
        self._module = allowed[options.loader]
        self._spool = Spool(limits.max_listing_bytes)

    def entries(self) -> Iterator[Entry | Gap]:
        """Everything the loader brings. Raises SourceError when it fails, since it cannot say what it left out."""
        self._spool.clear()
        counts: dict[str, int] = {}
        for number, document in enumerate(self._documents()):
            if number >= self._limits.max_entries:
                yield Gap("", f"Only the first {self._limits.max_entries} documents were read.")
                return
            entry = self._entry(document, counts)
            if entry is not None:
                yield entry

    def fetch(self, entry: Entry) -> bytes:
        """The document's text; raises SourceError when the loader does not bring it any more."""
        return self._spool.fetch(entry.name, self.entries, f"{entry.name} is no longer there.")

    def close(self) -> None:
        """Give back temporary files; loaders hold nothing."""
        self._spool.clear()

    def _entry(self, document: Any, counts: dict[str, int]) -> Entry | None:
        about: Mapping[str, Any] = document.metadata or {}
        title = " ".join(str(about.get("title") or about.get("name") or "").split())
        text = str(document.page_content or "")
        if not text.strip():
            return None
        identity = str(
            about.get("id") or about.get("source") or about.get("url") or title or sha256(text.encode()).hexdigest()
        )
        counts[identity] = counts.get(identity, 0) + 1
        if counts[identity] > 1:  # a page of the same document
            identity = f"{identity} {counts[identity]}"
        name = name_from_id(identity, ".txt")
        content = (f"{title}\n\n{text}" if title else text).encode("utf-8", "replace")
        self._spool.put(name, content)
        links = (about.get(key) for key in ("source", "url", "webUrl", "html_url"))
        url = next((each for each in links if isinstance(each, str) and each.startswith(("http://", "https://"))), None)
        return Entry(name, sha256(content).hexdigest()[:32], _moment(about), len(content), url)

    def _documents(self) -> Iterator[Any]:
        """The loader's documents; what it raises, and it may be anything, becomes a SourceError."""
        try:
            yield from within(self._loaded, self._limits.total_seconds)
            return
        except TookTooLong:
            problem = f"it brought nothing for {self._limits.total_seconds:.0f} s"
        except ImportError as error:
            problem = f"it needs a package that is not installed: {error}"
        except SourceError:
            raise
        except Exception as error:  # loaders raise anything
            problem = f"{type(error).__name__}: {error}"
        problem = without_secrets(problem, self._secrets)
        raise SourceError(f"{self._options.loader} of the source {self._name!r} failed ({problem}).")

    def _loaded(self) -> Iterator[Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that the package is no longer maintained
            loader = getattr(import_module(self._module), self._options.loader)
            found: Iterable[Any] = loader(**reveal(self._options.arguments, self._secrets, "arguments.")).lazy_load()
        yield from found


def _moment(about: Mapping[str, Any]) -> datetime | None:
    for key in _TIMES:
        value = about.get(key)
        if not isinstance(value, str | datetime):
            continue
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
