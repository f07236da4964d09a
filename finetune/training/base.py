"""The base model to train on, read from the file that is served, and the adapter that is put on it."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from finetune.errors import TrainingUnavailable
from finetune.grounded.training import TARGETS
from finetune.training.machine import Machine
from finetune.training.plan import Configuration


def load(file: Path, machine: Machine) -> Any:
    """The base model, frozen, where it is trained. Raises AdapterInvalid and TrainingUnavailable."""
    from finetune.gguf import load_base

    model = load_base(file)
    model.requires_grad_(False)
    if machine.quantised:
        return _quantised(model)
    if machine.precision == "float32":
        tied = model.lm_head.weight.data_ptr() == model.model.embed_tokens.weight.data_ptr()
        model.float()
        if tied:  # float() has made two of what was one
            model.lm_head.weight = model.model.embed_tokens.weight
    return model.to(machine.device)


def adapted(model: Any, how: Configuration, start: Path | None = None) -> Any:
    """The base with an adapter to be trained: a new one, or the one in `start`."""
    import torch
    from peft import LoraConfig, PeftModel, get_peft_model

    torch.manual_seed(how.seed)
    if start is not None:
        return PeftModel.from_pretrained(model, start, is_trainable=True)
    config = LoraConfig(
        r=how.rank, lora_alpha=how.alpha, lora_dropout=how.dropout, target_modules=list(TARGETS), bias="none",
        task_type="CAUSAL_LM",
    )  # fmt: skip
    return get_peft_model(model, config)


def bare(adapted_model: Any) -> Any:
    """The base again, without its adapters."""
    model = adapted_model.unload()
    model.requires_grad_(False)
    return model


def shape(model: Any) -> Mapping[str, int]:
    """The sizes that memory is estimated from."""
    config = model.config
    return {
        "layers": int(config.num_hidden_layers), "hidden": int(config.hidden_size),
        "inner": int(config.intermediate_size), "vocabulary": int(config.vocab_size),
        "longest": int(config.max_position_embeddings),
        "bytes": sum(each.numel() * each.element_size() for each in model.parameters()),
    }  # fmt: skip


def _quantised(model: Any) -> Any:
    """The same in four bits (NF4; Dettmers et al. 2023, https://arxiv.org/abs/2305.14314)."""
    try:
        import bitsandbytes  # noqa: F401
    except ImportError as error:
        raise TrainingUnavailable(
            "The base does not fit into the memory of the graphics card, and quantising it needs bitsandbytes: "
            "pip install bitsandbytes."
        ) from error
    import torch
    from peft import prepare_model_for_kbit_training
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    how = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )  # fmt: skip
    with TemporaryDirectory(prefix="pilares-base-") as scratch:
        model.save_pretrained(scratch)
        found = AutoModelForCausalLM.from_pretrained(
            scratch, quantization_config=how, dtype=torch.bfloat16, device_map={"": torch.cuda.current_device()}
        )
    return prepare_model_for_kbit_training(found, use_gradient_checkpointing=False)
