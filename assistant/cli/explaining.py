"""What `pilares router explain` shows: a turn up to its route, and the numbers behind it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

    from assistant.app import Assistant
    from assistant.turn.answer import Asked


def explained(assistant: "Assistant", question: str, asked: "Asked") -> dict[str, Any]:
    """Run a turn up to its route: searched, but written by no model and stored nowhere."""
    from assistant.errors import GenerationFailed
    from assistant.routing.features import SHAPE, SITUATION, shape_of, situation_of
    from assistant.turn.answer import TurnRequest, wanted
    from assistant.turn.context import TurnContext
    from assistant.turn.events import Failed, Found, Routed, Understood

    model, profile = wanted(asked)
    request = TurnRequest(question, model=model, profile=profile)
    found: dict[str, Any] = {"question": question, "features": {}}
    shape = dict(zip(SHAPE, shape_of(question), strict=True))
    situation = dict(zip(SITUATION, situation_of((), follow_up=False, position=0), strict=True))
    for event in assistant.agent().run(TurnContext(request, "explain", "explain", "explain")):
        match event:
            case Understood(understanding):
                found |= {"language": understanding.language, "intent": understanding.intent}
            case Found(evidence, _):
                values = situation_of(evidence, follow_up=False, position=0)
                situation = dict(zip(SITUATION, values, strict=True))
            case Routed(route):
                from dataclasses import asdict

                bands = assistant.agent().desk.bands(assistant.agent().desk.profile_of(request))
                found["route"] = asdict(route)
                found["bands"] = None if bands is None else asdict(bands)
                break
            case Failed(text):
                raise GenerationFailed(text)
    found["features"] = {**shape, **situation}
    return found


def explained_table(found: Mapping[str, Any]) -> "Table":
    """The same for people."""
    from rich.table import Table

    from assistant.messages import message

    route, bands = found["route"], found["bands"]
    table = Table(title="Route", show_header=False)
    size = message(f"tier_{route['tier']}", "en")
    table.add_row("model", f"{size} {route['model']}")
    table.add_row("reason", f"{route['reason']}: {message(route['reason'], 'en')}")
    table.add_row("router", f"{route['version']}, profile {route['profile']}")
    if route["p_slm"] is not None and bands is not None:
        table.add_row("small model enough", f"{route['p_slm']:.3f}")
        table.add_row("expected gain of the large one", f"{route['score']:+.3f}")
        table.add_row("bands", f"large at once below {bands['hard']:.3f}, small trusted from {bands['easy']:.3f}")
    if route["lock"]:
        table.add_row("kept here by", route["lock"])
    for name, value in found["features"].items():
        table.add_row(f"[dim]{name}[/dim]", f"[dim]{value:.3g}[/dim]")
    return table
