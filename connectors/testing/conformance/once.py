"""Every question is answered once: whatever is delivered twice, and whenever the process stops."""

from pathlib import Path

from connectors.event import Place
from connectors.testing.conformance.base import Suite


class Once(Suite):
    """Bug 1: duplicate replies from retries; and nothing is lost or doubled by a restart."""

    async def test_a_question_is_answered(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            (shown,) = await stage.ask("When do you open?")
            assert "You said: When do you open?" in shown.text
            assert len(stage.assistant.turns) == 1

    async def test_an_event_delivered_twice_at_once_is_answered_once(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.fake.faults.set("duplicate")
            shown = await stage.ask("Twice?")
            assert stage.fake.faults.happened["duplicate"] == 1
            assert len(shown) == len(stage.assistant.turns) == 1

    async def test_an_event_delivered_again_later_is_not_answered_again(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            await stage.ask("Once?")
            await stage.fake.again()
            await stage.ask("Another?")
            assert [turn.text for turn in stage.assistant.turns] == ["Once?", "Another?"]

    async def test_what_nobody_asked_for_is_posted_once_for_its_key(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            (shown,) = await stage.ask("hello")
            place = Place(shown.channel, shown.thread, direct=True)
            for _ in range(2):
                await stage.say(place, "The pool is *closed* today.", "pool-closed")
            _, told = await stage.quiet()
            assert "closed" in told.text
            assert not told.judged

    async def test_nor_after_a_restart(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            await stage.ask("Once?")
            await stage.stop()
            await stage.start()
            await stage.fake.again()
            shown = await stage.ask("Another?")
            assert [turn.text for turn in stage.assistant.turns] == ["Once?", "Another?"]
            assert len(shown) == 2

    async def test_a_question_that_was_being_answered_is_answered_after_a_restart(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.assistant.go.clear()
            await stage.fake.say("Before the stop?")
            await stage.come(1)
            while not stage.assistant.running:
                await stage.come(1)
            await stage.stop()
            stage.assistant.go.set()
            await stage.start()
            (shown,) = await stage.quiet(2)
            assert "Before the stop?" in shown.text

    async def test_an_answer_that_was_not_sent_yet_is_sent_after_a_restart(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.fake.faults.set("500", 50)
            await stage.fake.say("In the outbox?")
            await stage.come(1)
            while "waiting" in (await stage.health()).inbox:
                await stage.come(1)
            await stage.stop()
            stage.fake.faults.clear()
            await stage.start()
            (shown,) = await stage.quiet(1)
            assert "In the outbox?" in shown.text
            assert len(stage.assistant.turns) == 1

    async def test_what_was_said_while_the_connector_was_stopped_is_answered_if_the_platform_keeps_it(
        self, tmp_path: Path
    ) -> None:
        async with self.stage(tmp_path) as stage:
            await stage.ask("First?")
            await stage.stop()
            await stage.fake.say("Meanwhile?")
            await stage.start()
            await stage.fake.again()
            await stage.come(2)
            await stage.quiet(2)
            assert [turn.text for turn in stage.assistant.turns] == ["First?", "Meanwhile?"]
