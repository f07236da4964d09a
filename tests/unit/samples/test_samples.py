"""The demo organisation: its gold questions hold against its documents, and its documents can be made again."""

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pypdfium2
import pytest
from docx import Document
from selectolax.lexbor import LexborHTMLParser

SAMPLES = Path(__file__).resolve().parents[3] / "samples"
CORPUS = SAMPLES / "corpus"
SOURCES = SAMPLES / "sources"
DOCUMENTS = sorted(path.relative_to(CORPUS).as_posix() for path in CORPUS.rglob("*") if path.is_file())
QUESTIONS = [json.loads(line) for line in (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
GENERATED = sorted(path.relative_to(SOURCES).as_posix().removesuffix(".md") for path in SOURCES.rglob("*.md"))
PROSE = [name for name in DOCUMENTS if not name.endswith(".csv")]
KINDS = {
    "single": 40,
    "two_document": 10,
    "follow_up": 10,
    "unanswerable": 14,
    "small_talk": 6,
    "cross_language": 4,
}


def pdf_pages(path: Path) -> list[str]:
    pdf = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_bounded() for page in pdf]
    finally:
        pdf.close()


def docx_text(path: Path) -> str:
    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def html_text(path: Path) -> str:
    body = LexborHTMLParser(path.read_text(encoding="utf-8")).body
    assert body is not None
    return body.text(separator=" ")


def csv_text(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return "\n".join(" | ".join(row) for row in csv.reader(file))


@cache
def text_of(name: str) -> str:
    path = CORPUS / name
    readers = {".pdf": lambda p: "\n".join(pdf_pages(p)), ".docx": docx_text, ".html": html_text, ".csv": csv_text}
    read = readers.get(path.suffix, lambda p: p.read_text(encoding="utf-8"))
    return read(path)


def language_of(name: str) -> str:
    """The language in the file name; the bilingual or mostly numeric lists have none."""
    match = re.search(r"_(en|es)\.\w+$", name)
    return match.group(1) if match else "both"


def squeeze(text: str) -> str:
    """Text as `evaluate answers` compares it: case and white space do not count."""
    return re.sub(r"\s+", "", text).casefold()


def accepted(question: dict) -> list[str]:
    return [form for forms in question["answer_any"] for form in forms]


def spelled(form: str) -> str:
    """A pattern that finds `form` in text whatever its white space."""
    return r"\s*".join(re.escape(char) for char in form if not char.isspace())


def by_id(question: dict) -> str:
    return question["id"]


WITH_FACTS = [question for question in QUESTIONS if question["answer_any"]]


def test_questions_are_of_the_promised_kinds() -> None:
    assert Counter(question["kind"] for question in QUESTIONS) == KINDS


def test_half_of_the_questions_are_spanish() -> None:
    assert Counter(question["lang"] for question in QUESTIONS) == {"en": 42, "es": 42}
    for kind in KINDS:
        languages = Counter(question["lang"] for question in QUESTIONS if question["kind"] == kind)
        assert languages["en"] == languages["es"], kind


def test_questions_and_ids_are_unique() -> None:
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)
    assert len({squeeze(question["question"]) for question in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS, ids=by_id)
def test_question_has_the_shape_of_its_kind(question: dict) -> None:
    kind, docs = question["kind"], question["docs"]
    required = {"id", "lang", "kind", "question", "answerable", "docs", "answer_any", "reference"}
    assert required <= question.keys() <= required | {"history", "equivalent"}
    assert question["answerable"] == (kind != "unanswerable")
    assert len(docs) == {"unanswerable": 0, "small_talk": 0, "two_document": 2}.get(kind, 1)
    assert bool(question["answer_any"]) == bool(docs)
    assert question["reference"]
    roles = [turn["role"] for turn in question.get("history", [])]
    assert roles == (["user", "assistant"] if kind == "follow_up" else [])
    if kind == "cross_language":
        assert {language_of(name) for name in docs}.isdisjoint({question["lang"], "both"})


@pytest.mark.parametrize("question", QUESTIONS, ids=by_id)
def test_gold_documents_exist(question: dict) -> None:
    assert set(question["docs"]) | set(question.get("equivalent", [])) <= set(DOCUMENTS)


@pytest.mark.parametrize("question", WITH_FACTS, ids=by_id)
def test_each_fact_is_written_in_a_gold_document(question: dict) -> None:
    texts = [squeeze(text_of(name)) for name in question["docs"]]
    for forms in question["answer_any"]:
        assert any(squeeze(form) in text for form in forms for text in texts), forms


@pytest.mark.parametrize("question", [question for question in QUESTIONS if "equivalent" in question], ids=by_id)
def test_an_equivalent_document_holds_every_fact_too(question: dict) -> None:
    for name in question["equivalent"]:
        text = squeeze(text_of(name))
        for forms in question["answer_any"]:
            assert any(squeeze(form) in text for form in forms), (name, forms)


@pytest.mark.parametrize("question", WITH_FACTS, ids=by_id)
def test_the_reference_answers_the_question(question: dict) -> None:
    reference = squeeze(question["reference"])
    for forms in question["answer_any"]:
        assert any(squeeze(form) in reference for form in forms), forms


@pytest.mark.parametrize("question", WITH_FACTS, ids=by_id)
def test_no_accepted_string_is_part_of_another_number_of_its_documents(question: dict) -> None:
    """`5 days` would also accept `15 days`, so such a pair may not meet in one question."""
    for form in accepted(question):
        before = r"(?:\d|\d[.,])" if form[0].isdigit() else r"(?!)"
        after = r"(?:\d|[.,]\d{3})" if form[-1].isdigit() else r"(?!)"
        pattern = re.compile(f"{before}{spelled(form)}|{spelled(form)}{after}", re.IGNORECASE)
        for name in question["docs"]:
            found = pattern.search(text_of(name))
            assert not found, (form, name, found and found.group())


@pytest.mark.parametrize("question", [question for question in QUESTIONS if "history" in question], ids=by_id)
def test_a_follow_up_is_not_answered_by_its_history(question: dict) -> None:
    history = squeeze(" ".join(turn["content"] for turn in question["history"]))
    assert not [form for form in accepted(question) if squeeze(form) in history]


def test_unanswerable_products_and_subjects_are_in_no_document() -> None:
    subjects = ("Brisa 500", "Noria D30", "foster", "divorci", "nocturnidad", "bizum", "colores del", "CEO")
    for name in DOCUMENTS:
        text = text_of(name)
        assert not [subject for subject in subjects if re.search(rf"\b{subject}", text, re.IGNORECASE)], name


def test_every_document_is_gold_for_some_question() -> None:
    assert set(DOCUMENTS) == {name for question in QUESTIONS for name in question["docs"]}


def test_corpus_has_every_type_in_both_languages() -> None:
    assert Counter(Path(name).suffix for name in DOCUMENTS) == {".md": 14, ".html": 8, ".pdf": 6, ".docx": 6, ".csv": 4}
    for suffix in (".md", ".html", ".pdf", ".docx"):
        assert {language_of(name) for name in DOCUMENTS if name.endswith(suffix)} == {"en", "es"}


@pytest.mark.parametrize("name", PROSE)
def test_documents_have_the_length_of_a_real_one(name: str) -> None:
    assert 350 <= len(re.findall(r"\w+", text_of(name))) <= 1200


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name.endswith(".csv")])
def test_every_row_of_a_table_has_all_its_columns(name: str) -> None:
    with (CORPUS / name).open(encoding="utf-8", newline="") as file:
        assert len({len(row) for row in csv.reader(file)}) == 1


def test_both_versions_of_the_travel_policy_are_there() -> None:
    old, new = text_of("finance/travel_policy_2025_en.md"), text_of("finance/travel_policy_2026_en.md")
    assert "superseded by version 4.0" in old
    assert "Replaces version 3.0 (2025)" in new
    assert squeeze("Sustituye a la versión 3.0 (2025)") in squeeze(text_of("finance/politica_viajes_2026_es.pdf"))


@pytest.mark.parametrize("name", [name for name in GENERATED if name.endswith(".pdf")])
def test_pdfs_have_pages_of_text_a_reader_can_extract(name: str) -> None:
    pages = pdf_pages(CORPUS / name)
    assert len(pages) >= 2
    assert all(page.strip() for page in pages)


@pytest.mark.parametrize("name", GENERATED)
def test_no_word_of_a_source_is_lost(name: str) -> None:
    source = (SOURCES / f"{name}.md").read_text(encoding="utf-8").partition("\n\n")[2]
    assert "| --" in source or "|---" in source, "every generated document has a table"
    words = re.compile(r"[\w€²°%]+")
    assert set(words.findall(source)) <= set(words.findall(text_of(name)))


def test_generator_writes_the_committed_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-W", "error", SAMPLES / "generate.py", tmp_path], check=True, capture_output=True)
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert written == GENERATED == [name for name in DOCUMENTS if name.endswith((".pdf", ".docx"))]
    for name in written:
        assert (tmp_path / name).read_bytes() == (CORPUS / name).read_bytes(), f"run samples/generate.py: {name}"
