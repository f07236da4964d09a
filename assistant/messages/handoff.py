"""Passing a conversation to a person: what is offered, confirmed and said while one is waited for."""

HANDOFF: dict[str, tuple[str, str]] = {
    "handoff_title": ("Passed to a colleague", "Pasado a un compañero"),
    "handoff_begun": (
        "I have told a colleague, with what was asked and answered here.",
        "He avisado a un compañero, con lo que se ha preguntado y respondido aquí.",
    ),
    "handoff_waiting": (
        "A colleague has been told, and your message has been added for them. Until they are done I do not answer "
        "here; write “never mind” if you need nobody any more.",
        "Un compañero está avisado y tu mensaje se ha añadido para él. Hasta que termine no respondo aquí; "
        "escribe «déjalo» si ya no necesitas a nadie.",
    ),
    "handoff_taken": (
        "A colleague is seeing to this, and your message has been added for them. Until they are done I do not answer "
        "here; write “never mind” if you need nobody any more.",
        "Un compañero se está ocupando y tu mensaje se ha añadido para él. Hasta que termine no respondo aquí; "
        "escribe «déjalo» si ya no necesitas a nadie.",
    ),
    "handoff_contact": ("You can also reach us here: {contact}", "También puedes contactar aquí: {contact}"),
    "handoff_nobody": (
        "Nobody looks after this chat, so I cannot pass you on to a colleague.",
        "Nadie atiende este chat, así que no puedo pasarte con un compañero.",
    ),
    "handoff_offer": (
        "If you like, I can pass this to a colleague (yes / no).",
        "Si quieres, puedo pasarle esto a un compañero (sí / no).",
    ),
    "handoff_declined": ("All right. Ask on whenever you like.", "De acuerdo. Sigue preguntando cuando quieras."),
    "handoff_withdrawn": (
        "All right, I have told the colleague that you need nobody any more. Ask on whenever you like.",
        "De acuerdo, he avisado de que ya no necesitas a nadie. Sigue preguntando cuando quieras.",
    ),
    # For the colleague
    "handoff_reason_asked": ("the person asked for it", "la persona lo ha pedido"),
    "handoff_reason_upset": ("upset and in a hurry", "con enfado y con prisa"),
    "handoff_reason_withheld": ("the documents did not answer", "los documentos no respondían"),
    "handoff_state_open": ("open", "abierto"),
    "handoff_state_taken": ("taken", "atendido"),
    "handoff_state_closed": ("closed", "cerrado"),
    "handoff_asked": ("Asked: {text}", "Preguntó: {text}"),
    "handoff_answered": ("Answered: {text}", "Se respondió: {text}"),
    "handoff_unanswered": ("Not answered.", "Sin responder."),
    "handoff_quote": ("{document}: “{quote}”", "{document}: «{quote}»"),
    "handoff_request": ("Asked for a person: {text}", "Pidió una persona: {text}"),
    "handoff_earlier": ("Exchanges before these: {number}", "Intercambios anteriores a estos: {number}"),
    "handoff_open": ("Stayed open:", "Quedó abierto:"),
    "handoff_messages": ("Written since:", "Ha escrito después:"),
}
