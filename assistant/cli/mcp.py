"""`pilares mcp`: the documents and the assistant as tools of a program on this computer."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.errors import clear_errors

if TYPE_CHECKING:
    from assistant.security.accounts import Accounts
    from assistant.security.person import Person


def mcp(
    user: Annotated[
        str | None, typer.Option("--user", help="The account that is acted for; without it, what everyone may read.")
    ] = None,
) -> None:
    """Serve the tools search_knowledge and ask over standard input and output (Model Context Protocol).

    While `pilares serve` runs, its address /mcp has the same tools, for a key.
    """
    with clear_errors():
        from functools import partial

        import anyio

        from assistant.api.app import limits_of
        from assistant.api.mcp.pipes import serve_pipes
        from assistant.api.mcp.tools import KnowledgeTools
        from assistant.api.running import RunningTurns
        from assistant.app import build_app
        from assistant.settings import load_settings

        settings = load_settings()
        with build_app(settings) as assistant:
            who = person_named(assistant.accounts, user)
            who()
            assistant.start()
            limits = limits_of(assistant, settings)
            turns = RunningTurns(limits=limits)
            tools = KnowledgeTools(assistant, settings, turns, limits)
            anyio.run(partial(serve_pipes, tools, who, settings.language or "en"))
            turns.stop_all()


def person_named(accounts: "Accounts", name: str | None) -> "Callable[[], Person]":
    """Who that is whenever it is asked. It raises NotFound, and NotSignedIn for somebody who is suspended."""
    from assistant.errors import NotSignedIn
    from assistant.security.person import LOCAL

    def found() -> "Person":
        if name is None:
            return LOCAL
        user = accounts.users.named(name)
        if user.suspended:
            raise NotSignedIn(f"The account {user.name} is suspended. `pilares users resume {user.name}` ends that.")
        return user.person()

    return found
