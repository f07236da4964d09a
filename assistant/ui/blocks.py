"""The page as a Gradio application: components, and which event does what."""

from typing import Any

import gradio as gr

from assistant.api.ports import Assistant
from assistant.api.running import RunningTurns
from assistant.settings import Settings
from assistant.ui.browsing import Browsing
from assistant.ui.conversing import Conversing
from assistant.ui.filing import Filing
from assistant.ui.showing import Showing
from assistant.ui.telling import telling
from assistant.ui.view import View, build_view

TURNS_AT_ONCE = 64
THREADS = 160
"""A turn that is followed holds a thread; Gradio's 40 would leave none for the other events."""


def build_blocks(assistant: Assistant, settings: Settings, turns: RunningTurns) -> gr.Blocks:
    """The page, ready to be mounted."""
    with gr.Blocks(title="Pilares", analytics_enabled=False, fill_width=True) as blocks:
        view = build_view()
        showing = Showing(view, assistant)
        conversing = Conversing(view, showing, assistant, settings, turns)
        browsing = Browsing(view, showing, assistant, conversing, settings.language)
        filing = Filing(view, showing, assistant, settings)
        _asking(view, conversing)
        _browsing(view, browsing)
        _filing(view, filing)
        blocks.load(telling(browsing.visit), None, _all(view), **_QUIET)
        blocks.unload(conversing.leave)
    blocks.queue(default_concurrency_limit=32, max_size=512, api_open=False)
    blocks.max_threads = THREADS
    return blocks


_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "multiple"}
_TURN: dict[str, Any] = {**_QUIET, "concurrency_limit": TURNS_AT_ONCE, "concurrency_id": "turns"}


def _asking(view: View, conversing: Conversing) -> None:
    context = [view.conversation, view.language, view.model]
    shown = [*_conversation(view), view.question]
    gr.on([view.question.submit, view.send.click], telling(conversing.ask), [view.question, *context], shown, **_TURN)
    view.transcript.example(telling(conversing.example), context, shown, **_TURN)
    view.transcript.resend(telling(conversing.resend), context, shown, **_TURN)
    view.stop.click(telling(conversing.stop), [view.conversation], None, **_QUIET)


def _browsing(view: View, browsing: Browsing) -> None:
    shown = _conversation(view)
    here = [view.conversation, view.language]
    view.conversations.pick(telling(browsing.pick), [view.language], shown, **_QUIET)
    view.conversations.rename(telling(browsing.rename), here, [view.conversations], **_QUIET)
    view.conversations.remove(telling(browsing.remove), here, shown, **_QUIET)
    view.new.click(telling(browsing.new), [view.language], [*shown, view.question], **_QUIET)
    latest = {**_QUIET, "trigger_mode": "always_last"}
    view.search.change(telling(browsing.search), [view.search, *here], [view.conversations], **latest)
    view.transcript.reveal(telling(browsing.reveal), here, [view.sources], **_QUIET)
    view.transcript.judge(telling(browsing.judge), None, None, **_QUIET)
    view.foot.recount(telling(browsing.recount), here, [view.foot, view.transcript], **_QUIET)
    view.foot.speak(telling(browsing.speak), [view.conversation], _all(view), **_QUIET)


def _filing(view: View, filing: Filing) -> None:
    view.foot.library(telling(filing.open), [view.language], [view.documents, view.foot], **_QUIET)
    view.upload.upload(
        telling(filing.upload), [view.upload, view.conversation, view.language],
        [view.uploads, view.upload, view.documents, view.foot, *_conversation(view)], **_QUIET,
    )  # fmt: skip
    for part in (view.sources, view.documents):
        part.read(telling(filing.read), [view.language], [view.reader], **_QUIET)
    view.documents.discard(telling(filing.discard), [view.language], [view.documents, view.foot], **_QUIET)


def _conversation(view: View) -> list[Any]:
    """What shows one conversation."""
    return [
        view.conversation, view.transcript, view.live, view.sources, view.top, view.conversations, view.send, view.stop,
    ]  # fmt: skip


def _all(view: View) -> list[Any]:
    return list(vars(view).values())
