"""The whole suite is run by `make test-long`, a handful of it by `make test`."""

import pytest

from connectors.testing.conformance import AdapterConformance
from connectors.testing.conformance.essentials import AdapterEssentials


class Matrix:
    platform = "matrix"
    secrets = ("token",)


@pytest.mark.anyio
class TestMatrixInShort(Matrix, AdapterEssentials):
    pass


@pytest.mark.long
@pytest.mark.anyio
class TestMatrix(Matrix, AdapterConformance):
    pass
