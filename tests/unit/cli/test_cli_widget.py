"""`pilares widget` as an operator runs it, and the demo page."""

import re
import threading
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.errors import ConfigurationError
from assistant.ui.widget_demo import DemoSite


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))
    return tmp_path


def run(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, ["widget", *arguments])
    assert done.exit_code == status, done.output
    return done.output


def test_keys_are_made_listed_and_revoked() -> None:
    assert "There are no keys" in run("list")
    made = run(
        "create", "shop", "--origin", "https://Shop.example/", "--group", "customers", "--server", "https://p.example/"
    )
    tag = re.search(
        r'<script src="https://p.example/widget.js" data-key="(pilares_widget_\S{43})" async></script>', made
    )
    assert tag
    listed = run("list")
    assert tag[1] in listed
    assert "shop  https://shop.example  groups: customers" in listed
    key = listed[:8]
    secret = run("secret", key).strip()
    assert secret == run("secret", key).strip()
    assert len(secret) == 43
    assert "Revoked" in run("revoke", key)
    assert tag[1] not in run("list")
    record = CliRunner().invoke(app, ["users", "audit"]).output
    assert all(act in record for act in ("widget.make", "widget.secret", "widget.revoke"))
    assert secret not in record


def test_what_cannot_be_is_told_in_a_sentence() -> None:
    assert "not the origin of a website" in run("create", "shop", "--origin", "*", status=2)
    assert "pilares widget list" in run("revoke", "nothing", status=2)
    with DemoSite() as site:
        port = site.origin.rpartition(":")[2]
        assert "--port" in run("demo", "--port", port, status=2)
        with pytest.raises(ConfigurationError):
            DemoSite(int(port))


def test_the_demo_is_a_page_with_the_widget_for_this_computer_alone() -> None:
    with DemoSite() as site:
        site.show("<script src='x'></script>")
        thread = threading.Thread(target=site.serve)
        thread.start()
        try:
            page = httpx.get(site.origin)
            assert "<script src='x'></script>" in page.text
            assert "{widget}" not in page.text
            assert httpx.get(f"{site.origin}/etc/passwd").status_code == 404
        finally:
            site.stop()
            thread.join()


def test_the_demos_key_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(DemoSite, "serve", lambda site: shown.append(site._page.decode()))
    assert "A website with the widget: http://localhost:" in run("demo", "--server", "http://localhost:9")
    assert 'src="http://localhost:9/widget.js"' in shown[0]
    assert "  revoked " in run("list")
