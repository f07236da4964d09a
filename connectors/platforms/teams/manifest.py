"""The manifest of the app package (https://learn.microsoft.com/microsoftteams/platform/resources/schema)."""

import json
from typing import Any

APP_ID = "00000000-0000-0000-0000-000000000000"
"""To be replaced by the Application (client) ID."""
RESOURCE_SPECIFIC = ("ChannelMessage.Read.Group", "ChatMessage.Read.Chat")
"""Without these, Teams delivers only what names the bot, and a thread cannot be followed."""
COMMANDS = (
    ("/help", "What I can do"), ("/new", "Begin a new conversation"), ("/large", "Ask the large model again"),
    ("/person", "Talk to a person"), ("/language es", "Hablar en español"),
)  # fmt: skip


def manifest(_name: str) -> str:
    """JSON: manifest.json of the package, with APP_ID to be replaced three times."""
    site = "https://example.org"
    return json.dumps(
        {
            "$schema": "https://developer.microsoft.com/json-schemas/teams/v1.19/MicrosoftTeams.schema.json",
            "manifestVersion": "1.19",
            "version": "1.0.0",
            "id": APP_ID,
            "developer": {
                "name": "Your organisation",
                "websiteUrl": site,
                "privacyUrl": f"{site}/privacy",
                "termsOfUseUrl": f"{site}/terms",
            },
            "name": {"short": "Pilares", "full": "Pilares"},
            "description": {
                "short": "Answers from our own documents",
                "full": "Answers questions from the documents of this organisation, with the sentences they rest on.",
            },
            "icons": {"color": "color.png", "outline": "outline.png"},
            "accentColor": "#FFFFFF",
            "bots": [_bot()],
            "permissions": ["identity", "messageTeamMembers"],
            "validDomains": [],
            "webApplicationInfo": {"id": APP_ID, "resource": f"{site}/not-used"},
            "authorization": {
                "permissions": {
                    "resourceSpecific": [{"name": name, "type": "Application"} for name in RESOURCE_SPECIFIC]
                }
            },
        },
        indent=2,
    )


def _bot() -> dict[str, Any]:
    scopes = ["personal", "team", "groupChat"]
    commands = [{"title": title, "description": description} for title, description in COMMANDS]
    return {
        "botId": APP_ID,
        "scopes": scopes,
        "supportsFiles": True,
        "isNotificationOnly": False,
        "commandLists": [{"scopes": scopes, "commands": commands}],
    }
