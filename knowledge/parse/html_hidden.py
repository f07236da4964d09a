"""What a page of HTML holds but does not show, by what stands in it; style sheets are not followed."""

import re
from collections.abc import Callable

from selectolax.lexbor import LexborHTMLParser, LexborNode

NEVER_SHOWN = (
    "head,script,style,noscript,template,svg,math,canvas,iframe,object,embed,audio,video,select,button,input,textarea,"
    "dialog,datalist,[hidden],[aria-hidden=true]"
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?(?![.\d])|text-indent\s*:\s*-\d{3}"
    r"|(?:left|right|top)\s*:\s*-\d{4}|(?:max-)?height\s*:\s*0(?:px)?\s*(?:;.*)?overflow\s*:\s*hidden"
)
_DUST = re.compile(r"font-size\s*:\s*(?:0(?![.\d])|[01](?:\.\d+)?(?:px|pt))")
_INK = re.compile(r"(?<![-\w])color\s*:\s*([^;]+)")
_GROUND = re.compile(r"background(?:-color)?\s*:\s*([^;]+)")
_HEX = re.compile(r"#([0-9a-f]{3,8})\b")
_RGB = re.compile(r"rgba?\(\s*(\d+)\D+(\d+)\D+(\d+)")
_PALE = 240  # of 255, each of the three colours


def drop_hidden(tree: LexborHTMLParser) -> None:
    """Take out of a page what nobody sees: hidden elements, letters like dust, pale ones on a ground that is pale too.

    Where a style sheet may set the ground, pale letters are left in.
    """
    plain_ground = not _styled(tree)
    for node in tree.css(NEVER_SHOWN):
        node.decompose()
    for node in tree.css("[style]"):
        if is_hidden_style(node.attributes.get("style") or ""):
            node.decompose()
    for node in tree.css("[style],font[color]"):
        if _DUST.search(_style(node)):
            _drop_text(node, _size)
        elif _is_pale(_ink(node)) and _on_pale(node, plain_ground):
            _drop_text(node, _ink)


def is_hidden_style(style: str) -> bool:
    """Whether a `style` attribute hides its element with all that is in it."""
    return bool(_HIDDEN.search(style.lower()))


def _styled(tree: LexborHTMLParser) -> bool:
    return any("background" in (sheet.text() or "") for sheet in tree.css("style")) or bool(
        tree.css_first("link[rel~=stylesheet]")
    )


def _style(node: LexborNode) -> str:
    return (node.attributes.get("style") or "").lower()


def _size(node: LexborNode) -> str:
    found = re.search(r"font-size\s*:\s*([^;]+)", _style(node))
    return found.group(1) if found else ""


def _ink(node: LexborNode) -> str:
    found = _INK.search(_style(node))
    return found.group(1) if found else (node.attributes.get("color") or "").lower() if node.tag == "font" else ""


def _ground(node: LexborNode) -> str:
    found = _GROUND.search(_style(node))
    attributes = node.attributes
    return found.group(1) if found else (attributes.get("bgcolor") or attributes.get("background") or "").lower()


def _on_pale(node: LexborNode, plain: bool) -> bool:
    """Whether the nearest ground that is set is pale; without one, whether the page's own is `plain`."""
    each: LexborNode | None = node
    while each is not None:
        if ground := _ground(each):
            return _is_pale(ground)
        each = each.parent
    return plain


def _is_pale(colour: str) -> bool:
    colour = colour.strip()
    if found := _HEX.match(colour):
        digits = found.group(1)
        parts = [digits[place : place + 2] for place in (0, 2, 4)] if len(digits) >= 6 else [2 * one for one in digits]
        return all(int(part, 16) >= _PALE for part in parts[:3])
    if found := _RGB.match(colour):
        return all(int(part) >= _PALE for part in found.groups())
    return colour.startswith(("white", "transparent", "snow", "ivory"))


def _drop_text(node: LexborNode, own: Callable[[LexborNode], str]) -> None:
    """Drop the text that takes a property from `node`; parts that set it themselves stay."""
    stack = [node]
    while stack:
        for child in list(stack.pop().iter(include_text=True)):
            if child.is_element_node and own(child):
                continue
            if child.is_element_node and any(own(each) for each in child.css("[style],font[color]")):
                stack.append(child)
            else:
                child.decompose()
