"""The whole suite is run by `make test-long`, a handful of it by `make test`."""

import pytest

from connectors.testing.conformance import AdapterConformance
from connectors.testing.conformance.essentials import AdapterEssentials


class Teams:
    platform = "teams"
    secrets = ("app_password",)


@pytest.mark.anyio
class TestTeamsInShort(Teams, AdapterEssentials):
    pass


@pytest.mark.long
@pytest.mark.anyio
class TestTeams(Teams, AdapterConformance):
    pass
