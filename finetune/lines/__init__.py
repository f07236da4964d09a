"""The lines adapter: a LoRA that teaches an embedder which line of a document answers a question."""

from pathlib import Path

SHIPPED = Path(__file__).parent / "shipped"
