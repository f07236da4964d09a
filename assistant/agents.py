"""The turn agent of an installation, put together: models by role, intents, routing, strategies in their order."""

from collections.abc import Sequence

from assistant.grounding.vectors import SentenceVectors
from assistant.models.models import Models
from assistant.raising.nearby import Nearby
from assistant.routing.desk import desk_of
from assistant.routing.examples import own_file
from assistant.routing.intents import SHIPPED, IntentClassifier, load_intents
from assistant.routing.mood import MoodReader
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.strategies import Kit, checking, curated, handing_over, part_by_part, recommending, working, writing
from assistant.tasks import TaskDesk
from assistant.tracing import Tracer
from assistant.turn.agent import TurnAgent
from assistant.turn.energy import Meter
from assistant.turn.models import RoleModels
from assistant.turn.power import counters_of_this_machine
from assistant.turn.strategies.handoff import Announce
from knowledge.library import Library


def build_agent(
    settings: Settings, models: Models, library: Library, vectors: SentenceVectors, conversations: Conversations,
    tasks: TaskDesk, announce: Sequence[Announce], local_user: str, tracer: Tracer | None = None,
) -> TurnAgent:  # fmt: skip
    """Load what turns need. Raises ModelUnavailable, ModelCorrupt and ConfigurationError.

    `announce` is called with every hand-off; `local_user` is who asks without a name.
    """
    home, cache, embedder = settings.home, settings.home / "cache", models.embedder()
    known = load_intents(SHIPPED, *own_file(home, "intents"))
    intents = IntentClassifier(embedder, known, cache=cache)
    otherwise = [example for intent in known for example in intent.examples]
    roles = RoleModels(models, settings)
    desk = desk_of(settings, roles.embedder(), conversations.traffic, library.grants.readable)
    kit = Kit(settings, roles, library, vectors, conversations, intents, desk, local_user)
    task = working(kit, tasks, otherwise)
    return TurnAgent(
        roles, library, vectors, intents, conversations, settings, desk,
        Meter.of(settings, counters_of_this_machine()),
        mood=MoodReader(embedder, home=home, cache=cache),
        before_search=[
            *handing_over(kit, announce),
            *task.before_search,
            *checking(kit),
            *recommending(kit),
            *writing(kit),
        ],
        after_search=[*curated(kit), *task.after_search, *part_by_part(kit)],
        tracer=tracer,
        raises=Nearby(conversations.raised, embedder.embed_queries, embedder.model_id),
    )  # fmt: skip
