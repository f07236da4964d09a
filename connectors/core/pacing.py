"""When a channel may be written to again: the platform's pace, and what it says when that was too fast."""

import asyncio


class Pacing:
    """One for each connector. A channel's turn is taken when it is waited for, so that two never have the same."""

    def __init__(self, pace_s: float) -> None:
        self._pace_s = pace_s
        self._next: dict[str, float] = {}

    async def turn(self, channel: str) -> None:
        """Wait until the channel takes a message."""
        at = max(self._next.get(channel, 0.0), self._now())
        self._next[channel] = at + self._pace_s
        while (left := at - self._now()) > 0:
            await asyncio.sleep(left)
            at = max(at, self._next[channel] - self._pace_s)  # held back meanwhile
        self._forget()

    def free(self, channel: str) -> bool:
        """Whether the channel takes a message at once; if so, its turn is taken."""
        if self._next.get(channel, 0.0) > self._now():
            return False
        self._next[channel] = self._now() + self._pace_s
        return True

    def hold(self, channel: str, seconds: float) -> None:
        """Nothing to this channel for so long."""
        self._next[channel] = max(self._next.get(channel, 0.0), self._now() + seconds)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _forget(self) -> None:
        if len(self._next) > 10_000:
            self._next = {channel: at for channel, at in self._next.items() if at > self._now()}
