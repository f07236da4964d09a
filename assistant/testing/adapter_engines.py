"""The suite of whoever serves adapters: subclass it and give `engine`, `first`, `second` and `damaged`."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import ModelError, ModelUnavailable
from assistant.models.adapter_engine import AdapterEngine

LONG = [{"role": "user", "content": "The warranty lasts three years. " * 6 + "What does the warranty do?"}]
SHORT = [{"role": "user", "content": "Say something about the sea."}]
A, B = "first@v1", "second@v1"
# Few: engines compute the same prompt a little differently when half of it is cached, and late tokens are a close call.
TOKENS, FIRST = 2, 1


class AdapterEngineConformance:
    """An engine whose two adapters say something else than the model does, and than each other."""

    @pytest.fixture
    def engine(self) -> AdapterEngine:
        """The engine, with nothing loaded."""
        raise NotImplementedError

    @pytest.fixture
    def first(self) -> Path:
        """An adapter's folder."""
        raise NotImplementedError

    @pytest.fixture
    def second(self) -> Path:
        """Another one's."""
        raise NotImplementedError

    @pytest.fixture
    def damaged(self) -> Path:
        """The folder of one that cannot be loaded."""
        raise NotImplementedError

    @pytest.fixture
    def both(self, engine: AdapterEngine, first: Path, second: Path) -> Iterator[AdapterEngine]:
        """With both of them loaded, and neither afterwards."""
        engine.load(A, first)
        engine.load(B, second)
        yield engine
        engine.unload(A)
        engine.unload(B)

    def test_the_same_prompt_is_answered_alternately_by_each(self, both: AdapterEngine) -> None:
        """What was read with one adapter is never taken for what another would have read."""
        alone = {}
        for name in ("", A, B):
            both.generate(SHORT, name, max_tokens=1)  # something else in between
            alone[name] = both.generate(LONG, name, max_tokens=TOKENS)
        assert len(set(alone.values())) == 3
        for name in (A, "", B, A, A, "", "", B, "", A):
            assert both.generate(LONG, name, max_tokens=TOKENS) == alone[name]

    def test_an_adapter_changes_nothing_for_those_who_do_not_ask_for_it(
        self, engine: AdapterEngine, first: Path
    ) -> None:
        """Before it is loaded, while it is there, and afterwards."""
        before = engine.generate(LONG, max_tokens=TOKENS)
        engine.load(A, first)
        during = engine.generate(LONG, max_tokens=TOKENS)
        engine.unload(A)
        assert [during, engine.generate(LONG, max_tokens=TOKENS)] == [before, before]

    def test_loading_twice_and_unloading_what_is_not_there_do_nothing(self, both: AdapterEngine, first: Path) -> None:
        """A name never means other weights."""
        said = both.generate(LONG, A, max_tokens=TOKENS)
        both.load(A, first)
        both.unload("other@v1")
        assert set(both.loaded) == {A, B}
        assert both.generate(LONG, A, max_tokens=TOKENS) == said

    def test_one_that_is_not_loaded_is_refused(self, both: AdapterEngine) -> None:
        """Whether it never was, or no longer is; the other one answers on."""
        said = both.generate(LONG, B, max_tokens=TOKENS)
        both.unload(A)
        for name in (A, "other@v1"):
            with pytest.raises(ModelUnavailable):
                both.generate(LONG, name, max_tokens=TOKENS)
        assert both.generate(LONG, B, max_tokens=TOKENS) == said

    def test_one_that_cannot_be_loaded_leaves_the_others_as_they_were(self, both: AdapterEngine, damaged: Path) -> None:
        """The model that serves is untouched."""
        said = {name: both.generate(LONG, name, max_tokens=TOKENS) for name in ("", A, B)}
        with pytest.raises(ModelError):
            both.load("damaged@v1", damaged)
        assert set(both.loaded) == {A, B}
        for name, before in said.items():
            assert both.generate(LONG, name, max_tokens=TOKENS) == before

    def test_requests_are_answered_while_others_are_loaded(
        self, engine: AdapterEngine, first: Path, second: Path
    ) -> None:
        """None fails, and all say the same."""
        engine.load(A, first)
        said, failed, over = set[str](), list[Exception](), threading.Event()

        def ask() -> None:
            while not over.is_set():
                try:
                    said.add(engine.generate(SHORT, A, max_tokens=FIRST))
                except Exception as error:
                    failed.append(error)

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        engine.load(B, second)
        engine.generate(SHORT, B, max_tokens=FIRST)
        over.set()
        for thread in threads:
            thread.join()
        engine.unload(A)
        engine.unload(B)
        assert failed == []
        assert len(said) == 1
