"""`pilares doctor`: whether this installation can work, and what to do where it cannot."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from assistant.cli.errors import FAILED, clear_errors

if TYPE_CHECKING:
    from assistant.settings import ModelSettings, Settings

LEAST_FREE_BYTES = 2_000_000_000


def doctor() -> None:
    """Check settings, disk, models, endpoints and documents; the exit status is 1 when something is wrong."""
    with clear_errors():
        from assistant.settings import load_settings

        settings = load_settings()
        typer.echo(f"Home folder: {settings.home}")
        sound = [_report(name, check, settings) for name, check in CHECKS]
    if not all(sound):
        raise typer.Exit(FAILED)


def _report(name: str, check: "Callable[[Settings], str]", settings: "Settings") -> bool:
    from assistant.errors import AssistantError
    from knowledge.errors import KnowledgeError

    try:
        typer.echo(f"  ok    {name}: {check(settings)}")
    except (AssistantError, KnowledgeError, OSError) as error:
        typer.echo(f"  FAIL  {name}: {error}")
        return False
    return True


def _python(_: "Settings") -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"


def _disk(settings: "Settings") -> str:
    from assistant.errors import StorageError

    folder = next(each for each in (settings.home, *settings.home.parents) if each.exists())
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise StorageError(
            f"only {free / 1e9:.1f} GB are free at {folder}. Make room, or set PILARES_HOME to another disk."
        )
    return f"{free / 1e9:.0f} GB free"


def _embedder(settings: "Settings") -> str:
    return _installed(settings.embedder, settings.models_folder)


def _slm(settings: "Settings") -> str:
    return _language_model(settings.slm, settings.models_folder)


def _llm(settings: "Settings") -> str:
    return _language_model(settings.llm, settings.models_folder)


def _language_model(model: "ModelSettings", folder: Path) -> str:
    if model.url is None:
        return model.name if model.name.endswith(".gguf") else _installed(model.name, folder)
    import httpx

    from assistant.errors import ModelUnavailable

    key = model.api_key.get_secret_value() if model.api_key else ""
    try:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        answer = httpx.get(f"{model.url.rstrip('/')}/models", headers=headers, timeout=5.0)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise ModelUnavailable(
            f"{model.url} does not answer ({error}). Check `url` and `api_key` in pilares.toml."
        ) from None
    return f"{model.name} at {model.url}"


def _installed(name: str, folder: Path) -> str:
    from assistant.models.catalogue import find_model
    from assistant.models.download import require

    return f"{name} in {require(find_model(name), folder)}"


def _documents(settings: "Settings") -> str:
    from knowledge.library import Library
    from knowledge.testing.embedder import HashingEmbedder

    if settings.knowledge.database_url is None and not settings.knowledge_folder.exists():
        return "none yet; add some with `pilares ingest PATH`"
    with Library.open(settings.knowledge_folder, lambda: HashingEmbedder(), settings.knowledge) as library:
        stats, place = library.stats(), library.place
    counts = f"{stats.documents} documents, {stats.chunks} passages, {stats.vectors} with vectors"
    return f"{counts}, {stats.failed} failed, in {place}"


def _vector_index(settings: "Settings") -> str:
    url = settings.knowledge.chroma_url
    if url is None:
        return "in the home folder"
    from knowledge.vectors.chroma_server import answers

    answers(url, settings.knowledge.chroma_token)
    return f"Chroma server at {url}"


def _conversations(settings: "Settings") -> str:
    from assistant.storage.conversations import Conversations

    if settings.database_url is None and not (settings.home / "pilares.db").exists():
        return "none yet"
    with Conversations.open(settings.conversations_url, recover=False) as conversations:
        return f"readable, in {conversations.place}"


def _tools(settings: "Settings") -> str:
    from assistant.cli.tools import tools_of
    from assistant.errors import ConfigurationError

    if not (settings.tools.python or settings.tools.servers or settings.appointments.enabled):
        return "none"
    with tools_of(settings) as toolbox:
        names, missing = [tool.name for tool in toolbox.tools()], toolbox.missing()
    if missing:
        raise ConfigurationError(" ".join(f"{name} does not answer: {why}" for name, why in missing.items()))
    return ", ".join(names) or "none"


def _adapters(settings: "Settings") -> str:
    from assistant.errors import ConfigurationError
    from assistant.models.adapters import read_adapters

    found = read_adapters(settings)
    if found.problems:
        raise ConfigurationError(" ".join(found.problems))
    return ", ".join(dict.fromkeys(found.serving.values())) or "none"


CHECKS: "tuple[tuple[str, Callable[[Settings], str]], ...]" = (
    ("Python", _python), ("disk", _disk), ("embedder", _embedder), ("small model", _slm), ("large model", _llm),
    ("documents", _documents), ("vector index", _vector_index), ("conversations", _conversations),
    ("adapters", _adapters), ("tools", _tools),
)  # fmt: skip
