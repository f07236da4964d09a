"""Every adapter passes the same suite; Telegram's is run by `make test`, the others by `make test-long`."""

import pytest

from connectors.testing.conformance import AdapterConformance


@pytest.mark.long
@pytest.mark.anyio
class TestSlack(AdapterConformance):
    platform = "slack"
    secrets = ("bot_token", "app_token")
