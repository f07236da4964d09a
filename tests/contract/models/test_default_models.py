"""The default small and large model and the embedder together: they answer, and fit in 4 GB."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.models.models import Models
from assistant.settings import Settings

pytestmark = [pytest.mark.models, pytest.mark.slow]

PASSAGE = "Employees have 22 days of paid vacation per year. Up to five days may be carried over until 31 March."


@pytest.fixture(scope="module")
def models(models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Models]:
    with Models(Settings(home=tmp_path_factory.mktemp("home"), models_folder=models_folder)) as models:
        models.warm()
        yield models


@pytest.mark.parametrize("role", ["slm", "llm"])
def test_each_answers_from_a_passage(models: Models, role: str) -> None:
    messages = [("system", PASSAGE), ("human", "How many days of paid vacation are there? Answer with a number.")]
    assert "22" in models.chat(role, max_tokens=24).invoke(messages).text


def test_the_large_one_tells_true_from_false(models: Models) -> None:
    def yes_minus_no(claim: str) -> float:
        question = f"{PASSAGE}\n\nClaim: {claim}\nDoes the text say so? Answer Yes or No."
        found = models.first_token_logprobs("llm", [{"role": "user", "content": question}])
        return found.get("Yes", -20.0) - found.get("No", -20.0)

    assert yes_minus_no("Employees have 22 days of paid vacation.") > yes_minus_no(
        "Vacation can never be carried over."
    )


def test_a_spanish_answer_streams(models: Models) -> None:
    pieces = [
        piece.text
        for piece in models.chat("llm", max_tokens=30).stream(f"{PASSAGE}\n\n¿Cuántos días de vacaciones hay?")
    ]
    assert len([piece for piece in pieces if piece]) > 3
    assert "22" in "".join(pieces)


ALL_THREE = """
import sys, psutil
from pathlib import Path
from assistant.models.models import Models
from assistant.settings import Settings
with Models(Settings(home=Path(sys.argv[1]), models_folder=Path(sys.argv[2]))) as models:
    models.warm()
    models.embedder().embed_passages([sys.argv[3]] * 64)
    print(psutil.Process().memory_info().rss)
"""


def test_all_three_fit_in_four_gigabytes(models_folder: Path, tmp_path: Path) -> None:
    """In a process of its own: this one may hold what other tests loaded."""
    command = [sys.executable, "-c", ALL_THREE, str(tmp_path), str(models_folder), PASSAGE]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    assert int(told.stdout) < 4e9
