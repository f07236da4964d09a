"""Answers about the demo organisation, routed and by each model alone, against the large model alone."""

from pathlib import Path

from rich.console import Console

from assistant.evaluation.formats import read_questions
from assistant.evaluation.measure import measure_answers
from assistant.paths import sample_documents
from assistant.settings import load_settings
from assistant.turn.answer import ModelChoice
from benchmarks.table import Row, options, parsed, publish, ratio

MODELS: tuple[ModelChoice, ...] = ("auto", "slm", "llm")
SHOWN = (
    "answered_correct", "wrong", "abstained_right", "abstained_wrong", "citation_document_recall", "citation_precision",
    "slm_share", "first_token_s_p50", "total_s_p50",
)  # fmt: skip


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--data", type=Path, default=sample_documents(), metavar="DIR", help="a folder of questions")
    parser.add_argument("--limit", type=int, metavar="N", help="ask only N questions, spread over the set")
    chosen = parsed(parser)
    data, settings = read_questions(chosen.data).chosen(limit=chosen.limit), load_settings()
    console = Console(stderr=True)
    figures = {}
    for model in MODELS:
        console.print(f"Model: {model}")
        figures[model] = measure_answers(data, settings, console, model=model)
    large = figures["llm"]
    rows: list[Row] = [
        {
            "model": model,
            **{key: each[key] for key in SHOWN},
            "correct of llm": ratio(each["answered_correct"], large["answered_correct"]),
            "time of llm": ratio(each["total_s_p50"], large["total_s_p50"]),
        }
        for model, each in figures.items()
    ]
    publish(f"answers, {len(data.questions)} questions", rows, chosen.json)


if __name__ == "__main__":
    main()
