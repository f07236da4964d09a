"""The command line. Nothing heavy is imported before a command needs it: `pilares --help` answers at once."""

import typer

from assistant.cli import (
    asking,
    connectors,
    curated,
    doctor,
    documents,
    evaluate,
    finetune,
    grants,
    handoffs,
    jobs,
    keeping,
    keys,
    learning,
    ledger,
    mcp,
    models,
    personal,
    router,
    serving,
    sources,
    tools,
    users,
    widget,
)

app = typer.Typer(
    name="pilares",
    help="An assistant for an organisation: answers from its own documents, each tied to the sentence it came from.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich alone takes half of the time of `pilares --help`
    context_settings={"max_content_width": 120},
)
app.command()(serving.up)
app.command()(serving.serve)
app.command()(mcp.mcp)
app.command()(asking.ask)
app.command()(asking.chat)
app.command()(documents.ingest)
app.add_typer(documents.app, name="documents")
app.add_typer(sources.app, name="sources")
app.add_typer(jobs.app, name="jobs")
app.add_typer(grants.app, name="grants")
app.add_typer(users.app, name="users")
users.app.command()(personal.export)
users.app.command()(personal.delete)
app.add_typer(personal.retention_app, name="retention")
app.add_typer(keys.app, name="keys")
app.add_typer(widget.app, name="widget")
app.add_typer(handoffs.app, name="handoffs")
app.add_typer(curated.app, name="curated")
app.add_typer(connectors.app, name="connectors")
app.add_typer(models.app, name="models")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(router.app, name="router")
app.command()(ledger.ledger)
app.add_typer(finetune.app, name="finetune")
app.add_typer(learning.app, name="learn")
app.add_typer(tools.app, name="tools")
app.command()(keeping.backup)
app.command()(keeping.restore)
app.command()(doctor.doctor)


def main() -> None:
    """Run `pilares`."""
    app()
