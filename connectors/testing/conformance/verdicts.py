"""Thumbs reach the answer they stand under."""

import asyncio
from pathlib import Path

from connectors.testing.conformance.base import Suite
from connectors.testing.conformance.texts import SENTENCES
from connectors.testing.fake import Explaining
from connectors.testing.stage import PATIENCE_S


class Verdicts(Suite):
    """The map of sent message to answer."""

    async def test_a_thumb_is_a_verdict_on_the_answer(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            (shown,) = await stage.ask("good?")
            await stage.fake.press(shown, "up")
            await stage.come(2)
            await stage.quiet()
            (judgement,) = stage.assistant.judgements
            assert judgement.verdict == "up"
            assert judgement.user == stage.assistant.turns[0].user
            assert judgement.platform == self.platform

    async def test_after_a_thumb_down_it_is_asked_why_where_that_is_possible(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            reasons = (await self.card(stage.fake)).reasons
            assert isinstance(stage.fake, Explaining) == (reasons in ("form", "choices"))
            if not isinstance(stage.fake, Explaining):
                return
            events = 2 if reasons == "form" else 3
            (shown,) = await stage.ask("when?", channel="general", mention=True)
            await stage.fake.press(shown, "down")
            await self._asked_why(stage.fake)
            await stage.quiet()
            await stage.fake.explain("wrong", "At six.", person="ana")
            await stage.come(1 + events)
            await stage.quiet()
            thumb, *whys = stage.assistant.judgements
            assert (thumb.verdict, thumb.reason, thumb.correction) == ("down", "", "")
            told = {(why.verdict, why.reason, why.correction) for why in whys}
            apart = {("down", "wrong", ""), ("down", "", "At six.")}
            assert told == ({("down", "wrong", "At six.")} if reasons == "form" else apart)
            assert {(why.answer, why.user, why.person) for why in whys} == {(thumb.answer, thumb.user, thumb.person)}
            assert len(stage.assistant.turns) == 1
            await stage.fake.press(shown, "up")
            await stage.come(2 + events)
            await stage.quiet()
            assert not stage.fake.asked_why

    async def _asked_why(self, fake: Explaining) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not fake.asked_why:
                await asyncio.sleep(0.02)

    async def test_only_the_last_part_of_an_answer_has_thumbs(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path, live_s=2.0) as stage:
            stage.assistant.replies = [SENTENCES]
            shown = await stage.ask("long")
            if (await self.card(stage.fake)).buttons:
                assert [each.judged for each in shown] == [False] * (len(shown) - 1) + [True]
            await stage.fake.press(shown[-1], "down")
            await stage.come(2)
            await stage.quiet()
            assert [each.verdict for each in stage.assistant.judgements] == ["down"]

    async def test_words_of_our_own_have_none(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            (shown,) = await stage.ask("/help")
            assert not shown.judged

    async def test_a_thumb_counts_after_a_restart_and_once(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            (shown,) = await stage.ask("good?")
            await stage.stop()
            await stage.start()
            stage.fake.faults.set("duplicate")
            await stage.fake.press(shown, "down")
            await stage.come(2)
            await stage.quiet()
            assert [each.verdict for each in stage.assistant.judgements] == ["down"]

    async def test_in_a_channel_it_says_who_judged(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            (shown,) = await stage.ask("good?", channel="general", mention=True)
            await stage.fake.press(shown, "up", person="bob")
            await stage.come(2)
            await stage.quiet()
            (judgement,) = stage.assistant.judgements
            assert judgement.user == stage.assistant.turns[0].user
            assert judgement.person.startswith(f"{self.platform}:")

    async def test_who_may_not_talk_may_not_judge(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            (shown,) = await stage.ask("good?")
            await stage.stop()
            await stage.start(people=("nobody-at-all",))
            await stage.fake.press(shown, "up")
            await stage.come(2)
            await stage.quiet()
            assert not stage.assistant.judgements
