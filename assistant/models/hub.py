"""Model files from the model hub, through `huggingface_hub` (which honours HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE)."""

import shutil
from pathlib import Path
from typing import Any

from assistant.models.catalogue import HubFile, ModelFile
from assistant.models.sources import DISK_FULL, Report, SourceFailed

CONNECT_SECONDS = 3.0


class HubSource:
    """The model hub. Once it did not answer it is not asked again, so that a closed network costs one try."""

    name = "the model hub"

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._down: str | None = None

    def fetch(self, file: ModelFile, target: Path, report: Report) -> None:
        """Download through the hub's own client, which resumes by itself."""
        if file.hub is None:
            raise SourceFailed(f"{self.name} has no such file")
        if self._down is not None:
            raise SourceFailed(self._down)
        self._probe(file.hub)
        try:
            self._download(file.hub, target, report)
        except Exception as error:  # the client raises its own errors, those of two HTTP libraries, and OSError
            if isinstance(error, OSError) and error.errno in DISK_FULL:
                raise
            raise SourceFailed(f"{self.name}: {_one_line(error)}") from error

    def _probe(self, file: HubFile) -> None:
        """One short request first: the client itself retries a dead name server for 23 seconds."""
        from huggingface_hub import get_session, hf_hub_url

        url = hf_hub_url(file.repo, file.path, revision=file.revision)
        try:
            get_session().head(url, timeout=CONNECT_SECONDS, follow_redirects=False)
        except Exception as error:
            self._down = f"{self.name} does not answer ({_one_line(error)})"
            raise SourceFailed(self._down) from error

    def _download(self, file: HubFile, target: Path, report: Report) -> None:
        from huggingface_hub import hf_hub_download

        got = hf_hub_download(
            file.repo, file.path, revision=file.revision, local_dir=self._scratch / "hub",
            etag_timeout=CONNECT_SECONDS, tqdm_class=_bar_that_tells(report),
        )  # fmt: skip
        shutil.move(got, target)


def _bar_that_tells(report: Report) -> Any:
    """A class that looks enough like a tqdm bar for the hub client and passes the numbers on."""

    class Bar:
        def __init__(self, *_: Any, initial: int = 0, **__: Any) -> None:
            self._done = float(initial)

        def __enter__(self) -> "Bar":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def update(self, more: float | None = 1) -> None:
            self._done += more or 0
            report(int(self._done))

        def __getattr__(self, _: str) -> Any:
            return lambda *args, **kwargs: None

    return Bar


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
