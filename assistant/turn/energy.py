"""What an answer cost in energy: an estimate, and it says so.

Processor package power is not readable everywhere, so the time the models worked is multiplied by a typical power per
busy core and by the world's mean carbon intensity of electricity (Ember, Global Electricity Review 2025: 473 g/kWh).
"""

import os

from assistant.turn.answer import Usage

WATTS_PER_CORE = 8.0
GRAMS_PER_KWH = 473.0


def usage(input_tokens: int, output_tokens: int, seconds: float, cores: int | None = None) -> Usage:
    """Tokens with the estimated watt-hours and grams of CO2 equivalent of `seconds` of work on `cores` cores."""
    busy = cores or os.cpu_count() or 1
    wh = seconds * busy * WATTS_PER_CORE / 3600
    method = f"estimate: {WATTS_PER_CORE:g} W per core, {GRAMS_PER_KWH:g} g/kWh"
    return Usage(input_tokens, output_tokens, round(wh, 5), round(wh * GRAMS_PER_KWH / 1000, 5), method)
