"""Prompts and replies as the tokens of the model that will be served, read from its GGUF file."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from finetune.grounded.training import Row, check_available

END = "<|im_end|>"
# (role, content); roles as in the OpenAI API.
Chat = Sequence[tuple[str, str]]


class ChatTokenizer:
    """The tokenizer and the chat template of a GGUF file.

    Reading it from there takes some 10 s; with a folder as `cache`, only once. Raises TrainingUnavailable without the
    extra `finetune`.
    """

    def __init__(self, file: Path, cache: Path | None = None) -> None:
        check_available()
        from transformers import AutoTokenizer

        if cache is not None and (cache / "tokenizer.json").exists():
            self._tokenizer: Any = AutoTokenizer.from_pretrained(cache)
            return
        self._tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
        if cache is not None:
            self._keep(cache)

    def _keep(self, cache: Path) -> None:
        """For the next time; without it, on a full disk say, it is read from the GGUF file again."""
        with suppress(OSError):
            cache.parent.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=cache.parent, prefix="tokenizer-") as scratch:
                self._tokenizer.save_pretrained(scratch)
                Path(scratch).replace(cache)
                Path(scratch).mkdir()  # the one that is taken away afterwards

    def prompt(self, chat: Chat) -> list[int]:
        """A chat up to where the reply begins."""
        messages = [{"role": role, "content": content} for role, content in chat]
        text = self._tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
        return self.of(str(text))

    def of(self, text: str) -> list[int]:
        """The tokens of a text; marks such as the end of a message are one token each."""
        return [int(token) for token in self._tokenizer.encode(text, add_special_tokens=False)]

    def text(self, tokens: Sequence[int]) -> str:
        """What tokens say, marks included."""
        return str(self._tokenizer.decode(list(tokens)))

    @property
    def end(self) -> str:
        """The mark at the end of a reply."""
        return END

    @property
    def template(self) -> str:
        """The chat template as it stands in the file, in Jinja; empty when there is none."""
        found = getattr(self._tokenizer, "chat_template", None)
        return found if isinstance(found, str) else ""

    @property
    def own(self) -> Any:
        """The tokenizer itself, of transformers."""
        return self._tokenizer

    def row(self, chat: Chat, reply: str, first: Sequence[str], *, whole: bool = True) -> Row:
        """A prompt and its reply; any text of `first` may begin it. Unless `whole`, the first token is all of it."""
        prompt, said = self.prompt(chat), self.of(reply + END if whole else reply)
        beginnings = tuple(dict.fromkeys(self.of(text)[0] for text in first))
        return Row((*prompt, *(said if whole else said[:1])), len(prompt), beginnings)
