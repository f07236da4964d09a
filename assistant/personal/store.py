"""One place where something of people is kept: how it is taken out, and how it is deleted."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from assistant.personal.rows import Json
from assistant.personal.subject import Places, Subject


@dataclass(frozen=True, slots=True)
class Store:
    """`name` is what it is called in the archive and in reports.

    `holds` are its tables with their columns that name a person; rows of a table without one hang on those of another.
    `rows` yields what is a person's, without secrets and without anybody else's data; `erase` deletes it, or, where
    `stays`, puts a pseudonym in the place of the name, and returns how much that was. It may be called again. With
    `leads_on` it is found through stores that come after it, unless an account says whose it is.
    """

    name: str
    holds: Mapping[str, tuple[str, ...]]
    rows: Callable[[Places, Subject], Iterator[Json]]
    erase: Callable[[Places, Subject], int]
    stays: bool = False
    leads_on: bool = False
