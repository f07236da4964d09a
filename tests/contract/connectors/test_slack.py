import pytest

from connectors.testing.conformance import AdapterConformance


@pytest.mark.anyio
class TestSlack(AdapterConformance):
    platform = "slack"
    secrets = ("bot_token", "app_token")
