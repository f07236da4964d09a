"""What finds personal data beside our own rules: the same is asked of a fake analyzer and, where it is, of Presidio."""

import importlib.util
from threading import Thread

import pytest

from finetune.errors import PrivacyUnavailable
from finetune.privacy.presidio import PresidioFinder, presidio
from finetune.privacy.scrub import Scrubber
from finetune.testing.analyzer import FakeAnalyzer

HERE = importlib.util.find_spec("presidio_analyzer") is not None
LICENCE = "BB1388568"  # the form of a medical licence, with its check digit
CARD = "4111 1111 1111 1111"
needs_presidio = pytest.mark.skipif(not HERE, reason="pip install 'pilares[presidio]'")


@pytest.fixture(params=["fake", pytest.param("real", marks=needs_presidio)], scope="module")
def finder(request: pytest.FixtureRequest) -> PresidioFinder:
    if request.param == "real":
        return presidio(["en", "es"])
    words = {LICENCE: "MEDICAL_LICENSE", CARD: "CREDIT_CARD", "2026-05-04": "DATE_TIME"}
    return PresidioFinder(FakeAnalyzer(words), ["en", "es"])


def test_it_adds_to_what_our_own_rules_find(finder: PresidioFinder) -> None:
    text = f"Licence {LICENCE}, card {CARD}, ana@example.org"
    assert Scrubber().clean(text) == f"Licence {LICENCE}, card [card_1], [email_1]"
    assert Scrubber(finder).clean(text) == "Licence [medical_license_1], card [card_1], [email_1]"


def test_dates_addresses_of_pages_and_plain_words_stay(finder: PresidioFinder) -> None:
    text = "knowledge.sync: on 2026-05-04 12 documents of https://docs.example.org/a took 1.2 s at 127.0.0.1:7860"
    assert Scrubber(finder).clean(text) == text


def test_it_may_be_asked_from_threads(finder: PresidioFinder) -> None:
    found: list[str] = []
    threads = [Thread(target=lambda: found.append(Scrubber(finder).clean(f"x {LICENCE}"))) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == ["x [medical_license_1]"] * 8


def test_what_cannot_be_read_is_left_out_altogether(caplog: pytest.LogCaptureFixture) -> None:
    finder = PresidioFinder(FakeAnalyzer({"Ana": "PERSON"}, ValueError("too long: Ana")), ["en"])
    assert Scrubber(finder).clean("Ana called") == "[unread_1]"
    assert "ValueError" in caplog.text
    assert "Ana" not in caplog.text


def test_what_the_analyzer_logs_is_not_read_with_it_again() -> None:
    class Logging(FakeAnalyzer):
        """Logs of its work, as Presidio does."""

        def analyze(self, *given: object, **more: object) -> list[object]:  # type: ignore[override]
            said.append(Scrubber(finder).clean("Ana is not mapped"))
            return []

    said: list[str] = []
    finder = PresidioFinder(Logging({"Ana": "PERSON"}), ["en"])
    assert Scrubber(finder).clean("Ana called") == "Ana called"
    assert said == ["Ana is not mapped"]


def test_each_language_is_asked_and_nothing_of_an_empty_text() -> None:
    analyzer = FakeAnalyzer({"Ana": "PERSON", "Lugo": "LOCATION"})
    finder = PresidioFinder(analyzer, ["en", "es"])
    assert Scrubber(finder).clean("Ana, Lugo, Ana") == "[person_1], [location_1], [person_1]"
    assert [language for _, language in analyzer.asked] == ["en", "es"]
    assert finder("  ") == ()
    assert len(analyzer.asked) == 2


@needs_presidio
def test_a_model_that_is_not_here_is_not_fetched() -> None:
    with pytest.raises(PrivacyUnavailable, match="python -m spacy download xx_no_such_model"):
        presidio(["en:xx_no_such_model"])


@pytest.mark.skipif(HERE, reason="it is installed")
def test_without_it_is_said_what_to_install() -> None:
    with pytest.raises(PrivacyUnavailable, match=r"presidio_analyzer is not installed: pip install 'pilares"):
        presidio(["en"])
