"""Languages, light and dark, narrow screens, loading models."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from assistant.api.ports import ServiceState

Asking = Callable[..., None]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
CONTRAST = """() => {
    const paint = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const rgb = (text) => {
        paint.clearRect(0, 0, 1, 1);
        paint.fillStyle = text;
        paint.fillRect(0, 0, 1, 1);
        return [...paint.getImageData(0, 0, 1, 1).data];
    };
    const part = (v) => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => .2126 * part(r) + .7152 * part(g) + .0722 * part(b);
    const ground = (each) => {
        for (; each; each = each.parentElement) {
            const colour = rgb(getComputedStyle(each).backgroundColor);
            if (colour[3] === 255) return colour;
        }
        return [255, 255, 255, 255];
    };
    const low = [];
    for (const each of document.querySelectorAll('#pl-shell *')) {
        const words = [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
        if (!words || each.closest('.pl-unseen, .sr-only, option')) continue;
        if (!each.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
        const [a, b] = [light(rgb(getComputedStyle(each).color)), light(ground(each))];
        const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        if (ratio < 4.5) low.push(`${each.className} ${each.textContent.trim().slice(0, 40)}: ${ratio.toFixed(2)}`);
    }
    return low;
}"""
"""Texts below the contrast of WCAG 2.2, 1.4.3 (AA)."""


def test_the_browsers_language_is_the_first_choice(new_page) -> None:  # type: ignore[no-untyped-def]
    page = new_page(locale="es-MX")
    expect(page.get_by_role("heading", name="¿Qué quieres saber?")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "es"


def test_the_language_is_switched_and_remembered(site, page: Page, asking: Asking) -> None:  # type: ignore[no-untyped-def]
    asking(page, "How many days of annual leave do I get?")
    page.get_by_label("Interface language").select_option("es")
    expect(page.get_by_role("button", name="Enviar", exact=True)).to_be_visible()
    expect(page.locator(".pl-chip")).to_contain_text("Modelo pequeño·evidencia clara·")
    expect(page.get_by_label("Buscar conversaciones")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Tu pregunta")).to_have_attribute("placeholder", "Pregunta sobre tus documentos…")
    asking(page, "¿Cuántos días de vacaciones tengo?", 2)
    assert site.assistant.requests[-1].interface_language == "es"


IS_DARK = """dark => dark === (
    document.body.classList.contains('dark') && document.documentElement.classList.contains('pl-dark')
)"""


def switch_system(page: Page, system: str) -> None:
    """Have the system light or dark, and wait until the page has heard of it."""
    page.emulate_media(color_scheme=system)  # type: ignore[arg-type]
    page.wait_for_function(IS_DARK, arg=system == "dark")


@pytest.mark.parametrize("system", ["light", "dark"])
def test_light_and_dark_follow_the_system_until_they_are_switched(page: Page, system: str) -> None:
    switch_system(page, system)
    page.get_by_label("Light or dark").click()
    assert page.evaluate(IS_DARK, system == "light")
    page.reload()
    page.wait_for_selector("body[data-ready] .pl-transcript")
    assert page.evaluate(IS_DARK, system == "light")


@pytest.mark.parametrize("system", ["light", "dark"])
def test_text_has_enough_contrast(page: Page, asking: Asking, system: str) -> None:
    switch_system(page, system)
    assert page.evaluate(CONTRAST) == []
    asking(page, "What is the meaning of life?")
    asking(page, "Please compare leave and travel", 2)
    page.get_by_role("button", name="Bad answer").last.click()
    assert page.evaluate(CONTRAST) == []


def test_a_phone_shows_one_thing_at_a_time(new_page, asking: Asking) -> None:  # type: ignore[no-untyped-def]
    page = new_page(locale="en-GB", **PHONE)
    expect(page.locator("#pl-side")).to_be_hidden()
    expect(page.locator("#pl-sources-panel")).to_be_hidden()
    asking(page, "How many days of annual leave do I get?")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".pl-cite").first.tap()
    expect(page.locator("#pl-source-1 mark.pl-quoted")).to_be_visible()
    page.locator("#pl-sources-panel").get_by_role("button", name="Close").tap()
    expect(page.locator("#pl-sources-panel")).to_be_hidden()
    page.get_by_role("button", name="Conversations").tap()
    expect(page.locator("#pl-side")).to_be_visible()
    page.get_by_role("button", name="New conversation").tap()
    expect(page.locator("#pl-side")).to_be_hidden()
    page.wait_for_selector(".pl-welcome")


def test_nothing_sticks_out_at_any_width(page: Page, asking: Asking) -> None:
    asking(page, "How many days of annual leave do I get? " + "x" * 200)
    for width in (320, 768, 1024, 1440, 2200):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        box = page.locator("#pl-composer").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 700


def test_the_page_says_that_models_are_loading_until_they_are_ready(site, new_page) -> None:  # type: ignore[no-untyped-def]
    site.assistant.service = ServiceState(slm="starting", documents=4)
    page = new_page()
    hint = page.locator(".pl-banner[data-state=starting]")
    expect(hint).to_have_text(
        "The models are loading. You can ask already; the answer comes as soon as they are ready."
    )
    site.assistant.service = ServiceState(llm="unavailable", documents=4)
    expect(hint).to_be_hidden()
    expect(page.locator(".pl-banner[data-state=degraded]")).to_contain_text("not available: large model.")
