"""Files that people send become documents of their conversation; what is wrong with one is said."""

from pathlib import Path

from connectors.adapter import Fetching
from connectors.testing.conformance.base import Suite
from connectors.testing.fake import Attaching, FakePlatform

CONTENT = "The gym opens at six. ¿Y el sábado? 東京".encode()


class Files(Suite):
    """What a platform has no files for is left out."""

    async def takes_files(self, fake: FakePlatform) -> bool:
        """Whether the adapter gets them; its local server must then have them as well."""
        found = await self.found()
        adapter = found.build(found.settings(**self.whole(fake)))
        try:
            assert isinstance(adapter, Fetching) == isinstance(fake, Attaching)
            return isinstance(adapter, Fetching)
        finally:
            await adapter.close()

    async def test_a_file_reaches_the_conversation_it_was_sent_into(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            if not await self.takes_files(stage.fake):
                return
            assert isinstance(stage.fake, Attaching)
            stage.fake.attach("hours.txt", CONTENT, "text/plain")
            (shown,) = await stage.ask("")
            assert "hours" in shown.text
            assert not shown.judged
            stage.fake.attach("more.txt", CONTENT * 2, "text/plain")
            await stage.ask("what does it say?")
            assert [(each.name, each.content) for each in stage.assistant.files] == [
                ("hours.txt", CONTENT),
                ("more.txt", CONTENT * 2),
            ]
            (turn,) = stage.assistant.turns
            assert turn.text == "what does it say?"
            assert {each.user for each in stage.assistant.files} == {turn.user}
            assert stage.assistant.files[1].conversation == turn.conversation

    async def test_a_file_comes_with_the_account_of_its_person(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            if not await self.takes_files(stage.fake):
                return
            assert isinstance(stage.fake, Attaching)
            await stage.ask("who am I?")
            me = stage.assistant.turns[0].user.partition("person/")[2]
            await stage.stop()
            await stage.start(accounts={"ana": (me,)})
            stage.assistant.refuses_files = "Your account is suspended."
            stage.fake.attach("hours.txt", CONTENT, "text/plain")
            told = await stage.ask("")
            assert "Your account is suspended." in told[-1].text
            assert [each.account for each in stage.assistant.files] == ["ana"]

    async def test_a_file_that_is_too_large_is_not_fetched_whole(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path, max_file_bytes=1000) as stage:
            if not await self.takes_files(stage.fake):
                return
            assert isinstance(stage.fake, Attaching)
            stage.fake.attach("large.txt", b"x" * 5000, "text/plain")
            (shown,) = await stage.ask("")
            assert "is larger than" in shown.text
            assert not stage.assistant.files

    async def test_what_is_wrong_with_a_file_is_said_beside_the_answer(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            if not await self.takes_files(stage.fake):
                return
            assert isinstance(stage.fake, Attaching)
            stage.assistant.refuses_files = "It cannot be read."
            stage.fake.attach("broken.txt", CONTENT, "text/plain")
            answer, trouble = await stage.ask("what does it say?")
            assert "You said" in answer.text
            assert "It cannot be read." in trouble.text
