"""A prompt and its completion, as TRL and many others write them."""

from collections.abc import Iterable

from finetune.formats.row import Draft, Row, prompt, reply

_PROMPTS, _COMPLETIONS = ("prompt", "question"), ("completion", "response", "answer")


class Pair:
    """{"prompt", "completion"}, each a text or messages; also {"question", "answer"} and {"prompt", "response"}"""

    name = "prompt and completion"

    def fits(self, row: Row) -> bool:
        """By one field of either kind."""
        return any(name in row for name in _PROMPTS) and any(name in row for name in _COMPLETIONS)

    def read(self, row: Row) -> Iterable[Draft]:
        """One."""
        asked = next(row[name] for name in _PROMPTS if name in row)
        said = next(row[name] for name in _COMPLETIONS if name in row)
        yield Draft("chat", tuple(prompt(asked)), reply(said))
