"""Tools and appointments of one running assistant, put together for its turns and for the web."""

import logging
from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from assistant.settings import Settings, environment
from assistant.storage.conversations import Conversations
from knowledge.embedder import Embedder

if TYPE_CHECKING:
    from assistant.appointments.store import AppointmentStore
    from assistant.tools.tool import Tool
    from assistant.tools.toolbox import Toolbox
    from assistant.turn.strategies.task import TaskStrategy

log = logging.getLogger(__name__)


class TaskDesk:
    """Opens the tools when they are first wanted; without any in the settings nothing is loaded."""

    def __init__(self, settings: Settings, conversations: Conversations) -> None:
        self._settings = settings
        self._conversations = conversations
        self._toolbox: Toolbox | None = None
        self._store: AppointmentStore | None = None
        self._lock = Lock()

    @property
    def wanted(self) -> bool:
        """Whether the settings name any tool."""
        tools = self._settings.tools
        return bool(self._settings.appointments.enabled or tools.python or tools.servers)

    def toolbox(self) -> "Toolbox":
        """Every tool, the shipped ones among them where they are switched on."""
        from assistant.tools.toolbox import Toolbox

        with self._lock:
            if self._toolbox is None:
                self._toolbox = Toolbox(self._settings.tools, environment(), self._own())
            return self._toolbox

    def _own(self) -> "list[Tool]":
        if not self._settings.appointments.enabled:
            return []
        from assistant.appointments.store import AppointmentStore
        from assistant.appointments.tools import appointment_tools

        self._store = AppointmentStore.open(self._settings.conversations_url)
        return appointment_tools(self._settings.appointments, self._store)

    def appointments(self) -> "AppointmentStore | None":
        """Where appointments are kept; None when they are switched off."""
        self.toolbox()
        return self._store

    def strategy(
        self, embedder: Embedder, otherwise: Sequence[str], local_user: str, *, doubtful_later: bool
    ) -> "TaskStrategy":
        """The strategy of turns; `otherwise` is what people say when they want no tool."""
        from assistant.tools.gate import Gate
        from assistant.turn.strategies.task import TaskStrategy

        zone, tools = ZoneInfo(self._settings.appointments.timezone), self._settings.tools
        return TaskStrategy(
            self.toolbox(), self._conversations, lambda offered: Gate(embedder, offered, otherwise),
            lambda: datetime.now(zone), calls=tools.calls, minutes=tools.task_minutes, local_user=local_user,
            doubtful_later=doubtful_later,
        )  # fmt: skip

    def close(self) -> None:
        """End the tool servers, and give the database back."""
        if self._toolbox is not None:
            self._toolbox.close()
        if self._store is not None:
            self._store.close()
