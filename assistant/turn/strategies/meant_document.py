"""The document that a turn is about, or what is said where that is not clear."""

from assistant.messages import message
from assistant.turn.outcome import Outcome
from assistant.turn.strategies.finder import DocumentFinder
from assistant.turn.strategies.naming import Named
from assistant.turn.strategies.past import Past, document_of, last_answer
from assistant.turn.strategies.strategy import Scene
from assistant.turn.strategies.which import ask_which, chosen
from knowledge.document import Document

# Whoever names a document does so in a few words; more are a question of their own.
LONGEST_NAME = 12


class MeantDocument:
    """Finds the document that is meant for a strategy. Safe to share."""

    def __init__(self, finder: DocumentFinder, past: Past, local_user: str) -> None:
        self.finder = finder
        self.past = past
        self.local_user = local_user

    def answered(self, scene: Scene, strategy: str) -> tuple[str, Document] | None:
        """The request of the turn before, if this turn says which of the documents offered there is meant."""
        return chosen(scene, strategy, self.past, self.finder, self.local_user)

    def find(self, scene: Scene, name: Named, strategy: str) -> Document | Outcome | None:
        """The document; an outcome that asks which one, or says that there is none; None when none is spoken of."""
        if name.pointing:
            return self._pointed_at(scene)
        if not name.words or len(name.words.split()) > LONGEST_NAME:
            return None
        request = scene.context.request
        match = self.finder.find(name.words, request.groups, request.filter, scene.language)
        if match.kind == "one":
            return match.documents[0]
        if not name.kind:
            return None
        if match.kind == "several":
            return ask_which(scene, strategy, match, "which_document")
        near = "\n".join(f"- **{each.title}** ({each.name})" for each in match.documents)
        key = "document_not_found_near" if near else "document_not_found"
        return self._said(scene, message(key, scene.language, name=name.words, titles=near))

    def _pointed_at(self, scene: Scene) -> Document | Outcome:
        """ "This document": the one the last answer rests on, or the only one there is."""
        request = scene.context.request
        last = document_of(last_answer(scene, self.past, self.local_user))
        found = self.finder.known([last], request.groups, request.filter) if last else []
        known = found or self.finder.known([], request.groups, request.filter)
        return known[0] if len(known) == 1 else self._said(scene, message("document_unnamed", scene.language))

    def _said(self, scene: Scene, text: str) -> Outcome:
        request = scene.context.request
        route = scene.route(None, "which_document")
        scene.write(text)
        searched = len(self.finder.known([], request.groups, request.filter))
        return Outcome(text, route, abstained=True, searched=searched)
