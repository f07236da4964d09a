"""Escalation: numbers read from what models write, doubt judged on rows it has not learnt from, kept answers."""

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from assistant.cli.evaluate import app
from assistant.errors import InvalidRequest
from assistant.evaluation.escalation import (
    Problem,
    Solution,
    escalation_figures,
    held_out,
    read_problems,
    solutions,
)


def _problems(number: int) -> list[Problem]:
    return [Problem(f"p{n}", f"What is {n} and {n}?", Decimal(2 * n)) for n in range(number)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2 + 2 = 4\nAnswer: 4", "4"),
        ("Answer: $1,250.50 a year", "1250.50"),
        ("It is 7, then 9. Answer: -3.", "-3"),
        ("First 7 then 9.", "9"),
        ("Answer: nothing, though 5 came before", "5"),
        ("no figure at all", None),
    ],
)
def test_the_number_of_a_solution(text: str, number: str | None) -> None:
    assert Solution("p", "m", text, ()).number == (None if number is None else Decimal(number))


def test_doubt_that_means_something_tells_wrong_answers() -> None:
    problems, generator = _problems(300), np.random.default_rng(0)
    found = {}
    for problem in problems:
        wrong = bool(generator.random() < 0.5)
        doubt = generator.normal(0.9 if wrong else 0.3, 0.2, 20).clip(0.01)
        said = problem.answer + 1 if wrong else problem.answer
        found[problem.id] = Solution(problem.id, "m", f"Answer: {said}", tuple(-doubt))
    large = {each.id: Solution(each.id, "l", f"Answer: {each.answer}", ()) for each in problems}
    figures, rows = escalation_figures(problems, found, large)
    assert figures["auroc"] > 0.95
    assert figures["auroc_interval"][0] > 0.9
    assert figures["ece"] < 0.1
    assert figures["large_right"] == 1.0
    assert figures["apgr"] > 0.7  # half of the rows gain, and they come first
    assert sum(row["right"] for row in rows) == round(figures["small_right"] * 300)


def test_noise_tells_nothing() -> None:
    generator = np.random.default_rng(1)
    scores = held_out(generator.normal(size=(400, 5)), (generator.random(400) < 0.4).astype(float))
    outcomes = (np.random.default_rng(2).random(400) < 0.4).astype(float)
    assert abs(np.corrcoef(scores, outcomes)[0, 1]) < 0.2


def test_models_that_are_always_right_leave_nothing_to_tell() -> None:
    problems = _problems(60)
    found = {each.id: Solution(each.id, "m", f"Answer: {each.answer}", (-0.1,)) for each in problems}
    figures, _ = escalation_figures(problems, found)
    assert (figures["auroc"], figures["auroc_interval"], figures["small_right"]) == (None, None, 1.0)


def test_answers_are_kept_and_not_asked_for_again(tmp_path: Path) -> None:
    problems, kept, asked = _problems(6), tmp_path / "answers.jsonl", list[str]()

    def solve(prompt: str) -> tuple[str, tuple[float, ...]]:
        asked.append(prompt)
        if "3 and 3" in prompt and asked.count(prompt) == 1:
            raise KeyboardInterrupt
        return "Answer: 1", (-0.5,)

    with pytest.raises(KeyboardInterrupt):
        solutions(problems, "m", solve, kept, 1, lambda done, total: None)
    with kept.open("a") as file:
        file.write('{"id": "p5", "model": "m", "te')  # the run was killed while it wrote
    steps: list[int] = []
    found = solutions(problems, "m", solve, kept, 1, lambda done, total: steps.append(done))
    assert sorted(found) == [problem.id for problem in problems]
    assert steps[-1] == 6
    assert [each.count("0 and 0") for each in asked].count(1) == 1  # its answer was kept
    assert solutions(problems, "other", solve, kept, 1, lambda done, total: None)["p0"].model == "other"


def test_the_file_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps({"id": f"{n}", "prompt": "?", "answer": "1,000"}) + "\n" for n in range(60)))
    assert read_problems(file)[0].answer == 1000
    assert len(read_problems(file, limit=55)) == 55
    with pytest.raises(InvalidRequest, match="10 questions where 50"):
        read_problems(file, limit=10)
    file.write_text('{"id": "1", "prompt": "?", "answer": "many"}\n')
    done = CliRunner().invoke(app, ["escalation", str(file)])
    assert done.exit_code == 2
    assert "no number" in done.output
