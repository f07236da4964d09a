"""What a web page says about itself and where it links to."""

from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.sources.addressing import tidy

_LINKS = 5000


@dataclass(frozen=True, slots=True)
class WebPage:
    """The addresses a page links to, the one it wants to be known by, and whether it wants to be found."""

    links: tuple[str, ...] = ()
    canonical: str | None = None
    hidden: bool = False


def read_page(url: str, body: bytes, robots_header: str = "") -> WebPage:
    """Read a page's links and wishes; a page that asks for it has no links (nofollow) or is hidden (noindex)."""
    from selectolax.lexbor import LexborHTMLParser

    from knowledge.parse.html import decode_html

    tree = LexborHTMLParser(decode_html(body))
    wishes = _words(robots_header)
    canonical, base = None, url
    for node in tree.css("meta[name], link[rel], base[href]"):
        named = {name.lower(): value or "" for name, value in node.attributes.items()}
        if named.get("name", "").lower() in ("robots", "pilares"):
            wishes |= _words(named.get("content", ""))
        elif node.tag == "base" and "href" in named:
            base = tidy(named["href"], url) or url
        elif "canonical" in _words(named.get("rel", "")):
            canonical = tidy(named.get("href", ""), url)
    follows = not wishes & {"nofollow", "none"}
    links = _links((dict(node.attributes) for node in tree.css("a[href]")), base) if follows else ()
    return WebPage(links, canonical, bool(wishes & {"noindex", "none"}))


def _links(anchors: Iterable[dict[str, str | None]], base: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for anchor in anchors:
        if len(found) >= _LINKS:
            break
        if "nofollow" not in _words(anchor.get("rel") or "") and (link := tidy(anchor.get("href") or "", base)):
            found[link] = None
    return tuple(found)


def _words(text: str) -> set[str]:
    return set(text.lower().replace(",", " ").replace(":", " ").split())
