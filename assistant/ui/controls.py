"""Small pieces of HTML that every part of the page uses. Every value is escaped here; markup comes in as `inner`."""

from html import escape
from typing import Any

from assistant.messages import message
from assistant.ui.icons import icon


def say(key: str, language: str, **values: Any) -> str:
    """A text of the catalogue, escaped."""
    return escape(message(key, language, **values))


def attributes(**values: str | int | bool | None) -> str:
    """HTML attributes: `data_turn="x"` becomes ` data-turn="x"`; None and False are left out, True has no value."""
    written = []
    for name, value in values.items():
        name = name.rstrip("_").replace("_", "-")
        if value is True:
            written.append(f" {name}")
        elif value is not None and value is not False:
            written.append(f' {name}="{escape(str(value))}"')
    return "".join(written)


def icon_button(name: str, label: str, *, class_: str = "", **values: str | int | bool | None) -> str:
    """A button that shows an icon and says `label` to screen readers and in its tooltip."""
    given = attributes(class_=f"pl-icon-button {class_}".strip(), title=label, aria_label=label, **values)
    return f'<button type="button"{given}>{icon(name)}</button>'


def text_button(
    label: str, *, class_: str = "", symbol: str = "", submit: bool = False, **values: str | int | bool | None
) -> str:
    """A button with words, and an icon before them if `symbol` names one."""
    given = attributes(class_=f"pl-button {class_}".strip(), **values)
    sign = icon(symbol) if symbol else ""
    return f'<button type="{"submit" if submit else "button"}"{given}>{sign}<span>{escape(label)}</span></button>'
