"""Which addresses may be connected to: nothing inside the network, unless an intranet is what is wanted."""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from knowledge.errors import SourceError
from knowledge.sources.patience import TookTooLong, within

Resolve = Callable[[str, int], Sequence[str]]
"""From host and port to addresses; raises OSError when the name is not known."""

_LOOK_UP_S = 10.0

# Where machines at a provider ask who they are and get credentials; some lie outside the reserved ranges.
_METADATA = {
    ip_address(each) for each in ("169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254")
}
_SHARED = ip_network("100.64.0.0/10")
_NAT64 = ip_network("64:ff9b::/96")


def resolve_by_system(host: str, port: int) -> list[str]:
    """The addresses the system's resolver knows, each once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class AddressGuard:
    """Resolves a host once and lets through addresses that may be connected to."""

    def __init__(self, allow_private: bool = False, resolve: Resolve = resolve_by_system) -> None:
        self._allow_private = allow_private
        self._resolve = resolve

    def addresses(self, host: str, port: int, seconds: float = _LOOK_UP_S) -> Sequence[str]:
        """What to connect to. Raises SourceError when the host is unknown or *any* of its addresses is refused.

        The caller connects to these and resolves nothing again: a name that changes its address in between
        (DNS rebinding) gains nothing. The system's resolver knows no time limit; here it has `seconds`.
        """
        try:
            found = next(within(lambda: iter([self._resolve(host, port)]), seconds))
        except TookTooLong:
            raise SourceError(
                f"The host {host} could not be looked up within {seconds:.1f} s. Check the network's name server."
            ) from None
        except (OSError, UnicodeError) as error:
            raise SourceError(f"The host {host} is not known. Check the address and the network.") from error
        for address in found:
            if not self._may_connect(address):
                raise SourceError(
                    f"The host {host} has an address inside the network ({address}), which is not connected to. "
                    "For an intranet set the option allow_private_addresses."
                )
        if not found:
            raise SourceError(f"The host {host} has no address. Check the address and the network.")
        return found

    def _may_connect(self, text: str) -> bool:
        try:
            address = _unwrapped(ip_address(text.partition("%")[0]))
        except ValueError:
            return False
        if address in _METADATA or address.is_link_local or address.is_multicast or address.is_unspecified:
            return False
        if isinstance(address, IPv6Address) and address.is_site_local:
            return self._allow_private
        if address.is_global:
            return True
        inside = address.is_loopback or (address.is_private and not address.is_reserved) or address in _SHARED
        return self._allow_private and inside


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one carries (mapped, 6to4, Teredo, NAT64), else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)
