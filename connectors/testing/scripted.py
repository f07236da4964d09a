"""An assistant that answers from a script."""

import asyncio
from collections.abc import AsyncGenerator
from uuid import uuid4

from connectors.answering import (
    Answered,
    AnswerEvent,
    Failed,
    Judgement,
    KeptFile,
    OfferedFile,
    Revised,
    Source,
    Turn,
    Wrote,
)


class ScriptedAssistant:
    """Says what was asked back, word by word.

    `word_s` is the pause before each word. `replies` are used first, in order: Markdown, or an event that ends the turn
    (`replace` is done with the turn's own ids). While `go` is cleared no answer ends.
    """

    def __init__(self, *, word_s: float = 0.0) -> None:
        self.word_s = word_s
        self.replies: list[str | Answered | Failed | Exception] = []
        self.revised: str = ""
        self.turns: list[Turn] = []
        self.judgements: list[Judgement] = []
        self.files: list[OfferedFile] = []
        self.refuses_files = ""
        self.sources: tuple[Source, ...] = ()
        self.language = "en"
        self.go = asyncio.Event()
        self.go.set()
        self.running = 0
        self.most_running = 0

    async def answer(self, turn: Turn) -> AsyncGenerator[AnswerEvent, None]:
        """One turn from the script."""
        self.turns.append(turn)
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            reply = self.replies.pop(0) if self.replies else f"You said: {turn.text}"
            if isinstance(reply, Exception):
                raise reply
            if isinstance(reply, str):
                for event in self._words(reply):
                    await asyncio.sleep(self.word_s)
                    yield event
            await self.go.wait()
            if self.revised:
                yield Revised(self.revised)
            yield reply if isinstance(reply, Answered | Failed) else self._answered(turn, self.revised or reply)
        finally:
            self.running -= 1

    async def judge(self, judgement: Judgement) -> bool:
        """Keep it."""
        self.judgements.append(judgement)
        return True

    async def keep(self, offered: OfferedFile) -> KeptFile:
        """Keep it, unless `refuses_files` says why not."""
        self.files.append(offered)
        return KeptFile(offered.conversation or uuid4().hex, self.refuses_files)

    def _words(self, text: str) -> list[Wrote]:
        return [Wrote(word if number == 0 else f" {word}") for number, word in enumerate(text.split(" "))]

    def _answered(self, turn: Turn, text: str) -> Answered:
        return Answered(uuid4().hex, turn.conversation or uuid4().hex, text, self.language, self.sources)
