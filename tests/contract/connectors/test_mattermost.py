"""The whole suite is run by `make test-long`, a handful of it by `make test`."""

import pytest

from connectors.testing.conformance import AdapterConformance
from connectors.testing.conformance.essentials import AdapterEssentials


class Mattermost:
    platform = "mattermost"
    secrets = ("token",)


@pytest.mark.anyio
class TestMattermostInShort(Mattermost, AdapterEssentials):
    pass


@pytest.mark.long
@pytest.mark.anyio
class TestMattermost(Mattermost, AdapterConformance):
    pass
