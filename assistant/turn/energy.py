"""What an answer cost: tokens, money, energy, and the emissions of that energy; what is an estimate says so.

Energy is measured where the machine has readable counters (`assistant.turn.power`). Elsewhere the time the models
worked is multiplied by a typical power per busy core. What a model elsewhere takes is not known here: 0.3 Wh for an
answer of 500 tokens is taken (Epoch AI, "How much energy does ChatGPT use?", February 2025). Emissions are at the
world's mean carbon intensity of electricity (Ember, Global Electricity Review 2025: 473 g/kWh).
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from assistant.metering import Tally
from assistant.settings import Settings
from assistant.turn.answer import Route, Usage
from assistant.turn.power import EnergyCounter

WATTS_PER_CORE = 8.0
GRAMS_PER_KWH = 473.0
REMOTE_WH_PER_TOKEN = 0.3 / 500
PER_MILLION = 1e-6


def usage(input_tokens: int, output_tokens: int, seconds: float, cores: int | None = None) -> Usage:
    """Tokens with the estimated watt-hours and grams of CO2 equivalent of `seconds` of work on `cores` cores."""
    busy = cores or os.cpu_count() or 1
    method = f"estimate: {WATTS_PER_CORE:g} W per core, {GRAMS_PER_KWH:g} g/kWh"
    return _of(input_tokens, output_tokens, seconds * busy * WATTS_PER_CORE / 3600, method)


def _of(input_tokens: int, output_tokens: int, wh: float, method: str) -> Usage:
    return Usage(input_tokens, output_tokens, round(wh, 5), round(wh * GRAMS_PER_KWH / 1000, 5), method)


@dataclass(frozen=True, slots=True)
class Price:
    """Of a million tokens read and written; `elsewhere` is whether the model runs on another computer."""

    read: float = 0.0
    written: float = 0.0
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Meter:
    """Works out the usage of a turn from its tokens, by model name, and the energy counter."""

    prices: Mapping[str, Price] = field(default_factory=dict)
    counter: EnergyCounter | None = None

    @classmethod
    def of(cls, settings: Settings, counter: EnergyCounter | None) -> "Meter":
        """The meter of an installation."""
        prices = {
            model.name: Price(model.price_in, model.price_out, model.url is not None)
            for model in (settings.slm, settings.llm)
        }
        return cls(prices, counter)

    def joules(self) -> float | None:
        """What the counter shows now; None without one."""
        return None if self.counter is None else self.counter.joules()

    def usage(self, route: Route, tally: Tally, seconds: float, since: float | None) -> Usage:
        """The usage of a turn that took `seconds` since models began, when the counter showed `since` joules."""
        read, written = tally.total
        found = self._energy(route, tally, seconds, since)
        return replace(found, input_tokens=read, output_tokens=written, cost=round(self.cost(tally), 8))

    def cost(self, tally: Tally) -> float:
        """What the tokens cost."""
        return sum(self.price_of(model, *tokens) for model, tokens in tally.tokens.items())

    def price_of(self, model: str, read: int, written: int) -> float:
        """What tokens of a model cost."""
        price = self.prices.get(model, Price())
        return PER_MILLION * (read * price.read + written * price.written)

    def _energy(self, route: Route, tally: Tally, seconds: float, since: float | None) -> Usage:
        elsewhere = sum(out for model, (_, out) in tally.tokens.items() if self._elsewhere(model))
        if elsewhere or self._elsewhere(route.model):
            return _of(0, 0, elsewhere * REMOTE_WH_PER_TOKEN, f"estimate: remote model, {GRAMS_PER_KWH:g} g/kWh")
        now = self.joules()
        if since is None or now is None or self.counter is None:
            return usage(0, 0, seconds)
        return _of(0, 0, (now - since) / 3600, f"measured: {self.counter.name}, whole machine, {GRAMS_PER_KWH:g} g/kWh")

    def _elsewhere(self, model: str) -> bool:
        return self.prices.get(model, Price()).elsewhere


NO_METER = Meter()
"""Knows no prices and has no counter: energy is estimated."""
