"""The application as it is put together: what is taken from a person is gone from the conversations it was told in."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.app import build_app
from assistant.messages import message
from assistant.models.models import Models
from assistant.personal.subject import Places, Subject
from assistant.personal.talks import conversations_of
from assistant.security.person import LOCAL_USER
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.turn.answer import Answer, Citation, Evidence, Route, Support, TurnRequest, Understanding
from assistant.turn.events import Found, Revised, Wrote
from knowledge.testing.embedder import HashingEmbedder

SECRET = "The merger is planned for May."


def answered(found: Evidence, conversation: str) -> Answer:
    passage = found.passage
    return Answer(
        "a", conversation, "It is planned for May. [1]", False,
        Understanding("When?", "When?", "es", "lookup", 0.9), Route("slm", "small", "one_line"), (found,),
        (Citation(1, passage.document_id, passage.document, passage.title, SECRET, 0, len(SECRET), None),),
        (Support("It is planned for May.", 0.9, True, (1,)),),
    )  # fmt: skip


@pytest.mark.parametrize("how", ["audience", "rule", "restricted", "deleted"])
def test_a_conversation_forgets_what_its_owner_may_not_read(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Models, "embedder", lambda _: HashingEmbedder())
    with build_app(Settings(home=tmp_path)) as app:
        app.library.add_texts([("board/plan.md", "Plan", SECRET)], source="wiki")
        (passage,) = app.library.search("merger", k=1)
        begun = app.conversations.start(LOCAL_USER)
        turn = app.conversations.begin_turn(LOCAL_USER, begun.id, "When?")
        app.conversations.finish_turn(
            turn.id, answered(Evidence(1, passage, passage.sentences[0], 0.9, passage.sentences), begun.id)
        )

        def shown() -> str:
            conversations = app.conversations
            return repr((conversations.turns(LOCAL_USER, begun.id), conversations.answer(LOCAL_USER, "a"),
                         conversations.history(LOCAL_USER, begun.id, 2)))  # fmt: skip

        assert "May" in shown()
        {
            "audience": lambda: app.library.set_audience("board/plan.md", ["board"]),
            "rule": lambda: app.library.grants.set_rule("wiki", ["board"], "board"),
            "restricted": lambda: app.library.grants.restrict("wiki"),
            "deleted": lambda: app.library.delete("board/plan.md"),
        }[how]()
        assert "May" not in shown()
        assert "plan.md" not in shown()
        assert message("withheld", "es") in shown()


def test_an_answer_is_shown_while_its_owner_is_in_a_group_that_may_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Models, "embedder", lambda _: HashingEmbedder())
    with build_app(Settings(home=tmp_path)) as app:
        app.library.add_texts([("board/plan.md", "Plan", SECRET)], source="wiki", audience=["board"])
        (passage,) = app.library.search("merger", k=1, groups=["board"])
        ana = app.accounts.users.add("ana", groups=["board"]).id
        begun = app.conversations.start(ana)
        turn = app.conversations.begin_turn(ana, begun.id, "When?")
        found = Evidence(1, passage, passage.sentences[0], 0.9, passage.sentences)
        app.conversations.finish_turn(turn.id, answered(found, begun.id))

        def shown() -> str:
            return repr((app.conversations.turns(ana, begun.id), app.conversations.history(ana, begun.id, 2)))

        assert "May" in shown()
        assert [each.name for each in app.documents.list(app.accounts.users.groups_of(ana))] == ["board/plan.md"]
        app.accounts.users.change("ana", groups=["sales"])
        assert "May" not in shown()
        assert app.documents.list(app.accounts.users.groups_of(ana)) == []
        app.accounts.users.change("ana", groups=["board"])
        assert "May" in shown()
        app.accounts.users.suspend("ana")
        assert "May" not in shown()


def test_what_a_stopped_turn_had_written_is_shown_again_to_whoever_may_read_all_it_was_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Models, "embedder", lambda _: HashingEmbedder())
    with build_app(Settings(home=tmp_path)) as app:
        ids = {}
        for name in ("board", "staff"):
            app.library.add_texts([(f"{name}.md", "Plan", SECRET)], source=name, audience=[name])
            ids[name] = next(iter(app.library.search("merger", k=1, groups=[name]))).document_id
        ana = app.accounts.users.add("ana", groups=["board"]).id

        def stopped(user: str, documents: Collection[str] | None) -> str:
            begun = app.conversations.start(user)
            turn = app.conversations.begin_turn(user, begun.id, "When?")
            app.conversations.interrupt_turn(turn.id, SECRET, documents)
            return begun.id

        def shown(user: str, conversation_id: str) -> bool:
            (turn,) = app.conversations.turns(user, conversation_id)
            exported = conversations_of(Places(app.settings, app.conversations), Subject(user, user, True))
            (row,) = next(each["turns"] for each in exported if each["id"] == conversation_id)
            assert row["partial"] == turn.partial
            assert turn.partial in ("", SECRET)
            return turn.partial == SECRET

        hers, more, unknown = stopped(ana, [ids["board"]]), stopped(ana, ids.values()), stopped(ana, None)
        assert [shown(ana, each) for each in (hers, more, unknown)] == [True, False, False]
        app.accounts.users.change("ana", groups=["board", "staff"])
        assert [shown(ana, each) for each in (hers, more, unknown)] == [True, True, False]
        app.library.delete("staff.md")
        app.accounts.users.change("ana", groups=["staff"])
        assert [shown(ana, each) for each in (hers, more, unknown)] == [False, False, False]
        local = [stopped(LOCAL_USER, documents) for documents in (None, [], [ids["board"]])]
        assert [shown(LOCAL_USER, each) for each in local] == [True, True, False]


def test_a_turn_that_is_stopped_stores_what_it_wrote_and_all_documents_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Models, "embedder", lambda _: HashingEmbedder())
    with build_app(Settings(home=tmp_path)) as app:
        app.library.add_texts([(f"{name}.md", "Plan", SECRET) for name in ("one", "two")], source="wiki")
        found = [
            Evidence(1, each, each.sentences[0], 0.9, each.sentences) for each in app.library.search("merger", k=2)
        ]
        events = (
            Found((found[0],), 1),
            Found((found[1],), 1),
            Wrote("In Ap"),
            Revised("In", "revised_quoted"),
            Wrote(" May"),
        )
        monkeypatch.setattr(app, "_events", lambda *_: iter(events))
        running = app.stream(TurnRequest("When?"))
        for _ in events:
            next(running)
        running.close()
        (begun,) = app.conversations.list(LOCAL_USER)
        (turn,) = app.conversations.turns(LOCAL_USER, begun.id)
        assert (turn.state, turn.partial) == ("interrupted", "In May")
        assert set(turn.documents or ()) == {each.passage.document_id for each in found}


def test_where_accounts_are_required_people_of_platforms_see_what_is_for_everyone_and_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Models, "embedder", lambda _: HashingEmbedder())
    table = {"token": "123456:what-BotFather-gave-us-all-of-it-here-ok", "people": ["*"], "accounts": {"ana": ["1"]}}
    settings = Settings(home=tmp_path, security={"accounts": True}, connectors={"telegram": table})
    with build_app(settings) as app:
        app.accounts.users.add("ana", groups=["board"])
        for audience, readers in (("everyone", "12"), ("board", "1")):
            app.library.add_texts([(f"{audience}.md", "Plan", SECRET)], source="wiki", audience=[audience])
            passage = next(each for each in app.library.search("merger", k=2, groups=[audience]))
            for person in "12":
                user = f"telegram:person/{person}"
                begun = app.conversations.start(user)
                turn = app.conversations.begin_turn(user, begun.id, "When?")
                found = Evidence(1, passage, passage.sentences[0], 0.9, passage.sentences)
                app.conversations.finish_turn(turn.id, replace(answered(found, begun.id), id=audience + person))
                shown = repr(app.conversations.history(user, begun.id, 2))
                assert ("May" in shown) == (person in readers), (audience, person)


@pytest.mark.parametrize("first", ["application", "conversations"])
def test_a_new_home_is_for_its_owner_alone(tmp_path: Path, first: str) -> None:
    settings = Settings(home=tmp_path / "new" / "home")
    with build_app(settings) if first == "application" else Conversations.open(settings.conversations_url):
        assert settings.home.stat().st_mode & 0o077 == 0


def test_the_rights_of_a_home_that_is_there_are_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    with build_app(Settings(home=tmp_path)):
        assert tmp_path.stat().st_mode & 0o777 == 0o750
