"""Every text that connectors show to people, in English and Spanish: `key -> (English, Spanish)`."""

from typing import Any

LANGUAGES = ("en", "es")
REASONS = ("wrong", "incomplete", "unsupported", "wrong_source", "should_know", "form")
"""What may be wrong with an answer, in the words that are stored; the web chat has the same."""
CATALOGUE: dict[str, tuple[str, str]] = {
    "working": ("Working on it…", "Estoy en ello…"),
    "sources": ("Sources", "Fuentes"),
    "page": ("p. {page}", "p. {page}"),
    "failed": (
        "I could not answer that just now. Please ask again in a moment.",
        "Ahora mismo no he podido responder. Vuelve a preguntar en un momento.",
    ),
    "not_allowed": (
        "I may not talk to you yet. Ask whoever runs this assistant to add your id: {person}",
        "Todavía no puedo hablar contigo. Pide a quien lleva este asistente que añada tu identificador: {person}",
    ),
    "passed_on": ("I have passed it on to a colleague.", "Se lo he pasado a un compañero."),
    "help": (
        "Ask me anything about our documents. In channels, mention me.\n\n"
        "- `/new` begins a new conversation\n"
        "- `/large` asks the large model the last question again\n"
        "- `/good`, `/bad` and `/correct what it should have been` tell us how the last answer was\n"
        "- `/person` asks for a person\n"
        "- `/language es` makes me speak Spanish",
        "Pregúntame lo que quieras sobre nuestros documentos. En los canales, menciónme.\n\n"
        "- `/nuevo` empieza una conversación nueva\n"
        "- `/grande` hace la última pregunta otra vez al modelo grande\n"
        "- `/bien`, `/mal` y `/corregir lo que debería haber dicho` nos dicen cómo fue la última respuesta\n"
        "- `/persona` pide que te atienda una persona\n"
        "- `/idioma en` me hace hablar en inglés",
    ),
    "new": ("A new conversation. What would you like to know?", "Conversación nueva. ¿Qué quieres saber?"),
    "person_wanted": ("I want to talk to a person.", "Quiero hablar con una persona."),
    "nothing_asked": ("There is no question to ask again yet.", "Todavía no hay ninguna pregunta que repetir."),
    "nothing_answered": ("There is no answer to judge yet.", "Todavía no hay ninguna respuesta que valorar."),
    "thanks": ("Thank you, noted.", "Gracias, queda anotado."),
    "thanks_bad": (
        "Thank you, noted. Tell me what it should have been with `/correct …`.",
        "Gracias, queda anotado. Dime qué debería haber dicho con `/corregir …`.",
    ),
    "correct_how": (
        "Write what it should have been behind the command: `/correct The gym opens at 6.`",
        "Escribe detrás de la orden lo que debería haber dicho: `/corregir El gimnasio abre a las 6.`",
    ),
    "language_set": ("I will speak English here.", "Aquí hablaré en español."),
    "language_how": ("Write `/language en` or `/language es`.", "Escribe `/idioma es` o `/idioma en`."),
    "files_kept": (
        "I have read {names}. Ask me about it: only this conversation knows it.",
        "He leído {names}. Pregúntame lo que quieras: solo lo conoce esta conversación.",
    ),
    "file_too_large": (
        "{name} is larger than {limit}. Send a smaller file.",
        "{name} ocupa más de {limit}. Envía un archivo más pequeño.",
    ),
    "file_gone": ("{name} could not be fetched. Send it again.", "No se ha podido descargar {name}. Envíalo otra vez."),
    "file_refused": ("{name} could not be taken: {why}", "No se ha podido incorporar {name}: {why}"),
    "files_too_many": (
        "Of so many files only the first {most} were taken. Send the others in another message.",
        "De tantos archivos solo se han leído los {most} primeros. Envía los demás en otro mensaje.",
    ),
    "files_not_taken": (
        "I cannot read files here. Write me what you would like to know.",
        "Aquí no puedo leer archivos. Escríbeme lo que quieras saber.",
    ),
    "why": ("What was wrong?", "¿Qué ha fallado?"),
    "why_correction": ("What it should have said", "Lo que debería haber dicho"),
    "why_send": ("Send", "Enviar"),
    "why_leave": ("No, thanks", "No, gracias"),
    "why_choose": (
        "What was wrong? Press what fits, or answer to this message with what should have been said.",
        "¿Qué ha fallado? Pulsa lo que corresponda, o responde a este mensaje con lo que debería haber dicho.",
    ),
    "why_wrong": ("Wrong", "Incorrecta"),
    "why_incomplete": ("Incomplete", "Incompleta"),
    "why_unsupported": ("Not in the documents", "No está en los documentos"),
    "why_wrong_source": ("Wrong source", "Fuente equivocada"),
    "why_should_know": ("The documents do say it", "Los documentos sí lo dicen"),
    "why_form": ("Form or tone", "Forma o tono"),
    "up": ("👍", "👍"),
    "down": ("👎", "👎"),
}


def text(key: str, language: str, **values: Any) -> str:
    """The text of `key`; Spanish for "es", English for everything else. Values are never read as templates."""
    return CATALOGUE[key][LANGUAGES.index(language) if language in LANGUAGES else 0].format(**values)
