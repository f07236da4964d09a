"""A text that is still being written, so that it can be shown: what was opened is closed, what is half a link waits."""

import re

_HALF_LINK = re.compile(r"!?\[[^\]\n]*(?:\](?:\([^)\n]*)?)?$")
_MARK = re.compile(r"\*\*|~~|(?<![\w`])`(?!`)|(?<!`)`(?![\w`])|(?<!\*)\*(?!\*)")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.MULTILINE)
_TABLE_ROW = re.compile(r"\n[^\n]*\|[^\n]*$")


def heal(text: str) -> str:
    """Markdown whose last paragraph reads as it will when it is finished; the parser closes fences by itself."""
    if _inside_fence(text):
        return text
    start = text.rfind("\n\n") + 2 if "\n\n" in text else 0
    head, tail = text[:start], text[start:]
    if "|" in tail and (found := _TABLE_ROW.search(tail)):
        tail = tail[: found.start()]  # a row is shown when it is whole
    tail = _HALF_LINK.sub("", tail)
    return head + tail.rstrip() + _closing(tail.rstrip())


def _inside_fence(text: str) -> bool:
    opened = ""
    for found in _FENCE.finditer(text):
        mark = found.group(1)
        if not opened:
            opened = mark
        elif mark[0] == opened[0] and len(mark) >= len(opened):
            opened = ""
    return bool(opened)


def _closing(text: str) -> str:
    """The marks that are open at the end, innermost first."""
    opened: list[str] = []
    for found in _MARK.finditer(text):
        mark = found.group()
        if opened and opened[-1] == "`" and mark != "`":
            continue
        if mark in opened:
            del opened[opened.index(mark) :]
        elif text[found.end() : found.end() + 1].strip():
            opened.append(mark)
    return "".join(reversed(opened))
