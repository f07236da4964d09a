"""Of fifty planted canaries in both languages none is in a dataset, and what only looks like one stays."""

import pytest

from finetune.building import Recipe, build, prepare
from finetune.datasets import HELD_OUT, TRAIN, Datasets
from finetune.privacy.scrub import private_spans, scrubbed
from finetune.testing.examples import WordTokens, an_example, many
from finetune.testing.planted import CANARIES, canary_rows

HARMLESS = [
    "The password must have at least 12 characters.",
    "La contraseña se cambia cada 90 días, y debe tener 12 caracteres.",
    "Your PIN is sent by post.",
    "Password: at least twelve characters, never shared.",
    "El token se pide en recepción.",
    "Order 2025-11-28 has 3 items for 149,90 euros, version 3.11.4 of 2024/05/17.",
    "Between 2019-2021 and 2022, 10.000.000 people and 9,999,999 more.",
    "Form B-2204/2025 and article 123456 of the A300 pump.",
    "sentence-transformers/all-MiniLM-L6-v2 is a model; see docs/benchmarks.md.",
    "internationalisation and Donaudampfschifffahrtsgesellschaft",
    "Monday to Friday, 9:00-14:30; the 28/12/2026 is closed.",
    "a@b is no address, and @support is a channel",
    "12345678A is not a valid DNI, 4111 1111 1111 1112 no card",
]


@pytest.mark.parametrize(("sentence", "secret"), CANARIES)
def test_a_canary_is_taken_out_wherever_it_stands(sentence: str, secret: str) -> None:
    made = an_example(f"Hello. {sentence}", f"Noted: {sentence}", kind="preference", rejected=f"No. {sentence}",
                      system=sentence)  # fmt: skip
    clean, found = scrubbed(made)
    assert not any(secret.casefold() in text.casefold() for text in clean.texts())
    assert sum(found.values()) >= 4
    assert scrubbed(clean)[0] == clean  # nothing is taken for a secret twice


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_private_stays(text: str) -> None:
    assert private_spans(text) == []


def test_the_same_thing_has_the_same_name_in_all_of_an_example() -> None:
    made = an_example("I am ana@example.org or eva@example.org", "Write to eva@example.org, or +34 612 345 678.",
                      system="Staff: eva@example.org, phone +34 612 345 678")  # fmt: skip
    clean, found = scrubbed(made)
    assert clean.messages[0].content == "Staff: [email_1], phone [phone_1]"
    assert clean.messages[1].content == "I am [email_2] or [email_1]"
    assert clean.completion == "Write to [email_1], or [phone_1]."
    assert found == {"email": 4, "phone": 2}
    assert clean.id != made.id  # a digest of the old text would let the number be guessed


@pytest.mark.parametrize("piece", ["a", "a.", "1", "eyJ-", "pin=«", "a@b.example ", "sk-", "ES91 ", "A1b2"])
def test_a_long_line_of_anything_takes_no_longer_than_its_length(piece: str) -> None:
    private_spans(piece * (100_000 // len(piece)))  # minutes, were it quadratic


def test_there_are_fifty_in_two_languages() -> None:
    assert len(CANARIES) >= 50
    assert sum(any(char in "áéíóúñ" for char in text) or " es " in text for text, _ in CANARIES) >= 10


def test_none_of_fifty_canaries_is_in_a_dataset(tmp_path_factory: pytest.TempPathFactory) -> None:
    rows = [*many(80), *canary_rows()]
    datasets, recipe = Datasets(tmp_path_factory.mktemp("datasets")), Recipe("canaries")
    prepared = prepare(rows, recipe, WordTokens())
    assert any(each.check == "private" for each in prepared.report.findings)
    version, _ = build(prepared, recipe, datasets)
    written = b"".join((version.folder / name).read_bytes() for name in (TRAIN, HELD_OUT, "card.json")).decode()
    assert len(prepared.rows) > 100  # they were scrubbed, and not left out
    assert [secret for _, secret in CANARIES if secret.casefold() in written.casefold()] == []
