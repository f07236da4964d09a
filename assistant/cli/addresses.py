"""`pilares ingest URL`: the source that an address means."""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from assistant.app import Assistant
    from knowledge.sync.job import Job

_ADDRESS = re.compile(r"^([a-z][a-z0-9+.-]*://|git@[\w.-]+:)", re.IGNORECASE)
_UNUSABLE = re.compile(r"[^\w .:/-]+")
_LONGEST_NAME = 100


def is_address(path: str) -> bool:
    """Whether this is no path of this computer."""
    return _ADDRESS.match(path) is not None


def source_of(address: str) -> tuple[str, str, dict[str, Any]]:
    """Name, kind and options of the source an address means.

    A name or password in it is not kept: the source refuses such addresses.
    """
    if address.startswith("git@"):  # as git writes it; the source wants an address
        address = f"ssh://{address.replace(':', '/', 1)}"
    parts = urlsplit(address)
    scheme = parts.scheme.lower()
    if scheme.startswith("git") or scheme == "ssh" or parts.path.endswith(".git"):
        kind, address = "git", address.removeprefix("git+")
    else:
        kind = "website" if scheme in ("http", "https") else "fsspec"
    place = f"{parts.netloc.rpartition('@')[2]}{parts.path}"
    if kind == "fsspec":
        place = f"{scheme}:{place}"
    name = _UNUSABLE.sub("-", place.removesuffix(".git")).strip(" -/.:")[:_LONGEST_NAME]
    return name or kind, kind, {"url": address}


def ask_for(assistant: "Assistant", address: str) -> "Job":
    """Ask for a sync of the source an address means; it is added when it is not there yet.

    Raises SourceError and InvalidRequest.
    """
    from assistant.cli.sources import configured
    from assistant.errors import InvalidRequest

    name, kind, options = source_of(address)
    sources = assistant.syncing().sources
    known = {status.name: status.config for status in sources.list()}.get(name)
    if known is None:
        sources.add(configured(name, kind, options))
    elif (known.kind, known.options.get("url")) != (kind, options["url"]):
        raise InvalidRequest(
            f"There is a source {name!r} with another address. Give this one a name: `pilares sources add NAME {kind} "
            f"--option url={options['url']}`."
        )
    return sources.sync(name)
