"""Speed of writing through a whole turn, against the bare endpoint given the same prompt.

Both find the prompt in the model's cache, so what is measured is writing: from the moment the model is called to its
last piece of text. `prompt` must be the same in both rows of a model. The share is the median of the pairs measured one
right after the other.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal

import httpx

from assistant.app import Assistant, build_app
from assistant.evaluation.home import temporary_home
from assistant.grounding.evidence import within
from assistant.models.endpoint import Endpoint
from assistant.paths import sample_documents
from assistant.settings import load_settings
from assistant.turn import prompts
from assistant.turn.answer import Answer, TurnRequest
from assistant.turn.events import Failed, Finished, Routed, Wrote
from benchmarks.table import Row, middle, options, parsed, publish, ratio

Role = Literal["slm", "llm"]
ROLES: tuple[Role, ...] = ("slm", "llm")
# The small model names lines before it writes of documents, so that its writing is measured in small talk.
QUESTIONS: Mapping[Role, Sequence[str]] = {
    "slm": ("Tell me about yourself.", "Tell me a joke.", "Háblame de ti, ¿qué sabes hacer?"),
    "llm": (
        "Which costs are paid on a business trip, up to which amounts, and what has to be attached to the claim?",
        "How do I descale the Brisa 300? List every step.",
        "¿Qué pasos hay que seguir para devolver un producto, y en qué plazo devuelven el dinero?",
    ),
}


@dataclass(frozen=True, slots=True)
class Written:
    """One answer: the tokens read and written, and the seconds from the call to the last piece of text."""

    prompt: int
    tokens: int
    seconds: float

    @property
    def speed(self) -> float | None:
        """Tokens per second."""
        return ratio(self.tokens, self.seconds)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each question is measured both ways")
    chosen = parsed(parser)
    settings = load_settings()
    # read all at once and written in one go: judging lines one by one is not writing
    at_once = settings.model_copy(update={"llm": settings.llm.model_copy(update={"line_by_line": False})})
    with temporary_home(at_once) as settings, build_app(settings) as assistant:
        assistant.library.ingest(sample_documents() / "corpus")
        assistant.refine()
        rows = [row for role in ROLES for row in compare(assistant, role, chosen.rounds)]
    publish("decode", rows, chosen.json)


def compare(assistant: Assistant, role: Role, rounds: int) -> list[Row]:
    """Write the same answers in turns through Pilares and through the bare endpoint."""
    through, bare = list[Written](), list[Written]()
    for question in QUESTIONS[role]:
        answer, _ = turn(assistant, question, role)  # fills the model's prompt cache
        messages = prompt_of(assistant, answer, role)
        for _ in range(rounds):
            through.append(turn(assistant, question, role)[1])
            limit = assistant.settings.turn.answer_tokens
            bare.append(completion(assistant.models.endpoint(role), messages, limit))
    pairs = [ratio(mine.speed, theirs.speed) for mine, theirs in zip(through, bare, strict=True)]
    shares = {"turn": middle([pair for pair in pairs if pair is not None]), "endpoint": 1.0}
    return [
        {
            "model": answer.route.model,
            "through": what,
            "prompt": sum(each.prompt for each in written),
            "tokens": sum(each.tokens for each in written),
            "tokens/s": ratio(sum(each.tokens for each in written), sum(each.seconds for each in written)),
            "of the endpoint": shares[what],
        }
        for what, written in {"turn": through, "endpoint": bare}.items()
    ]


def prompt_of(assistant: Assistant, answer: Answer, role: Role) -> list[dict[str, str]]:
    """The messages that the turn of an answer sent."""
    understood = answer.understanding
    names = {"system": "system", "human": "user", "ai": "assistant"}
    if role == "slm":
        prompt = prompts.small_talk(understood.text, understood.language, (), assistant.library.count_documents())
    else:
        evidence = within(answer.evidence, assistant.settings.llm.evidence_tokens)
        prompt = prompts.grounded(understood.question, understood.language, evidence)
    return [{"role": names[each.type], "content": each.text} for each in prompt]


def turn(assistant: Assistant, question: str, role: Role) -> tuple[Answer, Written]:
    """Ask through the assistant."""
    called = last = 0.0
    for event in assistant.stream(TurnRequest(question, model=role)):
        match event:
            case Routed():
                called = last = perf_counter()
            case Wrote():
                last = perf_counter()
            case Failed(message):
                raise SystemExit(message)
            case Finished(answer):
                return answer, Written(answer.usage.input_tokens, answer.usage.output_tokens, last - called)
    raise SystemExit("The turn ended without an answer.")


def completion(endpoint: Endpoint, messages: Sequence[dict[str, str]], limit: int) -> Written:
    """Ask the endpoint itself."""
    called = last = perf_counter()
    usage: dict[str, int] = {}
    for chunk in _chunks(endpoint, {"messages": messages, "max_tokens": limit}):
        usage = chunk.get("usage") or usage
        if any(choice["delta"].get("content") for choice in chunk["choices"]):
            last = perf_counter()
    return Written(usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0), last - called)


def _chunks(endpoint: Endpoint, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    body = {"model": endpoint.model, "temperature": 0.0, "stream": True, "stream_options": {"include_usage": True}}
    headers = {"Authorization": f"Bearer {endpoint.api_key}"}
    with (
        httpx.Client(base_url=endpoint.base_url, headers=headers, timeout=300, trust_env=False) as client,
        client.stream("POST", "chat/completions", json=body | asked) as response,
    ):
        response.raise_for_status()
        for line in response.iter_lines():
            if line.startswith("data: {"):
                yield json.loads(line.removeprefix("data: "))


if __name__ == "__main__":
    main()
