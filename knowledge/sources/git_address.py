"""Where git may connect: its host is looked up and checked here, and git goes to the address that was checked."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from knowledge.sources.addresses import AddressGuard

_PORTS = {"https": 443, "ssh": 22}


@dataclass(frozen=True, slots=True)
class Checked:
    """What makes git go to the checked address: settings for https, options of `ssh`, ready for a shell."""

    settings: Mapping[str, str] = field(default_factory=dict)
    ssh: str = ""


def checked(url: str, guard: AddressGuard, seconds: float) -> Checked:
    """Look up and check the host of an https or ssh address. Raises SourceError for one inside the network.

    TLS and `known_hosts` still verify the host by its name. A git before 2.37 looks the name up once more.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    found = guard.addresses(host, port, seconds)
    if _is_literal(host):
        return Checked()
    if parts.scheme == "https":
        bracketed = [f"[{each}]" if ":" in each else each for each in found]
        return Checked({"http.curloptResolve": f"{host}:{port}:{','.join(bracketed)}"})
    return Checked(ssh=f" -o HostName={shlex.quote(found[0])} -o HostKeyAlias={shlex.quote(_known_as(parts))}")


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _known_as(parts: SplitResult) -> str:
    """How `known_hosts` calls the host (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT)."""
    return f"[{parts.hostname}]:{parts.port}" if parts.port not in (None, 22) else str(parts.hostname)
