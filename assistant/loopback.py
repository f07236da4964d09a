"""Which addresses mean this computer."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this computer."""
    name = host.strip("[]").lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def stays_here(url: str | None) -> bool:
    """Whether what is sent to an address never leaves this computer; no address is a model in this process."""
    if url is None:
        return True
    try:
        return is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        return False
