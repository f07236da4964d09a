"""Who is answered, where, and with which documents."""

from pathlib import Path

from connectors.testing.conformance.base import Suite


class Meant(Suite):
    """Bugs 2 (lost or wrong thread) and 3 (bots that answer each other)."""

    async def test_a_channel_is_answered_when_the_bot_is_named(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            assert not await stage.ask("among ourselves", channel="general")
            (shown,) = await stage.ask("what do you say?", channel="general", mention=True)
            assert [turn.text for turn in stage.assistant.turns] == ["what do you say?"]
            assert "what do you say?" in shown.text

    async def test_the_answer_is_where_the_question_was(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            asked = await stage.fake.say("here?", channel="general", mention=True)
            await stage.come(1)
            (shown,) = await stage.quiet(1)
            assert shown.thread == stage.fake.thread_of(asked)
            if not shown.thread:
                assert shown.reply_to == asked

    async def test_a_thread_is_followed_without_another_mention(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            if not (await self.card(stage.fake)).threads:
                return
            asked = await stage.fake.say("in a thread", channel="general", mention=True, thread="t1")
            await stage.come(1)
            await stage.quiet(1)
            thread = stage.fake.thread_of(asked)
            await stage.ask("and then?", channel="general", thread=thread, person="bob")
            assert [turn.text for turn in stage.assistant.turns] == ["in a thread", "and then?"]
            assert {shown.thread for shown in stage.fake.shown()} == {thread}
            await stage.ask("elsewhere", channel="general", thread="t2")
            assert len(stage.assistant.turns) == 2

    async def test_a_followed_thread_is_one_conversation_of_everybody_in_it(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            asked = await stage.fake.say("first", channel="general", mention=True)
            await stage.come(1)
            await stage.quiet(1)
            thread = stage.fake.thread_of(asked)
            await stage.ask("second", channel="general", thread=thread, mention=True, person="bob")
            first, second = stage.assistant.turns
            assert first.user == second.user
            assert first.conversation is None
            assert second.conversation is not None

    async def test_two_people_have_two_conversations(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            await stage.ask("mine", person="ana")
            await stage.ask("hers", person="eva")
            first, second = stage.assistant.turns
            assert first.user != second.user
            assert second.conversation is None

    async def test_the_bot_does_not_answer_itself(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            await stage.ask("who am I?", person="me", channel="general", mention=True)
            assert not stage.assistant.turns

    async def test_nor_another_bot(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            if not (await self.card(stage.fake)).tells_bots:
                return
            stage.fake.faults.set("bot")
            assert not await stage.ask("beep", channel="general", mention=True)
            assert not stage.assistant.turns

    async def test_a_conversation_that_looks_like_a_loop_is_left(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path, most_answers=3) as stage:
            for number in range(5):
                await stage.ask(f"and {number}?")
            assert len(stage.assistant.turns) == 3
            assert (await stage.health()).inbox["loop"] == 2

    async def test_its_own_words_brought_back_by_a_bridge_are_not_answered(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.assistant.replies = ["The gym opens at six every morning"]
            await stage.ask("when?")
            await stage.ask("The gym opens at six every morning")
            assert len(stage.assistant.turns) == 1

    async def test_who_is_not_on_the_list_is_told_so_once(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path, people=("nobody-at-all",)) as stage:
            (shown,) = await stage.ask("may I?")
            assert "add your id" in shown.text
            assert len(await stage.ask("may I now?")) == 1
            assert not stage.assistant.turns

    async def test_in_a_channel_they_are_told_nothing(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path, people=("nobody-at-all",)) as stage:
            assert not await stage.ask("may I?", channel="general", mention=True)

    async def test_a_channel_sees_public_documents_only(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            await stage.ask("who am I?")
            me = stage.assistant.turns[0].user.partition("person/")[2]
            await stage.stop()
            await stage.start(groups={"staff": (me,)}, accounts={"ana": (me,)})
            await stage.ask("alone")
            await stage.ask("before all", channel="general", mention=True)
            assert [turn.groups for turn in stage.assistant.turns[1:]] == [{"everyone", "staff"}, {"everyone"}]
            told = [(turn.account, turn.alone) for turn in stage.assistant.turns]
            assert told == [("", True), ("ana", True), ("ana", False)]

    async def test_a_channel_may_have_groups_a_language_and_a_profile_of_its_own(self, tmp_path: Path) -> None:
        policy = {"answer": "always", "groups": ("staff",), "language": "es", "profile": "local-only"}
        async with self.stage(tmp_path, channels={"*": policy}) as stage:
            await stage.ask("not named", channel="general")
            (turn,) = stage.assistant.turns
            assert turn.groups == {"everyone", "staff"}
            assert (turn.language, turn.profile) == ("es", "local-only")

    async def test_a_channel_may_be_left_alone(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path, channels={"*": {"answer": "never"}}) as stage:
            assert not await stage.ask("named", channel="general", mention=True)

    async def test_unasked_it_speaks_only_when_documents_bear_it_out(self, tmp_path: Path) -> None:
        from connectors.answering import Answered

        policy = {"answer": "always", "only_backed": True}
        async with self.stage(tmp_path, channels={"*": policy}) as stage:
            stage.assistant.replies = [
                Answered("a1", "c1", "I do not know.", backed=False),
                Answered("a2", "c1", "At six.", backed=True),
                Answered("a3", "c1", "I do not know.", backed=False),
            ]
            assert not await stage.ask("who knows?", channel="general")
            (shown,) = await stage.ask("when?", channel="general")
            assert "At six." in shown.text
            assert len(await stage.ask("and you?", channel="general", mention=True)) == 2

    async def test_only_the_asker_sees_an_ephemeral_answer(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path, channels={"*": {"ephemeral": True}}) as stage:
            if not (await self.card(stage.fake)).ephemeral:
                return
            (shown,) = await stage.ask("between us", channel="general", mention=True)
            assert shown.only_for
