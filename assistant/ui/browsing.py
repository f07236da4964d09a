"""Finding one's way: conversations, sources, verdicts, language."""

import gradio as gr

from assistant.api.ports import Assistant
from assistant.errors import NotFound
from assistant.messages import Language, speech
from assistant.security.person import Person
from assistant.storage.records import Verdict
from assistant.ui.conversing import Conversing
from assistant.ui.showing import Showing, Updates, sources_of
from assistant.ui.view import View
from assistant.ui.visit import number, visitor, wanted_language, word


class Browsing:
    """The events that show something else, and those that change a conversation as a whole."""

    def __init__(
        self, view: View, showing: Showing, assistant: Assistant, conversing: Conversing, language: Language | None
    ) -> None:
        self._view, self._showing, self._assistant = view, showing, assistant
        self._conversing, self._language = conversing, language

    def visit(self, request: gr.Request) -> Updates:
        """A page was opened: the conversation in its address, in the language of its visitor."""
        who = visitor(request)
        wanted = str(request.request.query_params.get("c", ""))
        conversation_id = wanted if wanted and self._showing.still_there(who, wanted) else ""
        return self._everything(who, conversation_id, wanted_language(request, self._language), request)

    def speak(self, conversation_id: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Another language for the page; answers stay as they were given."""
        who = visitor(request)
        there = conversation_id if self._showing.still_there(who, conversation_id) else ""
        return self._everything(who, there, speech(word(event, "language")), request)

    def recount(self, conversation_id: str, language: str, request: gr.Request) -> Updates:
        """Documents came or went without this page having done it; an empty conversation says how many there are."""
        return self._showing.counted(visitor(request), conversation_id, language)

    def pick(self, language: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Another conversation."""
        return self._open(word(event, "id"), language, request)

    def new(self, language: str, request: gr.Request) -> Updates:
        """An empty conversation; it is stored with its first question."""
        return {**self._open("", language, request), self._view.question: gr.update(value="")}

    def rename(self, conversation_id: str, language: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Another title."""
        who, title = visitor(request), word(event, "title").strip()
        if title:
            self._assistant.conversations.rename(who.id, word(event, "id"), title)
        return self._showing.list(who, conversation_id, language)

    def remove(self, conversation_id: str, language: str, request: gr.Request, event: gr.EventData) -> Updates:
        """A conversation erased; if it is the one shown, an empty one takes its place."""
        who, gone = visitor(request), word(event, "id")
        self._conversing.stop(gone, request)
        self._assistant.conversations.delete(who.id, gone)
        if gone == conversation_id:
            return self._open("", language, request)
        return self._showing.list(who, conversation_id, language)

    def search(self, words: str, conversation_id: str, language: str, request: gr.Request) -> Updates:
        """The conversations that hold the words."""
        return self._showing.list(visitor(request), conversation_id, language, words)

    def reveal(self, conversation_id: str, language: str, request: gr.Request, event: gr.EventData) -> Updates:
        """The sources of an answer of the past, opened at one of them."""
        try:
            turns = self._assistant.conversations.turns(visitor(request).id, conversation_id)
        except NotFound:
            return {self._view.sources: gr.skip()}
        turn = next((each for each in turns if each.id == word(event, "turn")), None)
        return {self._view.sources: sources_of(turn, language, number(event, "marker") or 0)}

    def judge(self, request: gr.Request, event: gr.EventData) -> None:
        """A verdict on an answer, perhaps with a reason and a correction."""
        verdict: Verdict = "up" if word(event, "verdict") == "up" else "down"
        who, answer_id = visitor(request), word(event, "answer")
        reason, correction = word(event, "reason"), word(event, "correction").strip()
        self._assistant.conversations.add_feedback(who.id, answer_id, verdict, reason=reason, correction=correction)

    def _open(self, conversation_id: str, language: str, request: gr.Request) -> Updates:
        who, session = visitor(request), request.session_hash or ""
        if conversation_id and not self._showing.still_there(who, conversation_id):
            conversation_id = ""
        self._conversing.look_at(session, conversation_id)
        running = self._conversing.running_here(who.id, conversation_id, session)
        return {
            **self._showing.conversation(who, conversation_id, language, hide_running=running),
            **self._showing.composer(language, running),
            self._view.live: "",
        }

    def _everything(self, who: Person, conversation_id: str, language: Language, request: gr.Request) -> Updates:
        session = request.session_hash or ""
        self._conversing.look_at(session, conversation_id)
        running = self._conversing.running_here(who.id, conversation_id, session)
        return {
            **self._showing.everything(who, conversation_id, language, hide_running=running),
            **self._showing.composer(language, running),
        }
