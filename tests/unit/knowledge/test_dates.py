"""The day a document says it is of."""

from datetime import UTC, datetime

import pytest

from knowledge.dates import stated_day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Effective from 1 January 2026. Meals cost 12 euros.", "2026-01-01"),
        ("Last updated: March 3, 2026", "2026-03-03"),
        ("Effective date: 2025-11-30", "2025-11-30"),
        ("En vigor desde el 1 de enero de 2026.", "2026-01-01"),
        ("Última actualización: 15 de septiembre de 2025", "2025-09-15"),
        ("Versión de marzo de 2026", "2026-03-01"),
        ("Published on May 2nd, 2024; last revised 4 June 2025.", "2025-06-04"),
        ("Written on 3 March 2026.", "2026-03-03"),
        ("Aprobado el 12 de mayo de 2025 por la dirección.", "2025-05-12"),
        ("The fee was raised on 3 May 2020.", None),
        ("Effective from 31 February 2026", None),
        ("", None),
    ],
)
def test_by_the_texts_own_words(text: str, day: str | None) -> None:
    found = stated_day("policy.md", text)
    assert (datetime.fromtimestamp(found, UTC).date().isoformat() if found is not None else None) == day


def test_by_the_name_where_the_text_says_nothing() -> None:
    found = stated_day("minutes/2026-02-17_board.md", "We met.")
    assert found == datetime(2026, 2, 17, tzinfo=UTC).timestamp()
    assert stated_day("2026-99-17.md", "We met.") is None
