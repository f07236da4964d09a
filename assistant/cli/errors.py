"""One clear sentence and a fitting exit status instead of a stack of calls."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

BAD_INPUT, FAILED, INTERRUPTED = 2, 1, 130


@contextmanager
def clear_errors() -> Iterator[None]:
    """Say what a person can act on; status 2 for bad input, 1 for everything else, 130 for Ctrl+C."""
    from assistant.errors import AssistantError, ConfigurationError, InvalidRequest, NotFound
    from connectors.errors import ConnectorError, ConnectorMisconfigured, LibraryMissing
    from finetune.errors import (
        AdapterInvalid,
        AdapterUnknown,
        DatasetNotFound,
        ExamplesInvalid,
        FinetuneError,
        RunNotFound,
        TrainingRefused,
    )
    from knowledge.errors import DocumentNotFound, JobNotFound, KnowledgeError, SourceError, SourceNotFound

    not_there = (NotFound, DocumentNotFound, SourceNotFound, JobNotFound, DatasetNotFound, RunNotFound)

    try:
        yield
    except (
        ConfigurationError, InvalidRequest, SourceError, ExamplesInvalid, AdapterUnknown, AdapterInvalid,
        TrainingRefused, ConnectorMisconfigured, LibraryMissing, *not_there,
    ) as error:  # fmt: skip
        typer.echo(str(error), err=True)
        raise typer.Exit(BAD_INPUT) from None
    except (AssistantError, KnowledgeError, FinetuneError, ConnectorError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAILED) from None
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
