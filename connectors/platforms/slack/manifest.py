"""The manifest from which Slack makes the app (https://docs.slack.dev/app-manifests)."""

import json

SCOPES = (
    "app_mentions:read", "assistant:write", "channels:history", "chat:write", "commands", "files:read",
    "groups:history", "im:history", "mpim:history", "reactions:read",
)  # fmt: skip
EVENTS = ("app_mention", "message.channels", "message.groups", "message.im", "message.mpim", "reaction_added")


def manifest(name: str) -> str:
    """JSON for api.slack.com/apps, "From a manifest": Socket Mode, so that no public address is needed."""
    return json.dumps(
        {
            "display_information": {"name": "Pilares", "description": "Answers from our own documents"},
            "features": {
                "bot_user": {"display_name": "Pilares", "always_online": True},
                "app_home": {"messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
                "slash_commands": [
                    {
                        "command": f"/{name}",
                        "description": "Ask, or help, new, large, person",
                        "usage_hint": "[question]",
                    }
                ],
            },
            "oauth_config": {"scopes": {"bot": list(SCOPES)}},
            "settings": {
                "event_subscriptions": {"bot_events": list(EVENTS)},
                "interactivity": {"is_enabled": True},
                "org_deploy_enabled": False,
                "socket_mode_enabled": True,
                "token_rotation_enabled": False,
            },
        },
        indent=2,
    )
