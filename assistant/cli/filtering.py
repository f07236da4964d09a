"""The options that limit a command to some documents."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from knowledge.search.filters import Filter

Sources = Annotated[list[str] | None, typer.Option("--source", help="Only documents of this source; may be repeated.")]
Types = Annotated[list[str] | None, typer.Option("--type", help="Only files of a kind such as pdf; may be repeated.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="Only documents with this tag; may be repeated.")]
Written = Annotated[
    list[str] | None, typer.Option("--written-in", help="Only documents in this language, such as es; may be repeated.")
]
Since = Annotated[
    datetime | None,
    typer.Option("--since", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Only documents from this day on."),
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Only documents from before this day."),
]


def chosen(
    sources: list[str] | None,
    types: list[str] | None,
    tags: list[str] | None,
    languages: list[str] | None,
    since: datetime | None,
    until: datetime | None,
) -> "Filter":
    """The filter of the options."""
    from knowledge.search.filters import Filter

    return Filter.of(
        sources=sources or (), types=types or (), tags=tags or (), languages=languages or (), since=since, until=until
    )
