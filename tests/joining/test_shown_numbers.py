"""A number of a person shown where it must not be: answered kindly, and nothing of it is kept."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from storage.base import table
from storage.database import Database
from storage.inbox import Inbound
from storage.misses import Miss
from tests.joining.kit import ID, MOBILE, talk

SHOWN = (f"入会 {ID}", f"我叫张三，身份证{ID}，想入会", f"{ID[:6]} {ID[6:14]} {ID[14:]}")


def kept(database: Database) -> tuple[list[str], list[bytes | None], int]:
    """Topics and words of the inbox, and how many questions wait for the editors."""
    inbound = table(Inbound)
    rows = database.look(lambda work: work.look(sa.select(inbound.c.topic, inbound.c.text)).all())
    misses = database.look(lambda work: work.look(sa.select(sa.func.count()).select_from(table(Miss))).scalar_one())
    return [row.topic for row in rows], [row.text for row in rows], int(misses)


@pytest.mark.parametrize("said", [*SHOWN, f"张三 {MOBILE}", "电话 138-0013-8000"])
def test_a_number_in_a_group(database: Database, now: datetime, said: str) -> None:
    (told,) = talk(database, now).says(said, chat="g1", mentioned=True)
    assert "不要在群里发" in told and "私聊" in told
    topics, words, misses = kept(database)
    assert topics == ["refused:NumberShown"] and not any(words) and misses == 0


@pytest.mark.parametrize("said", SHOWN)
def test_an_id_number_before_it_is_asked_for(database: Database, now: datetime, said: str) -> None:
    (told,) = talk(database, now).says(said)
    assert "没有保存" in told and "回复“入会”" in told
    topics, words, misses = kept(database)
    assert topics == ["refused:NumberShown"] and not any(words) and misses == 0


@pytest.mark.parametrize("said", ["12351是什么电话", "20261125-0001", "工资10000元要交多少会费"])
def test_other_numbers_are_no_sign(database: Database, now: datetime, said: str) -> None:
    (told,) = talk(database, now).says(said, chat="g1", mentioned=True)
    assert "不要在群里发" not in told
