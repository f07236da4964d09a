"""Who may read what several documents or examples hold together."""

from collections.abc import Iterable

from finetune.examples import EVERYONE


def common(audiences: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """The groups whose members may read all of it: an audience with everyone in it takes nobody away.

    Of no audiences at all: everyone.
    """
    found: set[str] | None = None
    for audience in map(set, audiences):
        if EVERYONE not in audience:
            found = audience if found is None else found & audience
    return (EVERYONE,) if found is None else tuple(sorted(found))


def may_read(audience: Iterable[str], group: str) -> bool:
    """Whether the members of a group may read it."""
    groups = set(audience)
    return EVERYONE in groups or group in groups
