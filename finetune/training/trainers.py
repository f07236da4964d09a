"""The trainers of TRL, one for each method, on rows that are tokens already.

Source: https://huggingface.co/docs/trl (1.16). What is not wanted of them: preparing rows (they would cut long ones
silently), model cards, and telling their makers that they are used.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from transformers import PrinterCallback
from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer, SFTConfig, SFTTrainer

from finetune.errors import NotWritten
from finetune.training.checkpoints import seal
from finetune.training.machine import Machine, free_disk
from finetune.training.plan import Configuration
from finetune.training.preflight import MIB, Memory
from finetune.training.replies import score_replies_only
from finetune.training.rows import Row, columns
from finetune.training.stages import Stage


class _Own:
    """What the three have in common."""

    args: Any
    state: Any
    accelerator: Any
    counted = 0
    """Tokens that were learnt from since it was set to 0, prompts included, padding not."""

    def _prepare_dataset(self, dataset: Any, *_: Any, **__: Any) -> Any:
        return dataset

    def _send_telemetry(self) -> None:
        pass

    def create_model_card(self, *_: Any, **__: Any) -> None:
        pass

    def training_step(self, model: Any, inputs: Any, *rest: Any) -> Any:
        self.counted += int(inputs["attention_mask"].sum())
        return super().training_step(model, inputs, *rest)  # type: ignore[misc]

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """Write one that counts when it is whole; when it cannot be, say so. Raises NotWritten."""
        folder = Path(self.args.output_dir)
        target = folder / f"checkpoint-{self.state.global_step}"
        try:
            super()._save_checkpoint(model, trial)  # type: ignore[misc]
            self.accelerator.wait_for_everyone()
            if self.args.should_save:
                seal(target)
            self.accelerator.wait_for_everyone()
        except Exception as error:  # torch and safetensors each raise their own for a full disk
            room = free_disk(folder) if folder.is_dir() else 0
            full = "The disk is full" if room < 256 * MIB else "A checkpoint could not be written"
            raise NotWritten(
                f"{full} ({folder}: {error}). The checkpoints before it are whole: make room, and resume."
            ) from error


class Replies(_Own, SFTTrainer):  # type: ignore[misc]
    """Learns replies (SFT)."""


class Pairs(_Own, DPOTrainer):  # type: ignore[misc]
    """Learns which of two replies is the better one (DPO; Rafailov et al. 2023, https://arxiv.org/abs/2305.18290)."""


class Verdicts(_Own, KTOTrainer):  # type: ignore[misc]
    """Learns from thumbs (KTO; Ethayarajh et al. 2024, https://arxiv.org/abs/2402.01306)."""


def trainer_for(
    stage: Stage, model: Any, tokenizer: Any, rows: Sequence[Row], held_out: Sequence[Row], folder: Path,
    how: Configuration, machine: Machine, memory: Memory, steps: int, callbacks: Sequence[Any],
) -> Any:  # fmt: skip
    """A trainer that makes `steps` steps on `rows` and writes its checkpoints to `folder`."""
    from datasets import Dataset

    at_once = memory.rows_at_once
    common = _common(folder, how, machine, memory, steps)
    parts = [Dataset.from_dict(columns(stage.name, each, at_once, how.seed)) if each else None for each in
             (rows, held_out)]  # fmt: skip
    given = {
        "model": model, "train_dataset": parts[0], "eval_dataset": parts[1], "processing_class": tokenizer,
        "callbacks": [*callbacks],
    }  # fmt: skip
    found: Any
    if stage.name == "sft":
        found = Replies(args=SFTConfig(**common, learning_rate=how.learning_rate), **given)
    elif stage.name == "dpo":
        args = DPOConfig(**common, learning_rate=how.preference_learning_rate, beta=how.beta)
        found = Pairs(args=args, **given)
    else:
        good, bad = stage.weights
        args = KTOConfig(
            **common, learning_rate=how.preference_learning_rate, beta=how.beta, desirable_weight=good,
            undesirable_weight=bad,
        )  # fmt: skip
        found = Verdicts(args=args, **given)
    if machine.device == "cpu":
        score_replies_only(found.model.get_base_model())
    found.remove_callback(PrinterCallback)
    found.processing_class = None  # else every checkpoint carries the tokenizer
    return found


def _common(folder: Path, how: Configuration, machine: Machine, memory: Memory, steps: int) -> Mapping[str, Any]:
    """Settings of all three. When to evaluate, save and stop is said by `finetune.training.watching`."""
    at_once = memory.rows_at_once
    return {
        "output_dir": str(folder), "max_steps": steps, "max_length": None, "pad_to_multiple_of": None,
        "per_device_train_batch_size": at_once, "per_device_eval_batch_size": at_once,
        "gradient_accumulation_steps": max(1, how.batch // (at_once * machine.processes)),
        "lr_scheduler_type": "cosine", "warmup_steps": max(1, round(how.warmup * steps)), "weight_decay": 0.0,
        "max_grad_norm": 1.0, "optim": "adamw_torch",
        "gradient_checkpointing": memory.again, "bf16": machine.precision == "bfloat16",
        "use_cpu": machine.device == "cpu", "seed": how.seed, "data_seed": how.seed,
        "save_strategy": "no", "eval_strategy": "no", "logging_steps": 1, "logging_nan_inf_filter": False,
        "report_to": "none", "ddp_find_unused_parameters": False, "disable_tqdm": True, "dataloader_pin_memory": False,
    }  # fmt: skip
