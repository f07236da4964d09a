"""Which versions were trained on rows that are withdrawn: a mark that stays, also when the dataset is gone."""

import json
from collections.abc import Mapping
from pathlib import Path

from finetune.registry.writing import alone, clear, replace_json

WITHDRAWN = "withdrawn.json"


def withdrawn(folder: Path) -> Mapping[str, int]:
    """Version to how many of its rows are withdrawn; a file that cannot be read marks nothing."""
    try:
        found = json.loads((folder / WITHDRAWN).read_text(encoding="utf-8"))
        return {str(name): int(count) for name, count in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def mark(folder: Path, rows: Mapping[str, int]) -> None:
    """Mark versions; no mark is ever taken away, or made smaller. Raises RegistryUnusable."""
    if _more(withdrawn(folder), rows):
        with alone(folder), clear(folder):
            marked = withdrawn(folder)
            replace_json(folder / WITHDRAWN, {**marked, **_more(marked, rows)})


def _more(marked: Mapping[str, int], rows: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in rows.items() if count > marked.get(name, 0)}
