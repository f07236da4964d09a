import pytest

from connectors.testing.conformance import AdapterConformance


@pytest.mark.anyio
class TestDiscord(AdapterConformance):
    platform = "discord"
    secrets = ("token",)
