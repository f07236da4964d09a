"""Which adapter reads for whom, and how the small model moves from one to another. Engines are never loaded here."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any, ClassVar

import httpx
import pytest

from assistant import adapting
from assistant.adapting import Adapting
from assistant.errors import ConfigurationError, ModelUnavailable
from assistant.models import llamacpp
from assistant.models.adapters import check_serves_here, groups_served, read_adapters, registry_of
from assistant.models.catalogue import QWEN_05B as SMALL_MODEL
from assistant.models.generation import Generation, worded
from assistant.models.llamacpp import LlamaCppEngine
from assistant.models.models import Models
from assistant.settings import Settings
from finetune.registry import Registry
from finetune.testing.adapters import QWEN_05B, SMOLLM2, Base, random_adapter

Opened = Callable[..., Settings]


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> Base:
    """Adapters of two layers, which pass for those of the default small model."""
    return Base(QWEN_05B.name, QWEN_05B.sha256)


@pytest.fixture
def settings(tmp_path: Path) -> Opened:
    return lambda **given: Settings(home=tmp_path, models_folder=tmp_path / "models", **given)


@pytest.fixture
def registry(settings: Opened, tiny: Base, tmp_path: Path) -> Registry:
    """With all@v1 and all@v2 for everyone, sales@v1 for sales, other@v1 for another model."""
    found = registry_of(settings())
    for seed in (1, 2):
        found.add(random_adapter(tmp_path / f"all-{seed}", tiny, seed=seed), "all")
    found.add(random_adapter(tmp_path / "sales", tiny, seed=3, groups=["sales"]), "sales")
    found.add(random_adapter(tmp_path / "other", Base(SMOLLM2.name, SMOLLM2.sha256)), "other")
    return found


# Who is served by what


def test_until_something_is_promoted_the_shipped_one_reads(settings: Opened, registry: Registry) -> None:
    assert read_adapters(settings()).default.startswith("shipped@")
    registry.promote("reader", "all@v1", who="ana")
    found = read_adapters(settings())
    assert (found.default, found.problems) == ("all@v1", ())
    assert found.files["all@v1"] == registry.version("all@v1").gguf
    registry.rollback("reader", who="ana")
    assert read_adapters(settings()).default.startswith("shipped@")


def test_a_group_has_its_own_adapter_and_nobody_else_gets_it(settings: Opened, registry: Registry) -> None:
    registry.promote("reader", "all@v1", who="ana")
    registry.promote("team:sales", "sales@v1", who="ana", serves=["sales"])
    found = read_adapters(settings(adapters={"sales": "team:sales"}))
    assert found.choose({"everyone", "sales"}, "c") == "sales@v1"
    assert found.choose({"everyone"}, "c") == "all@v1"
    assert found.choose({"everyone", "support"}, "c") == "all@v1"
    assert found.problems == ()


def test_an_adapter_is_not_served_to_a_group_that_may_not_read_what_it_learnt_from(
    settings: Opened, registry: Registry
) -> None:
    """Also when the settings were changed after it was promoted."""
    registry.promote("reader", "all@v1", who="ana")
    registry.promote("team", "sales@v1", who="ana", serves=["sales"])
    found = read_adapters(settings(adapters={"sales": "team", "support": "team"}))
    assert found.choose({"sales"}, "c") == found.choose({"support"}, "c") == "all@v1"
    assert "trained on what sales may read, and team serves support" in found.problems[0]
    assert "sales@v1" not in found.files


@pytest.mark.parametrize("target", ["sales@v1", "other@v1"])
def test_what_may_not_serve_everybody_is_a_problem_and_the_shipped_one_reads(
    settings: Opened, registry: Registry, target: str
) -> None:
    registry.promote("reader", target, who="ana", serves=["sales"])
    found = read_adapters(settings())
    assert found.default.startswith("shipped@")
    assert target in found.problems[0]


def test_a_damaged_version_is_a_problem_and_the_shipped_one_reads(settings: Opened, registry: Registry) -> None:
    registry.promote("reader", "all@v1", who="ana")
    file = registry.version("all@v1").gguf
    file.chmod(0o644)
    file.write_bytes(b"GGUF")
    found = read_adapters(settings())
    assert found.default.startswith("shipped@")
    assert "no longer the file that was added" in found.problems[0]


def test_damaged_aliases_are_a_problem_and_the_shipped_one_reads(settings: Opened, registry: Registry) -> None:
    (registry.folder / "aliases.json").write_text("{")
    found = read_adapters(settings())
    assert found.default.startswith("shipped@")
    assert "aliases.json cannot be read" in found.problems[0]


def test_another_alias_may_read_for_everybody(settings: Opened, registry: Registry) -> None:
    with pytest.raises(ModelUnavailable, match="Nothing is promoted to the alias ours"):
        read_adapters(settings(grounded_adapter="ours"))
    registry.promote("ours", "all@v2", who="ana")
    assert read_adapters(settings(grounded_adapter="ours")).default == "all@v2"
    assert groups_served(settings(grounded_adapter="ours"), "ours") == {"everyone"}
    assert groups_served(settings(grounded_adapter="ours"), "reader") == set()


def test_a_folder_reads_whatever_is_promoted(settings: Opened, registry: Registry, tmp_path: Path) -> None:
    registry.promote("reader", "all@v1", who="ana")
    found = read_adapters(settings(grounded_adapter=str(tmp_path / "all-2")))
    assert found.default.startswith("own@")


def test_none_is_none(settings: Opened, registry: Registry) -> None:
    registry.promote("reader", "all@v1", who="ana")
    assert read_adapters(settings(grounded_adapter="none")).files == {}


def test_a_canary_reads_in_its_part_of_the_conversations(settings: Opened, registry: Registry) -> None:
    registry.promote("reader", "all@v1", who="ana")
    registry.promote("reader", "all@v2", who="ana", canary=50)
    found = read_adapters(settings())
    chosen = {f"c{n}": found.choose({"everyone"}, f"c{n}") for n in range(50)}
    assert set(chosen.values()) == {"all@v1", "all@v2"}
    assert chosen == {name: read_adapters(settings()).choose({"everyone"}, name) for name in chosen}


def test_a_canary_of_the_first_promotion_is_beside_the_shipped_one(settings: Opened, registry: Registry) -> None:
    registry.promote("reader", "all@v1", who="ana", canary=50)
    found = read_adapters(settings())
    chosen = {found.choose({"everyone"}, f"c{n}") for n in range(50)}
    assert {each.partition("@")[0] for each in chosen} == {"shipped", "all"}


def test_a_canary_of_one_alias_does_not_touch_another_with_the_same_champion(
    settings: Opened, registry: Registry
) -> None:
    registry.promote("reader", "all@v1", who="ana")
    registry.promote("team", "all@v1", who="ana", serves=["sales"])
    registry.promote("team", "sales@v1", who="ana", serves=["sales"], canary=50)
    found = read_adapters(settings(adapters={"sales": "team"}))
    assert {found.choose({"everyone"}, f"c{n}") for n in range(50)} == {"all@v1"}
    assert {found.choose({"sales"}, f"c{n}") for n in range(50)} == {"all@v1", "sales@v1"}


def test_a_version_for_another_model_is_said_before_it_is_promoted(settings: Opened, registry: Registry) -> None:
    with pytest.raises(ConfigurationError, match="trained for smollm2-135m"):
        check_serves_here(settings(), registry.version("other@v1"))


# What a request says


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


# How the model moves


class _LlamaCpp:
    """A server that says with which adapters it was loaded, slowly if asked to."""

    made: ClassVar[list["_LlamaCpp"]] = []

    def __init__(self, parameters: Any) -> None:
        if any("broken" in each.path for each in parameters.lora_adapters):
            raise RuntimeError("failed to load adapter")
        self.paths = [Path(each.path).parent.name for each in parameters.lora_adapters]
        self.cache = parameters.cache_ram_mib
        self.scales = [each.scale for each in parameters.lora_adapters]
        self.answering, self.go_on = Event(), Event()
        self.go_on.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.answering.set()
                outer.go_on.wait(10)
                on = [outer.paths[each["id"]] for each in body.get("lora", ()) if each["scale"]]
                answer = json.dumps({"said": on, "server": outer.paths}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        self.listening_address = f"http://127.0.0.1:{self._server.server_port}"
        self.made.append(self)

    def end(self) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[_LlamaCpp]]:
    _LlamaCpp.made = []
    monkeypatch.setattr("xllamacpp.Server", _LlamaCpp)
    monkeypatch.setattr(llamacpp, "_wait_until_ready", lambda *_: None)
    yield _LlamaCpp.made
    for each in _LlamaCpp.made:
        each.end()


@pytest.fixture
def engine(tmp_path: Path, servers: list[_LlamaCpp]) -> Iterator[LlamaCppEngine]:
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
    engine: LlamaCppEngine, servers: list[_LlamaCpp]
) -> None:
    assert (_ask(engine, "a@v1"), _ask(engine)) == (["a"], [])
    assert (servers[0].scales, servers[0].cache) == ([0.0], 0)


def test_new_requests_go_to_the_new_copy_and_the_old_one_finishes_its_own(
    engine: LlamaCppEngine, servers: list[_LlamaCpp], tmp_path: Path
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


def test_what_is_loaded_already_moves_nothing(engine: LlamaCppEngine, servers: list[_LlamaCpp]) -> None:
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


def test_a_generation_that_is_closed_is_freed(servers: list[_LlamaCpp], engine: LlamaCppEngine) -> None:
    engine.start()
    (copy,) = engine._copies
    assert isinstance(copy, Generation)
    engine.stop()
    assert (copy.closed, engine.running) == (True, False)


# Models


@pytest.fixture
def models(
    settings: Opened, registry: Registry, servers: list[_LlamaCpp], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Models]:
    monkeypatch.setattr(Models, "_check_installed", lambda *_: None)
    weights = SMALL_MODEL.weights(settings().models_folder)
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"GGUF")
    with Models(settings()) as models:
        yield models


def test_a_promotion_is_followed_without_a_restart_and_a_rollback_needs_no_second_copy(
    models: Models, registry: Registry, servers: list[_LlamaCpp]
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
