"""The list of conversations, and what else stands in the side bar."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from assistant.messages import LANGUAGES, message
from assistant.storage.records import Conversation
from assistant.ui.controls import attributes, icon_button, say, text_button
from assistant.ui.icons import LOGO, icon
from assistant.ui.markdown import plain

LANGUAGE_NAMES = {"en": "English", "es": "Español"}


def brand(language: str) -> str:
    """The name of the place."""
    close = icon_button("close", message("close", language), class_="pl-drawer-close", data_drawer="")
    return f'<header class="pl-brand">{LOGO}<span>{say("app_name", language)}</span>{close}</header>'


def conversation_list(
    conversations: Sequence[Conversation], current: str, language: str, now: datetime, *, searching: bool = False
) -> str:
    """Conversations under the day they were last used, the current one marked."""
    if not conversations:
        key = "no_matches" if searching else "no_conversations"
        return f'<nav class="pl-list"><p class="pl-muted">{say(key, language)}</p></nav>'
    html, last = [], ""
    for each in conversations:
        day = _day(each.updated, now)
        if day != last:
            html.append(f'<h3 class="pl-day">{say(day, language)}</h3>')
            last = day
        html.append(_item(each, each.id == current, language))
    return f'<nav class="pl-list" aria-label="{say("menu", language)}">{"".join(html)}</nav>'


def _day(moment: datetime, now: datetime) -> str:
    days = (now.astimezone().date() - moment.astimezone().date()).days
    return "today" if days <= 0 else "yesterday" if days == 1 else "this_week" if days < 7 else "earlier"


def _item(each: Conversation, current: bool, language: str) -> str:
    title = each.title or message("untitled", language)
    rename_id, delete_id = f"pl-rename-{each.id}", f"pl-delete-{each.id}"
    tools = icon_button("edit", message("rename", language), data_show=rename_id) + icon_button(
        "trash", message("delete", language), data_show=delete_id
    )
    pick = attributes(
        class_="pl-pick", data_act="pick", data_id=each.id, title=title, aria_current="true" if current else None
    )
    return (
        f'<div class="pl-item"{attributes(data_current=current)}><button type="button"{pick}>{plain(title)}</button>'
        f'<span class="pl-tools">{tools}</span>'
        f"{_rename_form(each, title, rename_id, language)}{_delete_form(each, delete_id, language)}</div>"
    )


def _rename_form(each: Conversation, title: str, form_id: str, language: str) -> str:
    form = attributes(class_="pl-inline", id=form_id, hidden=True, data_act="rename", data_id=each.id)
    label = say("conversation_name", language)
    return (
        f'<form{form}><input name="title" maxlength="80" required value="{escape(title)}" aria-label="{label}">'
        f"{icon_submit('check', message('save', language))}"
        f"{icon_button('close', message('cancel', language), data_hide=form_id)}</form>"
    )


def _delete_form(each: Conversation, form_id: str, language: str) -> str:
    form = attributes(class_="pl-inline pl-danger", id=form_id, hidden=True, data_act="remove", data_id=each.id)
    yes = text_button(message("delete", language), submit=True, class_="pl-primary")
    no = text_button(message("cancel", language), class_="pl-quiet", data_hide=form_id)
    return f"<form{form}><p>{say('delete_conversation_question', language)}</p>{yes}{no}</form>"


def icon_submit(name: str, label: str) -> str:
    """A form's submit button that shows an icon."""
    return icon_button(name, label).replace('type="button"', 'type="submit"', 1)


def side_foot(language: str, documents: int, name: str = "", *, operates: bool = False) -> str:
    """Documents, the operator's page, language, light or dark; with a `name`, who is signed in and the way out."""
    library = text_button(
        f"{message('documents', language)} ({documents})",
        symbol="book",
        class_="pl-quiet pl-grow",
        data_act="library",
        data_drawer="library",
    )
    options = "".join(
        f'<option value="{code}"{attributes(selected=code == language)}>{escape(LANGUAGE_NAMES[code])}</option>'
        for code in LANGUAGES
    )
    switch = f'<select data-act="speak" aria-label="{say("language_switch", language)}">{options}</select>'
    theme = icon_button("moon", message("theme_switch", language), data_theme="toggle")
    about = attributes(class_="pl-side-foot", data_documents=documents)
    operation = _link("/operation", "gauge", "operating", language) if operates else ""
    own = _link("/account", "file", "own_data", language)
    row = f'<div class="pl-row">{switch}{theme}</div>'
    return f"<div{about}>{library}{operation}{own}{row}{_sign_out(name, language)}</div>"


def _link(address: str, symbol: str, key: str, language: str) -> str:
    """The way to another page."""
    link = attributes(class_="pl-button pl-quiet pl-grow", href=address)
    return f"<a{link}>{icon(symbol)}<span>{say(key, language)}</span></a>"


def _sign_out(name: str, language: str) -> str:
    if not name:
        return ""
    out = text_button(message("sign_out", language), submit=True, class_="pl-quiet")
    return f'<form class="pl-row" method="post" action="/sign-out"><span>{plain(name)}</span>{out}</form>'


def top_bar(title: str, language: str, sources: int) -> str:
    """What narrow screens show above the conversation: its name, and the way to both side panels."""
    menu = icon_button("menu", message("menu", language), data_drawer="side")
    label = message("sources", language)
    shown = icon_button("panel", label, data_drawer="sources", data_count=sources or None)
    return f'<div class="pl-top">{menu}<span class="pl-top-title">{plain(title)}</span>{shown}</div>'
