"""EPUB books: chapters in reading order, each read as the page it is.

Its parts are read by the HTML parser, the book's own XML too: that knows no entities but HTML's, so none are resolved.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowledge.errors import ParseError
from knowledge.parse.archive import open_archive
from knowledge.parse.builder import TextBuilder
from knowledge.parse.clean import one_line
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.html import add_html, decode_html

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
_CLOSED = re.compile(r"<([a-zA-Z][\w:-]*)(\s[^<>]*?)?/>")
_HEADING = re.compile(r"<h[1-6][\s>]", re.IGNORECASE)


def parse_epub(file: RawFile) -> ParsedDocument:
    """Read the chapters of an .epub; the table of contents names those that have no heading themselves."""
    with open_archive(file) as archive:
        book = _Book(file.name, archive)
        builder = TextBuilder()
        for path, source in book.chapters():
            if path in book.contents and not _HEADING.search(source):
                builder.heading(1, book.contents[path])
            add_html(builder, _open_and_closed(source))
    return builder.build("application/epub+zip", book.title)


class _Book:
    def __init__(self, name: str, archive: zipfile.ZipFile) -> None:
        self._name = name
        self._archive = archive
        container = _elements(self._part(_CONTAINER) or "", "rootfile")
        package = next((path for node in container if (path := _attribute(node, "full-path"))), "")
        self._package = self._part(package)
        if not self._package:
            raise ParseError(f"{name} is damaged: the list of its chapters is missing. Export it again as EPUB.")
        self._folder = posixpath.dirname(package)
        self._items = {_attribute(node, "id"): node for node in _elements(self._package, "item")}
        self.title = next((one_line(node.text()) for node in _elements(self._package, "title")), "")
        self.contents = self._contents()

    def chapters(self) -> Iterator[tuple[str, str]]:
        """Path and source of each chapter once, in reading order; raises ParseError when they are locked."""
        locked = {unquote(_attribute(node, "uri")) for node in self._elements_of(_ENCRYPTION, "cipherreference")}
        seen = set()
        for reference in _elements(self._package or "", "itemref"):
            item = self._items.get(_attribute(reference, "idref"))
            if item is None or "nav" in _attribute(item, "properties").split():
                continue
            path = self._path(self._folder, _attribute(item, "href"))
            if path in seen or _attribute(item, "media-type") not in _PAGES:
                continue
            if path in locked:
                raise ParseError(f"{self._name} is locked to one reader (DRM). Add a copy without that protection.")
            seen.add(path)
            yield path, self._part(path) or ""

    def _contents(self) -> dict[str, str]:
        """Path of a chapter -> what the table of contents calls it: its first entry there."""
        labels: dict[str, str] = {}
        for item in self._items.values():
            path = self._path(self._folder, _attribute(item, "href"))
            folder = posixpath.dirname(path)
            if "nav" in _attribute(item, "properties").split():
                for link in self._elements_of(path, "a"):
                    labels.setdefault(self._path(folder, _attribute(link, "href")), one_line(link.text()))
            elif _attribute(item, "media-type") == "application/x-dtbncx+xml":
                texts = ""
                for node in self._elements_of(path, "text", "content"):
                    if node.tag == "text":
                        texts = one_line(node.text())
                    else:
                        labels.setdefault(self._path(folder, _attribute(node, "src")), texts)
        return labels

    def _elements_of(self, path: str, *tags: str) -> list[LexborNode]:
        return _elements(self._part(path) or "", *tags)

    def _part(self, path: str) -> str | None:
        try:
            return decode_html(self._archive.read(path))
        except KeyError:
            return None

    def _path(self, folder: str, reference: str) -> str:
        return posixpath.normpath(posixpath.join(folder, unquote(reference.partition("#")[0])))


def _elements(source: str, *tags: str) -> list[LexborNode]:
    """Elements by name, whatever their prefix, in document order."""
    root = LexborHTMLParser(_open_and_closed(source)).root
    return [node for node in root.traverse() if (node.tag or "").rpartition(":")[2] in tags] if root else []


def _attribute(node: LexborNode, name: str) -> str:
    return node.attributes.get(name) or ""


def _open_and_closed(source: str) -> str:
    """`<title/>` as `<title></title>`: to an HTML parser the first form only opens, and swallows what follows."""
    return _CLOSED.sub(
        lambda tag: tag[0] if tag[1].lower() in _VOID else f"<{tag[1]}{tag[2] or ''}></{tag[1]}>", source
    )
