"""Cadres who do not hear: a number to phone is shown for a reason, nothing is given to who is away."""

import re
from datetime import date

import pytest

from storage import absences
from storage.absences import Absence
from storage.base import table
from storage.members import Member
from storage.work import Work
from tests.console.desk import Desk
from tests.console.duties_kit import Union, busy, union_of


@pytest.fixture
async def union(desk: Desk) -> Union:
    """Duties of November in every state."""
    return await union_of(desk)


async def test_a_number_to_phone_is_shown_whole_for_a_reason_that_is_kept(union: Union, desk: Desk) -> None:
    await busy(union)
    east = await desk.person("he", "approver", union.units["east"])
    page = await east.get("/duties/phone")
    found = re.search(r'action="(/reveal/member/\d+/mobile)"', page.text)
    assert found is not None and "13800138000" not in page.text
    assert (await east.post(found[1], reason="看")).status == 422
    shown = await east.post(found[1], reason="微信联系不上，打电话告诉期限")
    assert shown.status == 200 and "13800138000" in shown.text
    ((who, _, subject, note),) = desk.lines("reveal")
    assert (who, note) == ("staff:he", "手机号：微信联系不上，打电话告诉期限") and "138" not in subject[:10]
    west = await desk.person("west", "approver", union.units["west"])
    assert "/reveal/" not in (await west.get("/duties/phone")).text
    assert (await west.post(found[1], reason="微信联系不上，打电话告诉期限")).status == 403


async def test_who_registered_no_number_is_reached_another_way(union: Union, desk: Desk) -> None:
    await busy(union)
    await desk.write(lambda work: work.execute(table(Member).update().values(mobile=None)))
    page = await (await desk.person("chen", "approver")).get("/duties/phone")
    assert "没有登记" in page.text and "请同工会的同事转告" in page.text and "/reveal/" not in page.text


async def test_nothing_is_given_to_a_colleague_on_leave_for_whom_nobody_stands_in(union: Union, desk: Desk) -> None:
    chen = await desk.person("chen", "approver")
    path = f"/duties/{union.duties['east-plant/election']}"
    await desk.write(lambda work: _leave(work, union, None))
    page = await chen.get(path)
    assert "经办人 周小云（请假到12月5日，没有人代）" in page.text
    refused = await chen.post(f"{path}/reassign", seen=page.hidden("seen"), to=union.people["周小云"])
    assert refused.status == 422 and "请假到12月5日，也没有人代" in refused.text
    assert union.get("east-plant/election").person_id == union.people["王建国"]
    await desk.write(lambda work: _stand_in(work, union.people["钱东方"]))
    page = await chen.get(path)
    assert "请假到12月5日，有人代" in page.text
    given = await chen.post(f"{path}/reassign", seen=page.hidden("seen"), to=union.people["周小云"])
    assert given.status == 303 and union.get("east-plant/election").person_id == union.people["周小云"]


def _leave(work: Work, union: Union, substitute: int | None) -> None:
    values = {"from_on": date(2026, 11, 20), "until_on": date(2026, 12, 5), "substitute_id": substitute}
    absences.add(work, person_id=union.people["周小云"], by="staff:chen", at=union.desk.clock.now(), **values)


def _stand_in(work: Work, person_id: int) -> None:
    work.execute(table(Absence).update().values(substitute_id=person_id))
