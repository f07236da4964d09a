"""Which runs of a Word document nobody sees: marked as hidden, in letters like dust, or white on the white page."""

from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OFF = ("0", "false", "off")
_DUST = 3  # half points
_PALE = 240  # of 255, each of the three colours
# Where the ground may be dark by something that is not looked at: a table's style, a text box, a coloured page.
_OTHER_GROUND = (f"{_W}tbl", f"{_W}txbxContent")


class HiddenRuns:
    """Knows the styles of a document that hide text; `styles` is the element that holds them all."""

    def __init__(self, styles: Any) -> None:
        marked = {style.get(f"{_W}styleId"): style for style in styles.findall(f"{_W}style")}
        self._styles = {
            name for name, style in marked.items() if any(_is_on(each, "vanish") for each in _with_bases(style, marked))
        }

    def holds(self, text: Any) -> bool:
        """Whether the run around a `w:t` element is hidden."""
        run = next(text.iterancestors(f"{_W}r"), None)
        if run is None:
            return False
        paragraph = next(run.iterancestors(f"{_W}p"), None)
        marks = run.find(f"{_W}rPr/{_W}vanish")
        if marks is not None:
            return marks.get(f"{_W}val", "1") not in _OFF
        used = (_value(run, f"{_W}rPr/{_W}rStyle"), _value(paragraph, f"{_W}pPr/{_W}pStyle"))
        if any(name in self._styles for name in used):
            return True
        size = _value(run, f"{_W}rPr/{_W}sz")
        return (size.isdecimal() and int(size) <= _DUST) or (_is_pale(run) and _on_page(run, paragraph))


def _with_bases(style: Any, styles: dict[str, Any]) -> list[Any]:
    """A style and those that it is based on."""
    found: list[Any] = []
    while style is not None and style not in found:
        found.append(style)
        style = styles.get(_value(style, f"{_W}basedOn"))
    return found


def _is_on(style: Any, mark: str) -> bool:
    found = style.find(f"{_W}rPr/{_W}{mark}")
    return found is not None and found.get(f"{_W}val", "1") not in _OFF


def _value(element: Any, path: str) -> str:
    found = element.find(path) if element is not None else None
    return (found.get(f"{_W}val") or "") if found is not None else ""


def _is_pale(run: Any) -> bool:
    colour = _value(run, f"{_W}rPr/{_W}color")
    try:
        parts = bytes.fromhex(colour)
    except ValueError:
        return False
    return len(parts) == 3 and min(parts) >= _PALE


def _on_page(run: Any, paragraph: Any) -> bool:
    """Nothing between the run and the page sets a ground of its own."""
    shaded = (f"{_W}rPr/{_W}shd", f"{_W}rPr/{_W}highlight")
    if any(run.find(path) is not None for path in shaded) or paragraph is None:
        return False
    if paragraph.find(f"{_W}pPr/{_W}shd") is not None or _value(paragraph, f"{_W}pPr/{_W}pStyle"):
        return False
    if any(each.tag in _OTHER_GROUND for each in run.iterancestors()):
        return False
    return run.getroottree().getroot().find(f"{_W}background") is None
