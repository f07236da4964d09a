"""When two addresses on a website are one page, and what the page is called."""

import re
from hashlib import sha256
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

from knowledge.sources.names import clean_name

# Say where a visitor came from, not what is shown.
_TRACKING = re.compile(r"utm_\w+|gclid|gbraid|wbraid|dclid|fbclid|msclkid|yclid|mc_[ce]id|_hs(enc|mi)|igshid|mkt_tok")
_PORTS = {"http": 80, "https": 443}


class Site:
    """The part of a website below a start address: its host, and the folder the address lies in."""

    def __init__(self, start: str) -> None:
        parts = urlsplit(start)
        self.start = tidy(start) or start
        self.root = f"{parts.scheme}://{parts.netloc}"
        self._host = _host(start)
        self._prefix = parts.path[: parts.path.rfind("/") + 1] or "/"

    def has_host(self, url: str) -> bool:
        """Whether the address is on the same host, encrypted or not."""
        return _host(url) == self._host

    def holds(self, url: str) -> bool:
        """Whether the address is a page of this part of the site."""
        return self.has_host(url) and (urlsplit(url).path or "/").startswith(self._prefix)


def tidy(url: str, base: str = "") -> str | None:
    """The address without fragment, tracking and dots; None when it is not one of the web."""
    try:
        parts = urlsplit(urljoin(base, url.strip()) if base else url.strip())
        if parts.scheme not in _PORTS or not parts.hostname or parts.username or parts.password:
            return None
        port = parts.port
    except ValueError:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    place = host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"
    path = urlsplit(urljoin(f"{parts.scheme}://{place}/", parts.path)).path or "/"
    kept = [
        (key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(key)
    ]
    return urlunsplit((parts.scheme, place, path, urlencode(kept), ""))


def page_key(url: str) -> str:
    """The same for http and https."""
    return url.partition("://")[2]


def page_name(url: str, ending: str) -> str:
    """The page's path as the name of a document: `/docs/` and `/docs` are both `docs/index.html`."""
    parts = urlsplit(url)
    name = clean_name("/".join(unquote(part).replace("/", "-") for part in parts.path.split("/")))
    if not name or parts.path.endswith("/") or "." not in name.rpartition("/")[2]:
        name = f"{name}/index" if name else "index"
    elif name.lower().endswith(ending):
        name = name[: -len(ending)]
    if parts.query:
        name += f"~{sha256(parts.query.encode()).hexdigest()[:12]}"
    return name + ending


def _host(url: str) -> tuple[str, int | None] | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return (parts.hostname or "", None if port in (None, _PORTS.get(parts.scheme)) else port)
