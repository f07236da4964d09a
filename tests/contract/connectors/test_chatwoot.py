"""The whole suite is run by `make test-long`, a handful of it by `make test`.

Every conversation of Chatwoot is a talk with one contact: what the suite asks of channels is left out, and what it
asks of hand-offs is asked of Chatwoot's own agents.
"""

from pathlib import Path

import pytest

from connectors.answering import Answered
from connectors.testing.conformance import AdapterConformance
from connectors.testing.conformance.essentials import AdapterEssentials


class Chatwoot:
    platform = "chatwoot"
    secrets = ("token", "secret")


class OnlyTalks:
    """What there is not without channels."""

    test_a_channel_is_answered_when_the_bot_is_named = None
    test_the_answer_is_where_the_question_was = None
    test_a_followed_thread_is_one_conversation_of_everybody_in_it = None
    test_in_a_channel_they_are_told_nothing = None
    test_a_channel_sees_public_documents_only = None
    test_a_channel_may_have_groups_a_language_and_a_profile_of_its_own = None
    test_a_channel_may_be_left_alone = None
    test_unasked_it_speaks_only_when_documents_bear_it_out = None
    test_in_a_channel_it_says_who_judged = None
    test_people_in_a_channel_are_not_merged_into_one = None


@pytest.mark.anyio
class TestChatwootInShort(Chatwoot, AdapterEssentials):
    test_place = None

    async def test_the_bot_is_silent_while_an_agent_has_the_conversation(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.assistant.replies = [Answered("a1", "c1", "A colleague will see to it.", handed_over=True), "back"]
            (shown,) = await stage.ask("/person")
            assert "colleague" in shown.text
            assert stage.fake.status[shown.channel] == "open"
            before = (len(stage.fake.texts), stage.fake.busied)
            assert len(await stage.ask("are you there?")) == 1
            assert (len(stage.fake.texts), stage.fake.busied) == before
            assert (await stage.health()).inbox["with a person"] == 1
            stage.fake.hand_back(shown.channel)
            assert "back" in (await stage.ask("and now?"))[-1].text
            assert [turn.handed_back for turn in stage.assistant.turns] == [False, True]
            assert stage.fake.status[shown.channel] == "pending"


@pytest.mark.long
@pytest.mark.anyio
class TestChatwoot(OnlyTalks, Chatwoot, AdapterConformance):
    test_the_bot_is_silent_while_a_person_has_the_conversation = (
        TestChatwootInShort.test_the_bot_is_silent_while_an_agent_has_the_conversation
    )

    async def test_the_bot_does_not_answer_itself(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            await stage.fake.say("my own words, delivered back", person="me")
            await stage.ask("a question")
            assert [turn.text for turn in stage.assistant.turns] == ["a question"]
            assert stage.fake.deliveries.statuses == [200, 200]

    async def test_nor_another_bot(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.fake.faults.set("bot")
            assert not await stage.ask("beep")
            assert not stage.assistant.turns
