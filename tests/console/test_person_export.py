"""A copy of one member's data: complete, for a reason, only for who may, and written down."""

import json

import pytest

from bot.clock import FrozenClock
from bot.services import member_requests
from storage import consents
from storage.work import Work
from tests.console.desk import Desk
from tests.members.people import id_number, mobile
from tests.members.world import World

WHY = "本人当面要求复制"


@pytest.fixture
def world(desk: Desk, clock: FrozenClock) -> World:
    return World(desk.database, clock.now()).build()


async def test_everything_that_is_kept(desk: Desk, world: World) -> None:
    member, now = world.enrolled(1, number="20261125-0009"), desk.clock.now()
    person = member.person_id or 0

    def more(work: Work) -> None:
        consents.give(work, person, "id_number", "2026-11", now)
        member_requests.ask(work, person, "correct", {"mobile": mobile(7)}, now)

    await desk.write(more)
    chen = await desk.person("chen", "approver")
    assert f'action="/members/{member.id}/export"' in (await chen.get(f"/members/{member.id}")).text
    seen = await chen.post(f"/members/{member.id}/export", reason=WHY)
    assert seen.status == 200 and seen.headers["Cache-Control"] == "no-store"
    assert seen.headers["Content-Disposition"] == f'attachment; filename="member-{member.id}.json"'
    data = json.loads(seen.text)
    for part in ("会员登记", "入会申请"):
        found = data[part][0] if part == "入会申请" else data[part]
        assert (found["姓名"], found["身份证号"], found["手机号"]) == ("李四", id_number(1), mobile(1))
    assert [each["事项"] for each in data["会籍经过"]] == ["入会"]
    assert data["会籍申请"][0]["内容"] == {"mobile": mobile(7)}
    assert data["同意记录"][0]["版本"] == "2026-11"
    assert [line[1:] for line in desk.lines("person_export")] == [("person_export", f"member:{member.id}", WHY)]


async def test_who_may_not_gets_nothing(desk: Desk, world: World) -> None:
    path = f"/members/{world.enrolled(1, 'mill').id}/export"
    chen = await desk.person("chen", "approver")
    seen = await chen.post(path, reason="看看")
    assert seen.status == 422 and id_number(1) not in seen.text
    wang, dong = await desk.person("wang"), await desk.person("dong", "approver", world.places["east"].id)
    for who in (wang, dong):
        seen = await who.post(path, reason=WHY)
        assert seen.status == 403 and id_number(1) not in seen.text
    assert (await chen.send(path, {"csrf": "x", "reason": WHY})).status == 403
    assert desk.lines("person_export") == [] and len(desk.lines("refused")) == 2
