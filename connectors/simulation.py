"""A platform in the terminal: a local server plays it, the real library talks to that, and a person types."""

import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from connectors.answering import Assistant
from connectors.connectors import Connectors
from connectors.registry import platform
from connectors.testing.calling import called
from connectors.testing.fake import FakePlatform, Shown

Echo = Callable[[str], None]
LOOK_EVERY_S = 0.1
HELP = (
    "Type to write to the bot; `#channel words` writes there and mentions it; `+` and `-` press a thumb under its last "
    "message; an empty line or Ctrl+D ends."
)


async def simulate(name: str, assistant: Assistant, echo: Echo, say: Sequence[str] | None = None) -> None:
    """Play a platform until the input ends, or only say these words. Raises ConnectorError."""
    found = await asyncio.to_thread(platform, name)
    async with found.fake() as fake:
        settings = found.settings(**{"platform": name, "name": name, **fake.settings})
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'simulated.db'}"
            async with Connectors.open({name: settings}, url, assistant) as run, called(run, name, fake):
                screen = _Screen(fake, echo)
                if say:
                    for words in say:
                        await _said(fake, screen, words)
                        await _quiet(run, screen)
                else:
                    echo(f"{name} is played at a local address. {HELP}")
                    await _typed(fake, screen)


class _Screen:
    """Shows what changed among the bot's messages."""

    def __init__(self, fake: FakePlatform, echo: Echo) -> None:
        self._fake = fake
        self._echo = echo
        self._seen: dict[str, Shown] = {}

    @property
    def last(self) -> Shown | None:
        """The bot's last message."""
        return next(reversed(self._seen.values()), None)

    def look(self) -> None:
        """Echo what is new or edited since the last look."""
        for shown in self._fake.shown():
            before = self._seen.get(shown.message_id)
            if before != shown:
                self._echo(
                    f"{'bot' if before is None else 'bot (edited)'}{' 👍 👎' if shown.judged else ''}> {shown.text}"
                )
                self._seen[shown.message_id] = shown

    async def follow(self) -> None:
        """Look again and again."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_EVERY_S)


async def _typed(fake: FakePlatform, screen: _Screen) -> None:
    following = asyncio.create_task(screen.follow())
    try:
        while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
            await _said(fake, screen, line)
    finally:
        following.cancel()


async def _said(fake: FakePlatform, screen: _Screen, line: str) -> None:
    if line in ("+", "-") and screen.last is not None:
        await fake.press(screen.last, "up" if line == "+" else "down")
    elif line.startswith("#"):
        channel, _, words = line[1:].partition(" ")
        await fake.say(words, channel=channel, mention=True)
    else:
        await fake.say(line)


async def _quiet(connectors: Connectors, screen: _Screen) -> None:
    """Until everything has been answered and sent."""
    await asyncio.sleep(2 * LOOK_EVERY_S)
    calm = 0
    while calm < 3:
        screen.look()
        health = await connectors.health()
        waits = any(each.inbox.get("waiting") or each.outbox.get("waiting") for each in health.values())
        calm = calm + 1 if connectors.idle and not waits else 0
        await asyncio.sleep(LOOK_EVERY_S)
    screen.look()
