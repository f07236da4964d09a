"""How long until something is seen: the help, the page, the first answer; and how much memory both models take."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import httpx
import psutil

from assistant.paths import sample_documents
from benchmarks.table import Row, middle, options, parsed, publish, ratio

PILARES = [sys.executable, "-c", "from assistant.cli import main; main()"]
QUESTION = "How many characters does an administrator's password need?"
PATIENCE_S = 300.0
_ADDRESS = re.compile(r"https?://\S+")


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often the help is asked for")
    chosen = parsed(parser)
    bare = middle([timed(lambda: run([sys.executable, "-c", "pass"])) for _ in range(chosen.rounds)])
    helped = middle([timed(lambda: run([*PILARES, "--help"])) for _ in range(chosen.rounds)])
    rows: list[Row] = [
        {"what": "python -c pass", "value": bare, "unit": "s", "of bare python": ratio(bare, bare)},
        {"what": "pilares --help", "value": helped, "unit": "s", "of bare python": ratio(helped, bare)},
    ]
    with TemporaryDirectory() as home:
        environment = os.environ | {"PILARES_HOME": home}
        run([*PILARES, "ingest", str(sample_documents() / "corpus")], environment)
        rows += [{"what": what, "value": value, "unit": unit} for what, value, unit in served(Path(home), environment)]
    publish("start", rows, chosen.json)


def served(home: Path, environment: dict[str, str]) -> Iterator[tuple[str, float, str]]:
    """From the start of `pilares serve` to the page and to an answer of each model, all on one clock; then memory."""
    began = perf_counter()
    with serving(home, environment) as (server, address), httpx.Client(base_url=address, trust_env=False) as client:
        wait_for(lambda: client.get("/", follow_redirects=True).is_success)
        yield "page up", perf_counter() - began, "s"
        for model in ("slm", "llm"):
            asked = perf_counter()
            answer = client.post("/api/v1/ask", json={"question": QUESTION, "model": model}, timeout=PATIENCE_S)
            answer.raise_for_status()
            if model == "slm":
                yield "first answer after the start", perf_counter() - began, "s"
            yield f"first answer of the {model}", perf_counter() - asked, "s"
        yield "memory with both models", memory(server.pid) / 2**20, "MiB"


@contextmanager
def serving(home: Path, environment: dict[str, str]) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """`pilares serve` on a free port; gives the process and its address once it listens."""
    command = [*PILARES, "serve", "--port", "0"]
    with (home / "serve.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert server.stdout is not None
            found = next((match.group() for line in server.stdout if (match := _ADDRESS.search(line))), None)
            if found is None:
                raise SystemExit(f"pilares serve did not start: {(home / 'serve.log').read_text()}")
            yield server, found
        finally:
            server.terminate()
            server.wait(timeout=60)


def memory(pid: int) -> float:
    """Bytes resident in a process and its children."""
    process = psutil.Process(pid)
    return float(sum(each.memory_info().rss for each in (process, *process.children(recursive=True))))


def wait_for(ready: Callable[[], bool]) -> None:
    """Ask until it is so."""
    deadline = perf_counter() + PATIENCE_S
    while perf_counter() < deadline:
        try:
            if ready():
                return
        except httpx.HTTPError:
            pass
        sleep(0.02)
    raise SystemExit(f"The server does not answer after {PATIENCE_S:.0f} s.")


def run(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run a command that must succeed; its output is not shown unless it fails."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed: {done.stderr or done.stdout}")


def timed(work: Callable[[], object]) -> float:
    """Seconds something takes."""
    began = perf_counter()
    work()
    return perf_counter() - began


if __name__ == "__main__":
    main()
