"""Which adapter reads for whom, and why one does not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.errors import ConfigurationError, ModelUnavailable
from assistant.models.adapters import check_serves_here, groups_served, read_adapters
from assistant.settings import Settings
from finetune.registry import Registry

Opened = Callable[..., Settings]


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
