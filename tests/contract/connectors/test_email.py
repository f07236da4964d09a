"""The whole suite is run by `make test-long`, a handful of it by `make test`."""

import pytest

from connectors.testing.conformance import AdapterConformance
from connectors.testing.conformance.essentials import AdapterEssentials


class Email:
    platform = "email"
    secrets = ("password",)


@pytest.mark.anyio
class TestEmailInShort(Email, AdapterEssentials):
    pass


@pytest.mark.long
@pytest.mark.anyio
class TestEmail(Email, AdapterConformance):
    pass
