from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from knowledge.sources.config import SourceConfig
from knowledge.sources.imap import _quoted
from knowledge.sources.kinds import audience_of, open_source
from knowledge.sources.limits import SourceLimits
from knowledge.sources.source import Gap, Source
from knowledge.testing.imap_server import ImapServer, Mailbox
from knowledge.testing.reader import InlineReader
from knowledge.testing.source import Opened, Place, SourceConformance, listed, refusal

PASSWORD = 'fish"bone\\'
CERTIFICATE = Path(__file__).parents[3] / "unit" / "knowledge" / "sources" / "loopback.pem"


class Post(Opened):
    def __init__(self, certificate: str | None = None) -> None:
        super().__init__()
        self.server = ImapServer("ana smith", PASSWORD, certificate)
        self.uids: dict[str, int] = {}

    def open(self, password: str = PASSWORD, **options: object) -> Source:
        told = {"host": "127.0.0.1", "port": self.server.port, "username": "ana smith", "tls": False, **options}
        config = SourceConfig(name="mail", kind="imap", options={**told, "password_env": "MAIL_PASSWORD"})
        limits = SourceLimits(read_seconds=2, max_file_bytes=10_000)
        return self.keep(open_source(config, limits, {"MAIL_PASSWORD": password}))

    def put(self, name: str, text: str) -> None:
        if any(ord(char) < 32 for char in name):
            raise ValueError(name)
        box = self.server.mailboxes["INBOX"]
        box.messages.pop(self.uids.get(name, 0), None)
        message = f"Subject: {name}\r\nFrom: ana@example.test\r\n\r\n{text}\r\n"
        self.uids[name] = box.add(message.encode())

    def remove(self, name: str) -> None:
        del self.server.mailboxes["INBOX"].messages[self.uids.pop(name)]

    def go_down(self) -> None:
        self.server.stop()

    def close(self) -> None:
        super().close()
        self.server.stop()


class TestImap(SourceConformance):
    secrets = (PASSWORD, "fish")
    keeps_names = False
    has_endings = False

    @pytest.fixture
    def place(self, post: "Post") -> Place:
        return post


@pytest.fixture
def post() -> Iterator[Post]:
    post = Post()
    yield post
    post.close()


def test_a_message_is_read_as_it_was_sent_and_nothing_is_changed(post: Post) -> None:
    post.put("Rules", "No smoking.")
    source = post.open()
    entries = listed(source)
    assert list(entries) == ["INBOX/7-1.eml"]
    entry = entries["INBOX/7-1.eml"]
    assert entry.modified is not None
    assert entry.modified.isoformat() == "2026-02-02T10:00:00+01:00"
    parsed = InlineReader().read(entry.name, source.fetch(entry))
    assert (parsed.title, "No smoking." in parsed.text) == ("Rules", True)
    words = {command.split()[0] for command in post.server.commands}
    assert words <= {"CAPABILITY", "LOGIN", "EXAMINE", "UID", "LOGOUT"}
    assert all("BODY.PEEK" in command for command in post.server.commands if "BODY" in command)


def test_several_folders_and_what_is_marked_as_deleted(post: Post) -> None:
    post.put("a", "words")
    archive = post.server.mailboxes["Arch&AO0-v/2026"] = Mailbox(validity=9)
    archive.add(b"Subject: b\r\n\r\nwords")
    archive.deleted.add(archive.add(b"Subject: c\r\n\r\nwords"))
    source = post.open(folders=["INBOX", "Archív/2026"])
    entries = listed(source)
    assert set(entries) == {"INBOX/7-1.eml", "Archív/2026/9-1.eml"}
    assert all(source.fetch(entry) for entry in entries.values())


def test_a_folder_that_is_missing_is_a_gap_and_all_of_them_an_error(post: Post) -> None:
    post.put("a", "words")
    gaps = [each for each in post.open(folders=["INBOX", "Gone"]).entries() if isinstance(each, Gap)]
    assert [gap.prefix for gap in gaps] == ["Gone"]
    assert "Gone cannot be opened" in str(refusal(lambda: listed(post.open(folders=["Gone"]))))


def test_uids_that_start_anew_are_new_messages(post: Post) -> None:
    post.put("a", "words")
    source = post.open()
    (old,) = listed(source).values()
    post.server.mailboxes["INBOX"].validity = 8
    assert "no longer" in str(refusal(lambda: post.open().fetch(old)))
    assert list(listed(source)) == ["INBOX/8-1.eml"]


def test_only_since_a_day(post: Post) -> None:
    post.put("a", "words")
    listed(post.open(since="2026-02-01"))
    assert "UID SEARCH UNDELETED SINCE 1-Feb-2026" in post.server.commands


def test_too_large_a_message_is_refused_before_it_is_sent(post: Post) -> None:
    post.put("a", "x" * 10_001)
    source = post.open()
    (entry,) = listed(source).values()
    assert "10,000 are allowed" in str(refusal(lambda: source.fetch(entry)))
    assert not [command for command in post.server.commands if "BODY" in command]


def test_a_wrong_password_is_said_without_saying_it(post: Post) -> None:
    error = str(refusal(lambda: listed(post.open(password="open sesame"))))
    assert "AUTHENTICATIONFAILED" in error
    assert "sesame" not in error


def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    post = Post(str(CERTIFICATE))
    assert "certificate" in str(refusal(lambda: listed(post.open(tls=True)))).lower()
    assert post.server.commands == []
    post.close()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"host": "mail.test", "tls": False}, "tls = false"),
        ({"username": 'a"\r\nDELETE'}, "control characters"),
        ({"folders": ["a\nb"]}, "control characters"),
        ({"host": "a b"}, "host"),
        ({"pass": "x"}, "no option 'pass'"),
    ],
)
def test_options_that_are_refused(post: Post, options: dict[str, object], why: str) -> None:
    assert why in str(refusal(lambda: post.open(**options)))


def test_nobody_may_read_a_mailbox_by_default() -> None:
    config = SourceConfig(name="x", kind="imap", options={"host": "h", "username": "u", "password_env": "P"})
    assert audience_of(config) == ()


@pytest.mark.parametrize(
    ("name", "sent"),
    [("INBOX", '"INBOX"'), ('a "b" \\c', '"a \\"b\\" \\\\c"'), ("R&D", '"R&-D"'), ("日本語", '"&ZeVnLIqe-"')],
)
def test_folder_names_as_the_protocol_wants_them(name: str, sent: str) -> None:
    assert _quoted(name) == sent


def test_a_host_that_cannot_be_looked_up_in_time(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: stuck.wait(30) and [])
    options = {"host": "mail.test", "username": "ana", "password_env": "MAIL_PASSWORD"}
    config = SourceConfig(name="mail", kind="imap", options=options)
    source = open_source(config, SourceLimits(read_seconds=0.2), {"MAIL_PASSWORD": PASSWORD})
    try:
        assert "looked up in time" in str(refusal(lambda: listed(source)))
    finally:
        stuck.set()
