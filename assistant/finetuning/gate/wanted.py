"""What a run of the gate is to measure."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import InvalidRequest
from assistant.finetuning.gate.rivals import SERVED
from finetune.gate.probes import PROBES

ROUTING = "routing"
NAMES = (*PROBES, ROUTING)


@dataclass(frozen=True, slots=True)
class Wanted:
    """`against` is "served", "base", "shipped" or a version; `questions` a dataset or folders; `bias` files of pairs.

    `limit` (items of each probe), `only` (probes) and a `seed` of one's own are for looking: such a run never passes.
    """

    against: str = SERVED
    questions: Sequence[str] = ()
    bias: Sequence[Path] = ()
    canaries: Path | None = None
    limit: int | None = None
    only: Sequence[str] = ()
    seed: int = 0
    thorough: bool = False

    def check(self) -> None:
        """Raises InvalidRequest for a probe that there is not."""
        if unknown := [name for name in self.only if name not in NAMES]:
            raise InvalidRequest(f"There is no probe {unknown[0]!r}. There are: {', '.join(NAMES)}.")

    def wants(self, probe: str) -> bool:
        """Whether a probe is to be measured."""
        return not self.only or probe in self.only

    @property
    def looking(self) -> str:
        """Why this run can give no verdict; empty when it can."""
        reasons = [
            f"only {', '.join(self.only)}" if self.only else "",
            f"only {self.limit} items of each probe" if self.limit else "",
            f"the seed {self.seed}, where verdicts are given on seed 0" if self.seed else "",
        ]
        return " and ".join(reason for reason in reasons if reason)
