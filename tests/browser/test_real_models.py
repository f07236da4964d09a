"""One question from a clean start to an opened source: the real server, the default models, headless Chromium."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

pytestmark = [pytest.mark.models, pytest.mark.slow]

DOCUMENT = (
    "# Equipment loans\n\nStaff may borrow a projector for at most 9 days. Laptops can be borrowed for 30 days.\n\n"
    "## Returning\n\nReturn equipment to the desk on floor 3. A late return costs 12 euros a day.\n"
)
PILARES = [sys.executable, "-c", "from assistant.cli import main; main()"]


@pytest.fixture
def address(tmp_path: Path, page_ready) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """`pilares ingest` and `pilares serve` as a person would run them."""
    environment = os.environ | {"PILARES_HOME": str(tmp_path / "home"), "PYTHONUNBUFFERED": "1"}
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "loans.md").write_text(DOCUMENT, encoding="utf-8")
    subprocess.run([*PILARES, "ingest", str(folder)], env=environment, check=True, capture_output=True, timeout=300)
    server = subprocess.Popen([*PILARES, "serve", "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        said = server.stdout.readline()
        found = re.search(r"http://\S+", said)
        assert found, said
        page_ready(found.group())
        yield found.group()
    finally:
        server.send_signal(signal.SIGTERM)
        status = server.wait(60)
        if server.stdout is not None:
            server.stdout.close()
    assert status == 0


def test_a_question_is_answered_and_its_source_opened(address: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB", reduced_motion="reduce")
    page = context.new_page()
    page.goto(address)
    question = page.get_by_label("Your question")
    question.fill("For how many days can I borrow a projector?")
    question.press("Enter")
    expect(page.locator(".pl-card").first).to_be_visible(timeout=120_000)
    # A short answer may be complete before a live one is seen; that words stream in is held by test_asking.py.
    answer = page.locator(".pl-answer .pl-text")
    expect(answer).to_contain_text("9", timeout=240_000)
    page.locator(".pl-cite").first.click()
    expect(page.locator(".pl-card mark").first).to_contain_text("projector for at most 9 days")
    context.close()
