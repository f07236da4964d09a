"""What a website source remembers of its pages, so that those that have not changed need not be sent again."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from knowledge.sources.webpage import WebPage


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page as it was when it was last sent."""

    etag: str
    modified: str
    version: str
    size: int
    content_type: str
    page: WebPage

    def conditions(self) -> dict[str, str]:
        """The headers that ask for it only if it has changed (RFC 9110, 13.1)."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in asked.items() if value}


class PageMemory:
    """A file of known pages by address; deleting it costs one full look at the site."""

    def __init__(self, folder: Path | None, source: str) -> None:
        name = f"{sha256(source.encode()).hexdigest()[:24]}.json"
        self._path = folder / "websites" / name if folder else None
        self._pages = self._load()

    def get(self, url: str) -> KnownPage | None:
        """The page as it was, if the server can be asked whether it still is."""
        return self._pages.get(url)

    def keep(self, pages: Mapping[str, KnownPage]) -> None:
        """Remember these and no others."""
        self._pages = dict(pages)
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            new = self._path.with_suffix(".new")
            new.write_text(json.dumps({url: asdict(page) for url, page in pages.items()}), encoding="utf-8")
            new.replace(self._path)
        except OSError:
            return  # a cache: without it the next look costs more, that is all

    def _load(self) -> dict[str, KnownPage]:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8")) if self._path else {}
            return {url: _known(**fields) for url, fields in kept.items()}
        except (OSError, ValueError, TypeError, AttributeError, KeyError):
            return {}


def _known(page: dict[str, object], **fields: object) -> KnownPage:
    links = page.pop("links")
    return KnownPage(page=WebPage(links=tuple(links), **page), **fields)  # type: ignore[arg-type]
