"""The questions that adapters are measured on, and that nothing may be learnt from."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.paths import sample_documents
from finetune.doctor.leakage import Asked, read_evaluation


def evaluations(files: Sequence[Path] = ()) -> Mapping[str, list[Asked]]:
    """The questions of these files and of the demo organisation, by file. Raises ExamplesInvalid."""
    shipped = sample_documents() / "questions.jsonl"
    found = {"the demo organisation's questions": read_evaluation(shipped)} if shipped.exists() else {}
    return found | {str(each): read_evaluation(each) for each in files}
