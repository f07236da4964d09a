"""Microsoft Teams through its own library: signed activities in, Markdown with citations and thumbs out.

The library's own server answers Teams when the handler has ended, and Teams sends a message again after fifteen
seconds; here an activity is answered once it is stored. So only the library's client is used.
"""

import asyncio
import json
from typing import TYPE_CHECKING, Any

from connectors.adapter import Card, Delivery, Post, Preview, Receipt, Receive
from connectors.client import client_for
from connectors.errors import DeliveryRefused, LibraryMissing, NotPossible
from connectors.event import Place
from connectors.markdown.teams import TeamsMarkdown
from connectors.platforms.teams.content import content
from connectors.platforms.teams.errors import sending
from connectors.platforms.teams.login import Login
from connectors.platforms.teams.reading import conversation_of, event_of, tenant_of
from connectors.platforms.teams.streams import Stream
from connectors.tokens import BearerTokens, Verified

if TYPE_CHECKING:
    from microsoft_teams.api.clients.conversation import ConversationActivityClient
    from microsoft_teams.common.http import Client

    from connectors.platforms.teams.settings import TeamsSettings

ISSUER = "https://api.botframework.com"
MOST_PLACES = 10_000


class TeamsAdapter:
    """A bot of one tenant."""

    def __init__(self, settings: "TeamsSettings") -> None:
        self._settings = settings
        self._login = Login(settings)
        self._tokens = BearerTokens(ISSUER, settings.app_id, settings.keys_url)
        self._http: Client | None = None
        self._services: dict[str, str] = {}
        # Seven messages a second, sixty in thirty seconds to one conversation; a stream takes one a second.
        self.card = Card(
            "teams", TeamsMarkdown(), edits=True, buttons=True, threads=True, reasons="with thumb", pace_s=0.5,
            live_s=(1.0, 2.0),
        )  # fmt: skip

    async def listen(self, receive: Receive) -> None:
        """Teams delivers to /connectors/NAME: see that the secret is taken, and wait."""
        await self._login.check()
        await asyncio.Event().wait()

    async def check(self, delivery: Delivery) -> Receipt:
        """The event of an activity that is signed by the Bot Connector for this bot. Raises DeliveryRefused."""
        verified = await self._tokens.verified(delivery.headers)
        try:
            activity = json.loads(delivery.body)
            self._ours(activity, verified)
            event = event_of(activity, self._settings.app_id)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
            raise DeliveryRefused("no activity of Teams", 403) from None
        if event is not None:
            self._remember(event.place, str(activity["serviceUrl"]))
        return Receipt((event,) if event is not None else (), body="{}", media_type="application/json")

    async def send(self, post: Post) -> str:
        """Post a message. Raises SendError."""
        with sending():
            client = self._client(post.place)
            return (await client.create(conversation_of(post.place), content(post))).id
        raise NotPossible("Teams did not take a message, and did not say why.")

    async def edit(self, message_id: str, post: Post) -> None:
        """Replace a message. Raises SendError."""
        activity = content(post)
        activity.id = message_id
        with sending():
            client = self._client(post.place)
            await client.update(conversation_of(post.place), message_id, activity)

    async def preview(self, place: Place, reply_to: str, person: str) -> Preview | None:
        """A stream, in a direct talk."""
        if not place.direct or not self._settings.streaming:
            return None
        return Stream(self._client(place), conversation_of(place))

    async def busy(self, place: Place, words: str) -> None:
        """Show that somebody is typing; where there is a stream, that says it. Raises SendError."""
        from microsoft_teams.api.activities.typing import TypingActivityInput

        if place.direct and self._settings.streaming:
            return
        with sending():
            client = self._client(place)
            await client.create(conversation_of(place), TypingActivityInput())

    async def close(self) -> None:
        """Close the connections."""
        await self._login.close()
        await self._tokens.close()
        if self._http is not None:
            http, self._http = self._http, None
            await http.http.aclose()

    def _ours(self, activity: dict[str, Any], verified: Verified) -> None:
        """Whether an activity comes from where its token says, and from our tenant. Raises DeliveryRefused.

        https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
        """
        endorsed = verified.key.get("endorsements")
        if endorsed and activity["channelId"] not in endorsed:
            raise DeliveryRefused("a bearer token for another channel", 403)
        claimed = verified.claims.get("serviceurl", verified.claims.get("serviceUrl"))
        if str(claimed).rstrip("/") != str(activity["serviceUrl"]).rstrip("/"):
            raise DeliveryRefused("a bearer token for another service", 403)
        if tenant_of(activity) != self._settings.tenant:
            raise DeliveryRefused("another tenant", 403)

    def _remember(self, place: Place, service: str) -> None:
        if len(self._services) >= MOST_PLACES:
            self._services.clear()
        self._services[place.channel] = service.rstrip("/")

    def _client(self, place: Place) -> "ConversationActivityClient":
        """The client for where a conversation is."""
        from microsoft_teams.api.clients.conversation import ConversationActivityClient
        from microsoft_teams.common.http import Client, ClientOptions

        if self._http is None:
            http = client_for(self._settings.service_url)
            self._http = Client(ClientOptions(token=self._login.token), _http=http)
        return ConversationActivityClient(
            self._services.get(place.channel, self._settings.service_url.rstrip("/")), self._http
        )


def build(settings: "TeamsSettings") -> TeamsAdapter:
    """The adapter. Raises LibraryMissing."""
    try:
        import jwt  # noqa: F401
        import microsoft_teams.api  # noqa: F401
    except ImportError:
        raise LibraryMissing("Teams needs microsoft-teams-api and pyjwt: pip install 'pilares[teams]'.") from None
    return TeamsAdapter(settings)
