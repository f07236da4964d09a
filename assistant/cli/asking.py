"""`pilares ask` and `pilares chat`: questions in the terminal."""

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.cli.errors import clear_errors
from assistant.cli.filtering import Since, Sources, Tags, Types, Until, Written, chosen

if TYPE_CHECKING:
    from assistant.app import Assistant
    from assistant.turn.answer import Answer, TurnRequest
    from assistant.turn.events import Reading

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
    from assistant.turn.events import Failed, Finished, Reading, Revised, Understood, Wrote

    streamed, language = "", request.interface_language
    progress = Progress()
    for event in assistant.stream(request):
        if isinstance(event, Reading) and show and (not streamed or streamed.endswith("\n")):
            progress.tell(event, language)
            continue
        if isinstance(event, Understood):
            language = event.understanding.language
        progress.clear()
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


class Progress:
    """One line on a terminal's standard error that says what is being read; it is gone when anything else is shown."""

    def __init__(self) -> None:
        self._shown = False

    def tell(self, event: "Reading", language: str | None) -> None:
        """Show it in place of the one before."""
        from assistant.messages import message

        if sys.stderr.isatty():
            words = message(f"reading_{event.unit}", language, line=event.line, lines=event.lines)
            typer.echo(f"\r\x1b[K{words}", nl=False, err=True)
            self._shown = True

    def clear(self) -> None:
        """Take it away."""
        if self._shown:
            typer.echo("\r\x1b[K", nl=False, err=True)
            self._shown = False


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
