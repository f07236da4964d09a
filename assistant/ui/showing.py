"""What the page shows for a person, a conversation and a language: component by component."""

from datetime import UTC, datetime
from typing import Any, get_args

import gradio as gr

from assistant.api.ports import Assistant
from assistant.errors import NotFound
from assistant.messages import message
from assistant.security.person import LOCAL_USER, Person
from assistant.security.rights import Right
from assistant.storage.records import Turn
from assistant.turn.answer import Asked
from assistant.ui.controls import say
from assistant.ui.library import document_list, library_head
from assistant.ui.sidebar import brand, conversation_list, side_foot, top_bar
from assistant.ui.sources import sources_panel
from assistant.ui.transcript import transcript
from assistant.ui.view import View

Updates = dict[Any, Any]


class Showing:
    """Makes the updates that bring components to a state; the events decide which state."""

    def __init__(self, view: View, assistant: Assistant) -> None:
        self._view = view
        self._assistant = assistant

    def everything(self, who: Person, conversation_id: str, language: str, hide_running: bool = False) -> Updates:
        """The whole page, for a new visit or another language."""
        return {
            **self.labels(language),
            self._view.upload: gr.update(label=message("add_documents", language), visible=who.may(Right.WRITE)),
            **self.conversation(who, conversation_id, language, hide_running),
            self._view.foot: foot(who, language, self._assistant.state(who.groups).documents),
        }

    def conversation(self, who: Person, conversation_id: str, language: str, hide_running: bool = False) -> Updates:
        """One conversation ("" is a new one) with the sources of its last answer. Raises NotFound.

        `hide_running` leaves out the turn that the page shows as it runs.
        """
        view = self._view
        turns = self._assistant.conversations.turns(who.id, conversation_id) if conversation_id else []
        shown = [turn for turn in turns if not (hide_running and turn.state == "running")]
        title = self._assistant.conversations.get(who.id, conversation_id).title if conversation_id else ""
        last = shown[-1] if shown else None
        documents = None if hide_running else self._assistant.state(who.groups).documents
        return {
            view.conversation: conversation_id,
            view.transcript: transcript(conversation_id, shown, language, documents),
            view.sources: sources_of(last, language),
            view.top: top_bar(title or message("app_name", language), language, _count(last)),
            **self.list(who, conversation_id, language),
        }

    def list(self, who: Person, conversation_id: str, language: str, search: str = "") -> Updates:
        """The conversations in the side bar."""
        found = self._assistant.conversations.list(who.id, 100, search)
        html = conversation_list(found, conversation_id, language, datetime.now(UTC), searching=bool(search.strip()))
        return {self._view.conversations: html}

    def documents(self, who: Person, language: str, note: str = "") -> Updates:
        """The documents in the drawer, and their number in the side bar."""
        documents = self._assistant.documents.list(who.groups)
        return {
            self._view.documents: document_list(documents, language, note, may_delete=who.may(Right.WRITE)),
            self._view.foot: foot(who, language, len(documents)),
        }

    def counted(self, who: Person, conversation_id: str, language: str) -> Updates:
        """The number of documents, where it is shown."""
        number = self._assistant.state(who.groups).documents
        welcome = gr.skip() if conversation_id else transcript("", [], language, number)
        return {self._view.foot: foot(who, language, number), self._view.transcript: welcome}

    def composer(self, language: str, running: bool) -> Updates:
        """Send or Stop, whichever can be done."""
        return {
            self._view.send: gr.update(value=message("send", language), visible=not running),
            self._view.stop: gr.update(value=message("stop", language), visible=running),
        }

    def labels(self, language: str) -> Updates:
        """Every fixed text."""
        view = self._view
        models = [(message(f"model_{choice}", language), choice) for choice in get_args(Asked)]
        return {
            view.language: language,
            view.brand: brand(language),
            view.new: gr.update(value=message("new_conversation", language)),
            view.search: gr.update(
                placeholder=message("search_conversations", language), label=message("search_conversations", language)
            ),
            view.question: gr.update(
                placeholder=message("question_placeholder", language), label=message("question_label", language)
            ),
            view.model: gr.update(choices=models, label=message("model_choice", language)),
            view.hint: hint(language),
            view.banner: banner(language),
            view.library_head: library_head(language),
        }

    def still_there(self, who: Person, conversation_id: str) -> bool:
        """Whether the person has such a conversation."""
        try:
            self._assistant.conversations.get(who.id, conversation_id)
        except NotFound:
            return False
        return True


def foot(who: Person, language: str, documents: int) -> str:
    """What stands at the foot of the side bar for somebody."""
    return side_foot(language, documents, signed_in(who), operates=who.may(Right.OPERATE))


def signed_in(who: Person) -> str:
    """The name to show of somebody who signed in; none of the one person at this computer."""
    return "" if who.id == LOCAL_USER else who.name


def sources_of(turn: Turn | None, language: str, focus: int = 0) -> str:
    """The sources panel for a turn of the past, or an empty one."""
    if turn is None or turn.answer is None:
        return sources_panel((), None, language)
    return sources_panel(turn.answer.evidence, turn.answer.citations, language, turn=turn.id, focus=focus)


def hint(language: str) -> str:
    """What stands under the composer; static/page.css hides the keys where there is no keyboard."""
    keys, advice = (say(key, language) for key in ("hint_keys", "hint_check"))
    return f'<p class="pl-hint"><span class="pl-keys">{keys} </span>{advice}</p>'


def banner(language: str) -> str:
    """What is said while models load or parts are missing; static/page.js asks /health and shows what applies."""
    parts = " ".join(f'data-{part}="{say(f"part_{part}", language)}"' for part in ("slm", "llm", "index"))
    return (
        f'<div class="pl-banner" data-state="starting" role="status" hidden>{say("models_loading", language)}</div>'
        f'<div class="pl-banner" data-state="degraded" role="status" hidden {parts}>'
        f"{say('service_degraded', language, parts='%')}</div>"
        f'<div class="pl-drop" aria-hidden="true">{say("drop_here", language)}</div>'
    )


def _count(turn: Turn | None) -> int:
    return len(turn.answer.evidence) if turn is not None and turn.answer is not None else 0
