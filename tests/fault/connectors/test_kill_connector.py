"""A connector that is killed while it answers: every question is answered, none twice, in order."""

import asyncio
from pathlib import Path

import pytest

from connectors.testing.flood import flood


@pytest.mark.long
def test_kill_in_the_middle_of_a_flood_loses_and_doubles_nothing(tmp_path: Path) -> None:
    outcome = asyncio.run(flood(tmp_path, webhooks=60, seconds=1.5, people=6, kill_at=0.6, forged=3))
    assert (outcome.once, outcome.twice, outcome.lost, outcome.disordered) == (60, 0, 0, 0)
    assert outcome.refused == 3
