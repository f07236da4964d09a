"""A conversation as the page shows it: questions and answers, or the welcome of an empty one."""

from collections.abc import Sequence
from html import escape

from assistant.messages import counted, message
from assistant.storage.records import Turn
from assistant.ui.answer import answer_block, unfinished_block
from assistant.ui.controls import attributes, icon_button, say, text_button
from assistant.ui.icons import LOGO
from assistant.ui.markdown import plain

EXAMPLES = ("example_1", "example_2", "example_3", "example_4")


def transcript(conversation_id: str, turns: Sequence[Turn], language: str, documents: int | None) -> str:
    """The whole conversation. An empty one welcomes, with the number of documents there are to search, unless None."""
    body = "".join(_turn(turn, language) for turn in turns)
    if not turns and documents is not None:
        body = welcome(language, documents)
    return f'<div class="pl-transcript"{attributes(data_conversation=conversation_id)}>{body}</div>'


def welcome(language: str, documents: int) -> str:
    """What an empty conversation shows: what this is, and questions to begin with."""
    found = counted("welcome_documents", documents, language) if documents else message("welcome_empty", language)
    examples = "".join(
        text_button(message(key, language), class_="pl-example", data_act="example", data_text=message(key, language))
        for key in EXAMPLES
    )
    return (
        f'<section class="pl-welcome">{LOGO}<h1>{say("welcome", language)}</h1>'
        f"<p>{say('app_claim', language)} {escape(found)}</p>"
        f'<div class="pl-examples" role="group" aria-label="{say("examples", language)}">{examples}</div></section>'
    )


def _turn(turn: Turn, language: str) -> str:
    answer = answer_block(turn, turn.answer, language) if turn.answer else unfinished_block(turn, language)
    return f'<article class="pl-turn"{attributes(data_turn=turn.id)}>{question_block(turn, language)}{answer}</article>'


def question_block(turn: Turn, language: str) -> str:
    """The question as it was asked, with a form to ask it differently."""
    form_id, field = f"pl-edit-{turn.id}", f"pl-edit-text-{turn.id}"
    edit = icon_button("edit", message("edit", language), data_show=form_id, aria_controls=form_id)
    copy = icon_button("copy", message("copy", language), data_copy=True, data_done=message("copied", language))
    form = attributes(class_="pl-edit", id=form_id, hidden=True, data_act="resend", data_turn=turn.id)
    send = text_button(message("resend", language), submit=True, class_="pl-primary")
    cancel = text_button(message("cancel", language), class_="pl-quiet", data_hide=form_id)
    return (
        f'<div class="pl-question"><div class="pl-said">{said(turn.question, language)}</div>'
        f'<span class="pl-tools">{copy}{edit}</span>'
        f'<form{form}><label class="pl-unseen" for="{field}">{say("edit_question", language)}</label>'
        f'<textarea id="{field}" name="text" rows="3">{plain(turn.question)}</textarea>'
        f'<div class="pl-form-foot">{send}{cancel}</div></form></div>'
    )


def said(question: str, language: str) -> str:
    """The words of the person, exactly."""
    return f'<p class="pl-said-text"><span class="pl-unseen">{say("you", language)}: </span>{plain(question)}</p>'
