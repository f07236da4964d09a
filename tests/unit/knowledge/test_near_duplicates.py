"""Documents that say nearly the same are linked; those that merely speak of the same are not."""

import random
from pathlib import Path

from knowledge.ingest.signature import from_blob, signature_of, similarity, to_blob
from knowledge.library import Library

WORDS = [f"{a}{b}" for a in ("ka", "lo", "mi", "nu", "pe", "ri", "so", "tu") for b in ("ba", "de", "fi", "go", "hu")]


def text(seed: int, length: int = 300) -> list[str]:
    return random.Random(seed).choices(WORDS, k=length)


def edited(words: list[str], changes: int) -> str:
    chosen = random.Random(changes).sample(range(len(words)), changes)
    return " ".join("changed" if place in chosen else word for place, word in enumerate(words))


def jaccard(one: str, other: str) -> float:
    sets = [{tuple(words[i : i + 3]) for i in range(len(words) - 2)} for words in (one.split(), other.split())]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def duplicates(library: Library) -> dict[str, str | None]:
    names = {document.id: document.name for document in library.documents()}
    return {document.name: names.get(document.duplicate_of or "") for document in library.documents()}


def test_the_estimate_is_near_the_true_similarity() -> None:
    errors = []
    for changes in range(0, 60, 2):
        one, other = " ".join(text(changes)), edited(text(changes), changes)
        signatures = signature_of(one), signature_of(other)
        assert signatures[0] is not None
        assert signatures[1] is not None
        errors.append(similarity(*signatures) - jaccard(one, other))
    assert max(map(abs, errors)) < 0.12
    assert abs(sum(errors)) / len(errors) < 0.02


def test_a_signature_is_the_same_everywhere_and_always() -> None:
    signature = signature_of("The quick brown fox jumps over the lazy dog. " * 2 + "¿Qué tal? 東京都は日本の首都です。")
    assert signature is not None
    assert [int(number) for number in signature[:3]] == FIRST
    stored = to_blob(signature)
    assert stored is not None
    assert len(stored) == 512
    assert similarity(from_blob(stored), signature) == 1.0


FIRST = [235957041, 487965412, 644311]  # changing them would part the signatures of older stores from new ones


def test_short_texts_are_not_compared() -> None:
    assert signature_of("") is None
    assert signature_of("One two three four five.") is None
    assert signature_of("again " * 500) is None


def test_copies_with_few_changes_are_linked_to_the_older_one(library: Library) -> None:
    for name, content in [("a", " ".join(text(1))), ("b", edited(text(1), 2)), ("c", " ".join(text(2)))]:
        library.add_texts([(name, name, content)])
    assert duplicates(library) == {"a": None, "b": "a", "c": None}


def test_half_of_a_text_in_common_is_not_enough(library: Library) -> None:
    library.add_texts([("a", "a", " ".join(text(1))), ("b", "b", " ".join([*text(1)[:150], *text(5, 150)]))])
    assert duplicates(library) == {"a": None, "b": None}


def test_links_follow_changes_and_removals(library: Library) -> None:
    texts = [("a", "a", " ".join(text(1))), ("b", "b", edited(text(1), 1)), ("c", "c", edited(text(1), 2))]
    library.add_texts(texts)
    assert duplicates(library) == {"a": None, "b": "a", "c": "a"}
    library.add_texts([("a", "a", " ".join(text(9)))])  # the oldest now says something else
    assert duplicates(library) == {"a": None, "b": None, "c": "b"}
    library.add_texts(texts[:1])
    assert duplicates(library) == {"a": None, "b": "a", "c": "a"}
    library.delete("a")
    assert duplicates(library) == {"b": None, "c": "b"}


def test_copies_of_different_sources_and_types_are_linked(library: Library, folder: Path) -> None:
    content = " ".join(text(1))
    (folder / "a.md").write_text(content)
    library.ingest(folder)
    library.add_upload("a.html", f"<html><body><p>{content}</p></body></html>".encode())
    assert duplicates(library) == {"a.md": None, "a.html": "a.md"}


def test_reindex_finds_them_in_an_older_store(library: Library) -> None:
    library.add_texts([("a", "a", " ".join(text(1))), ("b", "b", edited(text(1), 2))])
    with library.workshop.database.write() as connection:
        connection.exec_driver_sql("UPDATE documents SET signature = NULL, duplicate_of = NULL")
    library.reindex()
    assert duplicates(library) == {"a": None, "b": "a"}


def test_made_up_pairs_are_told_apart(library: Library) -> None:
    """Of 120 pairs, those above 0.93 are linked and those below 0.85 are not."""
    pairs = [(" ".join(text(seed, 400)), edited(text(seed, 400), seed % 40)) for seed in range(120)]
    library.add_texts([(f"a{seed}", "a", one) for seed, (one, _) in enumerate(pairs)])
    library.add_texts([(f"b{seed}", "b", other) for seed, (_, other) in enumerate(pairs)])
    found = duplicates(library)
    linked = {seed for seed in range(len(pairs)) if found[f"b{seed}"] == f"a{seed}"}
    above = {seed for seed, pair in enumerate(pairs) if jaccard(*pair) >= 0.93}
    below = {seed for seed, pair in enumerate(pairs) if jaccard(*pair) <= 0.85}
    print(f"linked {len(above & linked)} of {len(above)} above 0.93, {len(below & linked)} of {len(below)} below 0.85")
    assert len(above & linked) >= 0.95 * len(above) > 10
    assert len(below & linked) <= 0.05 * len(below)
    assert sum(other is not None for other in found.values()) == len(linked)
