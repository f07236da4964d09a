"""A served application for tests."""

from dataclasses import dataclass

from assistant.security.accounts import Accounts
from assistant.settings import Settings
from assistant.testing.accounts import Known
from assistant.testing.gateway import ScriptedGateway
from assistant.testing.scripted import ScriptedAssistant


@dataclass
class Service:
    """A running server with accounts, and what is behind it. `ana` is a member, `boss` sees to everything."""

    address: str
    assistant: ScriptedAssistant
    gateway: ScriptedGateway
    accounts: Accounts
    ana: Known
    boss: Known
    settings: Settings
