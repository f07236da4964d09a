"""Errors of page events, told to the person instead of to nobody."""

import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.messages import message
from knowledge.errors import KnowledgeError


def telling(event: Callable[..., Any]) -> Callable[..., Any]:
    """The same event, whose errors of ours are shown as they are written; nothing else on the page changes.

    Other errors stay what they are: Gradio logs them and shows that something went wrong.
    """
    if inspect.isgeneratorfunction(event):

        @wraps(event)
        def stepwise(*given: Any, **named: Any) -> Iterator[Any]:
            try:
                yield from event(*given, **named)
            except (AssistantError, KnowledgeError) as error:
                raise _shown(error) from error

        return stepwise

    @wraps(event)
    def at_once(*given: Any, **named: Any) -> Any:
        try:
            return event(*given, **named)
        except (AssistantError, KnowledgeError) as error:
            raise _shown(error) from error

    return at_once


def _shown(error: Exception) -> gr.Error:
    return gr.Error(str(error), title=message("app_name", None), print_exception=False)
