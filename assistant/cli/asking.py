"""`pilares ask` and `pilares chat`: questions in the terminal."""

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.cli.errors import clear_errors
from assistant.cli.filtering import Since, Sources, Tags, Types, Until, Written, chosen

if TYPE_CHECKING:
    from assistant.app import Assistant
    from assistant.turn.answer import Answer, TurnRequest
    from assistant.turn.events import TurnEvent

Model = Annotated[
    Literal["auto", "auto-cheap", "auto-quality", "local-only", "slm", "llm"],
    typer.Option("--model", help="Which model answers, or how it is chosen."),
]


def ask(
    question: Annotated[str, typer.Argument(help="The question; `-` reads it from standard input.")],
    json: Annotated[bool, typer.Option("--json", help="Print the answer with all its grounds as JSON.")] = False,
    model: Model = "auto",
    source: Sources = None,
    type: Types = None,
    tag: Tags = None,
    written_in: Written = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Answer one question from the documents, with its sources."""
    with clear_errors():
        from assistant.turn.answer import TurnRequest, wanted

        chosen_model, profile = wanted(model)
        text = sys.stdin.read() if question == "-" else question
        with _assistant() as assistant:
            limits = chosen(source, type, tag, written_in, since, until)
            answer = _run(
                assistant, TurnRequest(text, model=chosen_model, filter=limits, profile=profile), show=not json
            )
        if json:
            import json as codec

            from assistant.api.wire import answer_json

            typer.echo(codec.dumps(answer_json(answer), ensure_ascii=False, indent=2))
        else:
            _print_grounds(answer)


def chat(model: Model = "auto") -> None:
    """Talk with the assistant; an empty line or Ctrl+D ends the conversation."""
    with clear_errors():
        from assistant.turn.answer import TurnRequest, wanted

        chosen_model, profile = wanted(model)
        with _assistant() as assistant:
            assistant.warm()
            conversation: str | None = None
            while text := _read():
                request = TurnRequest(text, conversation_id=conversation, model=chosen_model, profile=profile)
                answer = _run(assistant, request, show=True)
                conversation = answer.conversation_id
                _print_grounds(answer)


def _assistant() -> "Assistant":
    from assistant.app import build_app
    from assistant.settings import load_settings

    return build_app(load_settings())


def _read() -> str:
    try:
        return input("\n> ").strip()
    except EOFError:
        return ""


def _run(assistant: "Assistant", request: "TurnRequest", *, show: bool) -> "Answer":
    """Run a turn; with `show`, the words appear as they are written. Raises the error a failed turn tells."""
    from assistant.errors import GenerationFailed
    from assistant.turn.events import Failed, Finished, Revised, Wrote

    streamed, progress = "", _Progress(request.interface_language)
    for event in assistant.stream(request):
        if show:
            progress.take(event)
        if isinstance(event, Failed):
            raise GenerationFailed(event.message)
        if isinstance(event, Finished):
            if show:
                _print_end(event.answer, streamed)
            return event.answer
        if isinstance(event, Wrote) and show:
            streamed += event.text
            typer.echo(safe(event.text), nl=False)
        if isinstance(event, Revised) and show and streamed:
            typer.echo("\n…")
            streamed = ""
    raise GenerationFailed("The answer ended before it was complete. Ask again.")


class _Progress:
    """Where a long reading is, in a line that is wiped out again; on a terminal only."""

    def __init__(self, language: str | None) -> None:
        self._language = language
        self._shown = False

    def take(self, event: "TurnEvent") -> None:
        """Show how far it is, or make room for what comes."""
        from assistant.messages import message
        from assistant.turn.events import Reading, Understood

        if isinstance(event, Understood):
            self._language = event.understanding.language
        if not sys.stderr.isatty() or not (self._shown or isinstance(event, Reading)):
            return
        told = ""
        if isinstance(event, Reading):
            told = message(f"reading_{event.unit}", self._language, line=event.line, lines=event.lines)
        typer.echo(f"\r\x1b[K{told}", err=True, nl=False)
        self._shown = bool(told)


def _print_end(answer: "Answer", streamed: str) -> None:
    """End the streamed line; show the whole text where it differs from what was streamed."""
    from assistant.grounding.citations import without_markers

    if not streamed:
        typer.echo(safe(answer.text))
    elif without_markers(streamed) != without_markers(answer.text):
        typer.echo(f"\n{safe(answer.text)}")
    else:
        typer.echo("")


def _print_grounds(answer: "Answer") -> None:
    from assistant.messages import message

    language, route = answer.understanding.language, answer.route
    for citation in answer.citations:
        page = f", p. {citation.page}" if citation.page else ""
        typer.secho(f"  [{citation.marker}] {safe(citation.document)}{page}: «{safe(citation.quote)}»", dim=True)
    why = f"{message(f'tier_{route.tier}', language)} · {message(route.reason, language)}"
    typer.secho(f"  {why} · {answer.timings.total_ms / 1000:.1f} s", dim=True)


def safe(text: str) -> str:
    """Text of models and documents without control characters, which a terminal would obey."""
    return "".join(char for char in text if char in "\n\t" or (char.isprintable() and not 0x7F <= ord(char) <= 0x9F))
