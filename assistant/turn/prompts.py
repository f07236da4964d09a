"""What the models are told. One prompt per purpose, in both languages.

The order keeps the cached prefix of llama.cpp long: the instructions never change within a language, so only sources
and question have to be read anew. The reminder comes last, where small models obey it best.
"""

import re
from collections.abc import Sequence

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from assistant.turn.answer import Evidence, Message
from assistant.turn.fence import fenced
from assistant.turn.fence import told as told_of
from knowledge.parse.clean import one_line

_GROUNDED = {
    "en": (
        "You are the help desk of an organisation. Answer the user's question with the information below. Use the line "
        "that fits the user's exact case, and give its figures and conditions."
    ),
    "es": (
        "Eres el servicio de ayuda de una organización. Responde a la pregunta del usuario con la información de "
        "abajo. Usa la línea que corresponde exactamente a su caso y da sus cifras y condiciones."
    ),
}
# The quote comes first: a small model that has to copy a line before it answers reads that line. Asked for the answer
# alone it mixes up neighbouring figures; told that it may refuse, it refuses half of what it could answer
# (docs/benchmarks.md, "Reading").
_QUESTION = {
    "en": (
        "Information:\n{sources}\n\nQuestion: {question}\n"
        'First copy the line that answers ("Quote:"), then answer in one full sentence ("Answer:").'
    ),
    "es": (
        "Información:\n{sources}\n\nPregunta: {question}\n"
        'Copia primero la línea que responde ("Cita:") y luego contesta con una frase completa ("Respuesta:").'
    ),
}
_CHECK = {
    "en": "Do the lines above state this answer to the question, for exactly the case asked about? Reply yes or no.",
    "es": "¿Dicen las líneas de arriba esa respuesta, para el caso exacto por el que se pregunta? Contesta sí o no.",
}
# One prompt for both languages, since the line and the question may be in different ones; the examples are always the
# same, so that they stay in the prompt cache.
_JUDGE = (
    "You decide whether a line of a document answers a question. Reply Yes only if the line states what is asked, for "
    "exactly the case asked about. The line and the question may be in different languages."
)
_JUDGED = (
    ("I need a parking space for my motorbike, what does it cost?",
     "Car park rules > Prices: Motorcycles: 25 euros a month.", "Yes"),
    ("I need a parking space for my motorbike, what does it cost?",
     "Car park rules > Prices: Cars: 60 euros a month.", "No"),
    ("¿Cuánto se paga por la guardería en Sevilla?",
     "Beneficios > Guardería: En Madrid la empresa paga 120 € al mes por hijo.", "No"),
    ("¿Quién recoge la impresora rota?", "Repairs > Collection: Printers are collected by Maintenance.", "Yes"),
    ("how loud is the X20 drill", "Drill X10 and X20 > Technical data: Weight X20: 1.9 kg", "No"),
    ("¿hasta cuándo puedo pedir la beca?", "Becas > Plazos: Las solicitudes se admiten hasta el 30 de abril.", "Yes"),
)  # fmt: skip
_TELL = {
    "en": (
        "You are the help desk of an organisation. Answer the question in English, with the lines given and nothing "
        "else: one sentence for each line, with all its figures, names and conditions."
    ),
    "es": (
        "Eres el servicio de ayuda de una organización. Responde a la pregunta en español, solo con las líneas dadas: "
        "una frase por cada línea, con todas sus cifras, nombres y condiciones."
    ),
}
_TOLD = {
    "en": (
        ("I need a parking space for my motorbike, what does it cost?\n\n# Car park rules > Prices\n"
         "Vehicle: Motorcycles | Price: 25 € a month | Notes: helmet locker included",
         "A parking space for a motorbike costs 25 € a month, helmet locker included."),
        ("when can i ask for the grant\n\n# Becas > Plazos\n- Solicitudes: hasta el 30 de abril, con el impreso B-2.",
         "You can ask for the grant until 30 April, with form B-2."),
    ),
    "es": (
        ("¿Qué cuesta aparcar la moto?\n\n# Normas del aparcamiento > Precios\n"
         "Vehículo: Motos | Precio: 25 € al mes | Notas: taquilla para el casco incluida",
         "Aparcar la moto cuesta 25 € al mes, con taquilla para el casco incluida."),
        ("cuando se puede pedir la beca\n\n# Grants > Dates\n- Applications: until 30 April, with form B-2.",
         "La beca se puede pedir hasta el 30 de abril, con el formulario B-2."),
    ),
}  # fmt: skip
_SMALL_TALK = {
    "en": (
        "You are Pilares, the assistant of an organisation. You answer questions from the organisation's {documents} "
        "documents and show the sentence each answer comes from. You are a program, not a person. The user is making "
        "small talk: reply kindly in English in one or two short sentences, and offer to look something up. Never "
        "state facts about the organisation."
    ),
    "es": (
        "Eres Pilares, el asistente de una organización. Respondes preguntas con los {documents} documentos de la "
        "organización y muestras la frase de la que sale cada respuesta. Eres un programa, no una persona. El usuario "
        "está conversando: contesta con amabilidad en español en una o dos frases cortas y ofrécete a buscar algo. "
        "Nunca des datos sobre la organización."
    ),
}
_REWRITE = {
    "en": (
        "Rewrite the last question so that it can be understood without the conversation. Keep its meaning and its "
        "language. Reply only with the question.",
        (
            ("Q: How much does the gym in Berlin cost?\nA: 20 euros a month.\nLast question: and in Paris?",
             "How much does the gym in Paris cost?"),
            ("Q: Who approves a purchase of 500 euros?\nA: Your team lead.\nLast question: what if she is away?",
             "Who approves a purchase of 500 euros if the team lead is away?"),
        ),
    ),
    "es": (
        "Reescribe la última pregunta para que se entienda sin la conversación. Conserva su sentido y su idioma. "
        "Contesta solo con la pregunta.",
        (
            ("P: ¿Cuánto cuesta el gimnasio de Berlín?\nR: 20 euros al mes.\nÚltima pregunta: ¿y el de París?",
             "¿Cuánto cuesta el gimnasio de París?"),
            ("P: ¿Quién aprueba una compra de 500 euros?\nR: Tu jefa de equipo.\nÚltima pregunta: ¿y si no está?",
             "¿Quién aprueba una compra de 500 euros si la jefa de equipo no está?"),
        ),
    ),
}  # fmt: skip
_EXCHANGE = {
    "en": "Q: {asked}\nA: {said}\nLast question: {question}",
    "es": "P: {asked}\nR: {said}\nÚltima pregunta: {question}",
}
_MARKER = re.compile(r"\s*\[\d+\]")
_CONTROL = re.compile(r"<(?=\|)|(?<=\|)>")


def grounded(question: str, language: str, evidence: Sequence[Evidence], mark: str = "") -> list[BaseMessage]:
    """Ask for a quote and an answer out of the selected sentences; `reply_of` takes the two apart.

    With a `mark` they stand in a frame. A small model gets none: it is measured, and trained, without.
    """
    sources, order = _lines(evidence), _GROUNDED[language]
    if mark:
        sources, order = fenced("lines", f"\n{sources}\n", mark), order + told_of("lines", language)
    asked = _QUESTION[language].format(sources=sources, question=data(question))
    return [SystemMessage(order), HumanMessage(asked)]


def check(prompt: Sequence[BaseMessage], answer: str, language: str) -> list[BaseMessage]:
    """Ask whether the sources state the answer; continues the answer's own prompt, so that its cache is used."""
    return [*prompt, AIMessage(data(answer)), HumanMessage(_CHECK[language])]


def judge(question: str, line: str) -> list[BaseMessage]:
    """Ask, for one token, whether a line answers a question."""
    shots: list[BaseMessage] = []
    for asked, shown, verdict in _JUDGED:
        shots += [HumanMessage(_is_it(asked, shown)), AIMessage(verdict)]
    return [SystemMessage(_JUDGE), *shots, HumanMessage(_is_it(question, line))]


def told(question: str, language: str, evidence: Sequence[Evidence]) -> list[BaseMessage]:
    """Ask for an answer out of the one to three lines that were found to hold it."""
    shots: list[BaseMessage] = []
    for given, wanted in _TOLD[language]:
        shots += [HumanMessage(given), AIMessage(wanted)]
    return [
        SystemMessage(_TELL[language]),
        *shots,
        HumanMessage(f"{data(question)}\n\n{_lines(evidence, numbered=False)}"),
    ]


def small_talk(text: str, language: str, history: Sequence[Message], documents: int) -> list[BaseMessage]:
    """Answer kindly, without facts."""
    past = [
        AIMessage(data(plain(m.content))) if m.role == "assistant" else HumanMessage(data(m.content))
        for m in history[-2:]
    ]
    return [SystemMessage(_SMALL_TALK[language].format(documents=documents)), *past, HumanMessage(data(text))]


def rewrite(question: str, language: str, history: Sequence[Message]) -> list[BaseMessage]:
    """Ask for the standalone form of a follow-up."""
    instruction, examples = _REWRITE[language]
    shots: list[BaseMessage] = []
    for given, wanted in examples:
        shots += [HumanMessage(given), AIMessage(wanted)]
    asked, said = map(one_line, last_exchange(history))
    exchange = _EXCHANGE[language].format(asked=asked[:400], said=said[:300], question=one_line(question))
    return [SystemMessage(instruction), *shots, HumanMessage(data(exchange))]


def last_exchange(history: Sequence[Message]) -> tuple[str, str]:
    """What was asked last and what was answered; empty where there is nothing."""
    asked = next((m.content for m in reversed(history) if m.role == "user"), "")
    return asked, plain(next((m.content for m in reversed(history) if m.role == "assistant"), ""))


def data(text: str) -> str:
    """Text of people and documents: control tokens of chat templates (<|im_end|>) in it become ordinary text.

    llama.cpp reads them as control tokens wherever they stand (ggml-org/llama.cpp#26273), so that a document could end
    our turn and begin one of its own.
    """
    return _CONTROL.sub(lambda found: "< " if found.group() == "<" else " >", text)


def plain(answer: str) -> str:
    """An answer without its citation markers."""
    return _MARKER.sub("", answer)


def _is_it(question: str, line: str) -> str:
    return f"Question: {one_line(data(question))}\nLine: {one_line(data(line))}\nDoes the line answer it?"


def _lines(evidence: Sequence[Evidence], *, numbered: bool = True) -> str:
    """The sources as lines, each passage under its title and headings.

    What a document says never leaves its line, so that none of it can look like the end of the sources or a question.
    """
    lines: list[str] = []
    number = 0
    for each in evidence:
        passage = each.passage
        names = dict.fromkeys(name for name in (passage.title, *passage.heading) if name)
        lines.append(f"# {one_line(data(' > '.join(names)[:160]))}")
        for sentence in each.selected or passage.sentences:
            number += 1
            text = one_line(data(sentence.text))
            lines.append(f"{number}. {text}" if numbered else text)
    return "\n".join(lines)
