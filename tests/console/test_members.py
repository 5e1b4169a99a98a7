"""The pages about members: filters without addresses, requests, import and export, the card."""

import re
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from aiohttp import FormData

from bot.clock import FrozenClock
from bot.console.pictures import qr
from bot.jobs import clean_rosters, import_rosters
from bot.jobs.job import Moment
from bot.services import cards, member_requests
from storage import members
from storage.imports import RosterFile, RosterRow
from storage.members import Member
from tests.console.desk import Desk, Person, Seen
from tests.console.pages_kit import letters_of, plain
from tests.members.people import id_number, mobile
from tests.members.world import World, cells, line, sheet
from tests.storage.kit import count, meet


@pytest.fixture
def world(desk: Desk, clock: FrozenClock) -> World:
    return World(desk.database, clock.now()).build()


def numbers(*places: int) -> Iterator[str]:
    for place in places:
        yield from (id_number(place), mobile(place))


async def sifted(person: Person, **form: Any) -> Seen:
    """The roster after the form was sent."""
    seen = await person.post("/members", **form)
    assert (seen.status, seen.headers["Location"]) == (303, "/members"), plain(seen)
    return await person.get("/members")


async def sent(person: Person, data: bytes, **more: str) -> Seen:
    """A list uploaded as a browser does it."""
    await person.get("/members/import")
    form = FormData()
    form.add_field("csrf", more.get("csrf", person.csrf))
    form.add_field("file", BytesIO(data), filename="张三的名册.xlsx", content_type="application/octet-stream")
    return await person.send("/members/import", form)


def work_on(desk: Desk) -> None:
    now = desk.clock.now()
    import_rosters.run(desk.database, desk.room.house, Moment(now, now))


async def test_the_roster_is_sifted_without_a_trace_in_addresses(desk: Desk, world: World) -> None:
    world.brought(sheet(line(1, "张三"), line(2, "王五", 工会="mill")))
    wang = await desk.person("wang", "staff")
    await wang.get("/members")
    seen = await sifted(wang, name="王")
    assert "王五" in seen.text and "张三" not in seen.text
    seen = await sifted(wang, sought=id_number(1))
    assert "张三" in seen.text and "王五" not in seen.text and "按身份证号查" in seen.text
    assert not any(number in seen.text + str(seen.headers) + seen.url for number in numbers(1, 2))
    seen = await sifted(wang, sought=mobile(2), unit="西区总工会", state="active", source="import", migrant="yes")
    assert "王五" in seen.text and "1 人" in plain(seen)
    seen = await sifted(wang)
    assert "2 人" in plain(seen)
    seen = await wang.post("/members", sought="1234")
    assert seen.status == 409 and "18位身份证号或11位手机号" in seen.text


async def test_pages_of_fifty(desk: Desk, world: World) -> None:
    world.brought(sheet(*(line(place) for place in range(60))))
    wang = await desk.person("wang", "staff")
    seen = await wang.get("/members")
    assert seen.text.count('href="/members/') >= 50 and "第 1/2 页" in plain(seen)
    seen = await wang.get("/members?page=2")
    assert plain(seen).count("forge-2026-") == 10


async def test_a_branch_sees_its_own(desk: Desk, world: World) -> None:
    mine, other = world.enrolled(1), world.enrolled(2, "mill")
    dong = await desk.person("dong", "approver", world.places["east"].id)
    assert "1 人" in plain(await dong.get("/members"))
    assert (await dong.get(f"/members/{mine.id}")).status == 200
    assert (await dong.get(f"/members/{other.id}")).status == 403
    seen = await dong.post(f"/members/{other.id}/act", deed="leave", reason="不是我的")
    assert seen.status == 403 and world.member(other.id).state == "active"


async def test_one_member_with_masked_numbers(desk: Desk, world: World) -> None:
    member = world.enrolled(1)
    wang = await desk.person("wang", "staff")
    seen = await wang.get(f"/members/{member.id}")
    assert "李四" in seen.text and member.number in seen.text and "***********" in seen.text
    assert f'action="/reveal/member/{member.id}/id_number"' in seen.text
    assert not any(number in seen.text for number in numbers(1))
    assert "办理</h2>" not in seen.text


async def test_a_deed_needs_a_reason_and_reaches_the_member(desk: Desk, world: World) -> None:
    member = world.enrolled(1)
    chen = await desk.person("chen", "approver")
    await chen.get(f"/members/{member.id}")
    mark = (await chen.get(f"/members/{member.id}")).hidden("seen")
    seen = await chen.post(f"/members/{member.id}/act", deed="keep", reason="", seen=mark)
    assert seen.status == 422 and "请写明理由" in seen.text
    seen = await chen.post(f"/members/{member.id}/act", deed="keep", reason="退休", seen=mark)
    assert seen.status == 303 and world.member(member.id).state == "kept"
    assert ("staff:chen", "member_deed", f"member:{member.id}", "keep") in desk.lines("member_deed")
    assert "保留会籍" in letters_of(desk, member.person_id or 0)[0]


async def test_requests_are_decided(desk: Desk, world: World) -> None:
    member, other = world.enrolled(1), world.enrolled(2)
    now = desk.clock.now()

    async def ask(person_id: int | None, kind: str, **data: str) -> int:
        return await desk.write(lambda work: member_requests.ask(work, person_id or 0, kind, data, now).id)

    transfer = await ask(member.person_id, "transfer", employer="纱厂")
    leave = await ask(other.person_id, "leave", reason="其他原因")
    chen = await desk.person("chen", "approver")
    assert "有 2 件会籍申请" in plain(await chen.get("/members"))
    seen = await chen.get("/members/requests")
    assert "本会以外，或还没有找到对应的工会" in seen.text and "其他原因" in seen.text
    assert (await chen.post(f"/members/requests/{transfer}/direct", unit="没有的工会")).status == 409
    assert (await chen.post(f"/members/requests/{transfer}/direct", unit="西区纱厂工会")).status == 303
    for mark in (f"pending.{world.places['mill'].id}.", f"released.{world.places['mill'].id}."):
        assert (await chen.post(f"/members/requests/{transfer}/accept")).status == 409
        assert (await chen.post(f"/members/requests/{transfer}/accept", seen="pending.0.")).status == 409
        assert mark in (await chen.get("/members/requests")).text
        assert (await chen.post(f"/members/requests/{transfer}/accept", seen=mark)).status == 303
    assert world.member(member.id).org_id == world.places["mill"].id
    shown = "pending.0."
    assert (await chen.post(f"/members/requests/{leave}/refuse", reason="", seen=shown)).status == 422
    assert (await chen.post(f"/members/requests/{leave}/refuse", reason="请先谈一谈", seen=shown)).status == 303
    assert (await chen.post(f"/members/requests/{leave}/accept", seen=shown)).status == 409
    assert "没有等待办理的申请" in (await chen.get("/members/requests")).text


async def test_an_application_takes_a_member_over_from_another_union(desk: Desk, world: World) -> None:
    member = world.enrolled(1)
    other = meet(desk.database, "other", desk.clock.now()).person_id
    more = {"kind": "transfer", "number": "20261125-0009", "state": "submitted", "employer": "西区纱厂"}
    one = f"/applications/{world.applied(1, 'mill', other, **more).id}"
    chen, zhou = await desk.person("chen", "approver"), await desk.person("zhou", "approver")
    for who in (chen, zhou):
        page = await who.get(one)
        assert "会籍在另一个微信上" in page.text and 'name="joined_on"' not in page.text
        await who.post(f"{one}/claim", seen=page.hidden("seen"))
        assert (await who.post(f"{one}/approve", seen=(await who.get(one)).hidden("seen"))).status == 303
    page = plain(await zhou.get(one))
    assert "已同意接收，正在请会员现在的工会转出" in page and "等会员现在的工会同意转出" in page
    assert "20261125-0009" in (await chen.get("/applications?view=releasing")).text
    asked = await desk.database.read(lambda work: members.request_of(work, int(one.rpartition("/")[2])))
    assert asked is not None
    said = []
    for each in (chen, chen, zhou, zhou):
        mark = (await each.get("/members/requests")).hidden("seen")
        said.append((await each.post(f"/members/requests/{asked.id}/accept", seen=mark)).status)
    assert said == [303, 409, 303, 303]
    moved = world.member(member.id)
    assert (moved.org_id, moved.number, moved.person_id) == (world.places["mill"].id, member.number, other)
    assert "已批准" in plain(await chen.get(one))


async def test_the_day_of_joining_elsewhere_is_typed_by_the_approver(desk: Desk, world: World) -> None:
    one = f"/applications/{world.applied(1, kind='transfer', number='20261125-0009', state='submitted').id}"
    chen = await desk.person("chen", "approver")
    await chen.post(f"{one}/claim", seen=(await chen.get(one)).hidden("seen"))
    page = await chen.get(one)
    assert 'name="joined_on"' in page.text
    for wrong in ("2011年", "1924-12-31", "2099-01-01"):
        assert (await chen.post(f"{one}/approve", seen=page.hidden("seen"), joined_on=wrong)).status == 422
    assert (await chen.post(f"{one}/approve", seen=page.hidden("seen"), joined_on="2011-05-01")).status == 303
    assert [each.joined_on for each in world.everybody()] == [date(2011, 5, 1)]


async def test_a_list_from_the_file_to_the_roster(desk: Desk, world: World) -> None:
    chen = await desk.person("chen", "approver")
    seen = await sent(chen, sheet(line(1), line(2)))
    place = seen.headers["Location"]
    assert seen.status == 303 and "张三" not in place
    seen = await chen.get(place)
    assert "每一列是什么" in seen.text and '<option value="id_number" selected>' in seen.text
    mapping = {f"column-{each}": "" for each in range(8)}
    seen = await chen.post(f"{place}/check", **mapping)
    assert seen.status == 422 and "还没有选：姓名、身份证号、入会日期" in seen.text
    fields = ["name", "id_number", "mobile", "unit", "employer", "joined_on", "work_status", "migrant"]
    mapping = {f"column-{each}": field for each, field in enumerate(fields)}
    assert (await chen.post(f"{place}/check", **mapping)).status == 303
    seen = await chen.get(place)
    assert seen.headers["Refresh"] == "2" and "<progress" in seen.text
    work_on(desk)
    seen = await chen.get(place)
    assert "会新增 2 人" in plain(seen) and "Refresh" not in seen.headers
    assert count(desk.database, Member) == 0
    assert (await chen.post(f"{place}/confirm")).status == 303
    assert (await chen.post(f"{place}/confirm")).status == 409
    work_on(desk)
    assert "已新增 2 人" in plain(await chen.get(place))
    assert count(desk.database, Member) == 2
    assert [line[1] for line in desk.lines() if line[1].startswith("roster")] == ["roster_upload", "roster_import"]


async def test_mistakes_are_listed_with_their_rows(desk: Desk, world: World) -> None:
    chen = await desk.person("chen", "approver")
    place = (await sent(chen, sheet(line(1), line(2, 入会日期="春天")))).headers["Location"]
    await chen.get(place)
    fields = ["name", "id_number", "mobile", "unit", "employer", "joined_on", "work_status", "migrant"]
    mapping = {f"column-{each}": field for each, field in enumerate(fields)}
    await chen.post(f"{place}/check", **mapping)
    work_on(desk)
    seen = await chen.get(place)
    assert "1 行有错" in plain(seen) and "第3行" in seen.text and "2026-11-26这样" in seen.text
    assert (await chen.post(f"{place}/discard")).status == 303
    now = desk.clock.now()
    clean_rosters.run(desk.database, desk.room.house, Moment(now, now))
    assert (count(desk.database, RosterRow), count(desk.database, RosterFile)) == (0, 0)


@pytest.mark.parametrize(
    ("data", "words"), [(b"", "请先选择"), (b"MZ not a table", "不是xlsx文件"), (b"PK\x03\x04", "不是xlsx文件")]
)
async def test_what_is_no_list_is_said_plainly(desk: Desk, data: bytes, words: str) -> None:
    seen = await sent(await desk.person("chen", "approver"), data)
    assert seen.status == 422 and words in seen.text


async def test_an_upload_needs_the_token_the_right_and_a_size(desk: Desk, world: World) -> None:
    chen = await desk.person("chen", "approver")
    assert (await sent(chen, sheet(line(1)), csrf="x" * 32)).status == 403
    assert (await sent(chen, bytes(11 * 1024 * 1024))).status == 413
    assert (await chen.post("/members/import")).status == 415
    li = await desk.person("li", "editor")
    await li.get("/")
    assert (await sent(li, sheet(line(1)))).status == 403
    assert count(desk.database, RosterFile) == 0


async def test_only_who_uploaded_sees_a_list(desk: Desk, world: World) -> None:
    place = (await sent(await desk.person("chen", "approver"), sheet(line(1)))).headers["Location"]
    other = await desk.person("zhou", "admin")
    assert (await other.get(place)).status == 403


async def test_an_export_follows_the_filters_and_is_written_down(desk: Desk, world: World) -> None:
    world.brought(sheet(line(1, "张三"), line(2, "王五", 工会="mill")))
    chen = await desk.person("chen", "approver")
    await chen.get("/members")
    await sifted(chen, name="王")
    seen = await chen.get("/members/export")
    assert "1 人" in plain(seen)
    assert (await chen.post("/members/export", reason="")).status == 422
    for full in ("", "1"):
        fields = {"csrf": chen.csrf, "reason": "年终统计", "full": full}
        headers = {"Origin": chen.origin, "Sec-Fetch-Site": "same-origin"}
        async with chen.client.post("/members/export", data=fields, headers=headers) as answer:
            table = cells(await answer.read())
            assert "attachment" in answer.headers["Content-Disposition"]
        assert [row[1] for row in table] == ["姓名", "王五"]
        assert (table[1][2] == id_number(2)) is bool(full)
        assert table[1][9].date() == date(2024, 3, 5)
    assert [line[1:] for line in desk.lines() if line[1].startswith("roster_export")] == [
        ("roster_export", "roster:*", "1人：年终统计"),
        ("roster_export_full", "roster:*", "1人：年终统计"),
    ]


async def test_growth_has_a_chart_and_its_numbers(desk: Desk, world: World) -> None:
    world.brought(sheet(line(1), line(2, 入会日期="2025-01-01")))
    seen = await (await desk.person("wang", "staff")).get("/members/growth")
    assert "<svg" in seen.text and "东区总工会" in seen.text and "+1" in seen.text


async def test_a_card_is_looked_at(desk: Desk, world: World) -> None:
    member = world.enrolled(1)
    code, _ = await desk.write(lambda work: cards.issue(work, world.member(member.id), desk.clock.now()))
    wang = await desk.person("wang", "staff", world.places["west"].id)
    await wang.get("/card")
    seen = await wang.post("/card", code=code)
    assert "李四" in seen.text and "东区铁厂工会" in seen.text and "有效" in seen.text
    assert not any(number in seen.text for number in numbers(1))
    desk.later(minutes=11)
    seen = await wang.post("/card", code=code)
    assert seen.status == 422 and "李四" not in seen.text


async def test_a_card_is_shown_at_the_window_and_scanned(desk: Desk, world: World) -> None:
    member, other = world.enrolled(1), world.enrolled(2, "mill")
    wang = await desk.person("wang", "staff", world.places["east"].id)
    assert f'action="/members/{member.id}/card"' in (await wang.get(f"/members/{member.id}")).text
    before, _ = await desk.write(lambda work: cards.issue(work, world.member(member.id), desk.clock.now()))
    seen = await wang.post(f"/members/{member.id}/card")
    code = re.findall(r'<code class="secret">(\w{5}-\w{5})</code>', seen.text)[0]
    assert seen.status == 200 and qr(code, "会员卡校验码二维码") in seen.text and "10:10 前有效" in seen.text
    assert not any(number in seen.text for number in numbers(1)) and code not in str(seen.headers) + seen.url
    assert (await wang.post("/card", code=before)).status == 422
    assert "李四" in (await wang.post("/card", code=code.lower())).text
    assert [line[1:3] for line in desk.lines() if line[1].startswith("card")] == [
        ("card_show", f"member:{member.id}"),
        ("card_look", f"member:{member.id}"),
    ]
    assert (await wang.post(f"/members/{other.id}/card")).status == 403
    assert (await wang.get(f"/members/{member.id}/card")).status == 405


async def test_a_file_without_headers_shows_no_numbers(desk: Desk, world: World) -> None:
    chen = await desk.person("chen", "approver")
    place = (await sent(chen, sheet(head=["张三", id_number(1), mobile(1)]))).headers["Location"]
    seen = await chen.get(place)
    assert not any(number in seen.text for number in numbers(1))
    assert "C列 ***" in seen.text
