import pytest

from assistant.grounding.names import unknown_names

SOURCES = "1,500 euros. Brisa 300 and Brisa 300G: E4 is a blocked grinder. Form W-12. SEV2 incidents. Noria D12 y D20."


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("How much does the Brisa 500 cost?", {"500"}),
        ("Gasté 180 euros en el hotel", set()),
        ("In Gijón I paid Hotel 180 € a night", set()),
        ("What about SEV-2 and the w 12?", set()),
        ("Is it the Noria D3?", {"d3"}),
        ("And a SEV-5?", {"sev5"}),
        ("¿Qué potencia tiene el Noria D30?", {"d30"}),
        ("And E4 on the Brisa 300?", set()),
        ("a sev2 at 3am, what does form w-12 say?", set()),
        ("¿Y el D20?", set()),
        ("I start on March 15 and weigh 85kg", set()),
        ("What changed since January 2025?", set()),
        ("¿Y si es de 150?", set()),
        ("", set()),
    ],
)
def test_a_numbered_name_is_known_or_not(question: str, unknown: set[str]) -> None:
    assert unknown_names(question, SOURCES) == unknown


def test_a_long_question_is_read_in_linear_time() -> None:
    assert unknown_names("A1-" * 40_000, SOURCES)
