"""What the page shows: answers, sources, conversations, documents, the running turn."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node

from assistant.api.ports import DocumentSummary, Upload
from assistant.api.uploads import Outcome
from assistant.errors import InvalidRequest
from assistant.storage.records import Conversation, Feedback, Turn
from assistant.testing.answers import an_answer, citation, evidence, passage
from assistant.turn.answer import Citation, Route, Support, ToolCall, Understanding
from assistant.turn.events import Failed, Finished, Found, Reading, Revised, Routed, Understood, Wrote
from assistant.ui.answer import answer_block, answer_body, unfinished_block
from assistant.ui.chip import chip, seconds
from assistant.ui.library import FileProgress, document_list, reader, upload_status
from assistant.ui.live import LiveTurn, live_block
from assistant.ui.showing import banner
from assistant.ui.sidebar import conversation_list, side_foot, top_bar
from assistant.ui.sources import highlighted, sources_panel
from assistant.ui.transcript import transcript

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
XSS = '"><img src=x onerror=alert(1)><script>alert(1)</script>'


def tree(html: str) -> HTMLParser:
    return HTMLParser(f"<body>{html}</body>")


def first(html: str, selector: str) -> Node:
    found = tree(html).css_first(selector)
    assert found is not None, f"{selector} not in {html}"
    return found


def a_turn(**changes: object) -> Turn:
    answer = an_answer("c1")
    whole = Turn("t1", "c1", 1, "How many <b>days</b>?", "finished", NOW, answer=answer)
    return replace(whole, **changes)  # type: ignore[arg-type]


def check_no_markup_of(text: str, html: str) -> None:
    parsed = tree(html)
    assert parsed.css("script") == []
    assert [node for node in parsed.css("img")] == []
    assert all(not name.startswith("on") for node in parsed.css("*") for name in node.attributes)


# Answers


def test_the_chip_says_who_answered_why_and_how_long_it_took() -> None:
    assert tree(chip(an_answer("c"), "en")).text() == "Small model·clear evidence·1.2 s·searched 7 documents"
    assert tree(chip(an_answer("c"), "es")).text() == "Modelo pequeño·evidencia clara·1,2 s·buscado en 7 documentos"


def test_the_chip_tells_an_escalation_and_an_unknown_reason() -> None:
    escalated = an_answer("c", route=Route("llm", "qwen<1.5b>", "several_parts", escalated=True), searched=0)
    html = chip(escalated, "en")
    assert tree(html).text() == "Large model·several parts·checked and escalated·1.2 s"
    assert first(html, ".pl-chip").attributes["title"] == "qwen<1.5b>"
    assert "brand new reason" in chip(an_answer("c", route=Route("slm", "m", "brand_new_reason")), "en")


@pytest.mark.parametrize(("ms", "shown"), [(0, "0.0 s"), (1_249, "1.2 s"), (99_950, "100.0 s"), (125_400, "125 s")])
def test_durations(ms: float, shown: str) -> None:
    assert seconds(ms, "en") == shown


def test_unsupported_sentences_are_marked_with_a_legend() -> None:
    text = "You have 25 days [1]. Everyone loves it."
    answer = an_answer(
        "c", text, support=(Support("Everyone loves it.", 0.1, False), Support("You have 25 days [1].", 0.9, True))
    )
    html = answer_body(answer, "en")
    assert first(html, "mark.pl-unsupported").text() == "Everyone loves it."
    assert "no sentence in the documents" in first(html, ".pl-legend").text()
    assert "pl-legend" not in answer_body(an_answer("c"), "en")


def test_an_abstention_is_a_notice_and_marks_nothing() -> None:
    answer = an_answer(
        "c", "The documents do not say.", abstained=True, support=(Support("The documents do not say.", 0, False),)
    )
    html = answer_body(answer, "es")
    assert first(html, ".pl-notice-title").text() == "No está en los documentos"
    assert tree(html).css("mark") == []


def test_only_an_answer_of_the_small_model_offers_the_large_one() -> None:
    small, large = a_turn(), a_turn(answer=an_answer("c1", route=Route("llm", "m", "hard_question")))
    assert 'data-model="llm"' in answer_block(small, small.answer, "en")  # type: ignore[arg-type]
    assert 'data-model="llm"' not in answer_block(large, large.answer, "en")  # type: ignore[arg-type]


def test_a_calendar_file_is_linked_and_no_other_address() -> None:
    made = ToolCall("book_appointment", {}, "done", "Booked.", "/api/v1/appointments/0a1b.ics")
    before = ToolCall("book_appointment", {}, "done", "Booked.", "/api/appointments/0a1c.ics")  # of an earlier release
    forged = [ToolCall("x", {}, "done", "", each) for each in ("javascript:alert(1)", "//evil.example/a.ics", "/api/x")]
    turn = a_turn(answer=an_answer("c1", calls=(made, before, *forged)))
    links = tree(answer_block(turn, turn.answer, "en")).css("a.pl-file")  # type: ignore[arg-type]
    assert [link.attributes["href"] for link in links] == [made.file, before.file]
    assert links[0].text() == "Add to your calendar (.ics)"


def test_a_given_verdict_is_shown_pressed_with_what_was_written() -> None:
    given = Feedback("f", "a", "local", "down", "incomplete", "It is <30>.", "ui", True, NOW)
    turn = a_turn(feedback=given)
    html = answer_block(turn, turn.answer, "en")  # type: ignore[arg-type]
    pressed = {n.attributes["data-verdict"]: n.attributes["aria-pressed"] for n in tree(html).css(".pl-thumb")}
    assert pressed == {"up": "false", "down": "true"}
    assert "It is &lt;30&gt;." in html
    assert first(html, "form[data-verdict=down] input[checked]").attributes["value"] == "incomplete"


@pytest.mark.parametrize(
    ("state", "words"),
    [("failed", "The model is gone."), ("interrupted", "Stopped before"), ("running", "Thinking")],
)
def test_a_turn_without_an_answer_says_what_happened_and_offers_another_try(state: str, words: str) -> None:
    turn = a_turn(
        answer=None, state=state, error="The model is gone." if state == "failed" else "", partial="You **have**"
    )
    html = unfinished_block(turn, "en")
    assert words in tree(html).text()
    assert "<strong>have</strong>" in html
    assert first(html, "[data-act=resend]").attributes["data-turn"] == "t1"


def test_the_question_is_shown_exactly_and_can_be_edited() -> None:
    html = transcript("c1", [a_turn(question="a  <b>\n\n  c")], "en", 3)
    assert first(html, ".pl-said-text").text() == "You: a  <b>\n\n  c"
    assert first(html, "form[data-act=resend] textarea").text() == "a  <b>\n\n  c"


def test_an_empty_conversation_welcomes_with_examples() -> None:
    html = transcript("", [], "es", 3)
    assert len(tree(html).css(".pl-example")) == 4
    assert "Busco en 3 documentos" in tree(html).text()
    assert "There are no documents yet" in tree(transcript("", [], "en", 0)).text()
    assert tree(transcript("c", [], "en", None)).css(".pl-welcome") == []


# Sources


def test_the_best_sentence_is_highlighted_while_the_answer_is_written() -> None:
    html = sources_panel((evidence(1, best=1),), None, "en")
    assert first(html, "blockquote mark.pl-best").text() == "Leave is requested in the portal two weeks ahead."
    assert "open" in first(html, "details").attributes
    assert tree(html).css(".pl-tag") == []


def test_exact_quotes_are_highlighted_and_uncited_passages_folded_when_it_is_finished() -> None:
    answer = an_answer("c")
    html = sources_panel(answer.evidence, answer.citations, "en", turn="t1")
    cited, other = tree(html).css("details")
    assert cited.css_first("mark.pl-quoted").text() == "Every employee has 25 days of annual leave."  # type: ignore[union-attr]
    assert "open" in cited.attributes
    assert "open" not in other.attributes
    assert [node.text() for node in tree(html).css(".pl-tag")] == ["cited", "found, not cited"]


def test_a_card_tells_where_the_passage_stands() -> None:
    html = sources_panel((evidence(3, relevance=0.874),), None, "es")
    assert first(html, ".pl-number").text() == "3"
    assert first(html, ".pl-where").text() == "Time off › Annual leave · página 3"
    assert first(html, ".pl-relevance").attributes["aria-label"] == "Relevancia: 87 %"


def test_the_asked_card_is_open_even_if_nothing_was_cited_from_it() -> None:
    answer = an_answer("c")
    cards = tree(sources_panel(answer.evidence, answer.citations, "en", turn="t1", focus=2)).css("details")
    assert "open" in cards[1].attributes


def test_a_citation_of_another_document_marks_nothing_here() -> None:
    source = evidence(1)
    forged = replace(citation(source), document_id="another")
    html = sources_panel((source,), (forged,), "en", turn="t")
    assert tree(html).css("mark.pl-quoted") == [] or "pl-quoted" not in first(html, "details").html  # type: ignore[operator]


@pytest.mark.parametrize(("start", "end"), [(-50, 10), (0, 10_000), (500, 600), (300, 200), (130, 130)])
def test_offsets_outside_the_passage_are_cut_or_dropped(start: int, end: int) -> None:
    source = evidence(1)
    odd = Citation(1, source.passage.document_id, "d", "t", "q", start, end, None)
    html = sources_panel((source,), (odd,), "en", turn="t")
    assert first(html, "blockquote").text() == source.passage.text


def test_overlapping_spans_keep_the_text_and_carry_both_kinds() -> None:
    html = highlighted("abcdefgh", 100, [(101, 105, "x"), (103, 107, "y")])
    assert html == 'a<mark class="x">bc</mark><mark class="x y">de</mark><mark class="y">fg</mark>h'
    assert tree(html).text() == "abcdefgh"


def test_offsets_count_characters_also_beyond_the_basic_plane() -> None:
    text = "🙂🙂 Vacaciones: 25 días. 🙂"
    found = passage(text, start=10)
    quote = "25 días"
    at = 10 + text.index(quote)
    html = highlighted(found.text, found.start, [(at, at + len(quote), "k")])
    assert first(html, "mark").text() == quote


# The running turn


def test_the_running_turn_tells_what_is_being_done() -> None:
    live = LiveTurn("How many?")
    shown = [tree(live_block(live, "en")).css_first(".pl-status").text()]  # type: ignore[union-attr]
    for event in (
        Understood(Understanding("How many?", "How many days of leave?", "en", "question", 0.9, rewritten=True)),
        Found((evidence(1), evidence(2)), 7),
        Routed(Route("slm", "m", "clear_evidence")),
        Reading(5, 16),
        Wrote("You "),
        Wrote("have"),
    ):
        live.take(event)
        shown.append(tree(live_block(live, "en")).css_first(".pl-status").text())  # type: ignore[union-attr]
    assert shown == [
        "Understanding the question…",
        "Searching the documents…",
        "Reading 2 passages…",
        "Reading 2 passages…Small model · clear evidence",
        "Reading line 5 of 16…Small model · clear evidence",
        "Small model · clear evidence",
        "Small model · clear evidence",
    ]
    assert first(live_block(live, "en"), ".pl-text").text().strip() == "You have"
    assert "Understood as: How many days of leave?" in tree(live_block(live, "en")).text()


def test_sections_and_paragraphs_are_told_between_the_words_too() -> None:
    live = LiveTurn("Summarise it")
    shown = []
    for event in (
        Understood(Understanding("Summarise it", "Summarise it", "es", "summary", 0.9)),
        Reading(3, 9, "section"),
        Found((evidence(1),), 1),
        Wrote("Lo principal"),
        Reading(2, 4, "paragraph"),
    ):
        live.take(event)
        shown.append(tree(live_block(live, "es")).css_first(".pl-status").text())  # type: ignore[union-attr]
    assert shown[1:] == [
        "Leyendo el apartado 3 de 9…", "Leyendo el apartado 3 de 9…", "Leyendo el apartado 3 de 9…", "Párrafo 2 de 4…",
    ]  # fmt: skip


def test_a_revised_draft_is_replaced_with_the_reason() -> None:
    live = LiveTurn("q")
    for event in (Wrote("draft"), Revised("better", "revised_unsupported")):
        live.take(event)
    html = live_block(live, "en")
    assert "draft was not backed" in first(html, ".pl-note").text()
    assert first(html, ".pl-text").text().strip() == "better"


def test_the_end_of_a_turn_is_kept() -> None:
    live, answer = LiveTurn("q"), an_answer("c")
    live.take(Finished(answer))
    live.take(Failed("gone"))
    assert (live.answer, live.error) == (answer, "gone")


# Side bar and documents


def test_conversations_stand_under_their_day_with_the_current_one_marked() -> None:
    days = [0, 1, 3, 40]
    found = [Conversation(f"c{n}", "local", f"Title {n}", "en", NOW, NOW - timedelta(days=n)) for n in days]
    html = conversation_list(found, "c1", "en", NOW)
    assert [node.text() for node in tree(html).css(".pl-day")] == ["Today", "Yesterday", "Last 7 days", "Earlier"]
    assert [node.text() for node in tree(html).css("[aria-current=true]")] == ["Title 1"]


def test_an_empty_list_says_why() -> None:
    assert "will appear" in conversation_list([], "", "en", NOW)
    assert "Ninguna conversación" in conversation_list([], "", "es", NOW, searching=True)


def test_the_foot_offers_documents_languages_and_light() -> None:
    html = side_foot("es", 3)
    assert "Documentos (3)" in tree(html).text()
    assert first(html, "option[selected]").attributes["value"] == "es"
    assert first(html, "[data-theme]").attributes["aria-label"] == "Claro u oscuro"


def test_the_list_of_documents_says_what_is_to_be_known_of_each() -> None:
    old = DocumentSummary("1", "old.md", "Old", 3, "en", source="Handbook", superseded_by="New", scans=2, pinned=True)
    english = tree(document_list([old], "en")).text()
    assert "Handbook" in english
    assert "superseded by New" in english
    assert "2 scanned pages are left out" in english
    assert "ranked first" in english
    copy = DocumentSummary(
        "2", "copy.md", "Copy", 3, "es", duplicate_of="Original", scans=1, error="broken", hidden=True
    )
    spanish = tree(document_list([copy], "es")).text()
    assert "casi igual que Original" in spanish
    assert "oculto" in spanish
    assert "broken" in spanish
    assert "escaneada" not in spanish  # the error says what is missing
    assert "pl-remark" not in document_list([DocumentSummary("3", "plain.md", "Plain", 1)], "en")


def test_each_uploaded_file_says_what_became_of_it() -> None:
    done = DocumentSummary("1", "a.md", "a", 3)
    files = [
        FileProgress("a.md", 100, Outcome("a.md", Upload(done))),
        FileProgress("b.md", 100, Outcome("b.md", Upload(done, unchanged=True))),
        FileProgress("c.md", 100, Outcome("c.md", error=InvalidRequest("No text was found."))),
    ]
    html = upload_status(files, "en")
    assert [node.text() for node in tree(html).css("li > span")] == [
        "added, 3 passages", "already here, unchanged", "No text was found.",
    ]  # fmt: skip
    assert "2 of 3 added" in tree(html).text()
    busy = upload_status([FileProgress("a"), FileProgress("b", 0), FileProgress("c", 40)], "en")
    assert [node.text() for node in tree(busy).css("li > span:nth-child(2)")] == [
        "waiting",
        "reading…",
        "indexing, 40 %",
    ]
    assert first(busy, ".pl-uploads").attributes["aria-busy"] == "true"
    assert upload_status([], "en") == ""


def test_the_reader_shows_the_place_that_was_asked_for() -> None:
    html = reader("Title", "one two three", 4, 7, "en")
    assert first(html, "mark").text() == "two"
    assert first(html, ".pl-reader-text").text() == "one two three"
    assert tree(reader("T", "text", None, None, "en")).css("mark") == []


@pytest.mark.parametrize("start", [0, 100_000, 199_990])
def test_the_reader_shows_a_long_document_around_the_place(start: int) -> None:
    text = "".join(f"{n:09d} " for n in range(20_000))
    html = reader("T", text, start, start + 9, "en")
    assert first(html, "mark").text() == text[start : start + 9]
    assert len(html) < 70_000
    assert "Only the part around" in html


# What people and documents write never becomes markup


def test_no_text_of_anyone_becomes_markup() -> None:
    hostile = passage(XSS + ". Second.", title=XSS, document=XSS, heading=(XSS, XSS))
    source = evidence(1, hostile)
    answer = an_answer(
        "c1", f"{XSS} [1]", evidence=(source,), citations=(citation(source),),
        support=(Support(XSS, 0.0, False),), route=Route("slm", XSS, XSS),
    )  # fmt: skip
    given = Feedback("f", "a", "local", "down", XSS, XSS, "ui", True, NOW)
    turns = [
        a_turn(question=XSS, answer=answer, feedback=given),
        a_turn(id="t2", question=XSS, answer=None, state="failed", error=XSS, partial=XSS),
        a_turn(id="t3", question=XSS, answer=an_answer("c1", XSS, abstained=True)),
    ]
    live = LiveTurn(
        XSS, Understanding(XSS, XSS, XSS, XSS, 1, True), (source,), route=Route("slm", XSS, XSS), revised=XSS
    )
    live.so_far.text = XSS
    document = DocumentSummary(XSS, XSS, XSS, 1, XSS, NOW, XSS, XSS, XSS, XSS)
    files = [FileProgress(XSS, 5), FileProgress(XSS, 5, Outcome(XSS, error=InvalidRequest(XSS)))]
    for html in (
        transcript("c1", turns, "en", 1),
        sources_panel((source,), answer.citations, "en", turn=XSS),
        sources_panel((source,), None, "en"),
        live_block(live, "en"),
        conversation_list([Conversation(XSS, "u", XSS, None, NOW, NOW)], "", "en", NOW),
        top_bar(XSS, "en", 1),
        document_list([document], "en", XSS),
        upload_status(files, "en"),
        reader(XSS, XSS, 0, 5, "en"),
        banner("en"),
    ):
        check_no_markup_of(XSS, html)
