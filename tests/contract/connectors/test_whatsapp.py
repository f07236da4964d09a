"""The whole suite is run by `make test-long`, a handful of it by `make test`."""

import pytest

from connectors.testing.conformance import AdapterConformance
from connectors.testing.conformance.essentials import AdapterEssentials


class WhatsApp:
    platform = "whatsapp"
    secrets = ("token", "app_secret", "verify_token")


@pytest.mark.anyio
class TestWhatsAppInShort(WhatsApp, AdapterEssentials):
    pass


@pytest.mark.long
@pytest.mark.anyio
class TestWhatsApp(WhatsApp, AdapterConformance):
    pass
