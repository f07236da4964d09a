"""The shipped examples: each left out in turn, texts written apart from them, false alarms on the demo questions."""

import json

import numpy as np

from assistant.models.models import Models
from assistant.paths import sample_documents
from assistant.routing.examples import OUT_OF_SCOPE, load_labels
from assistant.routing.intents import SHIPPED as INTENTS
from assistant.routing.intents import IntentClassifier, head_of, load_intents
from assistant.routing.mood import SHIPPED as MOODS
from assistant.routing.mood import MoodReader
from assistant.settings import load_settings
from benchmarks.table import Row, options, parsed, publish
from knowledge.embedder import Embedder

# (text, sentiment, urgency)
APART = [
    ("I have been on hold for an hour, this is ridiculous", "negative", "normal"),
    ("the fridge died again and I am sick of it", "negative", "normal"),
    ("honestly the app is awful", "negative", "normal"),
    ("nobody replied to my two emails, really poor", "negative", "normal"),
    ("what a waste of money", "negative", "normal"),
    ("sparks are flying from the socket, quick!", "neutral", "urgent"),
    ("the lift is stuck with people inside", "neutral", "urgent"),
    ("I need the certificate right now, the auditor is at the door", "neutral", "urgent"),
    ("our website is offline and orders are being lost", "neutral", "urgent"),
    ("someone broke into the office just now", "neutral", "urgent"),
    ("brilliant, you solved it in a minute", "positive", "normal"),
    ("lovely shop, I will come back", "positive", "normal"),
    ("that was really helpful, cheers", "positive", "normal"),
    ("how many litres does the tank hold?", "neutral", "normal"),
    ("who keeps the keys of the archive?", "neutral", "normal"),
    ("can I exchange a gift without a receipt?", "neutral", "normal"),
    ("how long is the notice period in case of dismissal?", "neutral", "normal"),
    ("what is the procedure after a burn?", "neutral", "normal"),
    ("llevo una hora esperando al teléfono, es ridículo", "negative", "normal"),
    ("la nevera ha vuelto a morir y estoy hasta las narices", "negative", "normal"),
    ("sinceramente la aplicación es horrible", "negative", "normal"),
    ("nadie contestó a mis dos correos, muy mal", "negative", "normal"),
    ("qué manera de tirar el dinero", "negative", "normal"),
    ("saltan chispas del enchufe, ¡rápido!", "neutral", "urgent"),
    ("el ascensor se ha parado con gente dentro", "neutral", "urgent"),
    ("necesito el certificado ahora mismo, el auditor está en la puerta", "neutral", "urgent"),
    ("la web no funciona y estamos perdiendo pedidos", "neutral", "urgent"),
    ("acaban de entrar a robar en la oficina", "neutral", "urgent"),
    ("fantástico, lo has resuelto en un minuto", "positive", "normal"),
    ("una tienda preciosa, volveré", "positive", "normal"),
    ("me ha servido muchísimo, gracias", "positive", "normal"),
    ("¿cuántos litros caben en el depósito?", "neutral", "normal"),
    ("¿quién guarda las llaves del archivo?", "neutral", "normal"),
    ("¿puedo cambiar un regalo sin tique?", "neutral", "normal"),
    ("¿cuánto es el preaviso en caso de despido?", "neutral", "normal"),
    ("¿cuál es el procedimiento después de una quemadura?", "neutral", "normal"),
]


def main() -> None:
    chosen = parsed(options(__doc__))
    embedder = Models(load_settings()).embedder()
    publish("Heads", [*left_out(embedder), *apart(embedder), *demo(embedder)], chosen.json)


def left_out(embedder: Embedder) -> list[Row]:
    """The share of examples whose label all the others tell."""
    rows: list[Row] = []
    for name, file in {"intents": INTENTS, **MOODS}.items():
        labels = load_labels(file)
        truth = np.array([label.name for label in labels for _ in label.examples])
        head_of(embedder, labels)  # what is loaded the first time is not counted
        head = head_of(embedder, labels)
        inside = truth != OUT_OF_SCOPE
        said = np.array(head.labels)[head.best(head.left_out).argmax(axis=1)]
        rows.append(_row(f"{name}, left out", "right", list((said == truth)[inside])))
        if not inside.all():
            found = [not each.in_scope for each in head.opinions(head.left_out[~inside])]
            rows.append(_row("out of scope, left out", "found", found))
    return rows


def apart(embedder: Embedder) -> list[Row]:
    """Sentiment and urgency of texts that are in no file of examples."""
    mood = MoodReader(embedder)
    read = [mood.read(embedder.embed_queries([text])[0], text) for text, _, _ in APART]
    sentiment = [each.sentiment.label == truth for each, (_, truth, _) in zip(read, APART, strict=True)]
    urgency = [each.urgency.label == truth for each, (_, _, truth) in zip(read, APART, strict=True)]
    return [_row("sentiment, written apart", "right", sentiment), _row("urgency, written apart", "right", urgency)]


def demo(embedder: Embedder) -> list[Row]:
    """What the heads say of the demo company's questions, where all of these are false alarms (but for real haste)."""
    lines = (sample_documents() / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    texts = [row["question"] for row in rows if row.get("kind") not in ("small_talk", "follow_up")]
    intents, mood = IntentClassifier(embedder, load_intents(INTENTS)), MoodReader(embedder)
    vectors = [embedder.embed_queries([text])[0] for text in texts]
    guesses = [intents.guess(vector, text) for vector, text in zip(vectors, texts, strict=True)]
    moods = [mood.read(vector, text) for vector, text in zip(vectors, texts, strict=True)]
    alarms = {
        "taken for chat": [each.small_talk for each in guesses],
        "out of scope": [not each.in_scope for each in guesses],
        "unlikely answerable": [each.documents < 0.5 for each in guesses],
        "negative": [each.sentiment.label == "negative" for each in moods],
        "urgent": [each.urgency.label == "urgent" for each in moods],
    }
    return [_row("demo questions", name, each) for name, each in alarms.items()]


def _row(texts: str, what: str, hits: list[bool]) -> Row:
    return {"texts": texts, "n": len(hits), "what": what, "share": float(np.mean(hits))}


if __name__ == "__main__":
    main()
