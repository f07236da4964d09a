from concurrent.futures import ThreadPoolExecutor

import pytest

from knowledge.lexical.analyzer import Analyzer


@pytest.fixture
def analyzer() -> Analyzer:
    return Analyzer()


def test_english_words_are_reduced_and_stop_words_left_out(analyzer: Analyzer) -> None:
    assert analyzer.index_terms("The refunds are being processed", "en").split() == ["refund", "process"]


def test_spanish_forms_of_a_word_meet(analyzer: Analyzer) -> None:
    singular, plural = analyzer.index_terms("devolución", "es"), analyzer.index_terms("devoluciones", "es")
    assert singular == plural
    assert singular in analyzer.query_terms("¿Cómo pido una devolucion?", "es")


def test_other_languages_keep_their_words(analyzer: Analyzer) -> None:
    assert analyzer.index_terms("Die Rückgaben", "de") == "die ruckgaben"


def test_a_question_in_an_unknown_language_is_reduced_in_both(analyzer: Analyzer) -> None:
    terms = analyzer.query_terms("garantías processes", None)
    assert analyzer.index_terms("garantía", "es") in terms
    assert analyzer.index_terms("process", "en") in terms


def test_a_question_of_stop_words_keeps_them(analyzer: Analyzer) -> None:
    assert analyzer.query_terms("to be or not to be", "en")


def test_signs_and_codes(analyzer: Analyzer) -> None:
    assert analyzer.query_terms('GPT-4 "x" OR NEAR(a) * ^ :', "en") == ["gpt", "4", "x", "near"]


def test_no_words_no_terms(analyzer: Analyzer) -> None:
    assert analyzer.query_terms("?!… 👍", "en") == []


def test_a_question_of_ten_million_characters_gives_few_terms(analyzer: Analyzer) -> None:
    assert len(analyzer.query_terms(" ".join(f"w{index}" for index in range(1_000_000)), None)) <= 64
    assert all(len(term) <= 40 for term in analyzer.query_terms("x" * 10_000_000, None))


def test_threads_share_it(analyzer: Analyzer) -> None:
    text = "running connections organisations relational happily"
    alone = Analyzer().index_terms(text, "en")
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: analyzer.index_terms(text, "en"), range(200))) == {alone}
