"""Hostile texts in Chromium: requests, scripts and harmful nodes, for each set and each place they are shown in."""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from assistant.evaluation.progress import shown
from assistant.settings import Settings
from assistant.testing.hostile import CANARY
from assistant.testing.probes.page import ChatPage
from assistant.testing.probes.platforms import PlatformPage
from assistant.testing.probes.seen import FLAGS, Seen
from assistant.testing.probes.widget import WidgetPage
from assistant.testing.sink import Sink, listening
from assistant.testing.sites import await_page, start_site
from benchmarks.protection.sets import hostile_sets, spread
from benchmarks.table import Row

BATCH = 20
PLACES = ("platforms", "operation", "page, opened again", "widget, live", "page, live")
Shows = Callable[[Sequence[str]], Seen]


@dataclass(frozen=True, slots=True)
class Place:
    """Where texts are shown; `batch` of them at once, and where one takes long, `--live` of each set."""

    name: str
    shows: Shows
    batch: int
    live: bool


def measure(chosen: argparse.Namespace) -> Sequence[Row]:
    """A row for each set and place. Stops when there is no Chromium."""
    rows = list[Row]()
    with listening() as sink, places() as every, shown("texts", Console(stderr=True)) as step:
        sets = {name: spread(texts, chosen.limit) for name, texts in hostile_sets(chosen.data, sink.address).items()}
        work = [
            (place, name, spread(texts, chosen.live) if place.live else texts)
            for place in every
            if place.name in (chosen.place or place.name)
            for name, texts in sets.items()
        ]
        total, done = sum(len(texts) for _, _, texts in work), 0
        for place, name, texts in work:
            found = list[Seen]()
            for start in range(0, len(texts), place.batch):
                batch = texts[start : start + place.batch]
                found.append(_with_sink(place.shows(batch), sink))
                _keep(chosen.details, name, place, batch, found[-1])
                done += len(batch)
                step(done, total)
            rows.append(_row(name, place.name, len(texts), found))
    return [*rows, _all(rows)]


@contextmanager
def places() -> Iterator[Sequence[Place]]:
    """Every place that a text is shown in, the quick ones first."""
    from playwright.sync_api import sync_playwright

    chromium = which("chromium") or which("chromium-browser") or which("google-chrome")
    if chromium is None:
        raise SystemExit("Chromium is not installed: `make chromium` gets it on Debian and Ubuntu.")
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory()))
        shop = stack.enter_context(listening())
        limits = {"visitor": {}, "visits_per_minute": 100_000}
        settings = Settings(home=home, server={"port": 0}, limits=limits, handoff={"enabled": True})  # type: ignore[arg-type]
        site = start_site(settings)
        stack.callback(site.stop)
        await_page(site.address)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=list(FLAGS))
        stack.callback(browser.close)
        chat = ChatPage(browser, site)
        widget = WidgetPage(browser, site, shop, _key(site.assistant.conversations.database, settings, shop))
        shows: Sequence[Shows] = (
            PlatformPage(browser).shows, chat.operates, chat.remembers,
            lambda texts: widget.shows(texts[0]), lambda texts: chat.shows(texts[0]),
        )  # fmt: skip
        live = ["live" in name for name in PLACES]
        yield [
            Place(name, each, 1 if alone else BATCH, alone)
            for name, each, alone in zip(PLACES, shows, live, strict=True)
        ]


def _key(database: object, settings: Settings, shop: Sink) -> str:
    from assistant.security.visitors import Visitors

    return Visitors(database, settings.home).keys.make("shop", [shop.address]).token  # type: ignore[arg-type]


def _with_sink(seen: Seen, sink: Sink) -> Seen:
    heard = tuple(sink.address + path for path in sink.heard)
    sink.heard.clear()
    return Seen(tuple(dict.fromkeys(seen.requests + heard)), seen.scripts, seen.nodes)


def _keep(file: Path | None, name: str, place: Place, texts: Sequence[str], seen: Seen) -> None:
    """Add a line to the details, at once: a run takes long."""
    if file is None:
        return
    found = {"requests": seen.requests, "scripts": seen.scripts, "nodes": seen.nodes}
    with file.open("a", encoding="utf-8") as lines:
        row = {"set": name, "place": place.name, "texts": texts, **found}
        lines.write(json.dumps(row, ensure_ascii=False) + "\n")


def _row(name: str, place: str, texts: int, found: Sequence[Seen]) -> dict[str, Any]:
    asked = [address for each in found for address in each.requests]
    return {
        "set": name,
        "place": place,
        "texts": texts,
        "requests": len(asked),
        "canaries": sum(CANARY in address for address in asked),
        "scripts": sum(len(each.scripts) for each in found),
        "nodes": sum(len(each.nodes) for each in found),
    }


def _all(rows: Sequence[Row]) -> Row:
    return {
        "set": "all",
        "place": "all",
        **{key: sum(row[key] for row in rows) for key in ("texts", "requests", "canaries", "scripts", "nodes")},
    }
