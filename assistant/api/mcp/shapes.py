"""What the tools take, and what they return."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.turn.answer import Answer
from knowledge.passage import Passage


class SearchArguments(BaseModel):
    """What `search_knowledge` takes."""

    model_config = ConfigDict(extra="forbid")

    query: Annotated[str, Field(min_length=1, max_length=2_000, description="What to look for, in plain words.")]
    limit: Annotated[int, Field(ge=1, le=20, description="How many passages at most.")] = 5


class AskArguments(BaseModel):
    """What `ask` takes."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(min_length=1, description="The question, as a person would ask it.")]
    conversation_id: Annotated[
        str | None, Field(max_length=64, description="Goes on with the conversation of an earlier answer.")
    ] = None
    language: Annotated[
        Literal["en", "es"] | None, Field(description="For the assistant's own words, where the question has none.")
    ] = None


class FoundPassage(BaseModel):
    """A passage; `start` and `end` count characters of the document's text, `score` is higher for better ones."""

    document_id: str
    document: str
    title: str
    heading: list[str]
    page: int | None
    text: str
    start: int
    end: int
    score: float


class Found(BaseModel):
    """What `search_knowledge` returns."""

    passages: list[FoundPassage]

    def __str__(self) -> str:
        """The passages, each under the name of its document."""
        shown = [f"[{number}] {_place(each)}\n{each.text}" for number, each in enumerate(self.passages, 1)]
        return "\n\n".join(shown) or "Nothing was found."


class Quote(BaseModel):
    """What an answer rests on: exact words of a document. `marker` is its number in the answer."""

    marker: int
    document_id: str
    document: str
    title: str
    quote: str
    start: int
    end: int
    page: int | None


class Answered(BaseModel):
    """What `ask` returns. `abstained`: the documents do not say; `support` is of the least backed sentence."""

    answer: str
    abstained: bool
    language: str
    citations: list[Quote]
    support: float | None
    model: str
    conversation_id: str
    answer_id: str

    def __str__(self) -> str:
        """The answer, and under it the words that it rests on."""
        quotes = [f"[{each.marker}] {each.title} ({each.document}): “{each.quote}”" for each in self.citations]
        return "\n".join([self.answer, *([""] if quotes else []), *quotes])


def found_of(passages: list[Passage]) -> Found:
    """Passages as they are returned."""
    return Found(passages=[
        FoundPassage(
            document_id=each.document_id, document=each.document, title=each.title, heading=[*each.heading],
            page=each.page, text=each.text, start=each.start, end=each.end, score=each.score,
        )
        for each in passages
    ])  # fmt: skip


def answered_of(answer: Answer) -> Answered:
    """An answer as it is returned."""
    quotes = [
        Quote(
            marker=each.marker, document_id=each.document_id, document=each.document, title=each.title,
            quote=each.quote, start=each.start, end=each.end, page=each.page,
        )
        for each in answer.citations
    ]  # fmt: skip
    return Answered(
        answer=answer.text, abstained=answer.abstained, language=answer.understanding.language, citations=quotes,
        support=min((each.score for each in answer.support), default=None), model=answer.route.model,
        conversation_id=answer.conversation_id, answer_id=answer.id,
    )  # fmt: skip


def _place(passage: FoundPassage) -> str:
    page = "" if passage.page is None else f", page {passage.page}"
    return f"{' › '.join(passage.heading) or passage.title} ({passage.document}{page})"
