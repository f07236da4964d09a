"""The page for signing in, and the one for choosing a password: HTML without scripts."""

import re
from html import escape
from pathlib import Path
from urllib.parse import quote

from assistant.security.passwords import LONGEST, SHORTEST
from assistant.ui.controls import attributes, say

_TEMPLATE = Path(__file__).parent / "static" / "sign-in.html"


def sign_in_page(language: str, *, error: str = "", name: str = "", wanted: str = "", provider: str = "") -> str:
    """Asks for name and password; `wanted` is the address to come back to, `provider` the other way in."""
    known = _field("name", say("sign_in_name", language), value=name, autocomplete="username", autofocus=not name)
    secret = _field(
        "password", say("sign_in_password", language), type="password", autocomplete="current-password",
        autofocus=bool(name),
    )  # fmt: skip
    back = f"<input{attributes(type='hidden', name='next', value=wanted)}>" if wanted else ""
    there = "/sign-in/oidc" + (f"?next={quote(wanted, safe='')}" if wanted else "")
    other = f"<a{attributes(class_='other', href=there)}>{say('sign_in_with', language, provider=provider)}</a>"
    return _page(language, "sign_in", error, "", known + secret + back, other if provider else "", action="/sign-in")


def password_page(language: str, owner: str, *, error: str = "") -> str:
    """Asks for the new password of an account. Without one there is nothing to fill in: the error says why."""
    hint = say("choose_password_for", language, name=owner, shortest=SHORTEST) if owner else ""
    field = _field(
        "password", say("sign_in_password", language), type="password", autocomplete="new-password",
        minlength=SHORTEST, maxlength=LONGEST, autofocus=True,
    )  # fmt: skip
    return _page(language, "choose_password", error, hint, field if owner else "")


def _page(language: str, title: str, error: str, hint: str, fields: str, other: str = "", **form: str) -> str:
    button = f'<button type="submit">{say(title, language)}</button>' if fields else ""
    words = {
        "language": language,
        "title": say(title, language),
        "hint": f"<p>{hint}</p>" if hint else "",
        "error": f'<p class="error" role="alert">{escape(error)}</p>' if error else "",
        "form": f"{other}<form{attributes(method='post', **form)}>{fields}{button}</form>" if fields else "",
    }
    # In one pass, so that what a person typed is never read as a placeholder.
    return re.sub(r"\{(\w+)\}", lambda found: words[found[1]], _TEMPLATE.read_text(encoding="utf-8"))


def _field(name: str, label: str, **values: str | int | bool | None) -> str:
    given = attributes(**{"name": name, "type": "text", "required": True, **values})
    return f"<label>{label}<input{given}></label>"
