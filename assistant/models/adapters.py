"""Which adapter the small model is loaded with."""

from pathlib import Path

from assistant.errors import ModelUnavailable
from assistant.models.catalogue import Role, find_model
from assistant.settings import Settings
from finetune.errors import AdapterInvalid
from finetune.grounded import SHIPPED
from finetune.lora import GGUF, Adapter


def reader_adapter(settings: Settings) -> Path | None:
    """The GGUF file of the grounded adapter; None for a small model it was not trained for, or when it is off.

    Raises ModelUnavailable when a chosen adapter cannot be used with the small model.
    """
    if settings.grounded_adapter == "none":
        return None
    chosen = settings.grounded_adapter != "shipped"
    adapter = Adapter(Path(settings.grounded_adapter).expanduser() if chosen else SHIPPED)
    try:
        if not _fits(adapter, settings):
            if not chosen:
                return None
            raise AdapterInvalid(f"The adapter in {adapter.folder} was trained for {adapter.card.get('base')}.")
        return adapter.whole(GGUF, "gguf_sha256")
    except AdapterInvalid as error:
        raise ModelUnavailable(
            f'{error} Set grounded_adapter = "none" in pilares.toml to do without, or choose the model it is for.'
        ) from error


def _fits(adapter: Adapter, settings: Settings) -> bool:
    small = settings.slm
    if small.url is not None or small.name.endswith(".gguf") or not adapter.folder.is_dir():
        return False
    return adapter.card.get("base_sha256") == find_model(small.name, Role.SLM, Role.LLM, Role.TEST).files[0].sha256
