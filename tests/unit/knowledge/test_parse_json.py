import json
from collections.abc import Callable

import pytest

from knowledge.errors import ParseError
from knowledge.parse.document import ParsedDocument

Parse = Callable[[str, bytes | str], ParsedDocument]


def test_each_record_is_a_block_under_its_name(parse: Parse) -> None:
    records = [
        {"id": 7, "name": "Lamp", "price": 9.5, "size": {"height": 40, "unit": "cm"}, "tags": ["desk", "light"]},
        {"id": 8, "name": "Desk", "price": None, "sold": True, "note": "heavy,\nthough"},
    ]
    parsed = parse("products.json", json.dumps(records))
    assert parsed.text.split("\n\n") == [
        "Lamp",
        "id: 7\nprice: 9.5\nsize.height: 40\nsize.unit: cm\ntags: desk, light",
        "Desk",
        "id: 8\nsold: true\nnote: heavy, though",
    ]
    assert [(heading.level, heading.text) for heading in parsed.headings] == [(1, "Lamp"), (1, "Desk")]


def test_lists_of_records_inside_a_record_come_below_it(parse: Parse) -> None:
    parsed = parse("x.json", json.dumps({"title": "Offices", "sites": [{"name": "Madrid", "desks": 40}], "year": 2026}))
    assert parsed.text.split("\n\n") == ["Offices", "year: 2026", "sites", "Madrid", "desks: 40"]
    assert [heading.level for heading in parsed.headings] == [1, 2, 3]
    assert parsed.title == "Offices"


def test_lines_of_records(parse: Parse) -> None:
    lines = '{"title": "One", "text": "First."}\n\n{"title": "Two", "text": "Second."}\n'
    for name in ("x.jsonl", "x.ndjson", "x.json"):
        assert parse(name, lines).text == "One\n\ntext: First.\n\nTwo\n\ntext: Second."
    assert parse("x.jsonl", '[\n{"a": "b"}\n]').text == "a: b"


@pytest.mark.parametrize(
    ("content", "text"),
    [('"words"', "words"), ('["a", 1, null, true]', "a\n1\ntrue"), ('[["a", "b"], ["c"]]', "a\nb\n\nc")],
)
def test_values_that_are_no_objects(parse: Parse, content: str, text: str) -> None:
    assert parse("x.json", content).text == text


SLACK = [
    {"type": "message", "user": "U1", "ts": "1772526600.000100", "text": "Is the shop open?", "client_msg_id": "x"},
    {
        "type": "message",
        "user_profile": {"real_name": "Ben"},
        "user": "U2",
        "ts": "1772526660.0",
        "text": "Yes.\nTill six.",
    },
]
TELEGRAM = {
    "name": "Shop",
    "type": "group",
    "messages": [
        {"id": 1, "date": "2026-03-03T08:30:00", "from": "Ana", "from_id": "u1", "text": "Is the shop open?"},
        {
            "id": 2,
            "date": "2026-03-03T08:31:00",
            "from": "Ben",
            "text": ["Yes, see ", {"type": "link", "text": "here"}],
        },
    ],
}
CHATGPT = [
    {
        "title": "Opening hours",
        "mapping": {
            "b": {"parent": "a", "message": {"author": {"role": "assistant"}, "create_time": 1772526660.5,
                                             "content": {"content_type": "text", "parts": ["Till six."]}}},
            "a": {"parent": None, "message": {"author": {"role": "user"}, "create_time": 1772526600.0,
                                              "content": {"content_type": "text", "parts": ["Is it open?"]}}},
            "r": {"parent": None, "message": None},
        },
    }
]  # fmt: skip
ROLES = {"messages": [{"role": "user", "content": "Open?"}, {"role": "assistant", "content": [{"text": "Yes."}]}]}


@pytest.mark.parametrize(
    ("chat", "blocks"),
    [
        (SLACK, ["U1 (2026-03-03 08:30): Is the shop open?", "Ben (2026-03-03 08:31): Yes.\nTill six."]),
        (
            TELEGRAM,
            [
                "Shop",
                "type: group",
                "Ana (2026-03-03T08:30:00): Is the shop open?",
                "Ben (2026-03-03T08:31:00): Yes, see here",
            ],
        ),
        (CHATGPT, ["Opening hours", "user (2026-03-03 08:30): Is it open?", "assistant (2026-03-03 08:31): Till six."]),
        (ROLES, ["user: Open?", "assistant: Yes."]),
    ],
)
def test_chats_are_who_said_what(parse: Parse, chat: object, blocks: list[str]) -> None:
    assert parse("chat.json", json.dumps(chat)).text.split("\n\n") == blocks


def test_what_only_looks_like_a_chat_loses_nothing(parse: Parse) -> None:
    log = [{"user": "ana", "message": "Login failed", "severity": "high", "code": 42}]
    assert parse("x.json", json.dumps(log)).text == "ana: Login failed\nseverity: high | code: 42"
    article = [{"title": "Hours", "author": "Ana", "text": "Open till six."}]
    assert parse("x.json", json.dumps(article)).text == "Hours\n\nauthor: Ana\ntext: Open till six."


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("x.json", '{\n "a": 1,\n "b"', "x.json is not JSON (Expecting ':' delimiter, line 3). Export it again."),
        ("x.jsonl", '{"a": 1}\n{"b": \n', "x.jsonl is not JSON (Expecting value, line 2)"),
        ("x.json", "words", "x.json is not JSON (Expecting value, line 1)"),
        ("x.json", "[" * 200_000, "x.json is nested too deeply"),
        ("x.json", "9" * 6000, "x.json is not JSON that can be read"),
        ("x.json", "{}", "No text found in x.json"),
        ("x.json", "", "x.json is empty"),
    ],
)
def test_refused_with_a_sentence(parse: Parse, name: str, content: str, sentence: str) -> None:
    with pytest.raises(ParseError) as refusal:
        parse(name, content)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize("depth", [50, 400, 900, 5000])
@pytest.mark.parametrize(("opening", "closing"), [('{"a":', "}"), ("[", "]"), ('[{"a":', "}]")])
def test_depth_ends_in_a_document_or_a_sentence(parse: Parse, depth: int, opening: str, closing: str) -> None:
    try:
        text = parse("x.json", opening * depth + "1" + closing * depth).text
    except ParseError as refusal:
        text = str(refusal)
    assert text.endswith("1") or "nested too deeply" in text
