"""Every adapter passes the same suite; Telegram's is run by `make test`, the others by `make test-long`."""

import pytest

from connectors.testing.conformance import AdapterConformance


@pytest.mark.long
@pytest.mark.anyio
class TestDiscord(AdapterConformance):
    platform = "discord"
    secrets = ("token",)
