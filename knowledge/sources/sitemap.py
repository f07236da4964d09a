"""Sitemaps as sites publish them (https://www.sitemaps.org/protocol.html)."""

import zlib
from collections.abc import Callable, Iterator

from knowledge.errors import SourceError

_MAPS = 500
_DEEPEST = 2
_UNPACKED = 50_000_000  # the protocol's own limit


def pages_of(url: str, fetch: Callable[[str], bytes]) -> Iterator[str]:
    """The addresses in a sitemap and in those that it lists; raises SourceError when one of them cannot be read."""
    waiting = [(url, 0)]
    seen = {url}
    while waiting:
        here, depth = waiting.pop(0)
        nested, pages = _read(here, fetch(here))
        yield from pages
        for each in nested if depth < _DEEPEST else []:
            if each not in seen and len(seen) < _MAPS:
                seen.add(each)
                waiting.append((each, depth + 1))


def _read(url: str, data: bytes) -> tuple[list[str], list[str]]:
    """The sitemaps and the pages that one document lists."""
    from xml.etree.ElementTree import ParseError as Malformed

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(_unpacked(url, data), forbid_dtd=True)
    except (Malformed, DefusedXmlException, ValueError, LookupError) as error:
        raise SourceError(f"{url} is not a sitemap. Name one in the option 'sitemap', or leave it out.") from error
    kind = root.tag.rpartition("}")[2]
    if kind not in ("urlset", "sitemapindex"):
        raise SourceError(f"{url} is not a sitemap. Name one in the option 'sitemap', or leave it out.")
    places = [
        (child.text or "").strip()
        for entry in root
        for child in entry
        if child.tag.rpartition("}")[2] == "loc" and child.text
    ]
    return (places, []) if kind == "sitemapindex" else ([], places)


def _unpacked(url: str, data: bytes) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    unpacker = zlib.decompressobj(wbits=31)
    try:
        text = unpacker.decompress(data, _UNPACKED)
    except zlib.error as error:
        raise SourceError(f"{url} cannot be unpacked.") from error
    if not unpacker.eof:
        raise SourceError(f"{url} is cut off, or unpacks to more than {_UNPACKED:,} bytes.")
    return text
