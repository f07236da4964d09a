"""Whether somebody asks to be put through to a person, by the shape of what they say."""

import re

from assistant.storage.folding import folded

_PERSON_EN = (
    r"(?:(?:real|actual|live|human|another|support|customer service) )*(?:person|people|human(?: being)?|someone|"
    r"somebody|agent|colleague|operator|representative|rep|advisor|adviser|employee|staff|member of staff|team member|"
    r"supervisor|manager|support|customer (?:service|support))"
)
_PERSON_ES = (
    r"(?:otra |una |un |algun |alguna )?(?:persona(?: real| de verdad| humana)?|human[oa]|ser humano|alguien|agente|"
    r"companer[oa]|operador[a]?|asesor[a]?|emplead[oa]|comercial|encargad[oa]|responsable|supervisor[a]?|tecnico|"
    r"atencion al cliente)"
)
_TALK_EN = r"(?:talk|speak|chat|get through|be (?:put through|connected|transferred))"
_TALK_ES = r"(?:hablar|hable|chatear|comunicarme|contactar|que me (?:atienda|llame|ayude|conteste|pasen|pongan))"
# Nothing but articles and the like between the verb and the person, so that what is only spoken of is no person wanted.
_NEAR_EN = r"(?:\W+(?:to|with|a|an|the|one|of|your|me|us|please|directly|now))*\W+"
_NEAR_ES = r"(?:\W+(?:con|a|un|una|el|la|de|vuestr[oa]s?|sus?|por favor|directamente|ya|directo))*\W+"
_WANTS = re.compile(
    rf"\b{_TALK_EN}{_NEAR_EN}{_PERSON_EN}\b"
    rf"|\b(?:put|pass|hand|transfer|connect|switch|send|forward|get|give|find|escalate)\W+(?:me|us|this|it)?"
    rf"(?:\W+(?:on|over|through))?{_NEAR_EN}{_PERSON_EN}\b"
    rf"|\b(?:i|we)\W+(?:really |just )?(?:want|need|prefer|would (?:like|prefer)|d like)\W+(?:a|an|some)?\W*"
    rf"(?:real |actual |human )*(?:person|human|agent|someone|somebody|operator|representative)\b(?!\W+to\b)"
    rf"|\b{_TALK_ES}{_NEAR_ES}{_PERSON_ES}\b"
    rf"|\b(?:pas[ae]me|paseme|paselo|pasalo|ponme|pongame|conectame|conecteme|transfiereme|transfierame|comunicame|"
    rf"comuniqueme|derivame|deriveme|dame|deme|poneme|me (?:pasas|pones|puedes pasar|puede pasar|pueden pasar))"
    rf"{_NEAR_ES}{_PERSON_ES}\b"
    rf"|\b(?:quiero|necesito|prefiero|quisiera|me gustaria|busco)\W+(?:a )?(?:una? )?"
    rf"(?:persona(?: real| de verdad| humana)?|human[oa]|agente|operador[a]?)\b(?!\W+que\b)"
    rf"|\b(?:can|could|may|would|will) (?:a|an|some)?\W*{_PERSON_EN}\W+(?:please )?"
    r"(?:help|call|ring|answer|contact|take over)\b"
    rf"|\b(?:atender|atenderme|ayudar|ayudarme|llamar|llamarme|contestar|contestarme|responder|responderme){_NEAR_ES}"
    rf"{_PERSON_ES}\b"
    rf"|^\W*(?:please\W+)?{_PERSON_EN}(?:\W+(?:please|now))*\W*$"
    rf"|^\W*(?:por favor\W+)?{_PERSON_ES}(?:\W+(?:por favor|ya))*\W*$"
)
# Asks for a fact about speaking to somebody: when, where, who, how much.
_ASKS_ABOUT = re.compile(
    r"^\W*(?:and |y |but |pero )?(?:when|where|who|whom|why|which|what|how (?:much|many|long|often|late|early)|until|"
    r"cuando|donde|quien|quienes|por que|cual|cuales|que (?:dia|hora|horario|numero|telefono|persona|departamento)|"
    r"cuanto|cuanta|cuantos|cuantas|(?:a|hasta|desde) que hora|con quien|a quien)\b"
)
_LONGEST = 40


def wants_a_person(said: str) -> bool:
    """ "I want to talk to a person", "pásame con alguien"; not "when can I talk to an agent?"."""
    text = folded(said).replace("’", "'").replace("i'd", "i d").replace("we'd", "we d")
    return len(text.split()) <= _LONGEST and bool(_WANTS.search(text)) and not _ASKS_ABOUT.match(text)
