"""Words are found and ranked alike, whichever database holds them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random

import numpy as np
import pytest

from knowledge.lexical.choose import lexical
from knowledge.store.database import Database
from knowledge.store.portion import Portion
from knowledge.store.postgres import PostgresDatabase
from knowledge.store.sqlite import SqliteDatabase

WORDS = ["common", "usual", "rare", "ñandú", "東京", "x2", "zebra", *(f"word{number}" for number in range(40))]
ODD = ["naïve", "straße", "日本語", "42", "it's", 'quo"te', "back\\slash", "NULL", "a,b", "{x}"]
NOTHING = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Both:
    """Both databases with the same chunks."""

    sqlite: Database
    postgres: Database
    numbers: range


@pytest.fixture
def both(tmp_path: Path, postgres_url: str) -> Iterator[Both]:
    random = Random(7)
    rows = []
    for number in range(1, 301):
        title = random.choices(WORDS[2:], k=random.randrange(4))
        body = random.choices(WORDS, weights=[60, 30, *[1] * (len(WORDS) - 2)], k=random.randrange(60))
        rows.append((number, " ".join(title), " ".join(body)))
    opened = SqliteDatabase(tmp_path / "words.db"), PostgresDatabase(postgres_url)
    with ExitStack() as stack:
        for database in opened:
            stack.callback(database.close)
            with database.write() as connection:
                lexical(connection).put(connection, rows)
        yield Both(*opened, range(1, 301))


def ranked(
    database: Database, terms: list[str], title_weight: float, most: int, inside: Portion | None = None
) -> tuple[list[int], list[float]]:
    with database.read() as connection:
        found = lexical(connection).ranked(connection, terms, title_weight, most, inside)
    return [number for number, _ in found], [score for _, score in found]


TERMS = [["rare"], ["common", "usual"], ["rare", "zebra", "nowhere"], ["ñandú", "東京", "x2"]]


def test_the_same_chunks_with_the_same_scores(both: Both) -> None:
    members = [2, 3, 5, 150, 151, 299]
    few = Portion(False, np.array(members, dtype=np.int64), NOTHING, 300)
    for terms, title_weight, inside in product(TERMS, (1.0, 2.5), (None, few)):
        numbers, scores = ranked(both.sqlite, terms, title_weight, 1_000, inside)
        others, other_scores = ranked(both.postgres, terms, title_weight, 1_000, inside)
        assert scores == pytest.approx(other_scores, rel=1e-9)
        assert sorted(numbers) == sorted(others)
        assert numbers
        assert inside is None or set(numbers) <= set(members)
        assert ranked(both.postgres, terms, title_weight, 3, inside)[1] == other_scores[:3]


def test_and_still_after_removals(both: Both) -> None:
    for database in (both.sqlite, both.postgres):
        with database.write() as connection:
            lexical(connection).remove(connection, [*range(1, 301, 2), 9_999])
    numbers, scores = ranked(both.sqlite, ["rare", "zebra", "common"], 1.0, 10)
    assert numbers
    assert ranked(both.postgres, ["rare", "zebra", "common"], 1.0, 10)[1] == pytest.approx(scores, rel=1e-9)


def test_words_of_every_kind_are_kept_and_found(both: Both) -> None:
    for database in (both.sqlite, both.postgres):
        with database.write() as connection:
            index = lexical(connection)
            index.put(connection, [(501, "", " ".join(ODD)), (502, "title title", ""), (504, "", "")])
            assert index.numbers(connection) == {*both.numbers, 501, 502, 504}
            held = index.held(connection, [501, 502, 503, 504])
            assert index.counts(connection, ODD) == dict.fromkeys(ODD, 1)
        assert held == {501: (Counter(), Counter(ODD)), 502: (Counter(title=2), Counter()), 504: (Counter(), Counter())}
        for word in ODD:
            assert ranked(database, [word], 1.0, 10)[0] == [501], word


def test_what_contradicts_itself_is_noticed_and_mended(both: Both) -> None:
    damages = ("DELETE FROM words_data WHERE id > 10", "UPDATE word_counts SET length = length + 1 WHERE number = 1")
    for database, damage in zip((both.sqlite, both.postgres), damages, strict=True):
        with database.write() as connection:
            index = lexical(connection)
            assert not index.broken(connection)
            connection.exec_driver_sql(damage)
            assert index.broken(connection)
            index.clear_away(connection)  # no chunk has these words
            assert not index.broken(connection)
            assert index.numbers(connection) == set()


def test_words_are_counted_alike(both: Both) -> None:
    for database in (both.sqlite, both.postgres):
        with database.read() as connection:
            counts = lexical(connection).counts(connection, ["nowhere", *WORDS])
            assert counts["nowhere"] == 0
            assert counts["common"] > counts["usual"] > counts["rare"] > 0
            places = lexical(connection).occurrences(connection, ["rare", "zebra"], [*both.numbers, 999])
            held = lexical(connection).held(connection, both.numbers)
        assert places.keys() == held.keys() == set(both.numbers)
        for number, (title, body) in held.items():
            assert places[number].length == title.total() + body.total()
            for term in ("rare", "zebra"):
                assert places[number].title.get(term, 0) == title[term]
                assert places[number].body.get(term, 0) == body[term]
        assert counts["rare"] == sum("rare" in title + body for title, body in held.values())
