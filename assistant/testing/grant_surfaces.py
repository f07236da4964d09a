"""Random documents, grants and people against the whole service: nothing that it says may hold what they may not read.

The documents, rules and readers of `GrantCases`, but asked through the web: questions and their streams, citations and
passages, lists, texts and files, conversations of before, the export of one's data, the MCP server and the widget.
Only the language models are scripted: they quote every line that is put before them.
"""

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from fastapi.testclient import TestClient
from langchain_core.messages import BaseMessage

from assistant.api.app import create_app, visitors_of
from assistant.app import Assistant, build_app
from assistant.models.models import Models
from assistant.settings import Settings
from assistant.testing.accounts import known
from assistant.testing.gateway import ScriptedGateway
from assistant.testing.models import ScriptedChat, ScriptedModels
from knowledge.testing.embedder import HashingEmbedder
from knowledge.testing.grant_cases import GrantCases, _Entry

GROUPS = ("everyone", "staff", "board", "finance", "ñandú")
PEOPLE = ("ana", "bob", "eva")
SITE = "https://shop.example"
DOCUMENTS = 25
# A question names the secret that it is after, and is said again: what only the documents have are the words before it.
_SAID = re.compile(r"(?:about|Title)\W{1,4}(zq\d+xk)", re.IGNORECASE)


class SurfaceCases(GrantCases):
    """Each case asks through one surface, as somebody whose groups may just have changed.

    `told` counts by surface the answers that held something which may be read: what tells nothing cannot leak.
    """

    def __init__(self, app: Assistant, client: TestClient, settings: Settings, seed: int) -> None:
        self._named = 0
        super().__init__(app.library, seed, documents=DOCUMENTS)
        self._app, self._client = app, client
        self._people = {name: known(app.accounts, name).cookie for name in PEOPLE}
        keys = visitors_of(app, settings).keys
        self._visitors = {
            groups: keys.make("shop", [SITE], groups=sorted(groups)).token
            for groups in (frozenset[str](), frozenset({"staff"}), frozenset({"board", "finance"}))
        }
        self._talks: dict[str, list[str]] = {name: [] for name in PEOPLE}
        self._visits: dict[frozenset[str], list[str]] = {groups: [] for groups in self._visitors}
        self.told: Counter[str] = Counter()

    def _name(self) -> str:
        """Names do not come again: what is said of a document of before is not of the one in its place."""
        self._named += 1
        folder, slash, name = super()._name().rpartition("/")
        return f"{folder}{slash}{self._named}{name}"

    def _some_groups(self) -> frozenset[str]:
        """Such as accounts may have: no spaces, no quotation marks."""
        return frozenset(self._random.sample(GROUPS, self._random.choice((0, 1, 1, 1, 2, 3))))

    def _ask(self) -> None:
        surfaces: tuple[Callable[[str], str], ...] = (
            self._question, self._chat, self._lists, self._text, self._file, self._history, self._export, self._mcp,
        )  # fmt: skip
        if self._random.random() < 0.1:
            groups = self._random.choice(list(self._visitors))
            self._check("widget", self._visit(groups), groups | {"everyone"})
            return
        name = self._random.choice(PEOPLE)
        groups = self._some_groups()
        self._app.accounts.users.change(name, groups=sorted(groups - {"everyone"}))
        surface = self._random.choice(surfaces)
        self._check(surface.__name__.strip("_"), surface(name), groups | {"everyone"})

    def _check(self, surface: str, shown: str, groups: frozenset[str]) -> None:
        permitted = self._model.permitted(groups)
        said = set(_SAID.findall(shown))
        self.outcome.kinds[surface] += 1
        self.told[surface] += bool(said & permitted.keys())
        self.outcome.leaks += [f"{surface}, {sorted(groups)}: {secret}" for secret in sorted(said - permitted.keys())]

    # The surfaces; each gives everything that somebody gets to see.

    def _question(self, name: str) -> str:
        talk = self._random.choice([None, *self._talks[name][-2:]])
        body = {"question": self._asked(), **({"conversation_id": talk} if talk else {})}
        shown = self._client.post("/api/v1/ask", json=body, headers=self._people[name]).text
        found = re.search(r'"conversation_id": ?"(\w+)"', shown)
        if found and found[1] not in self._talks[name]:
            self._talks[name].append(found[1])
        return shown

    def _chat(self, name: str) -> str:
        body = {
            "model": "auto", "messages": [{"role": "user", "content": self._asked()}],
            "stream": self._random.random() < 0.5,
        }  # fmt: skip
        return self._client.post("/v1/chat/completions", json=body, headers=self._people[name]).text

    def _lists(self, name: str) -> str:
        return self._got(name, "/api/v1/documents", "/v1/files")

    def _text(self, name: str) -> str:
        return self._got(name, *(f"/api/v1/documents/{each}/text" for each in self._any()))

    def _file(self, name: str) -> str:
        return self._got(name, *(f"/v1/files/{each}{part}" for each in self._any() for part in ("", "/content")))

    def _history(self, name: str) -> str:
        """Lists and conversations; the older ones are deleted then, for the next case not to read them all again."""
        shown = self._got(name, "/api/v1/conversations")
        found = [each["id"] for each in json.loads(shown)["conversations"]]
        shown += self._got(name, *(f"/api/v1/conversations/{each}" for each in found[:10]))
        for each in found[5:]:
            self._client.delete(f"/api/v1/conversations/{each}", headers=self._people[name])
        self._talks[name] = [each for each in self._talks[name] if each in found[:5]]
        return shown

    def _export(self, name: str) -> str:
        content = self._client.get("/api/v1/me/export", headers=self._people[name]).content
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(archive.read(each).decode("utf-8", "replace") for each in archive.namelist())

    def _mcp(self, name: str) -> str:
        call = {"name": "search_knowledge", "arguments": {"query": self._asked(), "limit": 20}}
        headers = {**self._people[name], "accept": "application/json, text/event-stream"}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
        return self._client.post("/mcp", json=body, headers=headers).text

    def _visit(self, groups: frozenset[str]) -> str:
        headers = {"authorization": f"Bearer {self._visitors[groups]}", "origin": SITE, "x-pilares-guest": "g" * 43}
        shown = self._client.post("/api/widget/ask", json={"question": self._asked()}, headers=headers).text
        talks = self._visits[groups]
        if found := re.search(r'"conversation": ?"(\w+)"', shown):
            talks.append(found[1])
        paths = [f"/api/widget/conversations/{each}" for each in talks[-3:]]
        return shown + "".join(self._client.get(each, headers=headers).text for each in paths)

    def _got(self, name: str, *paths: str) -> str:
        return "\n".join(self._client.get(each, headers=self._people[name]).text for each in paths)

    def _asked(self) -> str:
        return self._random.choice(["What is said in common words about it?", *self._guesses()])

    def _any(self) -> list[str]:
        entries: list[_Entry] = list(self._model.entries.values())
        return [self._stored(each).id for each in self._random.sample(entries, min(3, len(entries)))]


class _Repeating(ScriptedChat):
    """Says the same for ever; what it was asked is not kept."""

    def _next(self, messages: list[BaseMessage]) -> str:
        return "Common words."


@contextmanager
def surface_cases(home: Path, seed: int) -> Iterator[SurfaceCases]:
    """Cases over a service of its own, in a fresh home folder."""
    more: Any = {"security": {"accounts": True}, "limits": {"visitor": {}, "visits_per_minute": 1_000_000}}
    settings = Settings(home=home, **more)
    models = ScriptedModels(sure={"Common words": 0.9}, slm=_Repeating(lines=[]), llm=_Repeating(lines=[]))
    with (
        patch.object(Models, "embedder", lambda _: HashingEmbedder()),
        patch.object(Models, "line_embedder", lambda _: HashingEmbedder()),
        patch("assistant.agents.RoleModels", lambda *_: models),
        build_app(settings) as app,
    ):
        service = create_app(app, settings, page=False, accounts=app.accounts, gateway=ScriptedGateway())
        with TestClient(service, base_url="http://127.0.0.1") as client:
            yield SurfaceCases(app, client, settings, seed)
