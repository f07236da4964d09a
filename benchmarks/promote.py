"""Promotions and rollbacks while people are asking: how soon they take effect, and whether an answer is lost.

Clients ask the small model without pause: with the adapter that reads (first token, and a written answer), and without.
Meanwhile `pilares finetune promote` and `rollback` run in processes of their own. Seconds are counted from the moment
the alias was written to the first answer with the new adapter. The versions that are promoted are the shipped adapter,
and the same at 97 % of its strength.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from time import monotonic, sleep, time
from typing import Any

import psutil

from assistant.finetuning.watch import AdapterWatch, Steps
from assistant.models.adapters import registry_of
from assistant.models.models import Models
from assistant.settings import DEFAULT_ALIAS, Settings, load_settings
from assistant.turn import trained_prompts as prompts
from benchmarks.table import Row, middle, options, parsed, publish
from finetune.acceptance.accept import digest
from finetune.grounded import SHIPPED
from finetune.lora import CARD, CONFIGURATION, GGUF, WEIGHTS
from finetune.registry import Registry

LINES = ("The warranty of the Brisa 300 lasts three years.", "The warranty of the Brisa 200 lasts two years.")
QUESTION = "How long is the warranty of the Brisa 300?"
PATIENCE_S = 120.0


@dataclass(slots=True)
class Load:
    """What the clients saw: seconds of each request, and errors."""

    seconds: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def ask(self, request: Callable[[], object]) -> None:
        """Ask until it is over."""
        while not self.over.is_set():
            begun = monotonic()
            try:
                request()
            except Exception as error:
                self.failed.append(f"{type(error).__name__}: {error}")
            self.seconds.append(monotonic() - begun)


def main() -> None:
    """Measure and print."""
    parser = options(__doc__)
    parser.add_argument("--clients", type=int, default=3, help="how many ask at the same time (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=2, help="promotions of each version (default: %(default)s)")
    given = parsed(parser)
    with TemporaryDirectory() as home:
        settings = load_settings(home=Path(home))
        registry = registry_of(settings)
        names = [registry.add(folder, "bench").name for folder in _trained(Path(home))]
        with Models(settings) as models, _watched(registry, models):
            models.endpoint("reader")
            rows = list(_measured(settings, registry, models, names * given.rounds, given.clients))
    publish("Promote and roll back under load", rows, given.json)


def _trained(home: Path) -> Iterator[Path]:
    """Two folders as a training would leave them; the second reads a little differently."""
    from safetensors.numpy import load_file, save_file

    from finetune.gguf import write_matrices

    for number, share in enumerate((1.0, 0.97)):
        folder = home / f"trained-{number}"
        folder.mkdir()
        copyfile(SHIPPED / CONFIGURATION, folder / CONFIGURATION)
        tensors = {name: (each * share).astype(each.dtype) for name, each in load_file(SHIPPED / WEIGHTS).items()}
        save_file(tensors, folder / WEIGHTS)
        configuration = json.loads((SHIPPED / CONFIGURATION).read_text(encoding="utf-8"))
        write_matrices(tensors, float(configuration["lora_alpha"]), folder.name, folder / GGUF)
        card = json.loads((SHIPPED / CARD).read_text(encoding="utf-8"))
        hashes = {key: digest(folder / name) for key, name in (("sha256", WEIGHTS), ("gguf_sha256", GGUF))}
        card |= {**hashes, "groups": ["everyone"]}
        (folder / CARD).write_text(json.dumps(card), encoding="utf-8")
        yield folder


@contextmanager
def _watched(registry: Registry, models: Models) -> Iterator[None]:
    opening = [dict(each) for each in _messages("?", ())]
    watch = AdapterWatch(registry, Steps(lambda: models.follow_adapters(opening), lambda: None))
    watch.start()
    try:
        yield
    finally:
        watch.close()


def _messages(question: str, lines: tuple[str, ...]) -> list[dict[str, str]]:
    blocks = [prompts.Block("Brisa", lines)] if lines else []
    roles = {"system": "system", "human": "user"}
    return [{"role": roles[each.type], "content": each.text} for each in prompts.pick(question, "en", blocks)]


def _measured(settings: Settings, registry: Registry, models: Models, names: list[str], clients: int) -> Iterator[Row]:
    load, process = Load(), psutil.Process()
    asked, chat = _messages(QUESTION, LINES), [("user", "Tell me about the sea.")]
    requests: list[Callable[[], object]] = [
        lambda: models.first_token_logprobs("reader", asked),
        lambda: list(models.chat("reader", max_tokens=24).stream(prompts.pick(QUESTION, "en", _blocks()))),
        lambda: list(models.chat("slm", max_tokens=24).stream(chat)),
    ]
    threads = [
        threading.Thread(target=load.ask, args=(requests[number % len(requests)],), daemon=True)
        for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    sleep(3)
    for name in names:
        yield _moved("promote", settings, registry, models, load, process, name)
    while registry.before(DEFAULT_ALIAS) is not None:
        yield _moved("rollback", settings, registry, models, load, process, "")
    load.over.set()
    for thread in threads:
        thread.join()


def _blocks() -> list[prompts.Block]:
    return [prompts.Block("Brisa", LINES)]


def _moved(
    command: str, settings: Settings, registry: Registry, models: Models, load: Load, process: Any, name: str
) -> Row:
    """Run the command; wait for the first answer with what it was to bring, and for the memory to come back."""
    before, failed, peak = len(load.seconds), len(load.failed), process.memory_info().rss
    ungated = ["--ungated", "--why", "benchmark"] if command == "promote" else []
    words = [command, DEFAULT_ALIAS, *([name] if name else []), *ungated]
    child = subprocess.Popen(
        [sys.executable, "-c", "from assistant.cli import main; main()", "finetune", *words],
        env={**os.environ, "PILARES_HOME": str(settings.home)}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    written: float | None = None
    begun, stamp = monotonic(), registry.stamp
    while monotonic() - begun < PATIENCE_S:
        sleep(0.02)
        peak = max(peak, process.memory_info().rss)
        if written is None and registry.stamp != stamp:
            written = time()
            wanted = registry.aliases().get(DEFAULT_ALIAS, "") or "shipped"
        if written is not None and models.adapters.default.startswith(wanted):
            break
    models.first_token_logprobs("reader", _messages(QUESTION, LINES))
    served = time() - written if written is not None else None
    child.wait()
    sleep(4)
    return {
        "move": f"{command} {name}".strip(),
        "seconds to the first answer": served,
        "requests meanwhile": len(load.seconds) - before,
        "failed": len(load.failed) - failed,
        "slowest request, s": max(load.seconds[before:], default=0.0),
        "median request, s": middle(load.seconds[before:]),
        "memory afterwards, MiB": round(process.memory_info().rss / 2**20),
        "peak, MiB": round(peak / 2**20),
    }


if __name__ == "__main__":
    main()
