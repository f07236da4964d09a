"""Language models as LangChain chat models: every one of them is an OpenAI-compatible endpoint."""

from typing import TYPE_CHECKING, Any

from assistant.errors import GenerationFailed, ModelError, ModelUnavailable
from assistant.models.endpoint import Endpoint

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

CONNECT_SECONDS = 2.0
READ_SECONDS = 300.0
"""Between two pieces of an answer. A long prompt on a slow computer takes minutes before the first."""


def chat_model(endpoint: Endpoint, **options: Any) -> "ChatOpenAI":
    """A streaming chat model with temperature 0. `options` are passed on (`max_tokens`, `extra_body`, ...)."""
    import openai
    from langchain_openai import ChatOpenAI

    timeout = openai.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    if endpoint.local:  # a proxy in the environment must not get to see, or break, what stays in this process
        way: dict[str, Any] = {"transport": endpoint.transport()} if endpoint.transport is not None else {}
        options.setdefault("http_client", openai.DefaultHttpxClient(trust_env=False, timeout=timeout, **way))
        options.setdefault("http_async_client", openai.DefaultAsyncHttpxClient(trust_env=False, timeout=timeout))
        options.setdefault("default_headers", {"Connection": "close"})  # an idle one would outlive the engine
    if endpoint.request_options:
        options.setdefault("extra_body", endpoint.request_options)
    settings: dict[str, Any] = {
        "model": endpoint.model,
        "base_url": endpoint.base_url,
        "api_key": endpoint.api_key or "none",  # the client insists on one
        "temperature": 0.0,
        "streaming": True,
        "stream_usage": True,
        "use_responses_api": False,
        "timeout": timeout,
        "max_retries": 0 if endpoint.local else 2,
    }
    return ChatOpenAI(**settings | options)


def model_error(error: Exception, endpoint: Endpoint) -> ModelError:
    """What went wrong in a call to a chat model, as an error a person can act on."""
    import openai

    if isinstance(error, ModelError):
        return error
    where = f"{endpoint.model} at {endpoint.base_url}"
    if isinstance(error, openai.APITimeoutError):
        return ModelUnavailable(f"{where} did not answer in time. It may be overloaded: try again in a moment.")
    if isinstance(error, openai.APIConnectionError):
        return ModelUnavailable(f"{where} does not answer ({error}). Check that it runs, with `pilares doctor`.")
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return ModelUnavailable(f"{where} refuses our key. Set the right `api_key` in pilares.toml.")
    if isinstance(error, openai.NotFoundError):
        return ModelUnavailable(f"{where} does not know that model or address. Check `name` and `url` in pilares.toml.")
    return GenerationFailed(f"{where} could not finish the answer ({error}). Try again, or ask with another model.")
