"""What the parts of the suite share."""

import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, ClassVar

from connectors.adapter import Busying, Card, Previewing
from connectors.registry import Platform, platform
from connectors.testing.fake import FakePlatform
from connectors.testing.stage import Stage, staged


class Suite:
    """`platform` is the name of the platform, `secrets` the settings without which it must not start."""

    platform = ""
    secrets: tuple[str, ...] = ()
    options: ClassVar[dict[str, Any]] = {}

    def stage(self, folder: Path, **settings: Any) -> AbstractAsyncContextManager[Stage]:
        """The platform's server and its connector, started."""
        return staged(self.platform, folder, **{**self.options, **settings})

    async def card(self, fake: FakePlatform) -> Card:
        """The platform's capability card."""
        found = await self.found()
        adapter = found.build(found.settings(**self.whole(fake)))
        try:
            return adapter.card
        finally:
            await adapter.close()

    async def shows_work(self, fake: FakePlatform) -> bool:
        """Whether the platform can show that an answer is in the making."""
        found = await self.found()
        adapter = found.build(found.settings(**self.whole(fake)))
        try:
            return adapter.card.edits or isinstance(adapter, Busying | Previewing)
        finally:
            await adapter.close()

    async def found(self) -> Platform:
        """The platform."""
        return await asyncio.to_thread(platform, self.platform)

    def whole(self, fake: FakePlatform) -> dict[str, Any]:
        """The settings that the server and the suite give."""
        return {"platform": self.platform, "name": self.platform, **fake.settings, **self.options}


def words(text: str) -> list[str]:
    """The letters and figures of a text, in order: what is left when all markup is taken off."""
    import re
    from html import unescape

    return re.findall(r"\w+", unescape(re.sub(r"</?[a-z]+[^>]*>", " ", text)))
