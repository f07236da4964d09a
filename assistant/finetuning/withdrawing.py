"""Tells the datasets what was deleted elsewhere, so that nothing goes on being learnt from it."""

import logging
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from finetune.errors import FinetuneError

if TYPE_CHECKING:
    from assistant.finetuning.datasets import DatasetDesk
    from finetune.withdrawal import Withdrawn

log = logging.getLogger(__name__)


class Withdrawals:
    """What is told of deletions. A deletion is done whatever becomes of the rows: the next build looks again."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def document(self, document: str) -> None:
        """A document was deleted."""
        self._withdraw("document", lambda desk: desk.document_deleted(document))

    def conversation(self, conversation: str) -> None:
        """A conversation was deleted."""
        self._withdraw("conversation", lambda desk: desk.conversation_deleted(conversation))

    def conversations(self, conversations: Collection[str]) -> "Withdrawn | None":
        """Conversations are about to be deleted. Raises FinetuneError; None where nothing was ever collected."""
        return self._told("conversation", lambda desk: desk.conversation_deleted(*conversations))

    def user(self, user: str) -> "Withdrawn | None":
        """A person is about to be deleted. Raises FinetuneError; None where nothing was ever collected."""
        return self._told("person", lambda desk: desk.user_deleted(user))

    def desk(self) -> "DatasetDesk | None":
        """The datasets; None where nothing was ever collected."""
        if not (self._home / "finetune").is_dir():
            return None
        from assistant.finetuning.datasets import DatasetDesk

        return DatasetDesk(self._home)

    def _withdraw(self, what: str, gone: "Callable[[DatasetDesk], Withdrawn]") -> None:
        try:
            self._told(what, gone)
        except FinetuneError as error:
            log.error("examples of a deleted %s could not be withdrawn: %s", what, error)

    def _told(self, what: str, gone: "Callable[[DatasetDesk], Withdrawn]") -> "Withdrawn | None":
        if (desk := self.desk()) is None:
            return None
        found = gone(desk)
        for card in found.adapters:
            log.warning("adapter %s@%s was trained on a %s that is deleted", card["topic"], card["version"], what)
        return found
