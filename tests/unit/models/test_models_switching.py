"""The small model moves from one adapter to another, and no request notices. Nothing is loaded here."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import httpx
import pytest

from assistant import adapting
from assistant.adapting import Adapting
from assistant.errors import ModelUnavailable
from assistant.models.catalogue import QWEN_05B as SMALL_MODEL
from assistant.models.generation import worded
from assistant.models.llamacpp import LlamaCppEngine
from assistant.models.models import Models
from assistant.settings import Settings
from assistant.testing.llamacpp import FakeLlamaCpp
from finetune.registry import Registry

Opened = Callable[..., Settings]


def test_every_request_names_every_adapter() -> None:
    def lora(body: dict[str, Any], *adapters: str) -> Any:
        return json.loads(worded(json.dumps(body).encode(), adapters)).get("lora")

    assert lora({"adapter": "b"}, "a", "b") == [{"id": 0, "scale": 0.0}, {"id": 1, "scale": 1.0}]
    assert lora({}, "a", "b") == [{"id": 0, "scale": 0.0}, {"id": 1, "scale": 0.0}]
    assert lora({}) is None
    with pytest.raises(KeyError):
        worded(b'{"adapter": "c"}', ["a"])
    for other in (b"", b"[1]", b"\xff"):
        assert worded(other, ["a"]) == other


@pytest.fixture
def engine(tmp_path: Path, servers: list[FakeLlamaCpp]) -> Iterator[LlamaCppEngine]:
    (tmp_path / "model.gguf").write_bytes(b"GGUF")
    engine = LlamaCppEngine(tmp_path / "model.gguf", adapters={"a@v1": _file(tmp_path, "a")})
    yield engine
    engine.stop()


def _file(tmp_path: Path, name: str) -> Path:
    (tmp_path / name).mkdir(exist_ok=True)
    (tmp_path / name / "adapter.gguf").write_bytes(b"GGUF")
    return tmp_path / name / "adapter.gguf"


def _ask(engine: LlamaCppEngine, adapter: str = "") -> Any:
    with httpx.Client(transport=engine.transport()) as client:
        return client.post(f"{engine.base_url}/chat/completions", json={"adapter": adapter}).json()["said"]


def _gone(engine: LlamaCppEngine) -> None:
    """Wait until the copy of before is freed."""
    with engine._changed:
        assert engine._changed.wait_for(lambda: len(engine._copies) == 1, 10)


def test_adapters_have_no_effect_unasked_and_no_cache_that_forgets_them(
    engine: LlamaCppEngine, servers: list[FakeLlamaCpp]
) -> None:
    assert (_ask(engine, "a@v1"), _ask(engine)) == (["a"], [])
    assert (servers[0].scales, servers[0].cache) == ([0.0], 0)


def test_new_requests_go_to_the_new_copy_and_the_old_one_finishes_its_own(
    engine: LlamaCppEngine, servers: list[FakeLlamaCpp], tmp_path: Path
) -> None:
    engine.start()
    servers[0].go_on.clear()
    said: list[Any] = []
    slow = Thread(target=lambda: said.append(_ask(engine, "a@v1")))
    slow.start()
    assert servers[0].answering.wait(5)
    engine.serve({"a@v1": _file(tmp_path, "a"), "b@v1": _file(tmp_path, "b")})
    assert _ask(engine, "b@v1") == ["b"]
    assert len(engine._copies) == 2  # still answering
    servers[0].go_on.set()
    slow.join()
    assert said == [["a"]]
    _gone(engine)


def test_requests_with_different_adapters_take_turns(engine: LlamaCppEngine, servers: list[FakeLlamaCpp]) -> None:
    engine.start()
    servers[0].go_on.clear()
    said: list[Any] = []
    threads = [Thread(target=lambda name=name: said.append(_ask(engine, name))) for name in ("a@v1", "")]
    threads[0].start()
    assert servers[0].answering.wait(5)
    servers[0].answering.clear()
    threads[1].start()
    assert not servers[0].answering.wait(0.3)  # waits for the one with an adapter
    servers[0].go_on.set()
    for thread in threads:
        thread.join(5)
    assert said == [["a"], []]
    assert engine._copies[-1].idle


def test_a_stream_whose_reader_stays_away_holds_nobody_up(
    engine: LlamaCppEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.models.admission.AWAY_SECONDS", 0.1)
    with httpx.Client(transport=engine.transport()) as client:
        address = f"{engine.base_url}/chat/completions"
        with client.stream("POST", address, json={"adapter": "a@v1"}) as answer:
            next(answer.iter_raw(1))  # and no more of it
            begun = monotonic()
            assert _ask(engine) == []
            assert monotonic() - begun < 20


def test_a_turn_ends_with_the_copy_it_began_with(engine: LlamaCppEngine, tmp_path: Path) -> None:
    turn, begun, go_on, said = Adapting("a@v1"), Event(), Event(), list[Any]()

    def work() -> None:
        adapting.follow(turn)
        said.append(_ask(engine, "a@v1"))
        begun.set()
        go_on.wait(10)
        said.append(_ask(engine, "a@v1"))
        said.append("a@v1" in engine.loaded)
        turn.release()

    thread = Thread(target=work)
    thread.start()
    assert begun.wait(10)
    engine.serve({"b@v1": _file(tmp_path, "b")})
    assert (_ask(engine, "b@v1"), set(engine.loaded)) == (["b"], {"b@v1"})
    go_on.set()
    thread.join()
    assert said == [["a"], ["a"], True]
    _gone(engine)


def test_what_is_loaded_already_moves_nothing(engine: LlamaCppEngine, servers: list[FakeLlamaCpp]) -> None:
    engine.start()
    engine.serve({})
    engine.serve(engine.loaded)
    assert len(servers) == 1


@pytest.mark.parametrize("name", ["broken", "missing"])
def test_what_cannot_be_loaded_changes_nothing(engine: LlamaCppEngine, tmp_path: Path, name: str) -> None:
    engine.start()
    file = _file(tmp_path, name)
    if name == "missing":
        file.unlink()
    with pytest.raises(Exception, match=r"cannot load .*with the adapters|is not there"):
        engine.serve({"a@v1": _file(tmp_path, "a"), "x@v1": file})
    assert (_ask(engine, "a@v1"), set(engine.loaded)) == (["a"], {"a@v1"})
    engine.stop()
    assert _ask(engine, "a@v1") == ["a"]  # nor at the next start


def test_a_priming_that_fails_changes_nothing(engine: LlamaCppEngine, tmp_path: Path) -> None:
    engine.start()

    def fail(_: Any) -> None:
        raise ModelUnavailable("no")

    with pytest.raises(ModelUnavailable):
        engine.serve({"b@v1": _file(tmp_path, "b")}, fail)
    assert set(engine.loaded) == {"a@v1"}


def test_without_room_for_a_second_copy_nothing_moves(
    engine: LlamaCppEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.start()
    monkeypatch.setattr("assistant.models.generation.SECOND_COPY", 1e15)
    with pytest.raises(ModelUnavailable, match="memory are free"):
        engine.serve({"b@v1": _file(tmp_path, "b")})
    assert _ask(engine, "a@v1") == ["a"]


def test_one_that_is_not_loaded_is_an_error_and_not_another_answer(engine: LlamaCppEngine) -> None:
    with pytest.raises(httpx.ConnectError, match="not loaded"):
        _ask(engine, "b@v1")
    assert all(copy.requests == 0 for copy in engine._copies)


def test_a_generation_that_is_closed_is_freed(servers: list[FakeLlamaCpp], engine: LlamaCppEngine) -> None:
    engine.start()
    (copy,) = engine._copies
    engine.stop()
    assert (copy.closed, engine.running) == (True, False)


# Models


@pytest.fixture
def models(
    settings: Opened, registry: Registry, servers: list[FakeLlamaCpp], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Models]:
    monkeypatch.setattr(Models, "_check_installed", lambda *_: None)
    weights = SMALL_MODEL.weights(settings().models_folder)
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"GGUF")
    with Models(settings()) as models:
        yield models


def test_a_promotion_is_followed_without_a_restart_and_a_rollback_needs_no_second_copy(
    models: Models, registry: Registry, servers: list[FakeLlamaCpp]
) -> None:
    assert models.endpoint("reader").adapter.startswith("shipped@")
    registry.promote("reader", "all@v1", who="ana")
    models.follow_adapters()
    assert models.endpoint("reader").adapter == "all@v1"
    assert len(servers) == 2
    registry.rollback("reader", who="ana")
    models.follow_adapters()
    assert models.endpoint("reader").adapter.startswith("shipped@")
    assert len(servers) == 2


def test_a_turn_reads_with_what_was_chosen_for_it_to_its_end(models: Models, registry: Registry) -> None:
    models.endpoint("reader")
    turn, found = Adapting(models.adapter_for({"everyone"}, "c")), list[str]()
    go_on = Event()

    def work() -> None:
        adapting.follow(turn)
        found.append(models.endpoint("reader").adapter)
        go_on.wait(10)
        found.append(models.endpoint("reader").adapter)
        turn.release()

    thread = Thread(target=work)
    thread.start()
    registry.promote("reader", "all@v1", who="ana")
    models.follow_adapters()
    go_on.set()
    thread.join()
    assert found[0].startswith("shipped@")
    assert found == [found[0]] * 2
    assert turn.used == found[0]
    assert models.endpoint("reader").adapter == "all@v1"


def test_what_a_turn_wanted_and_is_gone_gives_way_to_what_serves(models: Models) -> None:
    found = list[str]()

    def work() -> None:
        adapting.follow(Adapting("gone@v1"))
        found.append(models.endpoint("reader").adapter)

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert found == [models.adapters.default]


def test_a_promotion_that_llama_cpp_refuses_leaves_what_serves(
    models: Models, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = models.endpoint("reader").adapter

    def refuse(_: Any) -> None:
        raise RuntimeError("failed to load adapter")

    monkeypatch.setattr("xllamacpp.Server", refuse)
    registry.promote("reader", "all@v1", who="ana")
    with pytest.raises(Exception, match="with the adapters"):
        models.follow_adapters()
    assert models.endpoint("reader").adapter == before
