"""A version's card, as people read it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from finetune.gate.verdict import FLOORS
from finetune.registry.aliases import Move
from finetune.registry.version import Version

_PLAIN = (
    ("base", "Base model"), ("licence", "Licence"), ("approver", "Approved by"), ("created", "Created"),
)  # fmt: skip
_HASHES = ("base_sha256", "template_sha256", "sha256", "gguf_sha256")
_DEEPEST, _LONGEST = 4, 60
# What of a gate's record is said before, or is for programs.
_LONG = frozenset({"verdict", "sha256", "rows", "scores", "limits"})


def page(version: Version, serves: str, withdrawn: int = 0, moves: Iterable[Move] = ()) -> str:
    """The card of a version; `serves` says where it is served, `withdrawn` how many of the rows that it was trained on
    are withdrawn, and `moves` what it was promoted to. Raises AdapterInvalid."""
    card = version.card
    lines = [f"{version.name} ({card.get('name', version.topic)})", f"Serves: {serves or 'nowhere'}"]
    lines += [f"{title}: {card[name]}" for name, title in _PLAIN if card.get(name)]
    lines += [_approved(each) for each in moves if each.after == version.name and each.action in ("promote", "canary")]
    lines.append(f"Trained on what these may read: {', '.join(sorted(version.groups)) or 'nobody'}")
    lines += _dataset(card.get("dataset"))
    if withdrawn:
        lines.append(f"Look at this: {withdrawn} of the rows that it was trained on are withdrawn. Train it again.")
    lines += [f"Look at this: {note}" for note in card.get("notes", ())]
    if "imported" in card:
        lines.append(
            f"Imported from {card['imported'].get('from', '?')}; what it said of its gate there does not count."
        )
    gate = version.gate
    lines.append(f"Gate: {version.verdict or 'it has not been through one'}")
    lines += [f"  {each}" for each in _measured(gate.get("rows"))]
    for title, content in (
        ("", {name: each for name, each in gate.items() if name not in _LONG}),
        ("Configuration", card.get("configuration")),
        ("Curves", card.get("curves")),
        ("Hashes", {name: card[name] for name in _HASHES if name in card}),
    ):
        if content:
            lines += [f"{title}:"] if title else []
            lines += _nested(content, 1)
    return "\n".join(lines)


def page_of_shipped(card: Mapping[str, Any]) -> str:
    """The card of the adapter that Pilares ships with, and what its gate found beside the bare base."""
    gate = card.get("gate") or {}
    lines = [*_nested({name: each for name, each in card.items() if name != "gate"}, 1)]
    lines.append(f"Gate: {gate.get('verdict') or 'it has not been through one'}")
    return "\n".join([*lines, *(f"  {each}" for each in _measured(gate.get("rows")))])


def _approved(move: Move) -> str:
    part = f" ({move.percent} % of the conversations)" if move.action == "canary" else ""
    return f"Approved by: {move.who} for {move.alias}{part}, {move.when[:10]}{f': {move.why}' if move.why else ''}"


def _dataset(dataset: Any) -> list[str]:
    if not isinstance(dataset, Mapping):
        return []
    return [f"Dataset: {dataset.get('name', '?')} {dataset.get('version', '')} ({str(dataset.get('sha256', ''))[:12]})"]


def _measured(rows: Any) -> Iterator[str]:
    """The figures of a gate's record, without those of parts."""
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, Mapping) and row.get("items") and not row.get("part"):
            base = f"{row['base']:.3f} -> " if isinstance(row.get("base"), float) else ""
            candidate = row.get("candidate")
            figure = f"{candidate:.3f}" if isinstance(candidate, float) else "?"
            floor = dict[Any, str](FLOORS).get(row.get("beside"), "")
            yield f"{row.get('title')}{f' ({floor})' if floor else ''}: {base}{figure} ({row.get('status')})"


def _nested(content: Any, depth: int) -> Iterator[str]:
    """Values one to a line; long lists by their ends."""
    if isinstance(content, Mapping) and depth <= _DEEPEST:
        for name, value in content.items():
            if isinstance(value, Mapping) and value:
                yield f"{'  ' * depth}{name}:"
                yield from _nested(value, depth + 1)
            else:
                yield f"{'  ' * depth}{name}: {_short(value)}"
    else:
        yield f"{'  ' * depth}{_short(content)}"


def _short(value: Any) -> str:
    if isinstance(value, list) and len(value) > 6:
        return f"{_short(value[0])} ... {_short(value[-1])} ({len(value)} values)"
    text = str(value).replace("\n", " ")
    return text if len(text) <= 2 * _LONGEST else f"{text[: 2 * _LONGEST]}..."
