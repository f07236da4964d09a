"""The grounded adapter: with it a small language model reads an organisation's documents well."""

from pathlib import Path

SHIPPED = Path(__file__).parent / "shipped"
