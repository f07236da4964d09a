"""Quote and answer are taken apart, in a whole reply and while it streams."""

import pytest

from assistant.turn.reply import LONGEST_QUOTE, AnswerStream, Reply, reply_of


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("Quote: 14 days\nAnswer: You have 14 days.", Reply("14 days", "You have 14 days.")),
        ('Cita: "14 días"\nRespuesta: Tienes 14 días.', Reply("14 días", "Tienes 14 días.")),
        ("Quote: 3. Batteries: 18 months\n\nAnswer: 18 months.", Reply("3. Batteries: 18 months", "18 months.")),
        ("Quote: only a quote", Reply("only a quote", "only a quote")),
        ("Answer: 20 characters", Reply("", "20 characters")),
        ("Plain words.", Reply("", "Plain words.")),
        ("**Quote:** x\n**Answer:** y z", Reply("x", "y z")),
        ("", Reply("", "")),
    ],
)
def test_a_reply_is_taken_apart(text: str, reply: Reply) -> None:
    found = reply_of(text)
    assert found.answer == reply.answer
    assert found.quote in (reply.quote, reply.quote.removeprefix("3. "))


def _streamed(text: str, size: int) -> str:
    stream = AnswerStream()
    return "".join(stream.take(text[at : at + size]) for at in range(0, len(text), size))


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_only_the_answer_streams(size: int) -> None:
    assert _streamed("Quote: 14 days\nAnswer: You have 14 days.", size).strip() == "You have 14 days."


@pytest.mark.parametrize("size", [1, 3])
def test_a_reply_without_a_quote_streams_from_its_first_letter(size: int) -> None:
    assert _streamed("Hello, how can I help?", size) == "Hello, how can I help?"


def test_a_quote_that_never_ends_is_shown_at_last() -> None:
    assert _streamed("Quote: " + "word " * LONGEST_QUOTE, 10)


def test_an_answer_that_repeats_the_quote_loses_its_label() -> None:
    assert reply_of("Quote: 31 cents a km.\nAnswer: Quote: 31 cents a km.").answer == "31 cents a km."
