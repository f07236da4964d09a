"""What `deploy/` names is there: paths, services, ports, variables, versions; and its health check checks."""

import re
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, get_args

import pytest
import typer.main
import yaml
from packaging.specifiers import SpecifierSet
from pydantic import BaseModel

from assistant.cli import app
from assistant.settings import ServerSettings, Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
GUIDE = ROOT / "docs" / "deploy.md"
# Of the Compose specification (https://github.com/compose-spec/compose-spec): a key that it does not have is a typo.
SERVICE_KEYS = {
    "build", "cap_drop", "command", "depends_on", "env_file", "healthcheck", "image", "init", "ports", "read_only",
    "restart", "security_opt", "stop_grace_period", "tmpfs", "volumes",
}  # fmt: skip


@pytest.fixture
def services() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    assert set(read) == {"name", "x-pilares", "services", "volumes"}
    found: dict[str, Any] = read["services"]
    return found


@pytest.fixture
def dockerfile() -> list[list[str]]:
    """Its instructions, each with its words."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


def of(dockerfile: list[list[str]], instruction: str) -> list[list[str]]:
    return [words for name, *words in dockerfile if name == instruction]


def is_setting(variable: str) -> bool:
    """Whether a variable sets something: PILARES_LLM__API_KEY is `llm.api_key`."""
    *models, last = variable.removeprefix("PILARES_").lower().split("__")
    model: type[BaseModel] = Settings
    for name in models:
        annotation = model.model_fields[name].annotation if name in model.model_fields else None
        inner = [each for each in (annotation, *get_args(annotation)) if isinstance(each, type)]
        found = next((each for each in inner if issubclass(each, BaseModel)), None)
        if found is None:
            return False
        model = found
    return last in model.model_fields


def test_services_have_keys_that_exist_and_wait_for_services_that_exist(services: dict[str, Any]) -> None:
    for service in services.values():
        assert set(service) <= SERVICE_KEYS
        assert set(service.get("depends_on", {})) <= set(services)
        assert set(service["build"]) == {"context", "dockerfile"}


def test_the_image_is_built_from_files_that_exist(services: dict[str, Any], dockerfile: list[list[str]]) -> None:
    let_in = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    for service in services.values():
        context = DEPLOY / service["build"]["context"]
        assert context.resolve() == ROOT
        assert (context / service["build"]["dockerfile"]).samefile(DEPLOY / "Dockerfile")
        # Docker looks for what it leaves out under the name of the file, beside it.
        assert (context / f"{service['build']['dockerfile']}.dockerignore").is_file()
    copied = [words for words in of(dockerfile, "COPY") if not words[0].startswith("--from=")]
    assert copied
    for *sources, _ in copied:
        for source in sources:
            assert (ROOT / source).exists(), source
            assert f"!{source}" in let_in, source
    stages = {words[-1] for words in of(dockerfile, "FROM") if "AS" in words}
    assert {words[0].removeprefix("--from=") for words in of(dockerfile, "COPY") if words[0].startswith("--")} <= stages


def test_there_is_one_home_and_one_port(services: dict[str, Any], dockerfile: list[list[str]]) -> None:
    (home,) = of(dockerfile, "VOLUME")
    variables = dict(each.split("=", 1) for words in of(dockerfile, "ENV") for each in words)
    assert variables["HOME"] == variables["PILARES_HOME"] == home[0]
    assert Path(variables["PILARES_MODELS_FOLDER"]).is_relative_to(home[0])
    assert [home[0]] in of(dockerfile, "WORKDIR")
    port = str(ServerSettings().port)
    assert of(dockerfile, "EXPOSE") == [[port]]
    assert services["pilares"]["ports"][0].endswith(f":{port}")
    for service in services.values():
        assert service["volumes"] == [f"home:{home[0]}"]


def test_what_is_run_by_default_is_a_command(dockerfile: list[list[str]]) -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    ((last,),) = of(dockerfile, "CMD")
    assert last.strip('[]"') in commands
    inside = re.findall(r"exec pilares pilares (\w+) (\w+)", GUIDE.read_text(encoding="utf-8"))
    assert inside
    for group, command in inside:
        assert command in commands[group].commands


def test_variables_that_are_named_are_settings() -> None:
    told = [*(path.read_text(encoding="utf-8") for path in DEPLOY.iterdir()), GUIDE.read_text(encoding="utf-8")]
    named = set(re.findall(r"\bPILARES_[A-Z_]+\b", "\n".join(told)))
    assert {"PILARES_LLM__API_KEY", "PILARES_DATABASE_URL", "PILARES_SERVER__HOST"} <= named
    assert {name for name in named if not is_setting(name)} == set()
    assert not is_setting("PILARES_LLM__KEY")
    assert not is_setting("PILARES_HOME__X")


def test_python_and_the_extras_are_ones_that_it_can_have(dockerfile: list[list[str]]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    arguments = dict(words[0].split("=", 1) for words in of(dockerfile, "ARG"))
    assert arguments["PYTHON"] in SpecifierSet(project["requires-python"])
    guide = GUIDE.read_text(encoding="utf-8")
    for named in re.findall(r"EXTRAS=([\w,]+)", guide):
        assert set(named.split(",")) <= set(project["optional-dependencies"])
    assert {each for each in re.findall(r"--build-arg (\w+)=", guide)} <= set(arguments)
    torch = next(each for each in project["dependencies"] if each.startswith("torch"))
    assert f'"{torch}"' in guide


class _Health(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.fixture
def healthy() -> Iterator[HTTPServer]:
    _Health.status = 200
    with HTTPServer(("127.0.0.1", 0), _Health) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("where", ["compose.yaml", "Dockerfile"])
def test_the_health_check_tells_a_server_that_lives(where: str, healthy: HTTPServer, services: dict[str, Any]) -> None:
    if where == "compose.yaml":
        _, *command = services["pilares"]["healthcheck"]["test"]
    else:
        text = (DEPLOY / where).read_text(encoding="utf-8")
        command = yaml.safe_load(text.partition("HEALTHCHECK")[2].partition("CMD ")[2].partition("\n")[0])
    assert command[0] == "python"
    code = command[2].replace(":7860", f":{healthy.server_port}")

    def checked() -> int:
        return subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, timeout=30).returncode

    assert checked() == 0
    _Health.status = 503
    assert checked() != 0
    healthy.shutdown()
    healthy.server_close()
    assert checked() != 0


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    if shutil.which("hadolint") is None:
        pytest.skip("hadolint is not on this machine")
    told = subprocess.run(["hadolint", DEPLOY / "Dockerfile"], capture_output=True, text=True, timeout=60)
    assert (told.returncode, told.stdout) == (0, "")
