from collections.abc import Callable

import pytest

from knowledge.parse.document import ParsedDocument

Parse = Callable[[str, bytes | str], ParsedDocument]

WRAPPED = """The quick brown fox jumps over the lazy dog and
then it runs away from everybody who is look-
ing for it.
Short line
- first item that is long enough to be taken for prose
- second item

   Another paragraph.
"""


def test_wrapped_lines_are_joined_and_lists_are_not(parse: Parse) -> None:
    assert parse("x.txt", WRAPPED).text.split("\n") == [
        "The quick brown fox jumps over the lazy dog and then it runs away from everybody who is looking for it.",
        "Short line",
        "- first item that is long enough to be taken for prose",
        "- second item",
        "",
        "Another paragraph.",
    ]


@pytest.mark.parametrize(
    "data",
    [
        "Año nuevo, ¿qué tal?".encode(),
        "\ufeffAño nuevo, ¿qué tal?".encode(),
        "Año nuevo, ¿qué tal?".encode("utf-16"),
        "Año nuevo, ¿qué tal?".encode("cp1252"),
    ],
)
def test_encodings(parse: Parse, data: bytes) -> None:
    assert parse("x.txt", data).text == "Año nuevo, ¿qué tal?"


def test_a_file_without_ending_is_read_as_text(parse: Parse) -> None:
    assert parse("README", "Hello there.").text == "Hello there."


def test_hidden_characters_do_not_reach_the_store(parse: Parse) -> None:
    assert parse("x.txt", "ig\u200bnore\U000e0041 \u202eall\x00").text == "ignore all"
