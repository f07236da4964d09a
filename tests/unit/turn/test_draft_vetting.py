"""What a draft may say: courtesies, and what the request or the cited lines say."""

import pytest

from assistant.turn.strategies.blanks import Blanks
from assistant.turn.strategies.vetting import Vetting

REQUEST = "Draft an email to Ms Byrne about her refund of €30 for order QM-77 on 3 May"


def _vetted(line: str, *, backed: bool = False, language: str = "en") -> tuple[str | None, Vetting, Blanks]:
    blanks = Blanks([REQUEST], language)
    vetting = Vetting(blanks, lambda _: backed)
    return vetting.line(line), vetting, blanks


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Thank you for your patience.", "Thank you for your patience."),
        ("Dear Ms Byrne,", "Dear Ms Byrne,"),
        ("Dear John Smith,", "Dear [name],"),
        ("Estimada Sra. García:", "Estimada Sra. [name]:"),
        ("I write about order QM-77 and the €30.", "I write about order QM-77 and the €30."),
        ("I write about order QM-78.", "I write about order [number]."),
        ("It is about €45.50 of 3 May.", "It is about [amount] of 3 May."),
        ("It is about 12 June 2026.", "It is about [date]."),
        ("It takes 5-7 business days.", "It takes [deadline]."),
        ("It takes ten working days.", "It takes [deadline]."),
        ("Call us at +353 1 555 0148.", "Call us at [telephone]."),
        ("Write to help@example.org or see www.example.org/help.", "Write to [e-mail address] or see [link]"),
        ("We meet at 5 pm with Peter.", "We meet at [time] with [name]."),
        ("Hello {Customer Name}, see <Order Number>.", "Hello [customer name], see [order number]."),
        ("As the policy says [1].", None),
    ],
)
def test_what_nobody_gave_is_left_to_be_filled_in(line: str, shown: str | None) -> None:
    assert _vetted(line)[0] == shown


@pytest.mark.parametrize(
    "line",
    [
        "We guarantee a full refund.", "We will send you a voucher.", "You are entitled to compensation.",
        "The money must be there by now.", "Le compensaremos con un descuento.", "Le devolveremos el dinero.",
        "Recibirá su dinero pronto.", "Tiene derecho a un cambio gratis.", "El envío debe pagarse.",
    ],
)  # fmt: skip
def test_a_promise_that_nobody_made_is_left_out(line: str) -> None:
    shown, vetting, _ = _vetted(line)
    assert shown is None
    assert vetting.left_out == 1
    assert _vetted(line, backed=True)[0] is not None


def test_only_the_sentence_that_promises_is_left_out() -> None:
    shown, vetting, _ = _vetted("We are sorry about the delay. We will send you a voucher. Thank you.")
    assert shown == "We are sorry about the delay. Thank you."
    assert vetting.left_out == 1


def test_the_closing_is_the_houses_own() -> None:
    blanks = Blanks([REQUEST], "en")
    vetting = Vetting(blanks, lambda _: True)
    said = [vetting.line(each) for each in ("Hello,", "", "**Kind regards,**", "John Smith", "Head of Refunds")]
    assert said == ["Hello,", "", None, None, None]


def test_placeholders_are_in_the_language_of_the_draft_and_remembered_once() -> None:
    shown, _, blanks = _vetted("Cuesta 45 € o 50 €, [nombre].", language="es")
    assert shown == "Cuesta [importe] o [importe], [nombre]."
    assert list(blanks.used) == ["[importe]", "[nombre]"]


def test_a_month_is_the_same_in_both_languages() -> None:
    assert Blanks(["on 3 May"], "es").figures("el 3 de mayo") == "el 3 de mayo"
    assert Blanks(["on 3 May"], "es").figures("el 3 de junio") == "el [fecha]"
