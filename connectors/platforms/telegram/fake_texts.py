"""How Telegram reads a text: the names and commands in it, and the marks that it takes."""

from typing import Any

MOST_DATA = 64


def entities(text: str) -> list[dict[str, Any]]:
    """Names and commands, with their places in UTF-16 units."""
    import re

    found = []
    for each in re.finditer(r"(?<!\w)@\w+|^/\w+(?:@\w+)?", text):
        kind = "bot_command" if each.group().startswith("/") else "mention"
        before = len(text[: each.start()].encode("utf-16-le")) // 2
        found.append({"type": kind, "offset": before, "length": len(each.group().encode("utf-16-le")) // 2})
    return found


def visible(text: str, html: bool) -> str:
    """What counts towards the length of a message."""
    import re
    from html import unescape

    return unescape(re.sub(r"<[^>]*>", "", text)) if html else text


def balanced(html: str) -> bool:
    """Whether every tag is one that Telegram knows, and closed in order."""
    import re

    opened: list[str] = []
    for closing, name in re.findall(r"<(/?)([a-z]+)[^>]*>", html):
        if name not in ("b", "i", "s", "u", "code", "pre", "a", "blockquote"):
            return False
        if not closing:
            opened.append(name)
        elif not opened or opened.pop() != name:
            return False
    return not opened and not re.search(r"<(?!/?[a-z])", html)


def buttons(markup: Any) -> list[str]:
    """What the buttons under a message say when they are pressed; at most 64 bytes each."""
    rows = (markup or {}).get("inline_keyboard", [])
    found = [str(button["callback_data"]) for row in rows for button in row]
    return [data for data in found if 0 < len(data.encode()) <= MOST_DATA]
