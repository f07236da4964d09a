"""Personal data in what people write: it keeps a turn on models of this computer.

Found are things with a form of their own (`finetune.privacy.personal`). Names and addresses of people are not found.
"""

from collections.abc import Iterable

from finetune.privacy.personal import personal_spans

# Of several kinds in one text, the one that is told.
_ORDER = ("email", "iban", "card", "national_id", "social_security", "phone")


def personal_data(texts: Iterable[str]) -> str | None:
    """The kind of personal data in the texts, the first that is found; None when there is none."""
    return next((kind for text in texts if (kind := _kind(text)) is not None), None)


def _kind(text: str) -> str | None:
    found = {span.kind for span in personal_spans(text)}
    return next((kind for kind in _ORDER if kind in found), None)
