"""Files of examples are read in whatever form they are, and what cannot be read is named by line and reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from finetune.errors import ExamplesInvalid
from finetune.examples import Example, Origin, to_line
from finetune.formats.reading import FileRead, Limits, read_examples
from finetune.testing.examples import an_example

ORIGIN = Origin("upload", "eva", licence="CC0", groups=("everyone",))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rows.jsonl"


def _read(file: Path, *rows: Any, **options: Any) -> FileRead:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    file.write_text("\n".join(lines), encoding="utf-8")
    return read_examples(file, ORIGIN, **options)


def _short(each: Example) -> tuple[str, str, str, str, bool | None]:
    roles = " ".join(f"{m.role[0]}:{m.content}" for m in each.messages)
    return each.kind, roles, each.completion, each.rejected, each.good


OPENAI = {"messages": [{"role": "developer", "content": "S"}, {"role": "user", "content": "Q"},
                       {"role": "assistant", "content": "A"}]}  # fmt: skip
SHAREGPT = {"system": "S", "conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]}
FORMS = [
    (OPENAI, "OpenAI messages", [("chat", "s:S u:Q", "A", "", None)]),
    ({"messages": [{"role": "user", "content": [{"type": "text", "text": "Q"}]},
                   {"role": "assistant", "content": "A"}]},
     "OpenAI messages", [("chat", "u:Q", "A", "", None)]),
    (SHAREGPT, "ShareGPT", [("chat", "s:S u:Q", "A", "", None)]),
    ({"instruction": "Q", "input": "I", "output": "A", "history": [["P", "R"]]}, "Alpaca",
     [("chat", "u:P a:R u:Q\n\nI", "A", "", None)]),
    ({"instruction": "Q", "input": "", "output": "A"}, "Alpaca", [("chat", "u:Q", "A", "", None)]),
    ({"prompt": "Q", "completion": "A"}, "prompt and completion", [("chat", "u:Q", "A", "", None)]),
    ({"prompt": [{"role": "user", "content": "Q"}], "completion": [{"role": "assistant", "content": "A"}]},
     "prompt and completion", [("chat", "u:Q", "A", "", None)]),
    ({"question": "Q", "answer": "A"}, "prompt and completion", [("chat", "u:Q", "A", "", None)]),
    ({"prompt": "Q", "completion": "A", "label": True}, "KTO", [("verdict", "u:Q", "A", "", True)]),
    ({"prompt": "Q", "completion": "A", "label": 0}, "KTO", [("verdict", "u:Q", "A", "", False)]),
    ({**OPENAI, "kto_tag": False}, "KTO", [("verdict", "s:S u:Q", "A", "", False)]),
    ({"prompt": "Q", "chosen": "A", "rejected": "B"}, "DPO pairs", [("preference", "u:Q", "A", "B", None)]),
    ({"chosen": OPENAI["messages"], "rejected": [*OPENAI["messages"][:-1], {"role": "assistant", "content": "B"}]},
     "DPO pairs", [("preference", "s:S u:Q", "A", "B", None)]),
    ({"conversations": [{"from": "human", "value": "Q"}], "chosen": {"from": "gpt", "value": "A"},
      "rejected": {"from": "gpt", "value": "B"}}, "DPO pairs", [("preference", "u:Q", "A", "B", None)]),
    ({"input": {"messages": [{"role": "user", "content": "Q"}]},
      "preferred_output": [{"role": "assistant", "content": "A"}],
      "non_preferred_output": [{"role": "assistant", "content": "B"}]}, "DPO pairs",
     [("preference", "u:Q", "A", "B", None)]),
]  # fmt: skip


@pytest.mark.parametrize(("row", "form", "wanted"), FORMS)
def test_every_form(file: Path, row: dict[str, Any], form: str, wanted: list[Any]) -> None:
    found = _read(file, row)
    assert [_short(each) for each in found.examples] == wanted
    assert found.forms == {form: 1}
    assert found.examples[0].origin.licence == "CC0"
    assert found.examples[0].origin.user == "eva"


def test_every_reply_of_a_conversation_is_an_example_of_one_conversation(file: Path) -> None:
    said = [("user", "Q1"), ("assistant", "A1"), ("user", "Q2"), ("assistant", "A2")]
    found = _read(file, {"messages": [{"role": role, "content": content} for role, content in said]})
    assert [_short(each)[1:3] for each in found.examples] == [("u:Q1", "A1"), ("u:Q1 a:A1 u:Q2", "A2")]
    assert len({each.origin.conversation for each in found.examples}) == 1
    muted = [{"role": role, "content": content, "weight": int(content != "A1")} for role, content in said]
    assert [each.completion for each in _read(file, {"messages": muted}).examples] == ["A2"]


def test_our_own_form_keeps_where_it_comes_from(file: Path) -> None:
    own = an_example(origin=Origin("edit", "ana", "c1", ("d1",), "own", ("hr", "sales"), "es"))
    found = _read(file, to_line(own)).examples[0]
    assert (found.origin.source, found.origin.user) == ("upload", "eva")  # nobody uploads in the name of another
    assert (found.origin.documents, found.origin.licence, found.origin.groups) == (("d1",), "own", ("hr", "sales"))


BAD = [
    ('{"prompt": "Q", "completion": ', "line 2: broken JSON: .* at character 32"),
    ("[1]", "line 2: it is no JSON object"),
    ('"text"', "line 2: it is no JSON object"),
    ({"text": "only"}, r"line 2: its fields \(text\) are of no known form"),
    ({"messages": []}, "line 2: the list of messages is empty"),
    ({"messages": [{"role": "assistant", "content": "A"}, {"role": "user", "content": "Q"}]},
     "line 2: roles out of order: it does not end with a reply"),
    ({"messages": [{"role": "user", "content": "Q"}, {"role": "user", "content": "Q"},
                   {"role": "assistant", "content": "A"}]},
     "line 2: roles out of order: message 2 is of the role user"),
    ({"conversations": [{"from": "gpt", "value": "A"}, {"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]},
     "line 2: roles out of order: message 1 is of the role assistant"),
    ({"conversations": [{"from": "wizard", "value": "A"}]}, "line 2: the role 'wizard' is not known"),
    ({"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": None, "tool_calls": [1]}]},
     "line 2: it calls tools"),
    ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}, {"role": "assistant", "content": "A"}]},
     "line 2: a message has parts that are not text"),
    ({"prompt": "Q", "completion": ""}, "line 2: the completion is empty"),
    ({"prompt": "Q", "completion": "A", "label": "good"}, "line 2: the label is neither true nor false"),
    ({"prompt": "Q", "chosen": "A", "rejected": "A"}, "line 2: the chosen reply and the rejected one are the same"),
    ({"chosen": "A", "rejected": "B"}, "line 2: there is no prompt"),
    ({"instruction": "Q", "output": 3}, "line 2: `output` is not a text"),
    ('{"prompt": "Q", "completion": "\\ud800"}', "line 2: it has half a character"),
    ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "line 2: broken JSON: it is nested too deeply"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "why"), BAD)
def test_a_bad_row_is_named_and_nothing_is_taken(file: Path, row: Any, why: str) -> None:
    good = {"prompt": "Q", "completion": "A"}
    with pytest.raises(ExamplesInvalid, match=why):
        _read(file, good, row, good)
    found = _read(file, good, row, {"prompt": "Q2", "completion": "A"}, skip_bad=True)
    assert [each.line for each in found.bad] == [2]
    assert len(found.examples) == 2


def test_the_error_counts_and_says_what_to_do(file: Path) -> None:
    said = r"30 rows cannot be used; nothing was taken\. Mend them, or take the other 1 example with --skip-bad"
    with pytest.raises(ExamplesInvalid, match=said) as told:
        _read(file, {"prompt": "Q", "completion": "A"}, *["{"] * 30)
    assert "and 10 more" in str(told.value)
    with pytest.raises(ExamplesInvalid, match="Mend them"):
        _read(file, "{", skip_bad=True)


def test_limits(file: Path) -> None:
    long = {"prompt": "Q" * 500, "completion": "A"}
    with pytest.raises(ExamplesInvalid, match="line 1: it is longer than 300 bytes"):
        _read(file, long, limits=Limits(line_bytes=300))
    kept = _read(file, long, {"prompt": "Q", "completion": "A"}, skip_bad=True, limits=Limits(line_bytes=300))
    assert [each.completion for each in kept.examples] == ["A"]
    with pytest.raises(ExamplesInvalid, match="at most 100 are read"):
        _read(file, long, limits=Limits(file_bytes=100))
    with pytest.raises(ExamplesInvalid, match="more than 1 lines"):
        _read(file, *[{"prompt": "Q", "completion": "A"}] * 2, limits=Limits(rows=1))


def test_an_array_a_mark_at_the_beginning_and_empty_lines(file: Path) -> None:
    rows = [{"prompt": "Q", "completion": "A"}, 7]
    file.write_text(json.dumps(rows), encoding="utf-8")
    with pytest.raises(ExamplesInvalid, match="line 2: it is no JSON object"):
        read_examples(file, ORIGIN)
    file.write_text(json.dumps(rows)[:-1], encoding="utf-8")
    with pytest.raises(ExamplesInvalid, match="begins as a JSON array"):
        read_examples(file, ORIGIN)
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(rows[0]).encode() + b"\r\n\r\n")
    assert len(read_examples(file, ORIGIN).examples) == 1


def test_bytes_that_are_no_text_are_named(file: Path) -> None:
    file.write_bytes(b'{"prompt": "Q", "completion": "A"}\n{"prompt": "\xff"}\n')
    with pytest.raises(ExamplesInvalid, match=r"line 2: broken: it is not UTF-8 \(byte 13\)"):
        read_examples(file, ORIGIN)


def test_no_file_and_no_rows(file: Path) -> None:
    with pytest.raises(ExamplesInvalid, match="cannot be read"):
        read_examples(file, ORIGIN)
    file.write_text("\n \n")
    with pytest.raises(ExamplesInvalid, match="holds no examples"):
        read_examples(file, ORIGIN)
