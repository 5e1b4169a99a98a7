"""Under 16 stops and goes to a person, under 14 leaves no trace of what was typed or agreed to."""

from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from bot.services import admissions
from storage.applications import Application, ApplicationStep
from storage.audit import Audit
from storage.base import table
from storage.cases import Case
from storage.consents import Consent
from storage.conversations import Conversation
from storage.database import Database
from storage.inbox import Inbound
from storage.schema import METADATA
from tests.joining.applicants import WANG, ZHAO
from tests.joining.kit import REST, UNIT, all_of, id_of, joins, says, start, steps, talk
from tests.storage.kit import count, rows

OF_THE_FORM = (Application, ApplicationStep, Consent, Conversation, Case)


def test_at_fifteen_a_person_is_called_and_nothing_is_kept(database: Database, now: datetime) -> None:
    said = says(talk(database, now), *start(id_of("20110601"), name="小明")[:5])
    assert "未满16周岁" in said[-1]
    (row,) = all_of(database)
    assert (row.state, row.name, row.id_number, row.id_hash) == ("withdrawn", "", None, "")
    assert steps(database)[-1] == ("person", "collecting", "withdrawn")
    assert rows(database, Case, "topic", "state", "urgent") == [("minor", "open", True)]
    assert count(database, Conversation) == 0
    assert rows(database, Consent, "ended_at") != [(None,)]
    assert everywhere(database, "小明", id_of("20110601")) == []


def test_at_thirteen_nothing_is_kept_at_all(database: Database, now: datetime) -> None:
    said = says(talk(database, now), *start(id_of("20130601"), name="小红")[:5])
    assert "一点也没有保存" in said[-1]
    assert [count(database, each) for each in OF_THE_FORM] == [0, 0, 0, 0, 0]
    texts = dict(rows(database, Inbound, "topic", "text"))
    assert texts["refused:Stopped"] is None
    assert everywhere(database, "小红", id_of("20130601")) == []
    assert {note for (note,) in rows(database, Audit, "note")} <= {""}


@pytest.mark.parametrize(("birth", "kept"), [("20110601", "未满16周岁"), ("20130601", "一点也没有保存")])
def test_a_number_changed_at_the_end_leaves_no_summary_behind(
    database: Database, now: datetime, birth: str, kept: str
) -> None:
    speaker = talk(database, now)
    says(speaker, *start(name="赵小小"), UNIT, *REST)
    assert everywhere(database, "赵小小") != []
    assert kept in says(speaker, "修改 3", id_of(birth))[-1]
    assert everywhere(database, "赵小小", id_of(birth)) == []


def test_sixteen_begins_on_the_birthday(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    assert "未满16周岁" in says(speaker, *start(id_of("20101126"))[:5])[-1]
    assert "手机号" in says(speaker, *start(id_of("20101125"))[:5], user="u2")[-1]


def everywhere(database: Database, *words: str) -> list[str]:
    """Tables that hold one of these words in clear, or sealed where it can be opened as what was said."""

    def read(work: Any) -> list[str]:
        found = []
        for name, each in METADATA.tables.items():
            for row in work.look(sa.select(each)).all():
                found += [name for word in words if word in str(row)]
        inbound = table(Inbound)
        sealed = work.look(sa.select(inbound.c.text).where(inbound.c.text.is_not(None))).scalars()
        found += ["inbound" for text in sealed for word in words if word in work.seal.open(text, "inbound.text")]
        return found

    return database.look(read)


def test_an_adults_number_after_a_minors_takes_two_people(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    says(speaker, *start(id_of("20110601"), name="小明")[:5])
    assert "申请已经提交" in joins(speaker)[-1]
    database.writer.run(lambda work: work.execute(sa.update(table(Case)).values(state="closed")))
    says(speaker, "撤回申请", "确定撤回")
    assert "申请已经提交" in joins(speaker)[-1]
    handed_in = [each for each in all_of(database) if each.number]
    assert ["minor_before" in (each.flags or ()) for each in handed_in] == [True, True]
    first = database.writer.run(lambda work: admissions.approve(work, WANG, handed_in[-1].id, now).state)
    second = database.writer.run(lambda work: admissions.approve(work, ZHAO, handed_in[-1].id, now).state)
    assert (first, second) == ("submitted", "approved")
    assert everywhere(database, "小明", id_of("20110601")) == []


def test_who_was_never_stopped_has_no_such_mark(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    says(speaker, *start(id_of("20110601"), name="小明")[:5])
    joins(speaker, user="u2", id_number=id_of("19900307"))
    assert all_of(database)[-1].flags is None
