"""The components of the page and where they stand; no behaviour."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

# static/page.js has the other half: clicks and forms in our HTML become events of these names.
_ATTACH = "window.pilares.attach(element, trigger, watch, [{events}]);"


@dataclass(frozen=True)
class View:
    """Every component an event reads or writes."""

    conversation: gr.Textbox
    language: gr.Textbox
    brand: gr.HTML
    new: gr.Button
    search: gr.Textbox
    conversations: gr.HTML
    foot: gr.HTML
    top: gr.HTML
    banner: gr.HTML
    transcript: gr.HTML
    live: gr.HTML
    question: gr.Textbox
    model: gr.Radio
    send: gr.Button
    stop: gr.Button
    hint: gr.HTML
    sources: gr.HTML
    library_head: gr.HTML
    upload: gr.UploadButton
    uploads: gr.HTML
    documents: gr.HTML
    reader: gr.HTML


def build_view() -> View:
    """Lay the page out, inside a `gr.Blocks` context."""
    parts: dict[str, Any] = {
        # Kept by the browser and sent along, so that a restarted server finds its place again.
        "conversation": gr.Textbox("", visible=False, elem_id="pl-conversation"),
        "language": gr.Textbox("en", visible=False, elem_id="pl-language"),
    }
    with gr.Row(elem_id="pl-shell"):
        with gr.Column(elem_id="pl-side"):
            _side(parts)
        with gr.Column(elem_id="pl-main"):
            _main(parts)
        with gr.Column(elem_id="pl-sources-panel"):
            parts["sources"] = _html("pl-sources-html", "read")
    with gr.Column(elem_id="pl-library"):
        parts["library_head"] = _html("pl-library-head")
        parts["upload"] = gr.UploadButton("", file_count="multiple", elem_id="pl-upload", size="md")
        parts["uploads"] = _html("pl-upload-status")
        parts["documents"] = _html("pl-documents", "read", "discard")
    parts["reader"] = _html("pl-reader")
    return View(**parts)


def _side(parts: dict[str, Any]) -> None:
    parts["brand"] = _html("pl-brand")
    parts["new"] = gr.Button("", elem_id="pl-new", size="md")
    parts["search"] = gr.Textbox(show_label=False, container=False, elem_id="pl-search", max_length=200)
    parts["conversations"] = _html("pl-conversations", "pick", "rename", "remove")
    parts["foot"] = _html("pl-side-foot", "library", "speak", "recount")


def _main(parts: dict[str, Any]) -> None:
    parts["top"] = _html("pl-top")
    parts["banner"] = _html("pl-banner")
    with gr.Column(elem_id="pl-talk"):
        parts["transcript"] = _html("pl-transcript", "resend", "judge", "reveal", "example")
        parts["live"] = _html("pl-live")
    with gr.Column(elem_id="pl-composer"):
        parts["question"] = gr.Textbox(
            show_label=False, container=False, lines=1, max_lines=8, autofocus=True, elem_id="pl-question"
        )
        with gr.Row(elem_id="pl-composer-foot"):
            parts["model"] = gr.Radio(["auto"], value="auto", show_label=False, container=False, elem_id="pl-model")
            parts["send"] = gr.Button("", variant="primary", elem_id="pl-send", size="sm")
            parts["stop"] = gr.Button("", visible=False, elem_id="pl-stop", size="sm")
    parts["hint"] = _html("pl-hint")


def _html(elem_id: str, *events: str) -> gr.HTML:
    names = ", ".join(f"'{name}'" for name in events)
    return gr.HTML(
        "", elem_id=elem_id, apply_default_css=False, container=False, js_on_load=_ATTACH.format(events=names)
    )
