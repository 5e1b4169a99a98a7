"""Whole numbers are shown once, for a reason, to who may see them, and every time is written down."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from bot.clock import FrozenClock
from storage.base import table
from storage.members import Member
from tests.console.desk import Desk
from tests.console.pages_kit import plain
from tests.members.people import id_number, mobile
from tests.members.world import World

WHY = "电话核实本人身份"


@pytest.fixture
def world(desk: Desk, clock: FrozenClock) -> World:
    return World(desk.database, clock.now()).build()


def numbers(place: int) -> Iterator[str]:
    yield from (id_number(place), mobile(place))


async def test_a_number_is_shown_once_with_its_reason_in_the_trail(desk: Desk, world: World) -> None:
    member, application = world.enrolled(1), world.applied(2, number="20261125-0009")
    wang = await desk.person("wang")
    asked = {("member", member.id): 1, ("application", application.id): 2}
    for (kind, row), place in asked.items():
        for field, value in zip(("id_number", "mobile"), numbers(place), strict=True):
            await wang.get(f"/{kind}s/{row}")
            seen = await wang.post(f"/reveal/{kind}/{row}/{field}", reason=f" {WHY}\n")
            assert (seen.status, seen.text.count(value)) == (200, 1)
            assert seen.headers["Cache-Control"] == "no-store" and value not in seen.url + str(seen.headers)
            assert value not in (await wang.get(f"/{kind}s/{row}")).text
    assert [line[1:] for line in desk.lines("reveal")] == [
        ("reveal", f"{kind}:{row}", f"{label}：{WHY}") for kind, row in asked for label in ("身份证号", "手机号")
    ]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("", "现在是0个字"),
        ("核实", "现在是2个字"),
        ("核" * 101, "现在是101个字"),
        (f"核对{id_number(1)}", "不要写姓名"),
        ("给李四打电话", "不要写姓名"),
    ],
)
async def test_a_reason_that_does_not_hold_shows_nothing(desk: Desk, world: World, reason: str, said: str) -> None:
    member = world.enrolled(1)
    wang = await desk.person("wang")
    seen = await wang.post(f"/reveal/member/{member.id}/id_number", reason=reason)
    assert seen.status == 422 and said in plain(seen) and id_number(1) not in seen.text
    assert f'action="/reveal/member/{member.id}/id_number"' in seen.text
    assert desk.lines("reveal") == []


async def test_another_branch_sees_nothing_and_that_is_written_down(desk: Desk, world: World) -> None:
    member, application = world.enrolled(1, "mill"), world.applied(2, "mill", number="20261125-0009")
    dong = await desk.person("dong", "admin", world.places["east"].id)
    for kind, row in (("member", member.id), ("application", application.id)):
        seen = await dong.post(f"/reveal/{kind}/{row}/mobile", reason=WHY)
        assert seen.status == 403 and not any(each in seen.text for place in (1, 2) for each in numbers(place))
    assert [(line[0], line[3]) for line in desk.lines("refused")] == [
        ("staff:dong", f"field:mobile id:{row} kind:{kind}")
        for kind, row in (("member", member.id), ("application", application.id))
    ]
    assert desk.lines("reveal") == []


async def test_what_no_key_opens_is_said_and_not_noted(desk: Desk, world: World) -> None:
    member = world.enrolled(1)
    members = table(Member)
    change = sa.update(members).values(id_number=bytes([9]) + bytes(40), mobile=None)
    await desk.write(lambda work: work.execute(change) and None)
    wang = await desk.person("wang")
    for field, said in (("id_number", "密钥换过了"), ("mobile", "没有保存")):
        seen = await wang.post(f"/reveal/member/{member.id}/{field}", reason=WHY)
        assert seen.status == 409 and said in seen.text
    assert desk.lines("reveal") == []


async def test_only_a_form_of_ours_can_ask(desk: Desk, world: World) -> None:
    path = f"/reveal/member/{world.enrolled(1).id}/id_number"
    wang = await desk.person("wang")
    assert (await wang.send(path, {"csrf": "x", "reason": WHY})).status == 403
    assert (await wang.send(path, {"csrf": wang.csrf, "reason": WHY}, Origin="https://evil.example")).status == 403
    assert (await wang.get(f"{path}?reason=abcd")).status == 405
    for other in ("/reveal/staff/1/mobile", "/reveal/member/1/name", "/reveal/member/99999999999999999999/mobile"):
        assert (await wang.post(other, reason=WHY)).status == 404
    assert (await wang.post("/reveal/member/4711/mobile", reason=WHY)).status == 409
    stranger = await desk.person()
    assert (await stranger.post(path, reason=WHY)).headers["Location"].startswith("/login")
    assert desk.lines("reveal") == []
