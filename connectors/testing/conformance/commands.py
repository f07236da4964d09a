"""Commands in both languages, and a conversation that a person has."""

from pathlib import Path

from connectors.answering import Answered, Source
from connectors.testing.conformance.base import Suite


class Commands(Suite):
    """What a person tells the bot itself."""

    async def test_help_in_the_language_of_the_connector(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path, language="es") as stage:
            (shown,) = await stage.ask("/help")
            assert "Pregúntame" in shown.text
            assert not stage.assistant.turns

    async def test_our_own_words_are_in_the_language_that_is_spoken(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            assert "Pregúntame" in (await stage.ask("/ayuda"))[0].text
            assert "Ask me" in (await stage.ask("/help"))[-1].text
            stage.assistant.language, stage.assistant.sources = "es", (Source(1, "Horario"),)
            assert "Fuentes" in (await stage.ask("¿a qué hora?"))[-1].text
            assert "Pregúntame" in (await stage.ask("/help"))[-1].text
            assert stage.assistant.turns[-1].language == "en"
            await stage.ask("¿y los sábados?")
            assert stage.assistant.turns[-1].language == "es"

    async def test_a_conversation_goes_on_until_a_new_one_is_wanted(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            await stage.ask("one")
            await stage.ask("two")
            await stage.ask("/new")
            await stage.ask("three")
            one, two, three = stage.assistant.turns
            assert one.conversation is None
            assert two.conversation is not None
            assert three.conversation is None

    async def test_the_large_model_is_asked_the_last_question_again(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            assert "no question" in (await stage.ask("/large"))[0].text
            await stage.ask("how much?")
            await stage.ask("/grande")
            assert [(turn.text, turn.model) for turn in stage.assistant.turns] == [
                ("how much?", "auto"),
                ("how much?", "llm"),
            ]

    async def test_a_correction_reaches_the_last_answer(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            await stage.ask("when?")
            await stage.ask("/bad wrong hour")
            await stage.ask("/correct It opens at six.")
            bad, correction = stage.assistant.judgements
            assert (bad.verdict, bad.reason) == ("down", "wrong hour")
            assert (correction.verdict, correction.correction) == ("down", "It opens at six.")
            assert bad.answer == correction.answer

    async def test_the_language_is_changed_for_the_conversation(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            assert "español" in (await stage.ask("/language es"))[0].text
            await stage.ask("¿y ahora?")
            assert stage.assistant.turns[0].language == "es"

    async def test_a_slash_that_is_no_command_is_a_question(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            await stage.ask("/srv/data is full, why?")
            assert [turn.text for turn in stage.assistant.turns] == ["/srv/data is full, why?"]

    async def test_the_bot_is_silent_while_a_person_has_the_conversation(self, tmp_path: Path) -> None:
        async with self.stage(tmp_path) as stage:
            stage.assistant.replies = [
                Answered("a1", "c1", "A colleague will see to it.", handed_over=True),
                Answered("a2", "c1", "passed on", silent=True, handed_over=True),
                Answered("a3", "c1", "I am back.", backed=False),
            ]
            (shown,) = await stage.ask("/person")
            assert "colleague" in shown.text
            before = len(stage.fake.texts)
            assert len(await stage.ask("are you there?")) == 1
            assert len(stage.fake.texts) == before
            assert "I am back." in (await stage.ask("and now?"))[-1].text
            assert stage.assistant.turns[0].text == "I want to talk to a person."
