"""A platform that refuses, breaks off and comes back; an assistant that fails."""

import asyncio
from pathlib import Path

from connectors.answering import Failed
from connectors.testing.conformance.base import Suite, words
from connectors.testing.stage import PATIENCE_S


class Trouble(Suite):
    """Bugs 8 (a slow handler before the acknowledgement) and 10 (a connection that is silently gone)."""

    async def test_too_many_messages_wait_as_long_as_the_platform_says(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.fake.faults.set("429", 2)
            (shown,) = await stage.ask("patience")
            assert "patience" in shown.text

    async def test_a_platform_with_trouble_of_its_own_is_asked_again(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.fake.faults.set("500", 2)
            (shown,) = await stage.ask("again")
            assert "again" in shown.text

    async def test_markup_that_is_refused_is_sent_as_plain_text(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.fake.faults.set("markup", 8)
            stage.assistant.replies = ["It is **bold**."]
            (shown,) = await stage.ask("bold")
            assert words(shown.text) == ["It", "is", "bold"]
            assert "<b>" not in shown.text

    async def test_events_are_taken_while_answers_are_slow(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.assistant.go.clear()
            for person in ("ana", "bob", "eva", "leo", "mia", "noa"):
                await stage.fake.say("slow", person=person)
            await stage.come(6)
            stage.assistant.go.set()
            assert len(await stage.quiet(6)) == 6

    async def test_a_connection_that_was_cut_comes_back(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            await stage.ask("before")
            stage.fake.faults.set("drop")
            async with asyncio.timeout(PATIENCE_S):
                while not stage.fake.faults.happened["drop"]:
                    await asyncio.sleep(0.02)
            await stage.ask("after")
            assert [turn.text for turn in stage.assistant.turns] == ["before", "after"]

    async def test_an_assistant_that_fails_says_so_and_goes_on(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.assistant.replies = [
                Failed("The model is being loaded. Ask again in a minute."),
                RuntimeError("oops"),
            ]
            (first,) = await stage.ask("one")
            assert "being loaded" in first.text
            _, second = await stage.ask("two")
            assert "could not answer" in second.text
            assert "oops" not in second.text
            assert "three" in (await stage.ask("three"))[-1].text

    async def test_health_is_the_age_of_the_last_event(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            before = (await stage.health()).link
            await stage.ask("are you there?")
            link = (await stage.health()).link
            assert link is not None
            assert link.state == "connected"
            assert link.last_event is not None
            assert link.last_sent is not None
            assert before is None or before.last_event is None or before.last_event < link.last_event
