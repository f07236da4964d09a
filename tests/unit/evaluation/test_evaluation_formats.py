"""Sets are read as they are written; what is wrong is named with its file and line."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import InvalidRequest
from assistant.evaluation.formats import Question, QuestionSet, read_questions, read_retrieval
from assistant.evaluation.halves import half_of
from assistant.turn.answer import Message

CORPUS = [{"_id": "d1", "title": "One", "text": "first"}, {"_id": "d2", "title": "", "text": "second"}]
QUERIES = [{"_id": "q1", "text": "first?"}, {"_id": "q2", "text": "second?"}]
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq2\td2\t1\nq2\td1\t0\n"
QUESTION = {
    "id": "1",
    "lang": "en",
    "question": "How long?",
    "answerable": True,
    "docs": ["a.md"],
    "answer_any": [["5 days"]],
}


def write_rows(path: Path, rows: list[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    write_rows(tmp_path / "corpus.jsonl", CORPUS)
    write_rows(tmp_path / "queries.jsonl", QUERIES)
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels/test.tsv").write_text(QRELS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    write_rows(tmp_path / "questions.jsonl", [QUESTION])
    (tmp_path / "corpus").mkdir()
    return tmp_path


def with_question(folder: Path, **changes: Any) -> Question:
    row = {key: value for key, value in {**QUESTION, **changes}.items() if value is not ...}
    write_rows(folder / "questions.jsonl", [row])
    return read_questions(folder).questions[0]


class TestRetrieval:
    def test_reads_a_beir_folder(self, beir: Path) -> None:
        data = read_retrieval(beir)
        assert [(text.id, text.title, text.text) for text in data.corpus] == [
            ("d1", "One", "first"),
            ("d2", "", "second"),
        ]
        assert [(query.id, query.text, query.history) for query in data.queries] == [
            ("q1", "first?", ()),
            ("q2", "second?", ()),
        ]
        assert data.qrels == {"q1": {"d1": 2.0}, "q2": {"d2": 1.0, "d1": 0.0}}

    def test_reads_the_history_of_a_query_and_ignores_unknown_keys(self, beir: Path) -> None:
        history = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello", "time": 3}]
        write_rows(beir / "queries.jsonl", [{**QUERIES[0], "history": history, "metadata": {"x": 1}}, QUERIES[1]])
        assert read_retrieval(beir).queries[0].history == (Message("user", "Hi"), Message("assistant", "Hello"))

    def test_the_header_of_the_judgements_may_be_missing(self, beir: Path) -> None:
        (beir / "qrels/test.tsv").write_text("q1\td1\t1\r\n\r\n", encoding="utf-8")
        assert read_retrieval(beir).qrels == {"q1": {"d1": 1.0}}

    def test_a_query_without_a_relevant_document_is_left_out(self, beir: Path) -> None:
        (beir / "qrels/test.tsv").write_text("q1\td1\t1\nq2\td2\t0\n", encoding="utf-8")
        assert [query.id for query in read_retrieval(beir).queries] == ["q1"]

    def test_numbers_are_taken_as_ids_and_a_byte_order_mark_is_passed_over(self, beir: Path) -> None:
        text = "\ufeff" + json.dumps({"_id": 7, "text": "x"}) + "\n\n"
        (beir / "corpus.jsonl").write_text(text, encoding="utf-8")
        assert [text.id for text in read_retrieval(beir).corpus] == ["7"]

    def test_a_half_keeps_its_queries_and_the_whole_corpus(self, beir: Path) -> None:
        data = read_retrieval(beir)
        for half in {half_of("q1"), half_of("q2")}:
            chosen = data.half(half)
            assert [query.id for query in chosen.queries] == [q for q in ("q1", "q2") if half_of(q) == half]
            assert chosen.corpus == data.corpus

    def test_an_empty_half_is_refused(self, beir: Path) -> None:
        (beir / "qrels/test.tsv").write_text("q1\td1\t1\n", encoding="utf-8")
        other = "test" if half_of("q1") == "tune" else "tune"
        with pytest.raises(InvalidRequest, match=f"in its {other} half.*--half all"):
            read_retrieval(beir).half(other)

    @pytest.mark.parametrize("missing", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
    def test_a_missing_file_is_named(self, beir: Path, missing: str) -> None:
        (beir / missing).unlink()
        with pytest.raises(InvalidRequest, match=missing):
            read_retrieval(beir)

    @pytest.mark.parametrize(
        ("line", "complaint"),
        [
            ("q1\td1", "line 2: 2 columns.*tabs"),
            ("q1 d1 1", "line 2: 1 columns"),
            ("q9\td1\t1", "line 2: the query 'q9' is not in queries.jsonl"),
            ("q1\td1\tyes", "line 2: the score 'yes' is no whole number"),
            ("q1\td1\tnan", "line 2: the score 'nan' is no whole number"),
            ("q1\td1\t0", "names no relevant document"),
        ],
    )
    def test_bad_judgements_are_named(self, beir: Path, line: str, complaint: str) -> None:
        (beir / "qrels/test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{line}\n", encoding="utf-8")
        with pytest.raises(InvalidRequest, match=f"test.tsv.*{complaint}"):
            read_retrieval(beir)

    @pytest.mark.parametrize(
        ("line", "complaint"),
        [
            ("{not json}", "line 2: this is no JSON"),
            ("[1, 2]", "line 2: this is no JSON object"),
            ('{"text": "x"}', "line 2: `_id` is missing"),
            ('{"_id": "", "text": "x"}', "line 2: `_id` is empty"),
            ('{"_id": true, "text": "x"}', "line 2: `_id` is true"),
            ('{"_id": "d9"}', "line 2: `text` is missing"),
            ('{"_id": "d9", "text": 5}', "line 2: `text` is 5. It must be a text"),
            ('{"_id": "d1", "text": "x"}', "line 2: `_id` 'd1' is that of line 1"),
        ],
    )
    def test_bad_documents_are_named(self, beir: Path, line: str, complaint: str) -> None:
        (beir / "corpus.jsonl").write_text(json.dumps(CORPUS[0]) + "\n" + line + "\n", encoding="utf-8")
        with pytest.raises(InvalidRequest, match=f"corpus.jsonl, {complaint}"):
            read_retrieval(beir)

    @pytest.mark.parametrize("history", ["hi", [3], [{"role": "system", "content": "x"}], [{"role": "user"}]])
    def test_a_bad_history_is_refused(self, beir: Path, history: Any) -> None:
        write_rows(beir / "queries.jsonl", [{**QUERIES[0], "history": history}])
        with pytest.raises(InvalidRequest, match=r"line 1: `history` is .*role.*content"):
            read_retrieval(beir)

    def test_an_empty_query_is_refused(self, beir: Path) -> None:
        write_rows(beir / "queries.jsonl", [{"_id": "q1", "text": " "}])
        with pytest.raises(InvalidRequest, match="line 1: `text` is empty"):
            read_retrieval(beir)

    def test_another_encoding_is_named_with_its_line(self, beir: Path) -> None:
        (beir / "corpus.jsonl").write_bytes(b'{"_id": "1", "text": "a"}\n{"_id": "2", "text": "ni\xf1o"}\n')
        with pytest.raises(InvalidRequest, match=r"corpus.jsonl, line 2: this is not UTF-8"):
            read_retrieval(beir)

    def test_an_empty_file_is_refused(self, beir: Path) -> None:
        (beir / "corpus.jsonl").write_text("\n", encoding="utf-8")
        with pytest.raises(InvalidRequest, match=r"corpus.jsonl is empty"):
            read_retrieval(beir)


@pytest.mark.parametrize("read", [read_retrieval, read_questions])
def test_a_folder_that_is_none_is_refused(read: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    for name, why in {"nowhere": "does not exist", "file": "is a file", "empty": "is empty"}.items():
        with pytest.raises(InvalidRequest, match=f"{name} {why}. Name a folder that holds"):
            read(tmp_path / name)


class TestQuestions:
    def test_reads_everything_a_question_may_have(self, asked: Path) -> None:
        read = with_question(
            asked, lang="ES", history=[{"role": "user", "content": "Before"}], equivalent=["b.md"], kind="follow_up",
            reference=" Five days. ", answer_any=[["5 days", ""], ["paid"]], evidence=["Five, paid."],
            source="ignored",
        )  # fmt: skip
        assert read == Question(
            id="1", language="es", text="How long?", answerable=True, history=(Message("user", "Before"),),
            documents=("a.md",), equivalent=("b.md",), facts=(("5 days", ""), ("paid",)), reference="Five days.",
            kind="follow_up", evidence=("Five, paid.",),
        )  # fmt: skip

    def test_the_least_is_an_id_a_question_and_whether_it_can_be_answered(self, asked: Path) -> None:
        read = with_question(asked, lang=..., docs=..., answer_any=...)
        assert (read.language, read.documents, read.facts, read.reference) == ("en", (), (), "")

    def test_a_language_that_is_not_given_is_found(self, asked: Path) -> None:
        assert with_question(asked, lang=..., question="¿Cuántos días tengo?").language == "es"

    def test_null_is_the_same_as_nothing(self, asked: Path) -> None:
        read = with_question(asked, history=None, docs=None, answer_any=None, reference=None, equivalent=None)
        assert (read.history, read.documents, read.facts, read.reference, read.equivalent) == ((), (), (), "", ())

    @pytest.mark.parametrize(
        ("changes", "complaint"),
        [
            ({"question": ...}, "`question` is missing"),
            ({"question": "  "}, "`question` is empty"),
            ({"answerable": ...}, "`answerable` is missing"),
            ({"answerable": "yes"}, '`answerable` is "yes". It must be true or false'),
            ({"docs": "a.md"}, '`docs` is "a.md". It must be a list of texts'),
            ({"docs": [1]}, "`docs` is"),
            ({"answer_any": ["5 days"]}, "`answer_any` is .*a list of required facts, each a list"),
            ({"answer_any": [[]]}, "`answer_any` is"),
            ({"answer_any": [[5]]}, "`answer_any` is"),
            ({"equivalent": {}}, "`equivalent` is"),
        ],
    )
    def test_a_bad_row_is_named(self, asked: Path, changes: dict[str, Any], complaint: str) -> None:
        with pytest.raises(InvalidRequest, match=f"questions.jsonl, line 1: {complaint}"):
            with_question(asked, **changes)

    def test_two_questions_with_one_id_are_refused(self, asked: Path) -> None:
        write_rows(asked / "questions.jsonl", [QUESTION, QUESTION])
        with pytest.raises(InvalidRequest, match="line 2: `id` '1' is that of line 1"):
            read_questions(asked)

    def test_the_documents_are_a_folder_of_files(self, asked: Path) -> None:
        assert read_questions(asked).folder == asked / "corpus"

    def test_or_a_file_of_texts(self, asked: Path) -> None:
        (asked / "corpus").rmdir()
        write_rows(asked / "corpus.jsonl", CORPUS)
        data = read_questions(asked)
        assert data.folder is None
        assert [text.id for text in data.texts] == ["d1", "d2"]

    def test_without_documents_it_is_refused(self, asked: Path) -> None:
        (asked / "corpus").rmdir()
        with pytest.raises(InvalidRequest, match=r"neither corpus/ nor corpus\.jsonl"):
            read_questions(asked)


class TestChoosing:
    DATA = QuestionSet(
        tuple(Question(str(n), "en", "?", answerable=n < 50, kind="first" if n < 50 else "second") for n in range(100))
    )

    def ids(self, **choice: Any) -> list[str]:
        return [question.id for question in self.DATA.chosen(**choice).questions]

    def test_everything_by_default(self) -> None:
        assert len(self.ids()) == 100

    def test_a_limit_spreads_over_a_sorted_set(self) -> None:
        assert self.ids(limit=4) == ["0", "25", "50", "75"]
        assert len(set(self.ids(limit=37))) == 37
        assert len(self.ids(limit=1000)) == 100

    def test_kind_and_half_come_before_the_limit(self) -> None:
        chosen = self.ids(kind="second", half="tune", limit=5)
        assert len(chosen) == 5
        assert all(int(each) >= 50 and half_of(each) == "tune" for each in chosen)

    def test_an_unknown_kind_is_answered_with_those_there_are(self) -> None:
        with pytest.raises(InvalidRequest, match=r"'third'. It has: first, second"):
            self.DATA.chosen(kind="third")

    def test_a_kind_of_a_set_without_kinds_is_refused(self) -> None:
        with pytest.raises(InvalidRequest, match="no kinds; leave --kind out"):
            QuestionSet((Question("1", "en", "?", True),)).chosen(kind="x")
