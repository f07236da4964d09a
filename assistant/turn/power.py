"""Energy that was measured: by the counters of processors (RAPL) and of NVIDIA cards (NVML), where they are readable.

They count what the whole machine does, not one turn alone. Since Linux 5.10 the processor's counters are readable by
root only (CVE-2020-8694); where there is none the estimate of `assistant.turn.energy` stands in.
"""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

POWERCAP = Path("/sys/class/powercap")
_DRIVER = Path("/proc/driver/nvidia/version")


class EnergyCounter(Protocol):
    """A counter that only rises."""

    name: str

    def joules(self) -> float | None:
        """Joules since some moment; None when it could not be read."""


class Rapl:
    """Package counters of Intel and AMD processors (Linux powercap); each starts again at its range."""

    name = "RAPL"

    def __init__(self, domains: Sequence[Path]) -> None:
        self._domains = domains
        self._ranges = [int((domain / "max_energy_range_uj").read_text()) for domain in domains]
        self._last = [0] * len(domains)
        self._turns = 0
        self._lock = Lock()
        self._read()

    @classmethod
    def found(cls, folder: Path = POWERCAP) -> "Rapl | None":
        """The counters of this machine; None when there are none that may be read."""
        try:
            domains = sorted(path for path in folder.glob("intel-rapl:*") if path.name.count(":") == 1)
            return cls(domains) if domains else None
        except (OSError, ValueError):
            return None

    def joules(self) -> float | None:
        """Joules of all packages, with what the counters have wrapped around."""
        try:
            with self._lock:
                return self._read() / 1e6
        except (OSError, ValueError):
            return None

    def _read(self) -> int:
        total = 0
        for place, (domain, span) in enumerate(zip(self._domains, self._ranges, strict=True)):
            value = int((domain / "energy_uj").read_text())
            if value < self._last[place]:
                self._turns += span
            self._last[place] = value
            total += value
        return total + self._turns


class Nvml:
    """The energy counters of NVIDIA cards since Volta, through `nvidia-ml-py`, when that is installed."""

    name = "NVML"

    def __init__(self, library: Any) -> None:
        self._library = library
        library.nvmlInit()
        self._cards = [library.nvmlDeviceGetHandleByIndex(n) for n in range(library.nvmlDeviceGetCount())]

    @classmethod
    def found(cls) -> "Nvml | None":
        """The cards of this machine; None without driver, library, card or counter."""
        if not _DRIVER.exists():
            return None
        try:
            import pynvml

            counter = cls(pynvml)
        except Exception:  # the library's own errors are not known when it is not installed
            return None
        return counter if counter._cards and counter.joules() is not None else None

    def joules(self) -> float | None:
        """Joules of all cards."""
        try:
            return float(sum(self._library.nvmlDeviceGetTotalEnergyConsumption(card) for card in self._cards)) / 1000
        except self._library.NVMLError:
            return None


class Counters:
    """Several counters as one."""

    def __init__(self, counters: Sequence[EnergyCounter]) -> None:
        self._counters = counters
        self.name = " + ".join(counter.name for counter in counters)

    def joules(self) -> float | None:
        """The sum; None when one of them could not be read."""
        values = [counter.joules() for counter in self._counters]
        known = [value for value in values if value is not None]
        return sum(known) if known and len(known) == len(values) else None


def counters_of_this_machine() -> EnergyCounter | None:
    """What can be read here; None when nothing can."""
    found: list[EnergyCounter] = [each for each in (Rapl.found(), Nvml.found()) if each is not None]
    return Counters(found) if found else None
