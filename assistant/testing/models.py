"""Language models that say what a test tells them to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

from assistant.errors import ModelError, ModelUnavailable
from knowledge.testing.embedder import HashingEmbedder


class ScriptedChat(BaseChatModel):
    """Says its lines in order, a word at a time; an exception among them is raised instead."""

    lines: list[Any]
    asked: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _next(self, messages: list[BaseMessage]) -> str:
        self.asked.append(messages)
        line = self.lines.pop(0)
        if isinstance(line, Exception):
            raise line
        return str(line)

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage(self._next(messages)))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: Any = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **_: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for word in self._next(messages).split(" "):
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=word + " "))
            if run_manager:
                run_manager.on_llm_new_token(word, chunk=chunk)
            yield chunk


@dataclass
class ScriptedModels:
    """`LanguageModels` by script.

    `verdict` is P(yes) of a check, and of a judged line that has one of the texts in `sure` at most that text's own
    P(yes); of other lines 0.05. With `has_reader`, a line is named with that same probability, shared among all; to the
    questions of `unanswered`, as they are asked of the reader, none is.
    """

    has_reader: bool = False
    slm: ScriptedChat = field(default_factory=lambda: ScriptedChat(lines=[]))
    llm: ScriptedChat = field(default_factory=lambda: ScriptedChat(lines=[]))
    reader: ScriptedChat = field(default_factory=lambda: ScriptedChat(lines=[]))
    verdict: float = 0.9
    sure: dict[str, float] = field(default_factory=dict)
    unanswered: frozenset[str] = frozenset()
    checks: int = 0
    _embedder: HashingEmbedder = field(default_factory=HashingEmbedder)

    def chat(self, role: str) -> BaseChatModel:
        """The scripted model of a role."""
        return {"slm": self.slm, "llm": self.llm, "reader": self.reader}[role]

    def first_token(self, role: str, messages: Sequence[BaseMessage]) -> Mapping[str, float]:
        """The verdict, as log-probabilities of yes and no, or of the labels of lines and 0."""
        self.checks += 1
        if role == "reader":
            return self._named(messages)
        yes = self.verdict
        if "\nLine: " in messages[-1].text:
            line = messages[-1].text.partition("\nLine: ")[2]
            yes = min(yes, max((p for text, p in self.sure.items() if text in line), default=0.05))
        return {"yes": log(yes), "no": log(1 - yes + 1e-9)}

    def _named(self, messages: Sequence[BaseMessage]) -> Mapping[str, float]:
        """Labels in turn, those named already left out; "0", or the end of the line after one was named."""
        named = messages[-1].text.split() if isinstance(messages[-1], AIMessage) else []
        prompt = messages[-2].text if named else messages[-1].text
        of_lines = {} if any(f"Question: {each}\n" in prompt for each in self.unanswered) else self.sure
        sure = {
            line[0]: min(self.verdict, max((p for text, p in of_lines.items() if text in line), default=0.01))
            for line in prompt.splitlines()
            if line[1:3] == ". " and line[0] not in named
        }
        none = max(0.001, 1 - sum(sure.values()))
        total = none + sum(sure.values())
        return {
            **{(f" {label}" if named else label): log(p / total) for label, p in sure.items()},
            ("\n" if named else "0"): log(none / total),
        }

    def name(self, role: str) -> str:
        """scripted-slm or scripted-llm."""
        return f"scripted-{role}"

    def embedder(self) -> HashingEmbedder:
        """An embedder without weights."""
        return self._embedder

    def error(self, role: str, error: Exception) -> ModelError:
        """Whatever was raised counts as unavailable."""
        return ModelUnavailable(f"{role} does not answer: {error}")
