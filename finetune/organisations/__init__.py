"""Made-up organisations to learn from and to be measured on: documents, questions, and answering lines."""

from pathlib import Path

ORGANISATIONS = Path(__file__).parent / "data"
