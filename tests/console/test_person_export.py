"""A copy of one person's data: complete, for a reason, only for who may, and written down."""

import json

import pytest

from bot.clock import FrozenClock
from bot.services import member_requests
from storage import applications, consents
from storage.applications import Application
from storage.work import Work
from tests.console.desk import Desk
from tests.console.targets_kit import union_with_targets
from tests.members.people import id_number, mobile
from tests.members.world import World, line, sheet

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


async def test_an_applicant_who_is_no_member_gets_a_copy(desk: Desk, world: World) -> None:
    application, now = world.applied(1, number="20261125-0009", note="请补单位全称"), desk.clock.now()
    await desk.write(lambda work: applications.move(work, _held(work, application.id), "returned", "staff:chen", now))
    chen = await desk.person("chen", "approver", world.places["east"].id)
    page = await chen.get(f"/applications/{application.id}")
    assert f'action="/applications/{application.id}/export"' in page.text
    seen = await chen.post(f"/applications/{application.id}/export", reason=WHY)
    assert seen.headers["Content-Disposition"] == f'attachment; filename="application-{application.id}.json"'
    data = json.loads(seen.text)
    assert set(data) == {"导出时间", "入会申请", "通知", "同意记录", "标签", "不收的通知"}
    found = data["入会申请"][0]
    assert (found["编号"], found["姓名"], found["身份证号"], found["手机号"]) == (
        "20261125-0009",
        "李四",
        id_number(1),
        mobile(1),
    )
    assert found["原因"] == "请补单位全称" and found["经过"][-1]["事项"] == "退回修改"
    assert [line[1:] for line in desk.lines("person_export")] == [
        ("person_export", f"application:{application.id}", WHY)
    ]


def _held(work: Work, application_id: int) -> Application:
    found = applications.held(work, application_id)
    assert found is not None
    return found


async def test_what_another_union_has_stays_there(desk: Desk, world: World) -> None:
    first = world.applied(1, "mill", number="20261101-0001", state="rejected", name="李四")
    second = world.applied(2, "forge", first.person_id, number="20261125-0009")
    chen = await desk.person("chen", "approver", world.places["east"].id)
    seen = await chen.post(f"/applications/{second.id}/export", reason=WHY)
    elsewhere = next(each for each in json.loads(seen.text)["入会申请"] if each["编号"] == "20261101-0001")
    assert set(elsewhere) == {"编号", "状态", "说明"} and id_number(1) not in seen.text
    assert (await chen.post(f"/applications/{first.id}/export", reason=WHY)).status == 403


async def test_a_member_of_another_union_is_exported_there(desk: Desk, world: World) -> None:
    before = world.applied(3, "forge", number="20261101-0001", state="rejected")
    world.enrolled(1, "mill", person_id=before.person_id, number="20261125-0009")
    east = await desk.person("dong", "approver", world.places["east"].id)
    seen = await east.post(f"/applications/{before.id}/export", reason=WHY)
    assert seen.status == 409 and "别的工会的会员" in seen.text and id_number(1) not in seen.text
    assert desk.lines("person_export") == []
    whole = await desk.person("chen", "approver")
    data = json.loads((await whole.post(f"/applications/{before.id}/export", reason=WHY)).text)
    assert data["会员登记"]["身份证号"] == id_number(1) and len(data["入会申请"]) == 2


async def test_an_applicants_copy_has_its_price_too(desk: Desk, world: World) -> None:
    path = f"/applications/{world.applied(1, number='20261125-0009').id}/export"
    chen, wang = await desk.person("chen", "approver"), await desk.person("wang")
    for why in ("看看", "李四本人要求"):
        assert (await chen.post(path, reason=why)).status == 422
    assert (await wang.post(path, reason=WHY)).status == 403
    assert "导出这个人的信息" not in (await wang.get(path.removesuffix("/export"))).text
    assert desk.lines("person_export") == []


async def test_who_only_stands_in_a_list_is_exported_too(desk: Desk, world: World) -> None:
    world.brought(sheet(line(1)))
    chen = await desk.person("chen", "approver")
    seen = await chen.post(f"/members/{world.everybody()[0].id}/export", reason=WHY)
    data = json.loads(seen.text)
    assert data["会员登记"]["手机号"] == mobile(1) and data["入会申请"] == data["同意记录"] == []


async def test_a_cadre_gets_a_copy_of_offices_duties_and_numbers(desk: Desk) -> None:
    union = await union_with_targets(desk)
    duty = union.get("east-plant/changes")
    path = f"/cadres/{duty.appointment_id}"
    dong = await desk.person("dong", "approver", union.units["east"])
    assert f'action="{path}/export"' in (await dong.get(path)).text
    seen = await dong.post(f"{path}/export", reason=WHY)
    assert seen.status == 200 and seen.headers["Cache-Control"] == "no-store"
    assert seen.headers["Content-Disposition"] == f'attachment; filename="cadre-{duty.appointment_id}.json"'
    data = json.loads(seen.text)
    assert {"导出时间", "姓名", "工会职务", "任务", "佐证", "任务的申请", "同意记录"} <= set(data)
    assert data["姓名"] == "王建国"
    assert [(each["工会"], each["职务"], each["解除"]) for each in data["工会职务"]] == [("东区机械厂工会", "主席", "")]
    told = next(each for each in data["任务"] if each["任务"] == "会员变动月报")
    assert (told["月份"], told["数字"]) == ("2026-11", {"入会": "120 人", "退会": "5 人"})
    assert "孙小红" not in seen.text  # nobody else's
    subject = f"appointment:{duty.appointment_id}"
    assert [line[1:] for line in desk.lines("person_export")] == [("person_export", subject, WHY)]


async def test_a_cadre_of_another_branch_or_for_no_reason_is_not_copied(desk: Desk) -> None:
    union = await union_with_targets(desk)
    path = f"/cadres/{union.get('west-plant/changes').appointment_id}/export"
    dong = await desk.person("dong", "approver", union.units["east"])
    chen, wang = await desk.person("chen", "approver"), await desk.person("wang")
    assert (await chen.post(path, reason="看看")).status == 422
    assert (await chen.post(path, reason="李西来本人要求")).status == 422  # a name does not belong in the trail
    for who in (dong, wang):
        seen = await who.post(path, reason=WHY)
        assert seen.status == 403 and "李西来" not in seen.text
    assert (await chen.post("/cadres/1/export", reason=WHY)).status in (404, 409, 422)
    assert (await chen.send(path, {"csrf": "x", "reason": WHY})).status == 403
    assert desk.lines("person_export") == []
