"""Mails: what is read of them, which are never answered, how answers stand in their threads."""

from email.message import EmailMessage
from typing import Any

import pytest

from connectors.adapter import Post
from connectors.event import Message, Place, Verdict
from connectors.platforms.email.adapter import EmailAdapter
from connectors.platforms.email.fake import fake as fake_email
from connectors.platforms.email.reading import event_of, parsed
from connectors.platforms.email.settings import EmailSettings
from connectors.platforms.email.threads import Named
from connectors.platforms.email.words import words_of
from connectors.platforms.email.writing import mail_of

SETTINGS = EmailSettings(
    platform="email", name="email", address="Ask@example.org", password="p", imap_host="i", smtp_host="s"
)


def _mail(text: str = "When do you open?", html: str = "", **headers: str) -> EmailMessage:
    mail = EmailMessage()
    given = {"From": "Ana <Ana@Example.org>", "To": "ask@example.org", "Message-ID": "<m1@example.org>",
             "Date": "Thu, 01 Jan 2026 00:00:00 +0000", "Subject": "Hours"}  # fmt: skip
    for name, value in {**given, **{name.replace("_", "-"): value for name, value in headers.items()}}.items():
        if value:
            mail[name] = value
    mail.set_content(html or text, subtype="html" if html else "plain")
    return parsed(mail.as_bytes())


def _read(mail: EmailMessage, **settings: Any) -> Message:
    event = event_of(mail, SETTINGS.model_copy(update=settings))
    assert isinstance(event, Message)
    return event


def test_a_mail_to_the_bot_is_a_direct_talk() -> None:
    event = _read(_mail(References="<m0@example.org> <m00@example.org>"))
    assert event.place == Place("ana@example.org", "<m0@example.org>", direct=True)
    assert (event.text, event.person.name, event.position) == ("When do you open?", "Ana", 1767225600.0)


def test_a_mail_that_others_read_is_none() -> None:
    event = _read(_mail(Cc="bob@example.org"))
    assert event.place == Place("ana@example.org,bob@example.org", "<m1@example.org>")
    assert event.to_me
    only_copied = _read(_mail(To="bob@example.org", Cc="ask@example.org"))
    assert (only_copied.to_me, only_copied.to_others) == (False, True)


def test_a_list_is_one_channel_whoever_writes() -> None:
    event = _read(_mail(To="all@lists.example.org", List_Post="<mailto:all@lists.example.org>"))
    assert event.place.channel == "all@lists.example.org"
    assert (event.to_me, event.to_others) == (False, False)


def test_where_too_many_read_nothing_is_said() -> None:
    many = ", ".join(f"p{number}@example.org" for number in range(30))
    assert event_of(_mail(Cc=many), SETTINGS) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Return_Path": "<>"},
        {"From": "MAILER-DAEMON@example.org"},
        {"From": "no-reply@example.org"},
        {"From": ""},
        {"From": "ana@example.org, bob@example.org"},
    ],
)
def test_bounces_and_mail_of_nobody_say_nothing(headers: dict[str, str]) -> None:
    assert event_of(_mail(**headers), SETTINGS) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; x=y"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
    ],
)
def test_what_a_program_sent_is_a_bots(headers: dict[str, str]) -> None:
    assert _read(_mail(**headers)).person.is_bot
    assert not _read(_mail(Auto_Submitted="no")).person.is_bot


def test_its_own_mail_is_its_own() -> None:
    assert _read(_mail(From="ask@example.org", Cc="bob@example.org")).person.is_me


@pytest.mark.parametrize(
    ("results", "read"),
    [
        ("mx.example.org; dkim=pass; dmarc=pass header.from=example.org", True),
        ("mx.example.org; dkim=pass; dmarc=fail", False),
        ("evil.example; dmarc=pass", False),
        ("", False),
    ],
)
def test_only_what_the_server_found_authentic_is_read(results: str, read: bool) -> None:
    settings = SETTINGS.model_copy(update={"verified_by": "mx.example.org"})
    assert (event_of(_mail(Authentication_Results=results), settings) is not None) == read


def test_results_that_the_sender_wrote_do_not_count() -> None:
    raw = _mail().as_bytes()
    own = b"Authentication-Results: mx.example.org; dmarc=fail\r\n"
    forged = b"Authentication-Results: mx.example.org; dmarc=pass\r\n"
    settings = SETTINGS.model_copy(update={"verified_by": "mx.example.org"})
    assert event_of(parsed(own + forged + raw), settings) is None


@pytest.mark.parametrize(
    "text",
    [
        "Yes, and on Sunday?\n\nOn Mon, 5 Jan 2026 at 10:00, Pilares <ask@example.org> wrote:\n> At six.\n> [1]",
        "Yes, and on Sunday?\n\nEl lun, 5 ene 2026 a las 10:00, Pilares\n<ask@example.org> escribió:\n\n> At six.",
        "Yes, and on Sunday?\n\n-----Original Message-----\nFrom: Pilares\nAt six.",
        "Yes, and on Sunday?\r\n\r\n________________________________\r\nDe: Pilares\r\nEnviado: lunes\r\n\r\nAt six.",
        "Yes, and on Sunday?\n-- \nAna\nExample Ltd",
        "Yes, and on Sunday?\n\n> At six.\n> [1]\n",
    ],
)
def test_what_is_quoted_below_is_left_out(text: str) -> None:
    assert words_of(_mail(text)) == "Yes, and on Sunday?"


def test_where_all_is_quoted_all_is_read() -> None:
    assert words_of(_mail("> What does this mean?")) == "> What does this mean?"


def test_html_is_read_as_words() -> None:
    html = "<style>p{}</style><p>When <b>do</b> you open?</p><blockquote>old</blockquote><script>x()</script>"
    assert words_of(_mail(html=html)) == "When do you open?"


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe\x00", b"From: a@b\r\nContent-Type: text/plain; charset=nope\r\n\r\nhi"]
)
def test_mail_that_is_broken_does_no_harm(raw: bytes) -> None:
    event_of(parsed(raw), SETTINGS)


def _post(**more: Any) -> Post:
    place = Place("ana@example.org", "<m0@example.org>", direct=True)
    return Post(place, "<p>At <strong>six</strong>.</p>", "At six.", "in1.0", **more)


def test_an_answer_stands_in_its_thread_and_says_that_a_program_wrote_it() -> None:
    named = Named("Hours", "<m1@example.org>", ("<m0@example.org>", "<m1@example.org>"))
    mail = mail_of(_post(), named, SETTINGS)
    assert (mail["Subject"], mail["In-Reply-To"]) == ("Re: Hours", "<m1@example.org>")
    assert mail["References"] == "<m0@example.org> <m1@example.org>"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["Message-ID"] == mail_of(_post(), named, SETTINGS)["Message-ID"]
    plain, html = mail.iter_parts()
    assert plain.get_content().strip() == "At six."
    assert "<strong>six</strong>" in html.get_content()
    assert "<img" not in html.get_content()


def test_a_thumb_is_a_mail_that_names_its_answer() -> None:
    mail = mail_of(_post(judged=True), Named(), SETTINGS)
    address = str(mail.get_body(("plain",)).get_content()).split("👎 ")[1].strip()  # type: ignore[union-attr]
    from urllib.parse import parse_qs, urlsplit

    subject = parse_qs(urlsplit(address).query)["subject"][0]
    verdict = event_of(_mail("It opens at seven.", Subject=f"Re: {subject}"), SETTINGS)
    assert isinstance(verdict, Verdict)
    assert (verdict.verdict, verdict.reason) == ("down", "It opens at seven.")
    assert verdict.message_id.lower() == str(mail["Message-ID"]).lower()


def test_a_subject_cannot_add_headers() -> None:
    mail = mail_of(_post(), Named("Hours\r\nBcc: eve@example.org"), SETTINGS)
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Re: Hours Bcc: eve@example.org"


@pytest.mark.parametrize("host", ["mail.example.org", "10.0.0.1"])
def test_a_password_is_not_sent_in_the_clear(host: str) -> None:
    with pytest.raises(ValueError, match="in the clear"):
        EmailSettings(
            platform="email", address="a@b.c", password="p", imap_host=host, smtp_host="s", imap_security="none"
        )


@pytest.mark.anyio
async def test_after_a_restart_the_subject_is_looked_up(anyio_backend: str) -> None:
    async with fake_email() as fake:
        asked = await fake.say("When?")
        adapter = EmailAdapter(EmailSettings(platform="email", name="email", **fake.settings))
        await adapter.send(Post(Place("ana@example.org", asked, direct=True), "<p>At six.</p>", "At six.", "k"))
        await adapter.close()
        (sent,) = fake.sent
        assert (sent["Subject"], sent["In-Reply-To"]) == ("Re: A question", asked)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
