"""How a download is told where there is no terminal: a log, a container's output."""

import pytest

from assistant.models.progress import rich_progress


def test_a_log_gets_one_line_for_each_file(capsys: pytest.CaptureFixture[str]) -> None:
    with rich_progress() as show:
        for done in (0, 50_000_000, 100_000_000):
            show("model.gguf", done, 100_000_000)
        show("tokenizer.json", 0, 2_000_000)
    assert capsys.readouterr().err.splitlines() == [
        "Fetching model.gguf (100 MB) ...",
        "Fetching tokenizer.json (2 MB) ...",
    ]
