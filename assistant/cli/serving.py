"""`pilares up` and `pilares serve`: the web chat."""

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.errors import clear_errors
from assistant.cli.taking_in import take_in

if TYPE_CHECKING:
    from assistant.security.accounts import Accounts
    from assistant.settings import Settings

Port = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 takes a free one.")]
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on; 0.0.0.0 for the network.")]


def up(port: Port = None, host: Host = None) -> None:
    """Fetch what is missing, add the sample documents if there are none, and serve."""
    with clear_errors():
        settings = _settings(host, port)
        fetch_models(settings)
        _serve(settings, samples=True)


def serve(port: Port = None, host: Host = None) -> None:
    """Serve the web chat and the API."""
    with clear_errors():
        _serve(_settings(host, port), samples=False)


def fetch_models(settings: "Settings") -> None:
    """Pull the models that the settings name and that are not here, with progress bars."""
    from assistant.models.catalogue import CATALOGUE
    from assistant.models.download import pull
    from assistant.models.progress import rich_progress

    wanted = {settings.embedder} | {m.name for m in (settings.slm, settings.llm) if m.url is None}
    for model in [model for model in CATALOGUE if model.name in wanted]:
        with rich_progress() as progress:
            pull(model, settings.models_folder, progress)


def _settings(host: str | None, port: int | None) -> "Settings":
    from assistant.settings import load_settings

    given = {key: value for key, value in {"host": host, "port": port}.items() if value is not None}
    settings = load_settings()
    if not given:
        return settings
    return settings.model_copy(update={"server": settings.server.model_copy(update=given)})


def _serve(settings: "Settings", *, samples: bool) -> None:
    from assistant.api.app import create_app
    from assistant.api.server import run
    from assistant.app import build_app
    from assistant.connecting import open_connectors
    from assistant.logs import start_logging
    from assistant.models.gateway import ModelGateway
    from assistant.paths import sample_documents
    from assistant.personal.daily import Daily
    from assistant.personal.subject import Places
    from assistant.security.defaults import refuse_default_secrets
    from assistant.security.private import finder_of

    refuse_default_secrets(settings)
    start_logging(settings.log, finder=finder_of(settings.security.presidio))
    with build_app(settings) as assistant:
        if samples and assistant.library.stats().documents == 0:
            typer.echo("Adding the documents of a demo company, once: a minute or two ...")
            take_in(assistant, [sample_documents() / "corpus"], source="samples")
        if samples or settings.server.load_models == "at-start":
            assistant.start()
        assistant.watch_adapters()
        assistant.start_syncing()
        assistant.start_learning()
        app = create_app(
            assistant, settings, sources=lambda: assistant.syncing().sources, appointments=assistant.tasks.appointments,
            accounts=assistant.accounts, gateway=ModelGateway(settings, assistant.models),
            connectors=open_connectors(settings, assistant, assistant.people) if settings.connectors else None,
            library=assistant.library,
        )  # fmt: skip
        with Daily(Places(settings, assistant.conversations), assistant.sweep):
            run(app, settings, ready=lambda address: _announce(address, settings, assistant.accounts))


def _announce(address: str, settings: "Settings", accounts: "Accounts") -> None:
    """Say where to go; to the first administrator, with the link that lets them in."""
    typer.echo(f"Pilares answers at {address}  (Ctrl+C stops it)")
    token = accounts.first_link() if settings.needs_accounts else None
    if token is not None:
        typer.echo(f"Choose the password of the first administrator, within two days: {address}sign-in/{token}")
