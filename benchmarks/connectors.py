"""Chat platforms: a thousand webhooks in ten seconds, the same with kill -9 in the middle, and 10,000 Markdown texts.

The webhooks are Telegram's, the connector is a process of its own, the platform a local server, the assistant repeats
what it is asked. `edit`: answers replace a message that was posted at once, which is what makes them appear once even
when the process is killed while one is on its way; `none`: they are posted when they are complete.
"""

import asyncio
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from benchmarks.table import Row, options, parsed, publish
from connectors.markdown.dialect import Dialect
from connectors.markdown.parse import parse
from connectors.markdown.plain import PlainText
from connectors.markdown.split import split
from connectors.markdown.tree import Blocks
from connectors.registry import known, platform
from connectors.testing.flood import flood
from connectors.testing.markdown import made, troubles

AT_ONCE = 50
"""Texts that a process takes at a time."""
RUNS = (("edit", None), ("none", None), ("edit", 0.5), ("none", 0.5))


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--webhooks", type=int, default=1000)
    parser.add_argument("--texts", type=int, default=10_000)
    chosen = parsed(parser)
    rows = [_flood(streaming, kill_at, chosen.webhooks) for streaming, kill_at in RUNS] if chosen.webhooks else []
    texts = _texts(_dialects(), chosen.texts) if chosen.texts else []
    publish("connectors", [*rows, *texts], chosen.json)


def _flood(streaming: str, kill_at: float | None, webhooks: int) -> Row:
    with TemporaryDirectory() as folder:
        outcome = asyncio.run(
            flood(Path(folder), webhooks=webhooks, seconds=webhooks / 100, kill_at=kill_at, streaming=streaming)
        )
    return {
        "run": f"{webhooks} webhooks, {streaming}{', kill -9' if kill_at else ''}",
        "ack p50 ms": 1000 * outcome.quantile(0.5),
        "ack p99 ms": 1000 * outcome.quantile(0.99),
        "cpu ms each": 1000 * outcome.cpu_s / webhooks,
        "once": outcome.once,
        "twice": outcome.twice,
        "lost": outcome.lost,
        "out of order": outcome.disordered,
        "forged refused": f"{outcome.refused}/50",
        "all answered s": outcome.answered_s,
    }


def _dialects() -> list[Dialect]:
    """That of every platform there is, and plain text; platforms that share one are one row."""
    every = [asyncio.run(_dialect(name)) for name in known()]
    return [*{(each.name, each.limit): each for each in every}.values(), PlainText()]


async def _dialect(name: str) -> Dialect:
    found = platform(name)
    async with found.fake() as fake:
        adapter = found.build(found.settings(**{"platform": name, "name": name, **fake.settings}))
        try:
            return adapter.card.dialect
        finally:
            await adapter.close()


def _texts(dialects: list[Dialect], number: int) -> list[Row]:
    """What is wrong with texts in each dialect; every text is parsed once, and a part of them is a process's work."""
    parts = [range(first, min(first + AT_ONCE, number)) for first in range(0, number, AT_ONCE)]
    found: list[tuple[float, Counter[str]]] = [(0.0, Counter()) for _ in dialects]
    with ProcessPoolExecutor() as pool:
        for part in pool.map(partial(_through, dialects), parts):
            found = [(cpu + more, known + counted) for (cpu, known), (more, counted) in zip(found, part, strict=True)]
    return [
        {
            "run": f"{number} texts, {dialect.name}",
            "lost": counted["lost"],
            "too long": counted[">"],
            "unbalanced": counted["open"],
            "cpu s": cpu,
        }
        for dialect, (cpu, counted) in zip(dialects, found, strict=True)
    ]


def _through(dialects: list[Dialect], seeds: range) -> list[tuple[float, Counter[str]]]:
    """Of each dialect the processor time in seconds, and how many troubles of each kind there were."""
    texts = [parse(made(seed)) for seed in seeds]
    return [_written(dialect, texts) for dialect in dialects]


def _written(dialect: Dialect, texts: list[Blocks]) -> tuple[float, Counter[str]]:
    began = process_time()
    found = [each for blocks in texts for each in troubles(blocks, split(blocks, dialect), dialect, dialect.limit)]
    kinds = Counter(kind for each in found for kind in ("lost", ">", "open") if kind in each)
    return process_time() - began, kinds


if __name__ == "__main__":
    main()
