"""What the machine can do: where to train, with which numbers, and how much memory and disk there are."""

import os
import shutil
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from finetune.errors import TrainingRefused, TrainingUnavailable
from finetune.training.plan import Device

_NEEDED = ("trl", "peft", "gguf", "datasets", "accelerate")
_NAMED = ("torch", "transformers", "trl", "peft", "accelerate")


@dataclass(frozen=True, slots=True)
class Machine:
    """Where it is trained. `precision` is that of the multiplications; `quantised`: the base in four bits (QLoRA)."""

    device: str
    precision: str
    name: str
    quantised: bool = False
    processes: int = 1

    def asdict(self) -> dict[str, Any]:
        """For the plan, with the versions of the libraries that it depends on."""
        return {**asdict(self), "libraries": {each: _version(each) for each in _NAMED}}


def check_available() -> None:
    """Raise TrainingUnavailable without what only training needs."""
    if missing := [each for each in _NEEDED if find_spec(each) is None]:
        raise TrainingUnavailable(
            f"Training needs the extra `finetune` ({missing[0]} is not installed): pip install 'pilares[finetune]'."
        )


def is_first(asked: Device) -> bool:
    """Whether this is the first of the processes that train together (`accelerate launch`), mostly the only one."""
    if "RANK" not in os.environ:  # nobody has begun several: known at once, without loading torch
        return True
    return bool(_together(asked).is_main_process)


def agreed(value: Any) -> Any:
    """What the first of the processes that train together says; they wait for each other."""
    from accelerate import PartialState
    from accelerate.utils import broadcast_object_list

    if PartialState().num_processes == 1:
        return value
    return broadcast_object_list([value], from_process=0)[0]


def _together(asked: Device) -> Any:
    import torch
    from accelerate import PartialState

    return PartialState(cpu=asked == "cpu" or not torch.cuda.is_available())


def machine_for(asked: Device, *, quantised: bool = False) -> Machine:
    """The machine to train on. Raises TrainingRefused when there is no graphics card where one is asked for."""
    import torch

    there = torch.cuda.is_available()
    if asked == "cuda" and not there:
        raise TrainingRefused("There is no graphics card that torch can use. Train with --device cpu.")
    count = int(_together(asked).num_processes)
    if there and asked != "cpu":
        return Machine("cuda", "bfloat16", torch.cuda.get_device_name(), quantised, count)
    return Machine("cpu", "bfloat16" if _multiplies_bfloat16() else "float32", "processor", processes=count)


def _multiplies_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 itself; elsewhere gradients in it take many times as long."""
    import torch

    can = torch.cpu.get_capabilities()
    return bool(can.get("avx512_bf16") or can.get("amx_bf16"))


def free_memory(device: str) -> int:
    """Bytes that a training can still take."""
    if device == "cuda":
        import torch

        return int(torch.cuda.mem_get_info()[0])
    import psutil

    return int(psutil.virtual_memory().available)


def peak_memory(device: str) -> int:
    """The most bytes that this process has taken so far, of the memory that it trains in."""
    if device == "cuda":
        import torch

        return int(torch.cuda.max_memory_allocated())
    if os.name == "nt":
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024


def free_disk(folder: Path) -> int:
    """Bytes that can still be written there."""
    return shutil.disk_usage(folder).free


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
