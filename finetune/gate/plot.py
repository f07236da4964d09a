"""The intervals of a verdict as a picture: an SVG of rectangles, lines and text, so that nothing need be installed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape

from finetune.gate.verdict import Row, named

ROW, LEFT, WIDTH, RIGHT, TOP = 22, 360, 420, 90, 56
COLOURS = {"pass": "#1a7f4b", "fail": "#b3261e", "open": "#9a6700", "none": "#6b7280"}
LEAST_REACH = 0.1
Place = Callable[[float], float]


def picture(rows: Sequence[Row], title: str, bounds: Mapping[tuple[str, str], float]) -> str:
    """The gains of the rows that have one, a line at none; `bounds` are the limits by floor and metric, drawn as
    ticks."""
    drawn = [row for row in rows if row.gain is not None]
    reach = max([LEAST_REACH, *(abs(end) for row in drawn for end in (row.low or 0.0, row.high or 0.0))])
    height = TOP + ROW * len(drawn) + 34
    middle = LEFT + WIDTH / 2

    def place(value: float) -> float:
        return middle + value / reach * WIDTH / 2

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + RIGHT}" height="{height}" role="img" '
        'font-family="system-ui, sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{LEFT + WIDTH + RIGHT}" height="{height}" fill="#ffffff"/>',
        _text(16, 24, title, 'font-size="14" font-weight="600"'),
        _text(16, 42, "Gain of the candidate with its 95 % interval; the tick is the limit", 'fill="#4b5563"'),
        f'<line x1="{middle}" x2="{middle}" y1="{TOP - 4}" y2="{height - 26}" stroke="#9ca3af"/>',
    ]
    for number, row in enumerate(drawn):
        limit = None if row.part else bounds.get((row.beside, row.metric))
        parts += _drawn(row, TOP + ROW * number + ROW / 2, place, limit)
    for value in (-reach, 0.0, reach):
        parts.append(_text(place(value), height - 10, f"{value:+.2f}", 'text-anchor="middle" fill="#4b5563"'))
    return "\n".join([*parts, "</svg>", ""])


def _drawn(row: Row, y: float, place: Place, limit: float | None) -> Iterator[str]:
    colour = COLOURS[row.status]
    low, high, gain = (place(value or 0.0) for value in (row.low, row.high, row.gain))
    name, indent = (row.part, 32) if row.part else (named(row), 16)
    yield _text(indent, y + 4, name, "")
    yield f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="3"/>'
    yield f'<circle cx="{gain:.1f}" cy="{y}" r="4" fill="{colour}"/>'
    if limit is not None and LEFT <= place(limit) <= LEFT + WIDTH:
        x = place(limit)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - 7}" y2="{y + 7}" stroke="#111827" stroke-dasharray="2 2"/>'
    yield _text(LEFT + WIDTH + 12, y + 4, row.status, f'fill="{colour}"')


def _text(x: float, y: float, text: str, style: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(text)}</text>'
