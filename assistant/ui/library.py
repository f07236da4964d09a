"""The documents drawer: what there is, what became of an upload, a document's text."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from assistant.api.ports import DocumentSummary
from assistant.api.uploads import Outcome
from assistant.messages import counted, message
from assistant.ui.controls import attributes, icon_button, say, text_button
from assistant.ui.icons import icon
from assistant.ui.markdown import plain
from assistant.ui.sources import highlighted

READER_CHARS = 60_000
"""How much of a document the reader shows at once, around the place that is asked for."""


@dataclass
class FileProgress:
    """One file of an upload on its way."""

    name: str
    percent: int | None = None
    outcome: Outcome | None = None


def library_head(language: str) -> str:
    """The drawer's title."""
    close = icon_button("close", message("close", language), class_="pl-drawer-close", data_drawer="")
    return f'<header class="pl-panel-head"><h2>{say("documents", language)}</h2>{close}</header>'


def document_list(
    documents: Sequence[DocumentSummary], language: str, note: str = "", *, may_delete: bool = True
) -> str:
    """Every document with a way to read it, and one to delete it for those who may."""
    said = f'<p class="pl-note" role="status">{plain(note)}</p>' if note else ""
    if not documents:
        return f'{said}<p class="pl-muted">{say("documents_empty", language)}</p>'
    items = "".join(_document(each, language, may_delete) for each in documents)
    return f'{said}<ul class="pl-documents">{items}</ul>'


def _document(each: DocumentSummary, language: str, may_delete: bool) -> str:
    about = [counted("passages", each.passages, language)]
    if each.language in ("en", "es"):
        about.append(message(f"language_{each.language}", language))
    if each.added is not None:
        about.append(each.added.astimezone().strftime("%Y-%m-%d"))
    if each.source:
        about.append(each.source)
    read = attributes(type="button", class_="pl-document", data_act="read", data_document=each.id)
    name = f'<span class="pl-document-name">{plain(each.name)}</span>' if each.name != each.title else ""
    return (
        f"<li><button{read}>{icon('file')}<span><strong>{plain(each.title or each.name)}</strong>{name}"
        f'<span class="pl-about">{escape(" · ".join(about))}</span>{_remarks(each, language)}</span></button>'
        f"{_delete_form(each.id, language) if may_delete else ''}</li>"
    )


def _remarks(each: DocumentSummary, language: str) -> str:
    """What somebody who relies on the document should know of it."""
    told = [each.error] if each.error else []
    if each.superseded_by:
        told.append(message("document_superseded", language, title=each.superseded_by))
    if each.duplicate_of:
        told.append(message("document_duplicate", language, title=each.duplicate_of))
    if each.scans and not each.error:
        told.append(counted("document_scans", each.scans, language))
    if each.pinned:
        told.append(message("document_pinned", language))
    if each.hidden:
        told.append(message("document_hidden", language))
    return "".join(f'<span class="pl-remark">{plain(words)}</span>' for words in told)


def _delete_form(document_id: str, language: str) -> str:
    form_id = f"pl-drop-{document_id}"
    form = attributes(class_="pl-inline pl-danger", id=form_id, hidden=True, data_act="discard", data_id=document_id)
    yes = text_button(message("delete", language), submit=True, class_="pl-primary")
    no = text_button(message("cancel", language), class_="pl-quiet", data_hide=form_id)
    return (
        f"{icon_button('trash', message('delete', language), data_show=form_id)}"
        f"<form{form}><p>{say('delete_document_question', language)}</p>{yes}{no}</form>"
    )


def upload_status(files: Sequence[FileProgress], language: str) -> str:
    """Each file of the running or last upload, and how it went."""
    if not files:
        return ""
    items = "".join(_file(each, language) for each in files)
    ended = all(each.outcome for each in files)
    added = sum(1 for each in files if each.outcome and each.outcome.upload)
    total = message("upload_done", language, added=added, number=len(files)) if ended else ""
    return (
        f'<div class="pl-uploads" role="status"{attributes(aria_busy="false" if ended else "true")}>'
        f"<ul>{items}</ul><p>{escape(total)}</p></div>"
    )


def _file(each: FileProgress, language: str) -> str:
    state, words, percent = "waiting", message("upload_waiting", language), each.percent
    if each.outcome is not None and each.outcome.upload is not None:
        state, passages = "added", counted("passages", each.outcome.upload.document.passages, language)
        same = each.outcome.upload.unchanged
        words = message("upload_unchanged", language) if same else message("upload_added", language, passages=passages)
    elif each.outcome is not None:
        state, words = "refused", str(each.outcome.error)
    elif percent is not None:
        state = "running"
        words = (
            message("upload_progress", language, percent=percent) if percent else message("upload_running", language)
        )
    bar = f'<span class="pl-bar"><span style="width:{percent}%"></span></span>' if state == "running" else ""
    return f'<li data-state="{state}"><strong>{plain(each.name)}</strong><span>{plain(words)}</span>{bar}</li>'


def reader(title: str, text: str, start: int | None, end: int | None, language: str) -> str:
    """A document's text, the asked stretch marked; very long ones only around it."""
    begin = 0
    if len(text) > READER_CHARS:
        begin = min(max((start or 0) - READER_CHARS // 2, 0), len(text) - READER_CHARS)
    shown = text[begin : begin + READER_CHARS]
    spans = []
    if start is not None and end is not None and begin <= start < end <= begin + len(shown):
        spans.append((start, end, "pl-quoted"))
    note = f'<p class="pl-note">{say("document_truncated", language)}</p>' if len(shown) < len(text) else ""
    close = icon_button("close", message("close", language), data_drawer="")
    return (
        f'<section class="pl-reader" aria-label="{escape(title)}">'
        f'<header class="pl-panel-head"><h2>{plain(title)}</h2>{close}</header>'
        f'{note}<div class="pl-reader-text" tabindex="0">{highlighted(shown, begin, spans)}</div></section>'
    )
