"""A task with tools: one is chosen, its arguments are collected over several turns, it is confirmed and called.

    no task open   the gate lets few turns through; a model chooses tools, or none; then as below. A question that may
                   want a tool, or the documents, is looked up there first (`DoubtfulTask`)
    task open      "forget it" ends it; yes and no answer a confirmation; what fills in arguments is taken; a question
                   is answered first, by another tool that changes nothing or by whatever else answers questions, and
                   the task taken up again
    arguments      asked for one after the other until the tool's form has them all
    dangerous      asked before the call; a yes calls with exactly the arguments that were shown, anything else does not

The calls of a turn are chosen from the person's words before any result is read, so that no result can choose one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from langchain_core.messages import BaseMessage

from assistant.errors import GenerationFailed, ModelUnavailable
from assistant.messages import message
from assistant.tools.choosing import CALL_TOKENS, NoCall, choose
from assistant.tools.gate import LET_THROUGH, NOTHING, SURE, Gate, Wish
from assistant.tools.plain import PlainForm
from assistant.tools.tool import Arguments, Caller, Form, Result, Tool
from assistant.tools.toolbox import Toolbox
from assistant.turn.answer import Route, TaskState, ToolCall, TurnRequest
from assistant.turn.outcome import Aside, Outcome
from assistant.turn.ports import Role
from assistant.turn.strategies.replies import asks, leaves, says_no, says_yes
from assistant.turn.strategies.results import told
from assistant.turn.strategies.strategy import Scene

REASON = "task"
# A name, an address or a "no" of so few words does not tell a language: the task keeps the one it has.
_TOO_SHORT = 4
MOST_GATES = 4
# Arguments that a question fills in as well as a statement does: "can it be at six?".
_TELLING = {"day", "time", "contact", "appointment"}


class Tasks(Protocol):
    """Where unfinished tasks are kept (`assistant.storage.Conversations` is one)."""

    def task(self, user_id: str, conversation_id: str) -> TaskState | None:
        """What the newest answer of a conversation left unfinished."""


class TaskStrategy:
    """Comes before the search. `now` gives the time in the calendar's zone; `local_user` is who asks without a name.

    With `doubtful_later` a question is begun here only if it surely wants a tool, and else left to `begin_doubtful`.
    """

    name = REASON

    def __init__(
        self, toolbox: Toolbox, tasks: Tasks, gate: Callable[[Sequence[Tool]], Gate], now: Callable[[], datetime],
        *, calls: int, minutes: int, local_user: str, doubtful_later: bool = False,
    ) -> None:  # fmt: skip
        self._doubtful_later = doubtful_later
        self._toolbox = toolbox
        self._tasks = tasks
        self._build_gate = gate
        self._gates: dict[tuple[str, ...], Gate] = {}
        self._now = now
        self._calls = calls
        self._lasts = timedelta(minutes=minutes)
        self._local_user = local_user

    def prime(self) -> None:
        """List the tools and fit the gate, so that the first person need not wait."""
        if tools := self._toolbox.tools():
            self._gate(tools)

    def begin(self, scene: Scene) -> Outcome | Aside | None:
        """Go on with the open task, or begin one if the turn asks for it."""
        request = scene.context.request
        user = request.user_id or self._local_user
        state, now = _ours(self._tasks.task(user, scene.context.conversation_id)), self._now()
        going_on = state is not None and now - state.since <= self._lasts
        if going_on and state is not None and len(scene.understanding.text.split()) <= _TOO_SHORT:
            scene = replace(scene, understanding=replace(scene.understanding, language=state.language))
        caller = Caller(user, scene.context.conversation_id, scene.language, now)
        if going_on and state is not None:
            tool = next((each for each in self._offered(request) if each.name == state.tool), None)
            if tool is None:
                return _said(scene, message("tool_gone", scene.language, tool=state.tool))
            return _Open(self, scene, caller, tool, state).go_on()
        wish = self._wish(scene)
        return self._new(scene, caller, wish) if wish.likely >= self._least(scene) else None

    def doubtful(self, scene: Scene) -> Wish | None:
        """What a turn that this left alone may want all the same; None when no tool."""
        wish = self._wish(scene)
        return wish if LET_THROUGH <= wish.likely < self._least(scene) else None

    def _least(self, scene: Scene) -> float:
        return SURE if self._doubtful_later and asks(scene.understanding.text) else LET_THROUGH

    def begin_doubtful(self, scene: Scene, wish: Wish) -> Outcome | None:
        """Begin a task for a `doubtful` wish, if a model finds a tool for it."""
        request = scene.context.request
        caller = Caller(request.user_id or self._local_user, scene.context.conversation_id, scene.language, self._now())
        return self._new(scene, caller, wish)

    def _new(self, scene: Scene, caller: Caller, wish: Wish) -> Outcome | None:
        said = scene.understanding.text
        try:
            chosen = choose(said, wish.shown, caller.now, _asking(scene), self._calls, possible=wish.possible)
        except (NoCall, GenerationFailed):
            return None  # a question to the documents does no harm
        if not chosen:
            return None
        return self._work(scene, caller, [(each.tool, each.arguments) for each in chosen])

    def looked_up(self, scene: Scene, caller: Caller, opened: Tool) -> list[tuple[ToolCall, Result]]:
        """What harmless tools say to a question that is asked while `opened` waits: "what appointments do I have?"."""
        wish = self._wish(scene)
        harmless = [tool for tool in wish.shown if not tool.dangerous and tool.name != opened.name]
        if wish.likely < LET_THROUGH or not harmless:
            return []
        try:
            chosen = choose(scene.understanding.text, harmless, caller.now, _asking(scene), self._calls)
        except (NoCall, GenerationFailed):
            return []
        done = list[tuple[ToolCall, Result]]()
        for each in chosen:
            form = form_of(each.tool)
            known = form.read(scene.understanding.text, "", {}, each.arguments, caller)
            if form.next(known, caller) is None:
                done.append(self._toolbox.call(each.tool, form.arguments(known, caller), caller))
        return done

    def _wish(self, scene: Scene) -> Wish:
        offered = self._offered(scene.context.request)
        return self._gate(offered).opens(scene.understanding.text) if offered else NOTHING

    def _offered(self, request: TurnRequest) -> Sequence[Tool]:
        """The tools that whoever asks may use."""
        tools, allowed = self._toolbox.tools(), request.tools
        return tools if allowed is None else [tool for tool in tools if tool.name in allowed]

    def _gate(self, offered: Sequence[Tool]) -> Gate:
        """Fitted once for each of the few sets of tools there are: everybody's, and visitors'."""
        key = tuple(tool.name for tool in offered)
        gate = self._gates.get(key) or self._build_gate(offered)
        others = [(names, each) for names, each in self._gates.items() if names != key]
        self._gates = dict([*others, (key, gate)][-MOST_GATES:])
        return gate

    def _work(self, scene: Scene, caller: Caller, wanted: Sequence[tuple[Tool, Arguments]]) -> Outcome:
        """Call what can be called; the first that needs the person's words ends the turn with what it asks."""
        done: list[tuple[ToolCall, Result]] = []
        for number, (tool, offered) in enumerate(wanted, start=1):
            known = form_of(tool).read(scene.understanding.text, "", {}, offered, caller)
            asked = self.pending(tool, known, caller)
            if asked is not None:
                text, state = asked
                rest = [message("task_rest", scene.language)] if number < len(wanted) else []
                return self.told(scene, done, [text, *rest], state)
            done.append(self._toolbox.call(tool, form_of(tool).arguments(known, caller), caller))
        return self.told(scene, done)

    def pending(self, tool: Tool, known: Arguments, caller: Caller) -> tuple[str, TaskState] | None:
        """What has to be asked before a tool is called: an argument, or whether to call it. None when nothing has."""
        form = form_of(tool)
        if ask := form.next(known, caller):
            return ask.text, TaskState(tool.name, dict(known), ask.argument, caller.now, caller.language)
        arguments = form.arguments(known, caller)
        if tool.dangerous and (question := form.confirmation(arguments, caller)):
            both = {"known": dict(known), "call": dict(arguments)}
            return question, TaskState(tool.name, both, "", caller.now, caller.language)
        return None

    def call(self, scene: Scene, tool: Tool, arguments: Arguments, caller: Caller) -> Outcome:
        """Call a tool with exactly these arguments, and say what came of it."""
        return self.told(scene, [self._toolbox.call(tool, arguments, caller)])

    def told(
        self,
        scene: Scene,
        done: Sequence[tuple[ToolCall, Result]],
        more: Sequence[str] = (),
        task: TaskState | None = None,
    ) -> Outcome:
        """What came of calls, what is said after it, and the task that stays open."""
        text, route = told(scene, done, more)
        return Outcome(text, route, calls=tuple(call for call, _ in done), task=task)


class _Open:
    """One turn of an open task."""

    def __init__(self, strategy: TaskStrategy, scene: Scene, caller: Caller, tool: Tool, state: TaskState) -> None:
        self._strategy = strategy
        self._scene = scene
        self._caller = caller
        self._tool = tool
        self._state = state
        self._confirming = not state.asked
        self._known: Mapping[str, Any] = state.arguments["known"] if self._confirming else state.arguments

    def go_on(self) -> Outcome | Aside:
        """What the person's words do to the task."""
        said = self._scene.understanding.text
        if leaves(said):
            return self._ended("task_left")
        if self._confirming and says_yes(said):
            return self._strategy.call(self._scene, self._tool, self._state.arguments["call"], self._caller)
        if self._confirming and says_no(said):
            return self._ended("task_declined")
        known = self._read(said)
        if known == self._known:
            return self._repeated(aside=asks(said))
        return self._asked(known)

    def _read(self, said: str) -> Arguments:
        """The arguments with what was said; a model is asked only for what code cannot find in a longer sentence."""
        form, asked = form_of(self._tool), self._state.asked
        known = form.read(said, asked, self._known, {}, self._caller)
        if known != self._known:
            return self._known if asks(said) and _only_mentions(known, self._known) else known
        if asks(said) or self._tool.form is not None:
            return known
        try:
            chosen = choose(said, [self._tool], self._caller.now, _asking(self._scene))
        except (NoCall, GenerationFailed):
            return known
        return form.read(said, asked, self._known, chosen[0].arguments, self._caller) if chosen else known

    def _asked(self, known: Arguments) -> Outcome:
        pending = self._strategy.pending(self._tool, known, self._caller)
        if pending is not None:
            return _said(self._scene, pending[0], pending[1])
        return self._strategy.call(
            self._scene, self._tool, form_of(self._tool).arguments(known, self._caller), self._caller
        )

    def _repeated(self, *, aside: bool) -> Outcome | Aside:
        """The same question again; after the answer to another one when the person has asked one."""
        pending = self._strategy.pending(self._tool, self._known, self._caller)
        if pending is None:  # what was missing is known by now, from elsewhere
            return self._asked(self._known)
        text, state = pending
        if aside:
            again = message("task_again", self._scene.language, question=text)
            if done := self._strategy.looked_up(self._scene, self._caller, self._tool):
                return self._strategy.told(self._scene, done, [again], state)
            return Aside(again, state)
        return _said(self._scene, text, state)

    def _ended(self, key: str) -> Outcome:
        arguments = self._state.arguments["call"] if self._confirming else self._known
        declined = ToolCall(self._tool.name, dict(arguments), "declined")
        route = self._scene.route(None, REASON)
        return Outcome(message(key, self._scene.language), route, calls=(declined,))


def _ours(state: TaskState | None) -> TaskState | None:
    """What was left open, unless another strategy left it."""
    return None if state is None or state.tool.startswith(":") else state


def form_of(tool: Tool) -> Form:
    """The tool's own form, or the plain one."""
    return tool.form or PlainForm(tool)


def _only_mentions(known: Arguments, before: Arguments) -> bool:
    """Whether a question changes nothing that it could not merely mention: "what does a haircut cost?"."""
    return not {name for name in known if known[name] != before.get(name)} & _TELLING


def _asking(scene: Scene) -> Callable[[Sequence[BaseMessage], Mapping[str, Any]], str]:
    """The large model, or the small one while that is down."""

    def say(messages: Sequence[BaseMessage], response_format: Mapping[str, Any]) -> str:
        options = {"response_format": dict(response_format), "max_tokens": CALL_TOKENS}
        roles: tuple[Role, ...] = ("llm", "slm")
        try:
            return scene.ask(roles[0], messages, **options)
        except ModelUnavailable:
            return scene.ask(roles[1], messages, **options)

    return say


def _said(scene: Scene, text: str, task: TaskState | None = None) -> Outcome:
    return Outcome(text, _route(scene), task=task)


def _route(scene: Scene) -> Route:
    """A model chose, or none had to."""
    return scene.route("llm" if scene.asked else None, REASON)
