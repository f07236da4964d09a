"""What a turn that may still be stopped has written so far, and from which documents."""

from dataclasses import dataclass

from assistant.turn.events import Found, Revised, TurnEvent, Wrote


@dataclass
class Unfinished:
    """Its text, and the ids of all documents that were found for it; None until it is told which."""

    text: str = ""
    documents: frozenset[str] | None = None

    def take(self, event: TurnEvent) -> None:
        """Learn from the next event."""
        match event:
            case Found(evidence, _):
                found = frozenset(each.passage.document_id for each in evidence)
                self.documents = found | (self.documents or frozenset())
            case Wrote(text):
                self.text += text
            case Revised(text, _):
                self.text = text
