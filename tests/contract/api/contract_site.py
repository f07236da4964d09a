"""A served application with everything it may have, whose models answer from scripts; and who asks it."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import uvicorn

from assistant.api.app import create_app, visitors_of
from assistant.api.contract.document import Document
from assistant.api.server import _Server, address_of, bind
from assistant.appointments.store import AppointmentStore
from assistant.handoff.record import Summary
from assistant.security.accounts import Accounts
from assistant.security.rights import Role
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.accounts import Known, cheap_accounts, known
from assistant.testing.connectors import ScriptedConnectors
from assistant.testing.documents import LEAVE, ScriptedDocuments, document_id
from assistant.testing.gateway import ScriptedGateway
from assistant.testing.handoffs import WHY
from assistant.testing.scripted import ScriptedAssistant
from assistant.turn.answer import TurnRequest
from assistant.turn.events import Finished
from connectors.connector import Health
from connectors.settings import ConnectorSettings
from connectors.store.links import Link
from knowledge.library import Library
from knowledge.settings import KnowledgeSettings
from knowledge.sources.config import SourceConfig
from knowledge.sources.source import Entry, Gap
from knowledge.sync.runner import Runner
from knowledge.sync.sources import Sources
from knowledge.testing.embedder import HashingEmbedder
from knowledge.testing.reader import InlineReader
from knowledge.vectors.exact import ExactIndex

SHOP = "https://shop.example"
HANDBOOK = SourceConfig(name="handbook", kind="folder", groups=("everyone",), options={"path": "/srv/handbook"})
BROKEN = Link("helpdesk", "waiting", 0.0, last_error="No route.", last_error_at=1.0)
HELPDESK = ScriptedConnectors(helpdesk=Health(BROKEN, {"waiting": 1}, {"sent": 2}))
NO_LIMITS = {"visitor": {"requests_per_minute": None, "requests_per_day": None}, "visits_per_minute": 10**6}


class OnePage:
    """A source with one document."""

    def entries(self) -> Iterator[Entry | Gap]:
        yield Entry("page.md", version="1")

    def fetch(self, entry: Entry) -> bytes:
        return b"# Page\n\nA zebra.\n"

    def close(self) -> None: ...


@dataclass
class Site:
    """The server, its document, and what people show it: a member, an administrator, a visitor of a website."""

    address: str
    document: Document
    assistant: ScriptedAssistant
    accounts: Accounts
    appointments: AppointmentStore
    ana: Known
    boss: Known
    visitor: Mapping[str, str]
    hours: Iterator[int] = field(default_factory=lambda: count(1))

    def newcomer(self, role: Role = "member") -> Known:
        """Somebody new, who may be deleted."""
        return known(self.accounts, f"newcomer{next(self.hours)}", role)

    def headers(self, who: str, *, leaves: bool = False) -> Mapping[str, str]:
        """What somebody shows, or somebody new like them who `leaves`. Administrators are signed in, as keys make no
        keys.
        """
        if leaves:
            return self.newcomer("admin" if who == "admin" else "member").cookie
        return {"member": self.ana.key, "admin": self.boss.cookie, "visitor": self.visitor}[who]

    def things(self, who: str) -> dict[str, str | int]:
        """New things of somebody's own, by the name that a route has for their id."""
        user = {"member": self.ana.user, "admin": self.boss.user}.get(who)
        owner = "ana" if user is None else user.id
        self.assistant.documents = ScriptedDocuments()
        asked = TurnRequest("How many days of leave?", user_id=owner)
        answer = next(each.answer for each in self.assistant.stream(asked) if isinstance(each, Finished))
        begun = self.assistant.conversations.start(owner)
        handoff = self.assistant.conversations.handoffs.begin(owner, begun.id, WHY, Summary("me", (), 0, ("Where?",)))
        starts = datetime.now(UTC) + timedelta(hours=next(self.hours))
        booked = self.appointments.book(
            owner, calendar="desk", service="x", starts=starts, ends=starts + timedelta(minutes=30), name="A",
            contact="a@b",
        )  # fmt: skip
        key = "0" * 32 if user is None else self.accounts.keys.make(user, "other")[0].id
        return {
            "conversation_id": answer.conversation_id, "answer_id": answer.id, "handoff_id": handoff.id,
            "appointment_id": booked.id, "key_id": key, "document_id": document_id(LEAVE), "name": "handbook",
            "job_id": 1, "model": "auto",
        }  # fmt: skip


@contextmanager
def serving(home: Path) -> Iterator[Site]:
    """A server on a free port of this computer, with a home of its own."""
    settings = Settings(
        home=home, server={"port": 0, "api_sources": ["website"]}, security={"accounts": True},
        limits=NO_LIMITS, turn={"max_question_chars": 1_000},
    )  # fmt: skip
    settings = settings.model_copy(update={"connectors": {"helpdesk": ConnectorSettings(platform="slack")}})
    library = Library(
        home / "knowledge", HashingEmbedder(), KnowledgeSettings(), reader=InlineReader(),
        open_index=lambda _: ExactIndex(),
    )  # fmt: skip
    with Conversations.open(settings.conversations_url) as conversations, library:
        accounts, assistant = cheap_accounts(conversations.database), ScriptedAssistant(conversations)
        sources, store = Sources(library.workshop, [HANDBOOK]), AppointmentStore.open(settings.conversations_url)
        runner = Runner(library.workshop, sources, lambda _: OnePage())
        runner.start()
        sources.sync("handbook")
        app = create_app(
            assistant, settings, page=False, accounts=accounts, gateway=ScriptedGateway(), sources=lambda: sources,
            appointments=lambda: store, connectors=HELPDESK,  # type: ignore[arg-type]
            library=library,
        )  # fmt: skip
        key = visitors_of(assistant, settings).keys.make("shop", [SHOP], groups=["customers"]).token
        visitor = {"authorization": f"Bearer {key}", "origin": SHOP, "x-pilares-guest": "g" * 43}
        listener = bind(settings.server)
        server = _Server(uvicorn.Config(app, log_level="error", ws="none"), app.state.turns, lambda: None)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield Site(
            address_of(listener, settings.server.host).rstrip("/"), app.openapi(), assistant, accounts, store,
            known(accounts, "ana"), known(accounts, "boss", "admin"), visitor,
        )  # fmt: skip
        server.should_exit = True
        thread.join(20)
        listener.close()
        runner.close()
        store.close()
