"""Trains the lines adapter: contrastive LoRA on an embedder, with sentence-transformers.

Loss: multiple negatives ranking (Henderson et al. 2017, https://arxiv.org/abs/1705.00652): of all lines in a batch, the
question's own answer shall be nearest. Hard negatives are what makes it learn: last year's figure, the other city's.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from finetune.errors import ExamplesInvalid, TrainingUnavailable

OnStep = Callable[[int, int], None]
LEAST_EXAMPLES = 50
TARGETS = r"encoder\..*\.(query|key|value|dense)"  # every linear layer of BERT but the pooler, which is not used


@dataclass(frozen=True, slots=True)
class Example:
    """A question, a line that answers it, and lines that do not; every example of a training has as many of these."""

    question: str
    answer: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinesTraining:
    """How the adapter is trained. `scale` is one over the temperature of the softmax over cosines."""

    rank: int = 32
    alpha: int = 64
    learning_rate: float = 1e-3
    epochs: float = 2.0
    batch: int = 8
    scale: float = 33.0
    seed: int = 0

    def asdict(self) -> dict[str, Any]:
        """For the card."""
        return asdict(self)


def check_available() -> None:
    """Raise TrainingUnavailable without what only training needs."""
    if find_spec("datasets") is None:
        raise TrainingUnavailable("Training needs the extra `finetune`: pip install 'pilares[finetune]'.")


def train(
    base: Path, examples: Sequence[Example], out: Path, training: LinesTraining, on_step: OnStep | None = None,
    *, query_prefix: str = "", passage_prefix: str = "", bfloat16: bool = False,
) -> None:  # fmt: skip
    """Train on the sentence-transformers folder `base` and write `adapter_model.safetensors` and its config to `out`.

    With `bfloat16` it computes in that: three times as fast on processors that have it, thirty times slower elsewhere.
    Raises ExamplesInvalid with too few examples, TrainingUnavailable without the extra `finetune`.
    """
    if len(examples) < LEAST_EXAMPLES:
        raise ExamplesInvalid(
            f"{len(examples)} examples are too few to train on; at least {LEAST_EXAMPLES} are needed."
        )
    check_available()
    from datasets import Dataset
    from peft import LoraConfig, get_peft_model
    from sentence_transformers import SentenceTransformer
    from transformers import set_seed

    rows = {"question": [query_prefix + each.question for each in examples]}
    rows["answer"] = [passage_prefix + each.answer for each in examples]
    for number in range(len(examples[0].others)):
        rows[f"other_{number}"] = [passage_prefix + each.others[number] for each in examples]
    with TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries, about one another's older names
        set_seed(training.seed)
        model = SentenceTransformer(str(base), device="cpu", local_files_only=True, model_kwargs={"dtype": "float32"})
        config = LoraConfig(r=training.rank, lora_alpha=training.alpha, target_modules=TARGETS)
        model[0].model = get_peft_model(model[0].model, config)
        _trainer(model, Dataset.from_dict(rows), Path(scratch), training, on_step, bfloat16).train()
        out.mkdir(parents=True, exist_ok=True)
        model[0].model.save_pretrained(out)


def _trainer(
    model: Any, rows: Any, scratch: Path, training: LinesTraining, on_step: OnStep | None, bfloat16: bool
) -> Any:
    from sentence_transformers import SentenceTransformerTrainer, SentenceTransformerTrainingArguments
    from sentence_transformers.losses import MultipleNegativesRankingLoss
    from sentence_transformers.training_args import BatchSamplers
    from transformers import TrainerCallback

    class Steps(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if on_step is not None:
                on_step(state.global_step, state.max_steps)

    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(scratch), num_train_epochs=training.epochs, per_device_train_batch_size=training.batch,
        learning_rate=training.learning_rate, warmup_steps=0.1, lr_scheduler_type="linear", seed=training.seed,
        bf16=bfloat16, use_cpu=True, batch_sampler=BatchSamplers.NO_DUPLICATES, save_strategy="no", report_to="none",
        disable_tqdm=True, logging_strategy="no",
    )  # fmt: skip
    loss = MultipleNegativesRankingLoss(model, scale=training.scale)
    return SentenceTransformerTrainer(model, arguments, train_dataset=rows, loss=loss, callbacks=[Steps()])
