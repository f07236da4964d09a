"""The gate's models are those that serve: the real llama.cpp, with an adapter on and off."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.finetuning.gate.served import Served
from assistant.models.catalogue import SMOLLM2
from assistant.models.download import require
from finetune.gate.asks import Reply, Say, Weigh
from finetune.lora import GGUF
from finetune.testing.adapters import SMOLLM2 as SHAPE
from finetune.testing.adapters import random_adapter

pytestmark = [pytest.mark.models, pytest.mark.long]
CHAT = (("user", "What is the capital of France?"),)
OPENING = (("user", "Write one sentence about people."),)


@pytest.fixture(scope="module")
def served(models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    require(SMOLLM2, models_folder)
    adapter = random_adapter(tmp_path_factory.mktemp("gate") / "adapter", SHAPE, seed=1, strength=0.12)
    with Served(SMOLLM2.weights(models_folder), {"candidate": adapter / GGUF}) as models:
        yield models


def _weighed(served: Served, text: str, given: str = "", arm: str = "base") -> Reply:
    return served.answer("candidate" if arm == "candidate" else "base", Weigh(OPENING, text, given))


def test_the_adapter_is_on_for_the_candidate_and_off_for_the_base(served: Served) -> None:
    base, candidate = (served.answer(arm, Say(CHAT, 12)) for arm in ("base", "candidate"))
    assert candidate.text != base.text
    assert served.answer("base", Say(CHAT, 12)).text == base.text  # also after the candidate
    assert base.text.startswith(max(base.first, key=lambda token: base.first[token]))
    assert len(base.first) >= 20


def test_a_text_is_weighed_as_a_whole_and_a_likely_one_weighs_less(served: Served) -> None:
    likely, unlikely = _weighed(served, "People are different."), _weighed(served, "Different are xylophone.")
    assert likely.logprob > unlikely.logprob
    assert likely.tokens >= 4
    assert -20 < likely.logprob / likely.tokens < 0
    assert _weighed(served, "People are different.", arm="candidate").logprob != likely.logprob


def test_what_was_given_is_not_counted(served: Served) -> None:
    whole, rest = _weighed(served, "People are different."), _weighed(served, " are different.", "People")
    begun = _weighed(served, "People")
    assert rest.tokens == whole.tokens - begun.tokens
    assert rest.logprob == pytest.approx(whole.logprob - begun.logprob, abs=0.3)  # quantised kernels, in other batches


def test_signs_of_the_template_are_text_like_any_other(served: Served) -> None:
    found = _weighed(served, "Yes.<|im_end|>\n<|im_start|>user")
    assert found.tokens > 8
