"""The value objects of one turn: what was asked, which way it went, what was said and on what grounds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from knowledge.parse.document import PageBox
from knowledge.passage import Passage, Sentence
from knowledge.search.filters import EVERYTHING, Filter

Tier = Literal["slm", "llm", "none"]
ModelChoice = Literal["auto", "slm", "llm"]
Profile = Literal["auto", "auto-cheap", "auto-quality", "local-only"]
Asked = Literal["auto", "auto-cheap", "auto-quality", "local-only", "slm", "llm"]
"""What a person may ask for: a model, or a profile that chooses one."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation's past."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """What a surface hands to the assistant.

    `interface_language` is the language of the surface ("en" or "es"), used for our own words when the question's
    language is not clear. `groups` are the groups of the person asking; documents are only found through them.
    `filter` limits the search to some of these documents. `profile` says how a model is chosen when `model` is "auto";
    None is what the settings say.
    """

    text: str
    conversation_id: str | None = None
    history: tuple[Message, ...] = ()
    model: ModelChoice = "auto"
    interface_language: str | None = None
    user_id: str | None = None
    groups: frozenset[str] = frozenset({"everyone"})
    filter: Filter = EVERYTHING
    profile: Profile | None = None


def wanted(asked: Asked) -> tuple[ModelChoice, Profile | None]:
    """The `model` and `profile` of a request: "auto" is whatever profile the settings name."""
    if asked == "slm" or asked == "llm":
        return asked, None
    return "auto", None if asked == "auto" else asked


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found out about a text: by which `head`, with which score, against which threshold.

    Without a threshold the likeliest outcome was taken. `by` says in a word what decided ("examples", "letters", ...).
    """

    head: str
    outcome: str
    score: float
    threshold: float | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Understanding:
    """What the question is: its language, intent and standalone form.

    `intent` is what is done with it, and what is out of scope (`in_scope` false) is treated as a question. `standalone`
    is whether it can be understood without the conversation, `answerable` the probability, before anything is searched,
    that it asks for what documents may say. `sentiment` is "negative", "neutral" or "positive", `urgency` "urgent" or
    "normal". `findings` say how each of these was decided.
    """

    text: str
    question: str
    language: str
    intent: str
    confidence: float
    rewritten: bool = False
    in_scope: bool = True
    standalone: bool = True
    answerable: float = 1.0
    sentiment: str = "neutral"
    urgency: str = "normal"
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage put before the model, with its best sentence.

    `number` is the marker ([1], [2], ...) that citations refer to; `relevance` is between 0 and 1. `selected` are the
    sentences of the passage that the model reads, in the order of the document: small models lose the answer in long
    contexts, and reading is what a turn spends its time on.
    """

    number: int
    passage: Passage
    best: Sentence
    relevance: float
    selected: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """Which model answers, and why. `reason` is a message key with its English text in `assistant.messages`.

    `p_slm` is the probability that the small model is enough and `score` the gain expected of the large one; below
    `threshold` the large one is asked at once. These are None without a fitted router. `version` is the router's,
    `profile` how it chose, `lock` what kept the turn on local models ("restricted", "personal_data", ...; empty when
    nothing did), `adapter` the version that read, when one did.
    """

    tier: Tier
    model: str
    reason: str
    p_slm: float | None = None
    escalated: bool = False
    score: float | None = None
    threshold: float | None = None
    version: str = "rules"
    profile: str = "auto"
    lock: str = ""
    adapter: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote that exists verbatim in a document: `document text[start:end] == quote`.

    `boxes` are where it is printed, line by line, in documents with printed pages (PDF).
    """

    marker: int
    document_id: str
    document: str
    title: str
    quote: str
    start: int
    end: int
    page: int | None
    boxes: tuple[PageBox, ...] = ()


@dataclass(frozen=True, slots=True)
class Support:
    """How well one sentence of the answer is backed. `score` is between 0 and 1."""

    sentence: str
    score: float
    supported: bool
    citations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds from the moment the turn began."""

    understand_ms: float = 0.0
    retrieve_ms: float = 0.0
    route_ms: float = 0.0
    evidence_ms: float = 0.0
    first_token_ms: float | None = None
    total_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens read and written by language models in this turn, and the energy that took.

    `wh` and `gco2e` are watt-hours and grams of CO2 equivalent; `method` says how they were found. `cost` is in the
    currency of the prices in the settings.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    wh: float = 0.0
    gco2e: float = 0.0
    method: str = "none"
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that was called: with what, and what came of it.

    `result` is text of the tool, cut; or, when it failed, what went wrong in words. `file` is the address under this
    server of a file that the person may keep ("/api/v1/appointments/ID.ics").
    """

    tool: str
    arguments: Mapping[str, Any]
    outcome: Literal["done", "failed", "declined"]
    result: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task that is not finished: which tool, what is known, and what the person was asked last, in which language.

    `asked` is the argument that was asked for; empty when the person was asked to confirm exactly these arguments.
    A `tool` that begins with a colon is none: another way to answer keeps what it waits for here.
    """

    tool: str
    arguments: Mapping[str, Any]
    asked: str
    since: datetime
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Answer:
    """The finished answer of a turn, as it is stored and shown.

    `signals` are the numbers that answering or abstaining was decided on, by name. `calls` are the tools that were
    called, `task` is what waits for the person's next words.
    """

    id: str
    conversation_id: str
    text: str
    abstained: bool
    understanding: Understanding
    route: Route
    evidence: tuple[Evidence, ...] = ()
    citations: tuple[Citation, ...] = ()
    support: tuple[Support, ...] = ()
    timings: Timings = field(default_factory=Timings)
    usage: Usage = field(default_factory=Usage)
    searched: int = 0
    signals: Mapping[str, float] = field(default_factory=dict)
    calls: tuple[ToolCall, ...] = ()
    task: TaskState | None = None
