"""How the arguments of the appointment tools are collected over several turns.

The model chooses the tool and copies words; days and times are read out of the person's own words by code, and what a
model offers that nobody said is dropped.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from assistant.appointments.days import read_day
from assistant.appointments.diary import OFFERED, Diary, said_day, said_moment, said_times
from assistant.appointments.person import MOST_NAME_WORDS, as_said, read_contact, read_name, spoken
from assistant.appointments.store import Appointment
from assistant.appointments.when import When, read_when
from assistant.messages import message
from assistant.storage.folding import folded
from assistant.tools.tool import Arguments, Ask, Caller

MOST_SERVICE_WORDS = 6
_ARTICLE = re.compile(r"^(?:it'?s for|for|an?|the|to|es para|para|una?|el|la)\s+", re.IGNORECASE)
_PARTS = re.compile(r"[,;?!]|\.\s|\b(?:to|al|para)\b", re.IGNORECASE)
_NO_SERVICE = {"appointment", "a booking", "booking", "slot", "visit", "time", "cita", "hora", "reserva", "visita"}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "last": -1, "primera": 1, "segunda": 2, "tercera": 3, "ultima": -1}


class _Timed:
    """What booking and moving have in common: a day and a time."""

    def __init__(self, diary: Diary) -> None:
        self._diary = diary

    def _when(self, said: str, known: Arguments, caller: Caller, *, asked: bool) -> When:
        return read_when(said, _now(caller), self._diary.hours, asked=asked, day=_day(known))

    def _ask_when(self, known: Arguments, caller: Caller, **moving: str) -> Ask | None:
        day, at, language = _day(known), _time(known), caller.language
        if day is None:
            key = "appointment_ask_when" if at is None else "appointment_ask_day"
            return Ask("when", message(key, language))
        wrong = self._diary.objection(day, at, _now(caller), language, **moving)
        if wrong is not None or at is not None:
            return wrong
        times = said_times(_spread(self._diary.free(day, _now(caller), **moving)))
        return Ask("time", message("appointment_ask_time", language, day=said_day(day, language), times=times))


class BookForm(_Timed):
    """service, day, time, name, contact."""

    def read(self, said: str, asked: str, known: Arguments, offered: Arguments, caller: Caller) -> Arguments:
        """What was said, and of what a model offers what was said, too."""
        when = self._when(said, known, caller, asked=asked in {"when", "time"})
        if when == When() and (words := _heard(offered, "when", said)):
            when = self._when(words, known, caller, asked=True)
        found: dict[str, Any] = {
            **_written(when),
            "contact": read_contact(said),
            "name": read_name(said, asked=asked == "name") or _named(offered, said),
            "service": self._service(said, asked, offered),
        }
        return {**known, **{name: value for name, value in found.items() if value}}

    def _service(self, said: str, asked: str, offered: Arguments) -> str:
        services = self._diary.settings.services
        if services:
            named = [each for each in services if folded(each) in folded(said)]
            meant = [each for each in services if each == offered.get("service")]
            return max(named, key=len) if named else meant[0] if meant else ""
        value = _ARTICLE.sub("", _heard(offered, "service", said))
        if value and folded(value) not in _NO_SERVICE:
            return value
        short = asked == "service" and len(said.split()) <= MOST_SERVICE_WORDS and "?" not in said
        return _ARTICLE.sub("", said.strip(" .!")) if short else ""

    def next(self, known: Arguments, caller: Caller) -> Ask | None:
        """The service first, then day and time, then who it is for."""
        language, services = caller.language, self._diary.settings.services
        if not known.get("service"):
            key = "appointment_ask_service_of" if services else "appointment_ask_service"
            return Ask("service", message(key, language, **({"services": ", ".join(services)} if services else {})))
        if ask := self._ask_when(known, caller):
            return ask
        for slot in ("name", "contact"):
            if not known.get(slot):
                return Ask(slot, message(f"appointment_ask_{slot}", language))
        return None

    def arguments(self, known: Arguments, caller: Caller) -> Arguments:
        """With day and time as one."""
        return {
            "service": known["service"], "starts": f"{known['day']}T{known['time']}",
            "name": known["name"], "contact": known["contact"],
        }  # fmt: skip

    def confirmation(self, arguments: Arguments, caller: Caller) -> str:
        """All of it, the day in full."""
        when = said_moment(datetime.fromisoformat(arguments["starts"]), caller.language)
        return message("appointment_confirm_book", caller.language, when=when, **_without(arguments, "starts"))


class PickForm(_Timed):
    """Which of the person's appointments: for cancelling one."""

    def read(self, said: str, asked: str, known: Arguments, offered: Arguments, caller: Caller) -> Arguments:
        """The only one, or the one that is told by its number, day or service."""
        return {**known, **self._picked(said, asked, known, offered, caller)}

    def _picked(self, said: str, asked: str, known: Arguments, offered: Arguments, caller: Caller) -> Arguments:
        ahead = self._ahead(caller)
        if known.get("appointment") or not ahead:
            return {}
        words = str(offered.get("appointment") or "")
        if not asked:
            chosen = self._matching(ahead, words if spoken(words, said) else said, caller)
        else:
            chosen = self._matching(ahead, said, caller, numbered=asked == "appointment")
        chosen = ahead if len(ahead) == 1 else chosen
        return {"appointment": chosen[0].id} if len(chosen) == 1 else {}

    def _matching(
        self, ahead: Sequence[Appointment], words: str, caller: Caller, *, numbered: bool = False
    ) -> Sequence[Appointment]:
        text = folded(words)
        if numbered and (number := _number(text, len(ahead))):
            return [ahead[number - 1]]
        day = read_day(text, _now(caller).date())
        on_day = [each for each in ahead if self._diary.hours.local(each.starts).date() == day]
        named = [each for each in (on_day or ahead) if spoken(each.service, words)]
        return named if len(named) == 1 else on_day

    def next(self, known: Arguments, caller: Caller) -> Ask | None:
        """Which one, as long as it is not clear. Without any, the call itself says so."""
        ahead = self._ahead(caller)
        if known.get("appointment") or not ahead:
            return None
        lines = listed(self._diary, ahead, caller.language)
        return Ask("appointment", message("appointment_ask_which", caller.language, appointments=lines))

    def arguments(self, known: Arguments, caller: Caller) -> Arguments:
        """Its id."""
        return {"appointment": known.get("appointment", "")}

    def confirmation(self, arguments: Arguments, caller: Caller) -> str:
        """Which, and when it is; empty when there is nothing to confirm."""
        chosen = self._chosen(arguments, caller)
        if chosen is None:
            return ""
        when = self._diary.moment(chosen, caller.language)
        return message("appointment_confirm_cancel", caller.language, service=chosen.service, when=when)

    def _ahead(self, caller: Caller) -> Sequence[Appointment]:
        return self._diary.store.upcoming(caller.user_id, caller.now)

    def _chosen(self, known: Arguments, caller: Caller) -> Appointment | None:
        return next((each for each in self._ahead(caller) if each.id == known.get("appointment")), None)


class MoveForm(PickForm):
    """Which appointment, and its new day and time."""

    def read(self, said: str, asked: str, known: Arguments, offered: Arguments, caller: Caller) -> Arguments:
        """The new time is what the model takes for it, as the old one may stand beside it; later, what is said."""
        found = {**known, **self._picked(said, asked, known, offered, caller)}
        chosen = self._chosen(found, caller)
        if not asked and not known:
            words = _heard(offered, "when", said)
            when = self._when(words, found, caller, asked=True) if words else When()
        else:
            when = self._when(said, found, caller, asked=asked in {"when", "time"})
        new = {name: value for name, value in _written(when).items() if value}
        if chosen is not None:
            local = self._diary.hours.local(chosen.starts)
            if not asked and new.get("day") in (None, local.date().isoformat()) and len(new) < 2:
                new = self._other_day(said, local.date(), found, caller) or ({} if "day" in new else new)
            if "time" in new and "day" not in new and "day" not in found:
                new["day"] = local.date().isoformat()
        return {**found, **new}

    def _other_day(self, said: str, now_on: date, known: Arguments, caller: Caller) -> dict[str, str]:
        """Day and time of the last part of a sentence that names another day than the one it is on now."""
        for part in reversed(_PARTS.split(said)):
            when = self._when(part, known, caller, asked=False)
            if when.day not in (None, now_on):
                return {name: value for name, value in _written(when).items() if value}
        return {}

    def next(self, known: Arguments, caller: Caller) -> Ask | None:
        """Which one, then when."""
        if ask := super().next(known, caller):
            return ask
        if self._chosen(known, caller) is None:
            return None
        return self._ask_when(known, caller, without=known["appointment"], user_id=caller.user_id)

    def arguments(self, known: Arguments, caller: Caller) -> Arguments:
        """Its id, and day and time as one."""
        starts = f"{known['day']}T{known['time']}" if "day" in known and "time" in known else ""
        return {"appointment": known.get("appointment", ""), "starts": starts}

    def confirmation(self, arguments: Arguments, caller: Caller) -> str:
        """From when to when."""
        chosen = self._chosen(arguments, caller)
        if chosen is None:
            return ""
        values = {
            "service": chosen.service, "before": self._diary.moment(chosen, caller.language),
            "when": said_moment(datetime.fromisoformat(arguments["starts"]), caller.language),
        }  # fmt: skip
        return message("appointment_confirm_move", caller.language, **values)


class DayForm(_Timed):
    """A day, if one was said: for asking what is free."""

    def read(self, said: str, asked: str, known: Arguments, offered: Arguments, caller: Caller) -> Arguments:
        """The day of the person's words, or of those that the model copied."""
        day = self._when(said, known, caller, asked=False).day
        if day is None and (words := _heard(offered, "when", said)):
            day = self._when(words, known, caller, asked=False).day
        return {**known, **({"day": day.isoformat()} if day else {})}

    def next(self, known: Arguments, caller: Caller) -> Ask | None:
        """Nothing: without a day, the next days are told."""
        return None

    def arguments(self, known: Arguments, caller: Caller) -> Arguments:
        """The day, or nothing."""
        return {"day": known.get("day", "")}

    def confirmation(self, arguments: Arguments, caller: Caller) -> str:
        """Nothing to confirm."""
        return ""


def listed(diary: Diary, appointments: Sequence[Appointment], language: str) -> str:
    """Appointments as a numbered list."""
    return "\n".join(
        message("appointment_line", language, number=number, service=each.service, when=diary.moment(each, language))
        for number, each in enumerate(appointments, start=1)
    )


def _number(text: str, many: int) -> int:
    """Which of `many` a text names, from 1 on; 0 when it names none."""
    for word in re.findall(r"\w+", text):
        if word.isdigit() or word in _ORDINALS:
            number = int(word) if word.isdigit() else _ORDINALS[word]
            number = many if number < 0 else number
            return number if number <= many else 0
    return 0


def _spread(times: Sequence[time]) -> Sequence[time]:
    """A few of many, over the whole day."""
    step = max(1, -(-len(times) // OFFERED))
    return times[::step]


def _heard(offered: Arguments, name: str, said: str) -> str:
    value = offered.get(name)
    return as_said(value.strip(), said) if isinstance(value, str) and spoken(value, said) else ""


def _named(offered: Arguments, said: str) -> str:
    """The name that a model took out of a sentence; not the sentence itself."""
    value = _heard(offered, "name", said)
    return value if 0 < len(value.split()) <= MOST_NAME_WORDS and folded(value) != folded(said.strip(" .!?")) else ""


def _written(when: When) -> dict[str, str]:
    return {
        "day": when.day.isoformat() if when.day else "",
        "time": f"{when.at:%H:%M}" if when.at else "",
    }


def _day(known: Arguments) -> date | None:
    return date.fromisoformat(known["day"]) if known.get("day") else None


def _time(known: Arguments) -> time | None:
    return time.fromisoformat(known["time"]) if known.get("time") else None


def _now(caller: Caller) -> datetime:
    return caller.now.replace(tzinfo=None)


def _without(arguments: Arguments, name: str) -> dict[str, Any]:
    return {key: value for key, value in arguments.items() if key != name}
