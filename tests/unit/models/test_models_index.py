"""Reading a package index, and which index is asked."""

from pathlib import Path

import httpx
import pytest

from assistant.models.index import PYPI, PackageIndex, default_index, without_secrets
from assistant.models.sources import SourceFailed


def _index(files: list[dict[str, object]], url: str = "https://index.test/simple") -> PackageIndex:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Accept"] == "application/vnd.pypi.simple.v1+json"
        return httpx.Response(200, json={"name": "pack", "files": files})

    return PackageIndex(url, httpx.Client(transport=httpx.MockTransport(answer)))


def _file(filename: str, **more: object) -> dict[str, object]:
    return {"filename": filename, "url": f"https://files.test/{filename}", "hashes": {"sha256": "ab" * 32}} | more


def test_the_wheel_of_exactly_that_version() -> None:
    index = _index([_file("pack-1.0-py3-none-any.whl"), _file("pack-1.0.1-py3-none-any.whl"), _file("pack-1.0.tar.gz")])
    assert index.wheel("pack", "1.0").filename == "pack-1.0-py3-none-any.whl"


def test_among_platforms_the_commonest() -> None:
    names = [
        "pack-1.0-py3-none-macosx_11_0_arm64.whl",
        "pack-1.0-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.whl",
        "pack-1.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "pack-1.0-py3-none-musllinux_1_2_x86_64.whl",
    ]
    assert _index([_file(name) for name in names]).wheel("pack", "1.0").filename == names[2]


def test_a_wheel_without_sha256_is_not_taken() -> None:
    with pytest.raises(SourceFailed, match=r"no wheel of pack 1\.0"):
        _index([_file("pack-1.0-py3-none-any.whl", hashes={"md5": "x"})]).wheel("pack", "1.0")


def test_relative_addresses_and_sizes() -> None:
    entry = _file("pack-1.0-py3-none-any.whl", url="../../files/pack.whl", size=12)
    wheel = _index([entry]).wheel("pack", "1.0")
    assert (wheel.url, wheel.bytes) == ("https://index.test/files/pack.whl", 12)


@pytest.mark.parametrize("page", ["<html></html>", "[]", '{"no": "files"}'])
def test_an_index_without_json_is_named(page: str) -> None:
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, text=page)))
    with pytest.raises(SourceFailed, match=r"index\.test/simple/pack/ does not speak the JSON form"):
        PackageIndex("https://u:p@index.test/simple/", client).wheel("pack", "1.0")


def test_secrets_are_not_shown() -> None:
    assert without_secrets("https://user:word@index.test:8080/simple") == "https://index.test:8080/simple"


class TestDefaultIndex:
    @pytest.fixture(autouse=True)
    def nothing_set(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.delenv("PIP_INDEX_URL", raising=False)
        monkeypatch.setattr("assistant.models.index._pip_files", lambda: [tmp_path / "none", tmp_path / "pip.conf"])

    def test_pypi(self) -> None:
        assert default_index() == PYPI

    def test_the_variable_of_pip(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.test/simple")
        assert default_index() == "https://mirror.test/simple"

    def test_the_file_of_pip(self, tmp_path: Path) -> None:
        (tmp_path / "pip.conf").write_text("[global]\nindex-url = https://mirror.test/%40simple\n")
        assert default_index() == "https://mirror.test/%40simple"

    @pytest.mark.parametrize("content", ["no section", "[global]\ntimeout = 3\n", "\udcff"])
    def test_a_file_that_says_nothing(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "pip.conf").write_bytes(content.encode("utf-8", "surrogateescape"))
        assert default_index() == PYPI
