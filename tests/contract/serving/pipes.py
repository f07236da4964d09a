"""A program that serves the tools over its pipes, with an assistant that answers by script: `python pipes.py HOME`."""

import sys
from functools import partial

import anyio

from assistant.api.app import limits_of
from assistant.api.mcp.pipes import serve_pipes
from assistant.api.mcp.tools import KnowledgeTools
from assistant.api.running import RunningTurns
from assistant.cli.mcp import person_named
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.accounts import cheap_accounts
from assistant.testing.documents import LEAVE, document_id
from assistant.testing.scripted import ScriptedAssistant

if __name__ == "__main__":
    settings = Settings(home=sys.argv[1])
    with Conversations.open(settings.conversations_url) as conversations:
        assistant = ScriptedAssistant(conversations)
        assistant.documents.restrict(document_id(LEAVE), frozenset({"hr"}))
        limits = limits_of(assistant, settings)
        tools = KnowledgeTools(assistant, settings, RunningTurns(limits=limits), limits)
        who = person_named(cheap_accounts(conversations.database), sys.argv[2] if len(sys.argv) > 2 else None)
        anyio.run(partial(serve_pipes, tools, who, "en"))
