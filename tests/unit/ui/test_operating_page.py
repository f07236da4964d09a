"""The operator's page: its frame; who may have it is in tests/unit/api/test_authorisation.py."""

import json

from selectolax.lexbor import LexborHTMLParser

from assistant.messages import LANGUAGES
from assistant.messages.operating import OPERATING
from assistant.ui.operating import operating_page


def _data(html: str) -> dict[str, object]:
    found = LexborHTMLParser(html).css_first("#data")
    assert found is not None
    data: dict[str, object] = json.loads(found.text())
    return data


def test_it_speaks_both_languages_and_no_placeholder_is_left() -> None:
    for language in LANGUAGES:
        html = operating_page(language, ("website",))
        tree = LexborHTMLParser(html)
        assert tree.root is not None
        assert tree.root.attributes["lang"] == language
        assert "{" not in html.replace(html[html.index("<script id") : html.index("</script>")], "")
        assert OPERATING["operating_jobs"][LANGUAGES.index(language)] in tree.text()


def test_the_script_gets_every_word_and_the_kinds_that_may_be_added() -> None:
    data = _data(operating_page("es", ("feed",)))
    assert data["kinds"] == ["feed"]
    assert {f"operating_{key}" for key in data["words"]} | {"operating"} >= set(OPERATING)  # type: ignore[attr-defined]
    assert _data(operating_page("en", None))["kinds"] is None
    assert _data(operating_page("en", None))["connectors"] is False
    assert _data(operating_page("en", None, has_connectors=True))["connectors"] is True


def test_nothing_in_it_ends_the_script_element() -> None:
    html = operating_page("en", ("</script><b>",))
    assert "</script><b>" not in html
    assert _data(html)["kinds"] == ["</script><b>"]
