"""What `deploy/` promises: a user without rights, folders of its own, a check of its health, time to stop in order."""

import re
import shutil
import subprocess
import tomllib
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from assistant.api.access import ACCESS
from assistant.api.server import DRAIN_S
from assistant.cli import app
from assistant.settings import load_settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
# What comes after the running answers: the turns that are stopped, and the connections (assistant.api.server).
AFTER_DRAIN_S = 10


class _Repeated(ConfigParser):
    """An INI reader that keeps the case of names, and takes no sign for a comment within a line."""

    def __init__(self) -> None:
        super().__init__(interpolation=None, comment_prefixes=("#",), delimiters=("=",))

    def optionxform(self, optionstr: str) -> str:
        return optionstr


@pytest.fixture
def unit() -> ConfigParser:
    read = _Repeated()
    read.read_string((DEPLOY / "pilares.service").read_text(encoding="utf-8"))
    return read


@pytest.fixture
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return read


@pytest.fixture
def dockerfile() -> str:
    return (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")


def environment(text: str) -> dict[str, str]:
    return dict(re.findall(r"(PILARES_\w+)=(\S+)", text))


def seconds(text: str) -> float:
    return float(re.fullmatch(r"(\d+)s?", text)[1])  # type: ignore[index]


def commands(words: list[str]) -> None:
    """Fails unless the command line has that command."""
    found: Any = typer.main.get_command(app)
    for word in words:
        found = found.commands[word]


def test_the_service_has_no_rights_it_does_not_need(unit: ConfigParser) -> None:
    service = unit["Service"]
    assert service["User"] not in ("", "root")
    for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "ProtectKernelModules",
                 "ProtectKernelTunables", "ProtectControlGroups", "RestrictSUIDSGID", "RestrictNamespaces",
                 "LockPersonality"):  # fmt: skip
        assert service[name] == "yes", name
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == service["AmbientCapabilities"] == ""
    assert service["StateDirectoryMode"] == "0700"
    assert service["UMask"] == "0077"


def test_the_service_writes_where_it_may(unit: ConfigParser) -> None:
    service = unit["Service"]
    told = environment(service["Environment"])
    assert told["PILARES_HOME"] == f"/var/lib/{service['StateDirectory']}"
    assert told["PILARES_MODELS_FOLDER"].startswith(f"/var/cache/{service['CacheDirectory']}/")
    for start in ("ExecStartPre", "ExecStart"):
        program, *words = service[start].split()
        assert program.endswith("/bin/pilares")
        commands(words)


def test_the_service_has_time_to_stop_in_order(unit: ConfigParser) -> None:
    service = unit["Service"]
    assert service["KillSignal"] == "SIGTERM"
    assert seconds(service["TimeoutStopSec"]) >= DRAIN_S + AFTER_DRAIN_S
    assert service["Restart"] == "on-failure"


def test_systemd_understands_the_service(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    copy = tmp_path / "pilares.service"
    text = (DEPLOY / "pilares.service").read_text(encoding="utf-8")
    copy.write_text(text.replace("/opt/pilares/bin/pilares", "/bin/true"), encoding="utf-8")
    told = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, timeout=60)
    assert (told.returncode, told.stderr) == (0, "")


def test_the_container_has_no_rights_and_one_place_to_write(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert "privileged" not in service
        assert service["volumes"] == ["home:/var/lib/pilares"]
        assert service["tmpfs"] == ["/tmp"]
    assert set(compose["volumes"]) == {"home"}


def test_the_container_is_healthy_when_the_server_lives(compose: dict[str, Any], dockerfile: str) -> None:
    service = compose["services"]["pilares"]
    assert ACCESS["GET /healthz"] is None
    for check in (" ".join(service["healthcheck"]["test"]), dockerfile.partition("HEALTHCHECK")[2]):
        assert "http://127.0.0.1:7860/healthz" in check
    assert service["depends_on"]["models"]["condition"] == "service_completed_successfully"
    assert seconds(service["stop_grace_period"]) >= DRAIN_S + AFTER_DRAIN_S
    for each in compose["services"].values():
        commands(each["command"])


def test_the_container_is_reached_from_this_computer_alone(compose: dict[str, Any]) -> None:
    assert compose["services"]["pilares"]["ports"] == ["127.0.0.1:7860:7860"]
    assert "ports" not in compose["services"]["models"]


def test_no_secret_is_in_the_files() -> None:
    for path in DEPLOY.iterdir():
        text = path.read_text(encoding="utf-8")
        for name, value in environment(text).items():
            assert not re.search(r"KEY|SECRET|PASSWORD|TOKEN|DATABASE", name) or value == "...", (path.name, name)


def test_the_image_runs_as_nobody_special(dockerfile: str) -> None:
    last = dockerfile.rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001$", last, re.MULTILINE)
    assert "--uid 10001" in last
    assert re.search(r"^VOLUME /var/lib/pilares$", last, re.MULTILINE)
    assert re.search(r"^STOPSIGNAL SIGTERM$", last, re.MULTILINE)
    assert re.search(r'^ENTRYPOINT \["pilares"\]$', last, re.MULTILINE)


def test_the_image_has_the_packages_that_there_are(dockerfile: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    wanted = {*wheel["packages"], *wheel["force-include"]}
    assert set(re.findall(r"^COPY (\w+) \w+$", dockerfile, re.MULTILINE)) == wanted
    let_in = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    assert {each[1:] for each in let_in if each.startswith("!")} == wanted | {
        "pyproject.toml",
        project["project"]["readme"],
    }
    torch = next(each for each in project["project"]["dependencies"] if each.startswith("torch"))
    assert f'"{torch}"' in dockerfile
    extras = re.search(r"^ARG EXTRAS=(\S+)$", dockerfile, re.MULTILINE)
    assert extras
    assert set(extras[1].split(",")) <= set(project["project"]["optional-dependencies"])


@pytest.mark.parametrize("of", ["Dockerfile", "pilares.service"])
def test_its_settings_are_settings(of: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment((DEPLOY / of).read_text(encoding="utf-8")).items():
        if value != "...":
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))
    settings = load_settings()
    assert settings.models_folder.name == "models"
    assert settings.needs_accounts == (of == "Dockerfile")
