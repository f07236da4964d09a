"""Taking out, deleting and retention on PostgreSQL, where connectors keep their tables in the same database."""

import io
from dataclasses import replace
from pathlib import Path
from random import Random
from zipfile import ZipFile

from assistant.personal.erasure import erase_person, resume
from assistant.personal.export import write_export
from assistant.personal.retention import tidy
from assistant.personal.stores import STORES
from assistant.personal.subject import Places, Subject
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.accounts import cheap_accounts
from assistant.testing.people import account, lived


def test_it_is_the_same_there(tmp_path: Path, postgres_url: str) -> None:
    settings = Settings(home=tmp_path, database_url=postgres_url, security={"accounts": True})
    with Conversations.open(settings.conversations_url) as conversations:
        places = Places(settings, conversations)
        accounts = cheap_accounts(places.database)
        accounts.users.add("boss", "admin")
        guest = Subject("telegram:person/471", "telegram:person/471", is_account=False)
        pair = [
            lived(places, account(accounts, "ana"), "anamark", guest.name, Random(1)),
            lived(places, guest, "guestmark", "ana", Random(2)),
        ]
        for one, other in (pair, pair[::-1]):
            target = io.BytesIO()
            write_export(target, places, one.subject)
            with ZipFile(target) as archive:
                said = "".join(archive.read(name).decode() for name in archive.namelist())
            assert said.count(one.mark) > 20
            assert other.mark not in said
        told = erase_person(places, pair[1].subject, "boss")
        assert (told.waits, told.gone["chat_platforms"]) == ("", 5)
        assert all(next(each.rows(places, guest), None) is None for each in STORES)
        assert len(conversations.list(pair[0].subject.id)) == len(pair[0].conversations)
        short = settings.model_copy(update={"retention": settings.retention.model_copy(update={"audit_days": 1})})
        assert tidy(replace(places, settings=short)).total == 0
        erase_person(places, pair[0].subject, "ana")
        assert [each.waits for each in resume(places)] == [""]
        assert accounts.audit.latest(1)[0].detail["deleted"]["account"] == 1
