"""How long a routing decision takes beyond the embedding: `python -m benchmarks.routing OUTCOMES.jsonl`.

The router is fitted on part of a file of outcomes with made-up vectors (how long it takes does not depend on them).
"""

from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from assistant.evaluation.metrics import percentile
from assistant.routing.desk import RoutingDesk
from assistant.routing.making import fitted_router
from assistant.routing.router import Signals
from assistant.routing.samples import read_outcomes
from assistant.routing.shelf import RouterShelf
from assistant.settings import load_settings
from assistant.testing.answers import evidence
from assistant.turn.answer import TurnRequest
from benchmarks.table import options, parsed, publish

ROWS, TIMED = 1_500, 1_000


class Embedded:
    """An embedder that takes no time."""

    model_id, dimension = "none", 384

    def embed_queries(self, texts: list[str]) -> np.ndarray:
        """The same vector for everything."""
        return np.full((len(texts), self.dimension), 0.05, dtype=np.float32)


def main() -> None:
    """Fit, decide, and print the times."""
    parser = options(__doc__)
    parser.add_argument("outcomes", type=Path)
    arguments = parsed(parser)
    samples, settings = read_outcomes(arguments.outcomes)[:ROWS], load_settings()
    vectors = np.random.default_rng(0).normal(size=(len(samples), 384)).astype(np.float32)
    began = perf_counter()
    fitted = fitted_router(samples, vectors, RouterShelf(settings, "none"), arguments.outcomes.name)
    fitting = perf_counter() - began
    desk, found = RoutingDesk(settings, Embedded(), fitted=fitted), [evidence(1), evidence(2)]  # type: ignore[arg-type]
    took, worked = [], []
    for sample in (samples * TIMED)[:TIMED]:
        signals = Signals("auto", "question", False, sample.text, 1, False, found)
        request, began, busy = TurnRequest(sample.text), perf_counter(), process_time()
        desk.route(signals, request, "", desk.lock_of(request, "", found))
        took.append(1000 * (perf_counter() - began))
        worked.append(1000 * (process_time() - busy))
    row = {
        "decisions": TIMED, "fit_s": fitting, "ms_p50": percentile(took, 50), "ms_p95": percentile(took, 95),
        "cpu_ms_p50": percentile(worked, 50), "cpu_ms_p95": percentile(worked, 95),
    }  # fmt: skip
    publish("Routing, beyond the embedding", [row], arguments.json)


if __name__ == "__main__":
    main()
