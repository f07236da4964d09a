"""The process that trains: `python -m finetune.training.worker RUN --base FILE --datasets FOLDER`.

Its log is how it is heard of; it goes on when whoever started it has gone. SIGTERM ends it after the step it is in.
"""

import argparse
import os
import signal
import sys
import warnings
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

from finetune.errors import FinetuneError, TrainingFailed
from finetune.training.machine import check_available, is_first
from finetune.training.runs import Run, Runs
from finetune.training.training import Places, Stopped, train

FAILED, STOPPED = 1, 3
GIVES_WAY = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Train; returns 0 when there is a result, 3 when it was asked to stop, 1 for everything else."""
    given = _given(arguments)
    run, places = Run(given.run.resolve()), Places(given.base, given.datasets, given.tokenizer)
    signal.signal(signal.SIGTERM, lambda *_: run.ask_to_stop())
    warnings.simplefilter("ignore")  # of the libraries, about one another's older names
    try:
        check_available()
        first = is_first(run.plan.device)
        with Runs(run.folder.parent).alone(run) if first else nullcontext():
            _give_way()
            _quiet(given.threads)
            return _trained(run, places, first)
    except FinetuneError as error:
        return _failed(run, error)


def _trained(run: Run, places: Places, first: bool) -> int:
    try:
        train(run, places, first)
    except Stopped as stop:
        if first:
            run.log.write("cancelled", step=stop.step, resume=f"pilares finetune train --resume {run.name}")
            run.go_on()
        return STOPPED
    except FinetuneError:
        raise
    except MemoryError:
        raise TrainingFailed(
            "The memory ran out. Close other programs, or build the dataset again with a smaller --context; then "
            f"`pilares finetune train --resume {run.name}`."
        ) from None
    except Exception as error:
        raise TrainingFailed(
            f"The training broke off ({type(error).__name__}: {str(error)[:300]}). What its last checkpoint holds is "
            f"kept: `pilares finetune train --resume {run.name}`."
        ) from error
    return 0


def _failed(run: Run, error: FinetuneError) -> int:
    """Say why, in the log where it can be read later and on the standard error where it can be read at once."""
    with suppress(FinetuneError):  # the disk may be full
        run.log.write("failed", error=str(error), kind=type(error).__name__)
    print(error, file=sys.stderr)  # noqa: T201
    if error.__cause__ is not None:
        import traceback

        traceback.print_exception(error.__cause__, file=sys.stderr)
    return FAILED


def _give_way() -> None:
    """Whatever answers people on this computer goes first."""
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, 0, max(GIVES_WAY, os.getpriority(os.PRIO_PROCESS, 0)))


def _quiet(threads: int | None) -> None:
    import torch
    from transformers.utils import logging

    if threads is not None:
        torch.set_num_threads(threads)
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]


def _given(arguments: Sequence[str] | None) -> Any:
    parser = argparse.ArgumentParser(prog="python -m finetune.training.worker", description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("--base", type=Path, required=True, metavar="FILE")
    parser.add_argument("--datasets", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--tokenizer", type=Path, metavar="FOLDER")
    parser.add_argument("--threads", type=int, metavar="N")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
