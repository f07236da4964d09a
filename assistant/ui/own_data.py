"""The page on which people take out and delete what is kept of them: HTML without scripts."""

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path

from fastapi import Request

from assistant.messages import LANGUAGES, Language, message, preferred, speech
from assistant.ui.controls import attributes, say

_COMMAND = re.compile(r"`([^`]+)`")
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_TEMPLATE = Path(__file__).parent / "static" / "own-data.html"
EXPORT = "/api/me/export"


def page_language(request: Request, default: Language | None) -> Language:
    """The language chosen in this browser (static/page.js sets the cookie), else the installation's, else its own."""
    chosen = request.cookies.get("pilares_language", "")
    return speech(chosen) if chosen in LANGUAGES else default or preferred(request.headers.get("accept-language"))


def own_data_page(
    language: Language, name: str, *, has_account: bool, has_password: bool = False, error: str = ""
) -> str:
    """The download, and the form that deletes the account, where there is one."""
    download = f"<a{attributes(class_='button', href=EXPORT, download='')}>{say('own_data_download', language)}</a>"
    deletion = (
        _deletion(language, has_password) if has_account else f"<p>{_with_commands('own_data_local', language)}</p>"
    )
    return _page(language, "own_data", message("own_data_hint", language, name=name), error, download + deletion)


def deleted_page(language: Language, gone: Mapping[str, int], *, waits: bool) -> str:
    """What is said at the end."""
    what = ", ".join(f"{message(f'erased_{kind}', language)} ({count})" for kind, count in gone.items())
    hint = message("own_data_waits", language) if waits else message("own_data_gone_hint", language, what=what)
    return _page(language, "own_data_gone", hint, "", "")


def _with_commands(key: str, language: Language) -> str:
    """Words of ours in which commands stand between backticks."""
    return _COMMAND.sub(r"<code>\1</code>", say(key, language))


def _deletion(language: Language, has_password: bool) -> str:
    if has_password:
        given = attributes(
            name="password", type="password", required=True, maxlength=256, autocomplete="current-password"
        )
        proof = f"<label>{say('sign_in_password', language)}<input{given}></label>"
    else:
        again = attributes(href="/sign-in?next=%2Faccount")
        proof = f"<p>{say('own_data_recent', language)} <a{again}>{say('own_data_sign_in', language)}</a></p>"
    sure = attributes(name="sure", type="checkbox", value="yes", required=True)
    return (
        f"<section><h2>{say('own_data_delete', language)}</h2><p>{say('own_data_delete_hint', language)}</p>"
        f"<form{attributes(method='post', action='/account/delete')}>{proof}"
        f'<label class="row"><input{sure}>{say("own_data_sure", language)}</label>'
        f'<button class="danger">{say("own_data_delete", language)}</button></form></section>'
    )


def _page(language: Language, title: str, hint: str, error: str, body: str) -> str:
    words = {
        "language": language,
        "title": say(title, language),
        "hint": escape(hint),
        "error": f'<p class="error" role="alert">{escape(error)}</p>' if error else "",
        "body": body,
        "back": f'<p class="back"><a href="/">{say("own_data_back", language)}</a></p>' if body else "",
    }
    # In one pass, so that a name is never read as a placeholder.
    return re.sub(r"\{(\w+)\}", lambda found: words[found[1]], _TEMPLATE.read_text(encoding="utf-8"))
