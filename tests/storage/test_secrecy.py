"""Personal data stays inside: sealed in the files, and never in an error or a log."""

import logging
import traceback
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage import applications, conversations, inbox, people
from storage.applications import Application
from storage.base import table
from storage.database import Database
from storage.inbox import PURPOSE, Inbound
from storage.people import Address, Known, Person
from storage.work import Work
from tests.storage.kit import count, meet, rows

ID_NUMBER, MOBILE = "11010519491231002X", "13800138000"
USER = "oSyntheticOpenid0001"


@pytest.fixture
def known(database: Database, now: datetime) -> Known:
    return meet(database, USER, now)


def apply(work: Work, known: Known, now: datetime) -> None:
    """An application, the form it came from, and what was typed."""
    seal = work.seal
    application = Application(
        id=work.new_id(),
        number=f"20261125-{work.new_id() % 9999:04}",
        person_id=known.person_id,
        state="submitted",
        name="张三",
        id_number=seal.seal(ID_NUMBER, "application.id_number"),
        id_hash=seal.fingerprint(ID_NUMBER, "application.id_number"),
        mobile=seal.seal(MOBILE, "application.mobile"),
        mobile_hash=seal.fingerprint(MOBILE, "application.mobile"),
        employer="示例公司",
        work_status="employed",
        migrant=False,
        consent="2026-11",
        consent_at=now,
        created_at=now,
        updated_at=now,
        submitted_at=now,
    )
    applications.add(work, application)
    progress = seal.seal_json({"answers": {"id_number": ID_NUMBER, "mobile": MOBILE}}, conversations.PURPOSE)
    conversations.put(work, known.person_id, "membership", progress, now, now + timedelta(days=7))
    for number, said in enumerate((ID_NUMBER, f"我的手机号是{MOBILE}")):
        values = {"channel": "oa", "dedupe": f"m:{number}", "person_id": known.person_id, "kind": "text", "topic": ""}
        inbox.record(work, text=said, id=work.new_id(), received_at=now, **values)


def test_numbers_are_nowhere_in_the_files(database: Database, known: Known, now: datetime, tmp_path: Path) -> None:
    database.writer.run(lambda work: apply(work, known, now))
    sealed = [text for (text,) in rows(database, Inbound, "text")]
    assert database.seal.open(sealed[0], PURPOSE) in (ID_NUMBER, f"我的手机号是{MOBILE}")
    if not database.is_sqlite:
        models = (Application, conversations.Conversation, Inbound)
        dump = [row for model in models for row in every_value(database, model)]
        assert not any(number in str(row) for row in dump for number in (ID_NUMBER, MOBILE))
        return
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert "union.db-wal" in files
    assert USER.encode() in b"".join(files.values())  # what is not sealed would be found
    for number in (ID_NUMBER, MOBILE):
        assert [name for name, content in files.items() if number.encode() in content] == []


def every_value(database: Database, model: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in database.look(lambda work: work.look(sa.select(table(model))).all())]


def causes(error: BaseException) -> str:
    """An error as a log would print it, with everything it came from."""
    return "".join(traceback.format_exception(error))


def clash(work: Work, known: Known, now: datetime) -> None:
    people.create(work, "oa", USER, "", now)


def missing(work: Work, known: Known, now: datetime) -> None:
    person = table(Person)
    work.execute(sa.insert(person).values(id=work.new_id(), name=MOBILE, created_at=None))


def dangling(work: Work, known: Known, now: datetime) -> None:
    place = {"id": work.new_id(), "person_id": int(MOBILE), "channel": "oa", "user": "x", "account": ""}
    work.append(Address, {**place, "seen_at": now, "created_at": now})


def twice_the_same_person(work: Work, known: Known, now: datetime) -> None:
    apply(work, known, now)
    apply(work, known, now)


def nonsense(work: Work, known: Known, now: datetime) -> None:
    work.execute(sa.text("SELECT nothing FROM person WHERE name = :name").bindparams(name=MOBILE))


BREAKS = (clash, missing, dangling, twice_the_same_person, nonsense)


@pytest.mark.parametrize("job", BREAKS, ids=lambda job: job.__name__)
def test_errors_of_the_database_hold_no_values(
    database: Database, known: Known, now: datetime, job: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(sa.exc.DBAPIError) as caught:
        database.writer.run(lambda work: job(work, known, now))
    said = causes(caught.value) + caplog.text
    for secret in (USER, MOBILE, ID_NUMBER, "张三", database.seal.fingerprint(ID_NUMBER, "application.id_number")):
        assert secret not in said
    assert count(database, Address) == 1


def test_a_value_of_the_wrong_type_is_not_quoted(database: Database) -> None:
    if database.is_sqlite:
        statement = sa.text("SELECT json_extract(:value, '$')").bindparams(value=f"{{{MOBILE}")
    else:
        statement = sa.text("SELECT CAST(:value AS integer)").bindparams(value=f"x{MOBILE}")
    with pytest.raises(sa.exc.DBAPIError) as caught:
        database.look(lambda work: work.look(statement))
    assert MOBILE not in causes(caught.value)
    assert "[SQL:" in str(caught.value)


def test_an_error_still_names_the_broken_rule(database: Database, known: Known, now: datetime) -> None:
    with pytest.raises(sa.exc.IntegrityError, match=r"uq_address_channel_user|address\.channel"):
        database.writer.run(lambda work: clash(work, known, now))


def test_what_was_said_can_be_forgotten(database: Database, known: Known, now: datetime) -> None:
    database.writer.run(lambda work: apply(work, known, now))
    assert database.writer.run(lambda work: inbox.forget_before(work, now)) == 0
    assert database.writer.run(lambda work: inbox.forget_before(work, now + timedelta(seconds=1))) == 2
    assert {text for (text,) in rows(database, Inbound, "text")} == {None}
    assert database.writer.run(lambda work: conversations.drop_expired(work, now + timedelta(days=7))) == 1
