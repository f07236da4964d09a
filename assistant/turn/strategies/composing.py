"""The frame of a draft: subject, greeting, opening and last sentence, which a model writes without any facts.

Asked for the whole text with the facts in front of it, the default large model reworded them wrongly ("two or more
colleagues on board, €0.35" became the price of a flight) and, told to leave blanks, wrote little else. It frames a text
reliably, held to a form and shown how; the facts then stand in it word for word.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from assistant.turn.prompts import data
from assistant.turn.strategies.writing_prompts import LONGEST_REQUEST, LONGEST_STYLE

TOKENS = 200
PARTS = ("subject", "greeting", "opening", "ending")
FORM: dict[str, Any] = {
    "type": "json_schema",
    "json_schema": {
        "name": "frame",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {part: {"type": "string", "maxLength": 400} for part in PARTS},
            "required": list(PARTS),
            "additionalProperties": False,
        },
    },
}
_SYSTEM = {
    "en": (
        "You write the frame of a text that a person of an organisation wants to send: subject, greeting, opening "
        "(one or two sentences that say why you write) and ending (one sentence). In English. The facts are added by "
        "somebody else: no figures, no dates and no promises that the request does not have.{style}"
    ),
    "es": (
        "Escribes el marco de un texto que una persona de una organización quiere enviar: asunto, saludo, apertura "
        "(una o dos frases que dicen por qué se escribe) y final (una frase). En español, tratando {address} a quien "
        "lee. Los datos los añade otra persona: ni cifras, ni fechas, ni promesas que no estén en la petición.{style}"
    ),
}
_ADDRESS = {"usted": "de usted", "tú": "de tú"}
_STYLE = {"en": "\nHouse style: {style}", "es": "\nEstilo de la casa: {style}"}
_SHOWN: dict[str, tuple[tuple[str, tuple[str, str, str, str]], ...]] = {
    "en": (
        ("Draft an email to a tenant whose lift is out of order",
         ("The lift in your building", "Dear tenant,",
          "We are writing about the lift in your building, which is out of order. We are sorry for the inconvenience.",
          "If you have any questions, please reply to this message.")),
        ("Write a notice to all staff about the car park",
         ("Using the car park", "Dear colleagues,", "We would like to remind you of how the car park is used.",
          "Thank you for your help.")),
    ),
    "usted": (
        ("Redacta un correo para una inquilina que tiene el ascensor averiado",
         ("El ascensor de su edificio", "Estimada inquilina:",
          "Le escribimos por el ascensor de su edificio, que está averiado. Lamentamos las molestias.",
          "Si tiene alguna pregunta, responda a este mensaje.")),
        ("Escribe un aviso para la plantilla sobre el aparcamiento",
         ("Uso del aparcamiento", "Estimados compañeros:", "Queremos recordarles cómo se usa el aparcamiento.",
          "Muchas gracias por su colaboración.")),
    ),
    "tú": (
        ("Redacta un correo para una inquilina que tiene el ascensor averiado",
         ("El ascensor de tu edificio", "Hola:",
          "Te escribimos por el ascensor de tu edificio, que está averiado. Sentimos las molestias.",
          "Si tienes alguna pregunta, responde a este mensaje.")),
        ("Escribe un aviso para la plantilla sobre el aparcamiento",
         ("Uso del aparcamiento", "Hola a todos:", "Queremos recordaros cómo se usa el aparcamiento.",
          "Muchas gracias por vuestra ayuda.")),
    ),
}  # fmt: skip


class Asks(Protocol):
    """Asks a language model (`Writer`)."""

    def __call__(self, messages: Sequence[BaseMessage], **options: Any) -> str:
        """What it says. Raises ModelError and Stopped."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The parts of a text around its facts; any of them may be empty."""

    subject: str = ""
    greeting: str = ""
    opening: str = ""
    ending: str = ""


def framed(request: str, language: str, style: str, formality: str, ask: Asks) -> Frame:
    """The frame of the text that is asked for; an empty one when a model does not keep to the form."""
    said = ask(_prompt(request, language, style, formality or "usted"), max_tokens=TOKENS, response_format=FORM)
    try:
        parts = json.loads(said[said.index("{") : said.rindex("}") + 1])
    except ValueError:
        return Frame()
    return Frame(**{part: _one_line(parts.get(part)) for part in PARTS}) if isinstance(parts, dict) else Frame()


def _prompt(request: str, language: str, style: str, formality: str) -> list[BaseMessage]:
    rules = _STYLE[language].replace("{style}", data(style)[:LONGEST_STYLE]) if style.strip() else ""
    system = _SYSTEM[language].replace("{address}", _ADDRESS[formality]).replace("{style}", rules)
    shots: list[BaseMessage] = []
    for asked, parts in _SHOWN["en" if language == "en" else formality]:
        written = json.dumps(dict(zip(PARTS, parts, strict=True)), ensure_ascii=False)
        shots += [HumanMessage(asked), AIMessage(written)]
    return [SystemMessage(system), *shots, HumanMessage(data(request)[:LONGEST_REQUEST])]


def _one_line(part: Any) -> str:
    return " ".join(part.split()) if isinstance(part, str) else ""
