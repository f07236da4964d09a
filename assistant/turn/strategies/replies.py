"""Short replies in the middle of a task, told without a model: yes, no, forget it, and what is a question."""

import re

from assistant.storage.folding import folded

_YES = re.compile(
    r"^\W*(?:(?:yes|yeah|yep|yup|sure|ok|okay|correct|right|exactly|confirm(?:ed)?|do it|go ahead|please do|of course|"
    r"sounds good|that'?s (?:right|fine|correct)|si|vale|claro|correcto|exacto|eso es|de acuerdo|adelante|hazlo|"
    r"confirmo|confirmado|perfecto|perfect|great|por supuesto|por favor|please|thanks|thank you|gracias|do|it|book it|"
    r"reserva(?:la|lo)?|cancel it|move it|anula(?:la|lo)|cancela(?:la|lo)|cambia(?:la|lo))\W*)+$"
)
_NO = re.compile(
    r"^\W*(?:no|nope|nah|better not|rather not|don'?t|do not|mejor no|no gracias|no thanks|no thank you|no lo hagas|"
    r"no,? (?:gracias|thanks|thank you|please|don'?t|not now|mejor no|ahora no))\W*$"
)
_LEAVE = re.compile(
    r"\b(?:forget (?:it|about it|that)|never ?mind|leave it|drop it|stop (?:it|this|that)|i changed my mind|"
    r"dejalo|dejemoslo|olvidalo|olvidate|da igual|no importa|dejemos esto|ya no (?:quiero|hace falta)|"
    r"he cambiado de (?:idea|opinion))\b"
)
_LONGEST_LEAVE = 9
_ASKS = re.compile(
    r"^\W*(?:and |y |pero |but |also |by the way,? |por cierto,? )?(?:how|what|which|who|whom|whose|why|where|when|"
    r"do|does|did|is|are|was|were|can|could|may|should|would|will|que|cual(?:es)?|quien(?:es)?|como|cuanto|"
    r"cuanta|cuantos|cuantas|"
    r"cuando|donde|por que|hay|tengo que|puedo|se puede|es|son|teneis|tienen|abris|abren|cuesta)\b"
)


def says_yes(said: str) -> bool:
    """Nothing but agreement: "yes, but at six" is none."""
    return bool(_YES.match(folded(said)))


def says_no(said: str) -> bool:
    """Nothing but refusal."""
    return bool(_NO.match(folded(said)))


def leaves(said: str) -> bool:
    """Whether a task is given up: "forget it", "déjalo"."""
    text = folded(said)
    return bool(_LEAVE.search(text)) and len(text.split()) <= _LONGEST_LEAVE


def asks(said: str) -> bool:
    """Whether something is a question, marked as one or built like one."""
    return "?" in said or bool(_ASKS.match(folded(said)))
