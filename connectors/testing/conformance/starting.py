"""Settings that would be dangerous do not start; secrets are never told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from connectors.connectors import check
from connectors.errors import ConnectorMisconfigured
from connectors.testing.conformance.base import Suite


class Starting(Suite):
    """A connector refuses to start without its secrets, and when nobody may talk to it."""

    async def test_an_empty_or_missing_secret_is_refused(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path, start=False) as stage:
            found, whole = await self.found(), self.whole(stage.fake)
            found.settings(**whole)
            assert self.secrets
            for secret in self.secrets:
                for given in ({**whole, secret: ""}, {key: each for key, each in whole.items() if key != secret}):
                    told = refusal(found.settings, **given)
                    assert secret in told or "token" in told

    async def test_secrets_are_not_told(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path, start=False) as stage:
            found, whole = await self.found(), self.whole(stage.fake)
            shown = repr(found.settings(**whole))
            assert not [secret for secret in self.secrets if str(whole[secret]) in shown]

    async def test_nobody_may_talk_until_somebody_is_named(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path, start=False) as stage:
            found = await self.found()
            given = {**self.whole(stage.fake), "people": ()}
            settings = found.settings(**given)
            assert "people" in refusal(check, self.platform, settings)

    async def test_there_is_a_manifest_for_the_operator(self, tmp_path: Path) -> None:
        assert len((await self.found()).manifest(self.platform)) > 100


def refusal(action: Callable[..., object], *arguments: Any, **named: Any) -> str:
    """What is said when the action is refused, as it must be."""
    try:
        action(*arguments, **named)
    except (ValueError, ConnectorMisconfigured) as error:
        return str(error)
    raise AssertionError("it was not refused")
