"""Of fifty planted canaries in both languages none is in a dataset, and what only looks like one stays."""

import pytest

from finetune.building import Recipe, build, prepare
from finetune.datasets import HELD_OUT, TRAIN, Datasets
from finetune.examples import Origin
from finetune.privacy.scrub import private_spans, scrubbed
from finetune.testing.examples import WordTokens, an_example, many

# The sentence, and what of it nobody may learn. The keys are made up in the form that their services give theirs.
CANARIES = [
    ("Write to maria.lopez@example.com about it.", "maria.lopez@example.com"),
    ("Escribe a juan+facturas@correo.example.es.", "juan+facturas@correo.example.es"),
    ("My mail: O'Neil.K@mail.example.co.uk", "Neil.K@mail.example.co.uk"),
    ("Mándalo a ana (arroba) ejemplo.org, por favor", "ana (arroba) ejemplo.org"),
    ("It is bob [at] example [dot] com", "bob [at] example [dot] com"),
    ("Mi correo es lola arroba ejemplo punto es", "lola arroba ejemplo punto es"),
    ("Call +34 612 345 678 after six.", "612 345 678"),
    ("Llámame al 612345678.", "612345678"),
    ("Mi fijo es el 91 123 45 67.", "91 123 45 67"),
    ("Fax: 934.567.890", "934.567.890"),
    ("Ring me on 020 7946 0958.", "020 7946 0958"),
    ("My cell is (415) 555-0132.", "(415) 555-0132"),
    ("Texas office: 512.555.0143", "512.555.0143"),
    ("Desde fuera: 0034 699 12 34 56", "699 12 34 56"),
    ("Ingresad en ES91 2100 0418 4502 0005 1332 para mí", "2100 0418 4502 0005 1332"),
    ("Account DE89370400440532013000 in Bonn", "DE89370400440532013000"),
    ("IBAN gb82 west 1234 5698 7654 32 is mine", "1234 5698 7654 32"),
    ("Cuenta ES91-2100-0418-4502-0005-1332.", "2100-0418-4502-0005-1332"),
    ("IBAN FR1420041010050500013M02606 a nombre de Zoe", "FR1420041010050500013M02606"),
    ("The card 4111 1111 1111 1111 was refused.", "4111 1111 1111 1111"),
    ("Pagué con la 5500-0000-0000-0004.", "5500-0000-0000-0004"),
    ("Amex 378282246310005, please", "378282246310005"),
    ("Mi DNI es 12345678Z.", "12345678Z"),
    ("DNI: 12.345.678-Z", "12.345.678-Z"),
    ("my NIE is X1234567L", "X1234567L"),
    ("NIE y1234567x de mi madre", "y1234567x"),
    ("Passport number AAB123456 expired", "AAB123456"),
    ("Mi pasaporte es XDB654321", "XDB654321"),
    ("My SSN is 078-05-1120.", "078-05-1120"),
    ("Afiliación 28/12345678/40 de la Seguridad Social", "28/12345678/40"),
    ("Use AKIAIOSFODNN7EXAMPLE for the bucket", "AKIAIOSFODNN7EXAMPLE"),
    ("aws_secret: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI"),
    ("the token ghp_1234567890abcdefghijklmnopqrstuvwxyz12", "ghp_1234567890abcdefghijklmnopqrstuvwxyz12"),
    ("Slack: xoxb-123456789012-abcdefABCDEF", "xoxb-123456789012-abcdefABCDEF"),
    ("sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12 is the key", "sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12"),
    ("Stripe sk_live_4eC39HqLyjWDarjtT1zdp7dc", "sk_live_4eC39HqLyjWDarjtT1zdp7dc"),
    ("Maps key AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY", "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY"),
    ("hf_abcdefghijklmnopqrstuvwxyzABCDEF", "hf_abcdefghijklmnopqrstuvwxyzABCDEF"),
    ("glpat-AbCdEfGhIjKlMnOpQrSt works", "glpat-AbCdEfGhIjKlMnOpQrSt"),
    ("bot 123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1", "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123456", "eyJzdWIiOiIxMjM0In0"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAK\n-----END RSA PRIVATE KEY-----", "MIIEow"),
    ("Authorization: Bearer abcdef0123456789abcdef", "abcdef0123456789abcdef"),
    ("postgres://ana:s3creto@db.example/prod", "s3creto"),
    ("La contraseña es Tulipan2024", "Tulipan2024"),
    ("password = hunterhunter", "hunterhunter"),
    ('The Wi-Fi password is "letmein".', "letmein"),
    ("Clave de acceso: 4821", "4821"),
    ("PIN: 0457 for the safe", "0457"),
    ("https://files.example/x?token=a8f3kd92ls", "a8f3kd92ls"),
    ("commit key 9f86d081884c7d659a2feaa0c55ad015", "9f86d081884c7d659a2feaa0c55ad015"),
    ("seed Zk3pQ9vT1mX7bN5rL2wY8sD4", "Zk3pQ9vT1mX7bN5rL2wY8sD4"),
]
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
    """Each once, four times and sixteen times, in questions and replies."""
    rows = many(80)
    for number, (sentence, _) in enumerate(CANARIES):
        for time in range((1, 4, 16)[number % 3]):
            origin = Origin("upload", "eva", f"canary-{number}-{time}", (f"canary-doc-{number}",), created="2026-01-01")
            rows.append(an_example(f"Case {number} {time}: {sentence}", f"Filed as {time}: {sentence}", origin=origin))
    datasets, recipe = Datasets(tmp_path_factory.mktemp("datasets")), Recipe("canaries")
    prepared = prepare(rows, recipe, WordTokens())
    assert any(each.check == "private" for each in prepared.report.findings)
    version, _ = build(prepared, recipe, datasets)
    written = b"".join((version.folder / name).read_bytes() for name in (TRAIN, HELD_OUT, "card.json")).decode()
    assert len(prepared.rows) > 100  # they were scrubbed, and not left out
    assert [secret for _, secret in CANARIES if secret.casefold() in written.casefold()] == []
