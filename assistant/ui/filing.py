"""Documents: upload with progress, list, read, delete."""

import contextlib
import logging
import queue
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import gradio as gr

from assistant.api.access import check_right
from assistant.api.ports import Assistant, Groups, Progress
from assistant.api.uploads import Outcome, add_file, clean_name
from assistant.errors import AssistantError
from assistant.messages import message
from assistant.security.rights import Right
from assistant.settings import Settings
from assistant.ui.library import FileProgress, reader, upload_status
from assistant.ui.showing import Showing, Updates
from assistant.ui.view import View
from assistant.ui.visit import number, visitor, word

log = logging.getLogger(__name__)


class Filing:
    """The events of the documents drawer."""

    def __init__(self, view: View, showing: Showing, assistant: Assistant, settings: Settings) -> None:
        self._view, self._showing, self._assistant = view, showing, assistant
        self._limit = settings.knowledge.max_file_bytes

    def open(self, language: str, request: gr.Request) -> Updates:
        """The drawer was opened."""
        return self._showing.documents(visitor(request), language)

    def upload(
        self, paths: Sequence[str] | None, conversation_id: str, language: str, request: gr.Request
    ) -> Iterator[Updates]:
        """Take files in, one after the other, telling of each how far it is and what became of it.

        The work goes on in its own thread when the page is closed: what was handed over is taken in.
        """
        who = visitor(request)
        check_right(who, Right.WRITE, language)
        files = [FileProgress(clean_name(Path(path).name)) for path in paths or ()]
        if not files:  # Gradio empties every output of a generator that never yields
            yield {self._view.uploads: gr.skip()}
            return
        yield {self._view.uploads: upload_status(files, language), self._view.upload: gr.update(interactive=False)}
        told: queue.Queue[FileProgress | None] = queue.Queue()
        work = threading.Thread(
            target=self._take_in, args=(who.groups, list(paths or ()), files, language, told), daemon=True
        )
        work.start()
        while told.get() is not None:
            yield {self._view.uploads: upload_status(files, language)}
        yield {
            self._view.uploads: upload_status(files, language),
            self._view.upload: gr.update(value=None, interactive=True),
            **self._showing.documents(who, language),
            **({} if conversation_id else self._showing.conversation(who, "", language)),
        }

    def _take_in(
        self,
        groups: Groups,
        paths: Sequence[str],
        files: Sequence[FileProgress],
        language: str,
        told: "queue.Queue[FileProgress | None]",
    ) -> None:
        for path, file in zip(paths, files, strict=True):
            file.percent = 0
            told.put(file)

            def progress(done: int, total: int, file: FileProgress = file) -> None:
                file.percent = round(100 * done / total) if total else 0
                told.put(file)

            file.outcome = self._one(groups, Path(path), file.name, language, progress)
            told.put(file)
        told.put(None)

    def _one(self, groups: Groups, path: Path, name: str, language: str, progress: Progress) -> Outcome:
        try:
            documents, content = self._assistant.documents, path.read_bytes()
            return add_file(documents, name, content, self._limit, language, progress, groups=groups)
        except Exception:  # one file must not keep the others out
            log.exception("an upload failed")
            return Outcome(name, error=AssistantError(message("unexpected", language)))
        finally:
            _forget(path)

    def read(self, language: str, request: gr.Request, event: gr.EventData) -> Updates:
        """A document's text, at the place that was asked for."""
        groups, document_id = visitor(request).groups, word(event, "document")
        text = self._assistant.documents.text(document_id, groups)
        found = next((each for each in self._assistant.documents.list(groups) if each.id == document_id), None)
        title = (found.title or found.name) if found else message("documents", language)
        return {self._view.reader: reader(title, text, number(event, "start"), number(event, "end"), language)}

    def discard(self, language: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Take a document out."""
        who, document_id = visitor(request), word(event, "id")
        check_right(who, Right.WRITE, language)
        found = next((each for each in self._assistant.documents.list(who.groups) if each.id == document_id), None)
        self._assistant.documents.delete(document_id, who.groups)
        note = message("document_deleted", language, name=found.name) if found else ""
        return self._showing.documents(who, language, note)


def _forget(path: Path) -> None:
    """Erase Gradio's own copy of an upload, and the folder it made for it."""
    with contextlib.suppress(OSError):
        path.unlink()
        path.parent.rmdir()
