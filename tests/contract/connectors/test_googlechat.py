"""The whole suite is run by `make test-long`, a handful of it by `make test`."""

import pytest

from connectors.testing.conformance import AdapterConformance
from connectors.testing.conformance.essentials import AdapterEssentials


class GoogleChat:
    platform = "googlechat"
    secrets = ("service_account",)


@pytest.mark.anyio
class TestGoogleChatInShort(GoogleChat, AdapterEssentials):
    pass


@pytest.mark.long
@pytest.mark.anyio
class TestGoogleChat(GoogleChat, AdapterConformance):
    pass
