"""An answer shown while it is written."""

import asyncio
from pathlib import Path

from connectors.testing.conformance.base import Suite, words
from connectors.testing.stage import PATIENCE_S

LONG = " ".join(f"word{number}" for number in range(40))


class Writing(Suite):
    """Bugs 4 (flood control on edits) and 7 (a stream that ends takes text with it)."""

    async def test_somebody_is_at_it_before_the_first_word(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            if not await self.shows_work(stage.fake):
                return
            stage.assistant.word_s = 30
            await stage.fake.say("slow")
            async with asyncio.timeout(PATIENCE_S):
                while not stage.fake.texts and not stage.fake.busied:
                    await asyncio.sleep(0.01)
            await stage.stop()

    async def test_the_text_grows_and_ends_complete(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.assistant.word_s, stage.assistant.replies = 0.03, [LONG.replace(" word20", "\n\nword20")]
            (shown,) = await stage.ask("long")
            card = await self.card(stage.fake)
            assert words(shown.text) == words(LONG)
            if card.edits:
                assert len(set(stage.fake.texts)) > 2

    async def test_a_platform_that_takes_no_more_updates_gets_the_whole_answer_later(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.assistant.word_s, stage.assistant.replies = 0.01, [LONG]
            stage.fake.faults.set("429", 2)
            (shown,) = await stage.ask("long")
            assert words(shown.text) == words(LONG)
            assert stage.fake.faults.happened["429"] == 2

    async def test_a_stream_that_ends_by_itself_takes_nothing_with_it(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.assistant.word_s, stage.assistant.replies = 0.02, [LONG.replace(" ", "\n\n")]
            stage.fake.faults.set("expired")
            (shown,) = await stage.ask("long")
            assert words(shown.text) == words(LONG)

    async def test_a_text_that_was_revised_is_replaced(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.assistant.word_s, stage.assistant.replies = 0.01, ["It opens at seven."]
            stage.assistant.revised = "It opens at six."
            (shown,) = await stage.ask("when?")
            assert "six" in shown.text
            assert "seven" not in shown.text

    async def test_a_message_that_was_deleted_meanwhile_is_posted_anew(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.fake.faults.set("gone", 3)
            stage.assistant.word_s, stage.assistant.replies = 0.02, [LONG]
            shown = await stage.ask("long", channel="general", mention=True)
            assert words(shown[-1].text) == words(LONG)

    async def test_a_half_written_text_is_balanced(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.assistant.word_s = 0.02
            stage.assistant.replies = ["It is **very very important** to `run this now` and\n\n```\ncode here too\n```"]
            await stage.ask("bold")
            for text in stage.fake.texts:
                assert text.count("**") % 2 == 0
                assert text.count("```") % 2 == 0
                assert text.count("<pre>") == text.count("</pre>")
