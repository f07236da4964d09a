"""Settings that would be dangerous do not start; secrets are never told."""

from pathlib import Path

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
                    try:
                        found.settings(**given)
                    except ValueError as error:
                        assert secret in str(error) or "token" in str(error)
                    else:
                        raise AssertionError(f"{self.platform} starts without {secret}")

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
            try:
                check(self.platform, settings)
            except ConnectorMisconfigured as error:
                assert "people" in str(error)
            else:
                raise AssertionError("it starts with nobody to talk to")

    async def test_there_is_a_manifest_for_the_operator(self, tmp_path: Path) -> None:
        assert len((await self.found()).manifest(self.platform)) > 100
