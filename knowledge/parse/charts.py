"""Charts of Office files: their title, and what is drawn in them."""

import re
from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

from knowledge.parse.clean import one_line
from knowledge.parse.rows import table_lines

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_PART = re.compile(r"xl/charts/chart\d+\.xml")
_MAX_CHARTS = 200
_MAX_POINTS = 500


def chart_titles(archive: ZipFile) -> Iterator[str]:
    """`Title: series, series` of each chart of a workbook; the values are in its sheets."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    for name in sorted(filter(_PART.fullmatch, archive.namelist()))[:_MAX_CHARTS]:
        try:
            root = etree.fromstring(archive.read(name), parser)
        except etree.XMLSyntaxError:
            continue
        title = root.find(f"{_C}chart/{_C}title")
        said = one_line(" ".join(each.text or "" for each in title.iter(f"{_A}t"))) if title is not None else ""
        names = [one_line(node.findtext(f".//{_C}v") or "") for node in root.iter(f"{_C}tx") if _is_series(node)]
        shown = ", ".join(dict.fromkeys(filter(None, names)))
        yield f"{said}: {shown}" if said and shown else said or shown


def _is_series(node: Any) -> bool:
    parent = node.getparent()
    return parent is not None and parent.tag == f"{_C}ser"


def chart_lines(chart: Any) -> list[str]:
    """The title of a slide's chart, and a row for each category with the value of each series."""
    lines = [chart.chart_title.text_frame.text] if chart.has_title and chart.chart_title.has_text_frame else []
    for plot in chart.plots:
        series = [(each.name or "", list(each.values)) for each in plot.series]
        categories = [str(category.label) for category in plot.categories][:_MAX_POINTS]
        rows = [
            [category, *(_number(values[place]) if place < len(values) else "" for _, values in series)]
            for place, category in enumerate(categories)
        ]
        lines += table_lines(["", *(name for name, _ in series)], rows) if rows else []
    return lines


def _number(value: Any) -> str:
    return f"{value:.12g}" if isinstance(value, (int, float)) else ""
