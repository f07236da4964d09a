"""What a library tells beyond the best passages: sections, joined neighbours, sweeps."""

from pathlib import Path

from knowledge.library import Library
from knowledge.search.neighbours import joined
from knowledge.search.section import section_around
from knowledge.settings import KnowledgeSettings
from knowledge.testing.embedder import HashingEmbedder
from knowledge.testing.reader import InlineReader
from knowledge.vectors.exact import ExactIndex

PARAGRAPH = "The pool opens at nine. Towels cost two euros. Children swim with an adult. "
PAGES = {
    "pool.md": "# Pool\n\n## Hours\n\n" + PARAGRAPH * 6 + "\n\n## Lockers\n\nA locker takes a coin.\n",
    "sauna.md": "# Sauna\n\nThe sauna opens at noon. Data protection does not concern it.\n",
    "privacy.md": "# Privacy\n\nData protection is a right. Ask us for your data.\n",
    "privacidad.md": "# Privacidad\n\nLa protección de datos es un derecho de todas las personas.\n",
}
FILLER = {f"rule{n}.md": f"# Rule {n}\n\nRule {n} is about doors and keys.\n" for n in range(6)}


def _library(tmp_path: Path, pages: dict[str, str], chunk_tokens: int = 240) -> Library:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    settings = KnowledgeSettings(chunk_tokens=chunk_tokens, chunk_tokens_max=2 * chunk_tokens)
    library = Library(
        tmp_path / "knowledge", HashingEmbedder(), settings, reader=InlineReader(), open_index=lambda _: ExactIndex()
    )
    library.ingest(folder)
    return library


def test_a_passage_grows_to_its_section_and_to_the_document(tmp_path: Path) -> None:
    with _library(tmp_path, PAGES, chunk_tokens=32) as library:
        hit = next(hit for hit in library.search("locker coin") if "coin" in hit.text)
        text = library.text("pool.md")
        section = library.section(hit, tokens=16)
        assert (section.heading, section.text.startswith("Lockers")) == (("Pool", "Lockers"), True)
        whole = library.section(hit, tokens=500)
        assert (whole.text, whole.heading) == (text.strip(), ("Pool",))
        for grown in (section, whole):
            assert grown.text == text[grown.start : grown.end]
            assert all(each.text == text[each.start : each.end] for each in grown.sentences)
        assert library.section(hit, tokens=500, groups=["nobody"]) == hit


def test_the_outline_of_a_document_is_for_those_who_may_read_it(tmp_path: Path) -> None:
    with _library(tmp_path, PAGES) as library:
        document = library.document("pool.md")
        outline = library.outline(document.id)
        assert [(each.level, each.text) for each in outline] == [(1, "Pool"), (2, "Hours"), (2, "Lockers")]
        assert all(library.text(document.id)[each.start :].startswith(each.text) for each in outline)
        assert library.outline(document.id, ["nobody"]) == []
        assert library.outline("none") == []


def test_a_section_too_long_is_taken_in_part_around_the_hit(tmp_path: Path) -> None:
    with _library(tmp_path, PAGES, chunk_tokens=32) as library:
        hits = [hit for hit in library.passages_of(library.document("pool.md").id) if hit.heading == ("Pool", "Hours")]
        assert len(hits) >= 2
        count = HashingEmbedder().count_tokens
        budget = count([hits[0].text])[0] + 12
        grown = library.section(hits[0], tokens=budget)
        assert grown.start <= hits[0].start < hits[0].end < grown.end
        assert count([grown.text])[0] <= budget
        assert grown.text == library.text("pool.md")[grown.start : grown.end]


def test_the_hit_is_held_whatever_it_costs(tmp_path: Path) -> None:
    with _library(tmp_path, PAGES) as library:
        hit = library.search("towels")[0]
        grown = library.section(hit, tokens=1)
        assert grown.start <= hit.start < hit.end <= grown.end


def test_a_document_without_headings_has_one_section() -> None:
    from knowledge.parse.document import ParsedDocument

    plain = ParsedDocument("T", "One two. Three four. Five six.", "text/plain")
    assert section_around(plain, 9, 20, 100, HashingEmbedder().count_tokens) == (0, 30)
    assert section_around(plain, 9, 20, 1, HashingEmbedder().count_tokens) == (9, 20)


def test_neighbours_become_one_with_exact_offsets(tmp_path: Path) -> None:
    with _library(tmp_path, PAGES, chunk_tokens=32) as library:
        hits = library.search("towels cost euros, children swim with an adult", k=10)
        pool = [hit for hit in hits if hit.document == "pool.md" and hit.heading == ("Pool", "Hours")]
        assert len(pool) >= 2
        (one,) = library.joined(pool)
        text = library.text("pool.md")
        assert one.text == text[one.start : one.end]
        assert (one.start, one.end) == (min(hit.start for hit in pool), max(hit.end for hit in pool))
        assert (one.score, one.heading) == (pool[0].score, ("Pool", "Hours"))
        assert all(each.text == text[each.start : each.end] for each in one.sentences)
        assert library.joined(pool, characters=10) == pool
        together = library.joined(hits)
        assert [hit.score for hit in together] == sorted((hit.score for hit in together), reverse=True)


def test_others_stay_apart_in_their_order(tmp_path: Path) -> None:
    with _library(tmp_path, PAGES) as library:
        hits = library.search("opens at noon data", k=4)
        assert joined(hits, library.text, 4_000) == hits


def test_a_sweep_finds_every_document_that_speaks_of_a_subject(tmp_path: Path) -> None:
    with _library(tmp_path, {**PAGES, **FILLER}) as library:
        swept = library.sweep("data protection")
        assert {hit.document for hit in swept.passages} == {"privacy.md", "sauna.md"}
        assert (swept.passages[0].document, swept.searched, swept.complete) == ("privacy.md", 10, True)
        assert [hit.score for hit in swept.passages] == sorted((hit.score for hit in swept.passages), reverse=True)
        assert swept.passages[0].sentences


def test_a_sweep_counts_every_document_however_many(tmp_path: Path) -> None:
    many = {f"contract{n}.md": f"# Contract {n}\n\nThe contract with supplier {n} ends soon.\n" for n in range(40)}
    with _library(tmp_path, {**PAGES, **FILLER, **many}) as library:
        swept = library.sweep("contracts")
        assert (len(swept.passages), swept.searched) == (40, 50)
        assert len({hit.document for hit in swept.passages}) == 40


def test_a_sweep_sees_what_the_reader_may_see(tmp_path: Path) -> None:
    with _library(tmp_path, {**PAGES, **FILLER}) as library:
        library.set_audience("privacy.md", ["board"])
        library.set_hidden("rule1.md")
        swept = library.sweep("data protection")
        assert ([hit.document for hit in swept.passages], swept.searched) == (["sauna.md"], 8)
        assert library.sweep("data protection", groups=[]).passages == ()
        assert library.sweep("the of and").passages == ()


def test_a_sweep_takes_in_other_languages_by_nearness(tmp_path: Path) -> None:
    with _library(tmp_path, {**PAGES, **FILLER}) as library:
        vector = library.embed_queries(["privacy: data protection is a right, un derecho de todas las personas"])[0]
        swept = library.sweep("data protection", language="en", query_vector=vector)
        assert [hit.document for hit in swept.passages][-1] == "privacidad.md"
        assert "rule0.md" not in {hit.document for hit in swept.passages}
