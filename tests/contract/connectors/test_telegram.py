import pytest

from connectors.testing.conformance import AdapterConformance


@pytest.mark.anyio
class TestTelegram(AdapterConformance):
    platform = "telegram"
    secrets = ("token",)
