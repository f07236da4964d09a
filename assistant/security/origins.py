"""Origins of web pages, as browsers name them (https://html.spec.whatwg.org/multipage/browsers.html#origin)."""

from urllib.parse import urlsplit

from assistant.errors import InvalidRequest

_PORTS = {"http": 80, "https": 443}


def clean_origin(text: str) -> str:
    """An origin as a browser sends it: scheme, host in lower case and ASCII, and a port that is not the usual one.

    Raises InvalidRequest for anything else: a path, a pattern, `null`.
    """
    try:
        parts = urlsplit(text.strip())
        host = (parts.hostname or "").encode("idna").decode()
        port, more = parts.port, parts.path.strip("/") + parts.query + parts.fragment + (parts.username or "")
    except ValueError:  # UnicodeError of a host that is none is one, too
        host, port, more = "", None, ""
    if not host or more or parts.scheme not in _PORTS or any(sign in host for sign in "*% "):
        raise InvalidRequest(
            f"{text!r} is not the origin of a website. Write scheme and host, and the port if it is not the usual one: "
            "https://www.example.org"
        )
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port in (None, _PORTS[parts.scheme]) else f":{port}")
