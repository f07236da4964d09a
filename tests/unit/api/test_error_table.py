"""Every error of ours has its HTTP status, and nothing else leaks."""

import inspect

import pytest

from assistant import errors as assistant_errors
from assistant.api import errors
from assistant.api.errors import STATUS, response_of, status_of
from finetune import errors as finetune_errors
from knowledge import errors as knowledge_errors

OF_ADAPTERS = {
    finetune_errors.AdapterInvalid, finetune_errors.AdapterUnknown, finetune_errors.PromotionRefused,
    finetune_errors.RegistryUnusable,
}  # fmt: skip


def all_errors() -> list[type[Exception]]:
    found: list[type[Exception]] = []
    for module in (assistant_errors, knowledge_errors, errors, finetune_errors):
        found += [kind for _, kind in inspect.getmembers(module, inspect.isclass)
                  if issubclass(kind, Exception) and kind.__module__ == module.__name__]  # fmt: skip
    return found


@pytest.mark.parametrize("kind", all_errors())
def test_every_error_has_a_status_of_its_own_or_of_its_nearest_kin(kind: type[Exception]) -> None:
    base = {assistant_errors.AssistantError, knowledge_errors.KnowledgeError}
    if issubclass(kind, finetune_errors.FinetuneError) and kind not in OF_ADAPTERS:
        base = set()  # no route gets as far as raising it
    named = next(each for each in kind.__mro__ if each in STATUS)
    assert named not in base or kind in base
    assert 400 <= status_of(kind("x")) < 600


def test_a_new_subclass_takes_its_parents_status() -> None:
    class QuotaGone(assistant_errors.NotFound):
        pass

    assert status_of(QuotaGone("x")) == 404
    assert status_of(ValueError("x")) == 500


def test_who_is_told_to_come_again_is_told_when() -> None:
    for error in (errors.Busy("x"), assistant_errors.LimitReached("x", 1.2)):
        for path in ("/api/ask", "/v1/chat/completions"):
            assert int(response_of(error, path).headers["retry-after"]) > 1
    assert "retry-after" not in response_of(assistant_errors.ModelUnavailable("x"), "").headers
