"""One ordered queue for each conversation; conversations side by side."""

import asyncio
from pathlib import Path

from connectors.testing.conformance.base import Suite
from connectors.testing.stage import PATIENCE_S


class Order(Suite):
    """Bug 9: messages that interleave, come out of order, or are dropped while the bot is busy."""

    async def test_answers_come_in_the_order_of_the_questions(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            for number in range(4):
                await stage.ask(f"question {number}")
            texts = [shown.text for shown in stage.fake.shown()]
            assert [f"question {number}" in text for number, text in enumerate(texts)] == [True] * 4

    async def test_a_burst_is_merged_and_nothing_of_it_is_dropped(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.assistant.go.clear()
            await stage.fake.say("first")
            while not stage.assistant.running:
                await asyncio.sleep(0.01)
            for word in ("second", "third", "fourth"):
                await stage.fake.say(word)
            await stage.come(4)
            stage.assistant.go.set()
            shown = await stage.quiet(2)
            assert [turn.text for turn in stage.assistant.turns] == ["first", "second\nthird\nfourth"]
            assert len(shown) == 2

    async def test_messages_in_the_wrong_order_are_put_right(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path, settle_s=0.3) as stage:
            stage.fake.faults.set("reorder")
            await stage.fake.say("earlier")
            await stage.fake.say("later")
            await stage.come(2)
            await stage.quiet(1)
            assert [turn.text for turn in stage.assistant.turns] == ["earlier\nlater"]

    async def test_people_in_a_channel_are_not_merged_into_one(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.assistant.go.clear()
            first = await stage.fake.say("first", channel="general", mention=True)
            thread = stage.fake.thread_of(first)
            while not stage.assistant.running:
                await asyncio.sleep(0.01)
            await stage.fake.say("of ana", channel="general", mention=True, thread=thread)
            await stage.fake.say("of bob", channel="general", mention=True, thread=thread, person="bob")
            await stage.come(3)
            stage.assistant.go.set()
            await stage.quiet(3)
            assert [turn.text for turn in stage.assistant.turns] == ["first", "of ana", "of bob"]

    async def test_a_slow_conversation_does_not_hold_up_another(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.assistant.go.clear()
            await stage.fake.say("slow", person="ana")
            await stage.fake.say("quick", person="bob")
            await stage.come(2)
            async with asyncio.timeout(PATIENCE_S):
                while stage.assistant.running < 2:
                    await asyncio.sleep(0.01)
            stage.assistant.go.set()
            assert len(await stage.quiet(2)) == 2

    async def test_no_more_turns_at_once_than_are_allowed(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path, turns_at_once=2) as stage:
            stage.assistant.word_s = 0.05
            for person in ("ana", "bob", "eva", "leo"):
                await stage.fake.say("all at once", person=person)
            await stage.come(4)
            await stage.quiet(4)
            assert stage.assistant.most_running == 2
