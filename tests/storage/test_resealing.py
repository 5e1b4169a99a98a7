"""Every sealed column is sealed again with the first key; what was broken off goes on, what no key opens stays."""

import base64
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.cli import main
from storage import conversations, inbox, letters, migrate, resealing
from storage.base import Row, table
from storage.database import Database
from storage.imports import RosterFile
from storage.resealing import SEALED, Batch, Sealed
from storage.seal import Sealer
from storage.work import Work
from tests.storage.kit import meet

OLD, NEW, PEPPER = b"o" * 32, b"n" * 32, b"p"
APPLICANT = next(each for each in SEALED if each.name == "inbound.text")


def said(work: Work, person_id: int, number: int, now: datetime) -> None:
    values = {"channel": "oa", "dedupe": f"m:{number}", "person_id": person_id, "kind": "text", "topic": ""}
    inbox.record(work, text=f"话{number}", id=work.new_id(), received_at=now, **values)


def fill(database: Database, now: datetime, messages: int = 1) -> None:
    """Something sealed with the database's first key: a form, a letter, what was said."""
    person = meet(database, "u1", now).person_id
    later = now + timedelta(days=1)

    def job(work: Work) -> None:
        progress = work.seal.seal_json({"a": 1}, conversations.PURPOSE)
        conversations.put(work, person, "membership", progress, now, later)
        letters.plant(work, "k", person, "您好", now, later)
        for number in range(messages):
            said(work, person, number, now)

    database.writer.run(job)


def everything(database: Database, sealed: Sealed) -> list[bytes]:
    column = table(sealed.model).c[sealed.column]
    return [bytes(each) for each in database.look(lambda work: work.look(sa.select(column)).scalars().all()) if each]


def with_keys(url: str, keys: dict[int, bytes]) -> Database:
    database = Database(url, Sealer(keys, PEPPER))
    database.start()
    return database


def run(database: Database, sealed: Sealed) -> list[Batch]:
    batches = [database.writer.run(partial(resealing.reseal, sealed=sealed, after=None))]
    while (after := batches[-1].last) is not None:
        batches.append(database.writer.run(partial(resealing.reseal, sealed=sealed, after=after)))
    return batches


def test_no_sealed_column_is_forgotten() -> None:
    ours = {(str(each.model.__tablename__), each.column) for each in SEALED}
    stored = {
        (name, column.name)
        for name, rows in Row.metadata.tables.items()
        for column in rows.columns
        if isinstance(column.type, sa.LargeBinary)
    }
    assert RosterFile.__tablename__ == "roster_file"
    assert stored - ours == {("embedding", "vector")} and ours - stored == set()


def test_everything_is_under_the_new_key(url: str, now: datetime) -> None:
    old = with_keys(url, {1: OLD})
    fill(old, now, messages=resealing.BATCH + 3)
    old.close()
    both = with_keys(url, {2: NEW, 1: OLD})
    assert [
        both.look(lambda work, each=each: resealing.count(work, each)) for each in SEALED if each.name == "letter.text"
    ] == [1]
    first = both.writer.run(lambda work: resealing.reseal(work, APPLICANT, None))  # and then it is broken off
    assert (first.done, first.failed) == (resealing.BATCH, 0)
    done = {each.name: sum(batch.done for batch in run(both, each)) for each in SEALED}
    assert {name: count for name, count in done.items() if count} == {
        "conversation.progress": 1,
        "inbound.text": 3,
        "letter.text": 1,
    }
    both.close()
    fresh = with_keys(url, {2: NEW})
    assert sorted(fresh.seal.open(each, inbox.PURPOSE) for each in everything(fresh, APPLICANT))[0] == "话0"
    for each in SEALED:
        assert {value[0] for value in everything(fresh, each)} <= {2}
        assert all(fresh.seal.open(value, each.purpose) for value in everything(fresh, each))
    fresh.close()


def test_what_no_key_opens_stays_and_stops_nobody(url: str, now: datetime) -> None:
    old = with_keys(url, {1: OLD})
    fill(old, now, messages=resealing.BATCH + 3)
    lost = everything(old, APPLICANT)
    old.close()
    new = with_keys(url, {2: NEW})
    batches = run(new, APPLICANT)
    assert [(each.done, each.failed) for each in batches] == [(0, resealing.BATCH), (0, 3)]
    assert sorted(everything(new, APPLICANT)) == sorted(lost)
    new.close()


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'u.db'}"
    old = Database(url, Sealer({1: OLD}, PEPPER))
    migrate.upgrade(old.engine)
    old.start()
    fill(old, now)
    old.close()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNIONBOT__DATABASE__URL", url)
    monkeypatch.setenv("UNIONBOT__SECURITY__PEPPER", "p")
    new, both = f"2:{as_text(NEW)}", f"2:{as_text(NEW)},1:{as_text(OLD)}"
    for keys, status, words in (
        (new, 1, "0 values sealed again with key 2, 3 cannot"),
        (both, 0, "3 values"),
        (new, 0, "0 values"),
    ):
        monkeypatch.setenv("UNIONBOT__SECURITY__SEAL_KEYS", keys)
        assert main(["db", "reseal"]) == status
        assert words in capsys.readouterr().out


def as_text(key: bytes) -> str:
    """A key as the configuration has it."""
    return base64.b64encode(key).decode()
