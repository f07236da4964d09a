"""An answer as it stands in the conversation: its text, its marks, its chip, what can be done with it."""

import re
from html import escape

from assistant.messages import message
from assistant.storage.records import Feedback, Turn
from assistant.turn.answer import Answer
from assistant.ui.chip import chip
from assistant.ui.controls import attributes, icon_button, say, text_button
from assistant.ui.icons import icon
from assistant.ui.markdown import plain, render
from assistant.ui.sources import sources_count

_FILE = re.compile(r"/api/(?:v1/)?appointments/[0-9a-f]{1,64}\.ics")
HANDOFF = "handoff"
"""The route of answers that say that a person has been told."""
REASONS = {
    "up": ("accurate", "clear", "sources"),
    "down": ("wrong", "incomplete", "unsupported", "wrong_source", "should_know", "form"),
}


def answer_body(answer: Answer, language: str) -> str:
    """The text with citation buttons; sentences without support underlined, with a legend; abstentions as a notice."""
    titles = {
        each.number: message("cited_source", language, number=each.number, title=each.passage.title)
        for each in answer.evidence
    }
    doubtful = [] if answer.abstained else [each.sentence for each in answer.support if not each.supported]
    text = render(answer.text, titles, doubtful, message("unsupported_mark", language))
    if answer.abstained:
        return _notice(say("abstention_title", language), text)
    if answer.route.reason == HANDOFF:
        return _notice(say("handoff_title", language), text)
    legend = f'<p class="pl-legend pl-doubt">{say("unsupported_legend", language)}</p>' if doubtful else ""
    return f'<div class="pl-text">{text}</div>{legend}'


def _notice(title: str, text: str) -> str:
    return (
        f'<div class="pl-notice" role="note">{icon("none")}<div><p class="pl-notice-title">{title}</p>'
        f'<div class="pl-text">{text}</div></div></div>'
    )


def answer_block(turn: Turn, answer: Answer, language: str) -> str:
    """A finished answer with everything under it."""
    return (
        f'<div class="pl-answer"{attributes(data_answer=answer.id, data_abstained=answer.abstained)}>'
        f"{answer_body(answer, language)}{_files(answer, language)}{_foot(turn, answer, language)}"
        f"{_feedback_forms(answer.id, turn.feedback, language)}</div>"
    )


def unfinished_block(turn: Turn, language: str) -> str:
    """What stands in place of an answer that failed, was stopped, or is still being written elsewhere."""
    partial = f'<div class="pl-text">{render(turn.partial, {})}</div>' if turn.partial else ""
    if turn.state == "failed":
        words = f"<p>{plain(turn.error or message('failed', language))}</p>"
    else:
        key = "thinking" if turn.state == "running" else "interrupted"
        words = f"<p>{say(key, language)}</p>"
    again = text_button(message("retry", language), symbol="retry", data_act="resend", data_turn=turn.id)
    return (
        f'<div class="pl-answer">{partial}<div class="pl-ended" data-state="{escape(turn.state)}" role="status">'
        f"{words}{again}</div></div>"
    )


def _files(answer: Answer, language: str) -> str:
    """Links to the files that tools made; only addresses of this server, of a form that we make."""
    links = "".join(
        f'<a class="pl-file" href="{escape(call.file)}" download>{say("calendar_file", language)}</a>'
        for call in answer.calls
        if _FILE.fullmatch(call.file)
    )
    return f'<p class="pl-files">{links}</p>' if links else ""


def _foot(turn: Turn, answer: Answer, language: str) -> str:
    verdict = turn.feedback.verdict if turn.feedback else ""
    tools = [icon_button("copy", message("copy", language), data_copy=True, data_done=message("copied", language))]
    tools.append(icon_button("retry", message("retry", language), data_act="resend", data_turn=turn.id))
    if answer.route.tier == "slm":
        label = message("ask_large", language)
        tools.append(icon_button("bolt", label, data_act="resend", data_turn=turn.id, data_model="llm"))
    for name, key in (("up", "good_answer"), ("down", "bad_answer")):
        pressed = "true" if verdict == name else "false"
        tools.append(
            icon_button(
                name, message(key, language), class_="pl-thumb", aria_pressed=pressed,
                aria_controls=f"pl-why-{name}-{answer.id}",
                data_act="judge", data_answer=answer.id, data_verdict=name,
            )
        )  # fmt: skip
    shown = ""
    if answer.evidence:
        shown = text_button(
            sources_count(answer.evidence, language), symbol="quote", class_="pl-quiet pl-show-sources",
            data_act="reveal", data_turn=turn.id,
        )  # fmt: skip
    return f'<div class="pl-foot">{chip(answer, language)}{shown}<span class="pl-tools">{"".join(tools)}</span></div>'


def _feedback_forms(answer_id: str, given: Feedback | None, language: str) -> str:
    """One form per verdict, hidden until its thumb is pressed; the verdict itself counts at once."""
    return "".join(_feedback_form(answer_id, verdict, given, language) for verdict in REASONS)


def _feedback_form(answer_id: str, verdict: str, given: Feedback | None, language: str) -> str:
    mine = given if given is not None and given.verdict == verdict else None
    question = message("feedback_reason" if verdict == "down" else "feedback_praise", language)
    choices = "".join(
        f'<label class="pl-choice"><input type="radio" name="reason" value="{reason}"'
        f"{attributes(checked=mine is not None and mine.reason == reason)}>"
        f"<span>{say(f'reason_{reason}', language)}</span></label>"
        for reason in REASONS[verdict]
    )
    field = f"pl-correction-{verdict}-{answer_id}"
    written = (
        f'<label for="{escape(field)}">{say("correction_label", language)}</label>'
        f'<textarea id="{escape(field)}" name="correction" rows="3" maxlength="20000" '
        f'placeholder="{say("correction_placeholder", language)}">{plain(mine.correction if mine else "")}</textarea>'
    )
    form = attributes(
        class_="pl-feedback", id=f"pl-why-{verdict}-{answer_id}", hidden=True,
        data_act="judge", data_answer=answer_id, data_verdict=verdict, data_done=message("feedback_stored", language),
    )  # fmt: skip
    send = text_button(message("submit_feedback", language), submit=True, class_="pl-primary")
    close = text_button(message("close", language), class_="pl-quiet", data_hide=f"pl-why-{verdict}-{answer_id}")
    return (
        f"<form{form}><fieldset><legend>{say('feedback_thanks', language)} {escape(question)}</legend>"
        f'<div class="pl-choices">{choices}</div>{written if verdict == "down" else ""}'
        f'<div class="pl-form-foot">{send}{close}</div></fieldset></form>'
    )
