"""入会审核 in the console: queue, decisions, conflicts, rights, and nothing personal where it does not belong."""

import asyncio
import re
from urllib.parse import quote

import pytest

from bot.testing import Talk
from storage import people
from tests.console.applicants_kit import MOBILE, busy, office_of
from tests.console.desk import Desk, Person, Seen
from tests.console.pages_kit import plain
from tests.joining.applicants import FEMALE, MALE


def seen_mark(page: Seen) -> str:
    """What the page's forms carry of how the application stands."""
    return page.hidden("seen")


async def opened(who: Person, application_id: int) -> str:
    """Open the page; its mark."""
    return seen_mark(await who.get(f"/applications/{application_id}"))


async def claimed(who: Person, application_id: int) -> str:
    """Open the page and take it up; the mark afterwards."""
    taken = await who.post(f"/applications/{application_id}/claim", seen=await opened(who, application_id))
    assert taken.status == 303
    return await opened(who, application_id)


async def test_the_queue_tells_what_is_needed_and_no_numbers(desk: Desk) -> None:
    office = await office_of(desk)
    busy(desk, office)
    chen = await desk.person("chen", "approver")
    page = await chen.get("/applications")
    words = plain(page)
    order = [words.index(f"李{each}") for each in ("等很久了", "等久了", "小明", "小红")]
    assert order == sorted(order)
    for each in (
        "东区机械厂工会",
        "劳务派遣",
        "年满60周岁",
        "还没有确定",
        "已上报上级",
        "2026年11月20日到期",
        "没人认领",
    ):
        assert each in words
    assert "待审核6" in words and "超期2" in words and "需核对1" in words and "已上报1" in words
    for view in ("mine", "overdue", "returned", "flagged", "decided", "escalated", "nonsense"):
        seen = await chen.get(f"/applications?view={view}&branch={office.places['east'].id}&page=2")
        assert seen.status == 200
        assert not re.search(f"{FEMALE}|{MALE}|{MOBILE}", seen.text)


async def test_from_the_queue_to_a_member(desk: Desk) -> None:
    office = await office_of(desk)
    one = busy(desk, office)["plain"]
    chen = await desk.person("chen", "approver")
    page = plain(await chen.get(f"/applications/{one}"))
    for each in ("110***********002X", "138****8000", "女，36周岁", "李小红", "提交申请", "没有和别的申请或会员重复"):
        assert each in page
    answer = await chen.post(f"/applications/{one}/approve", seen=await claimed(chen, one))
    assert (answer.status, answer.headers["Location"]) == (303, f"/applications/{one}")
    page = plain(await chen.get(f"/applications/{one}"))
    assert "已批准入会，会通知本人。" in page and "已经办结" in page and "等待发送 1 封" in page
    assert [each.name for each in office.members()] == ["李小红"]
    assert "李小红" in plain(await chen.get("/applications?view=decided"))


async def test_the_applicant_hears_of_a_return_and_of_the_approval_by_chat(desk: Desk) -> None:
    office = await office_of(desk)
    talk = Talk(desk.database, desk.room.house, desk.clock.now())
    talk.says("您好", "hong")
    address = desk.database.look(lambda work: people.find(work, "talk", "hong"))
    assert address is not None
    one = busy(desk, office)["plain"]
    await desk.write(lambda work: setattr(work.session.merge(office.get(one)), "person_id", address.person_id))
    chen = await desk.person("chen", "approver")
    fields = {"field": "employer", "reason": "单位请写营业执照上的全称"}
    assert (await chen.post(f"/applications/{one}/return", seen=await claimed(chen, one), **fields)).status == 303
    assert "等申请人修改" in plain(await chen.get(f"/applications/{one}"))
    told = "\n".join((await asyncio.to_thread(talk.pass_time, minutes=5))["hong"])
    assert "要改的是：工作单位。" in told and "单位请写营业执照上的全称" in told and "修改申请" in told
    office.resubmit(one, talk.clock.now(), employer="示例机械厂有限公司")
    desk.later(minutes=6)
    page = plain(await chen.get(f"/applications/{one}"))
    assert "第 2 次提交" in page and "修改后再次提交" in page and "示例机械厂有限公司" in page
    assert (await chen.post(f"/applications/{one}/approve", seen=await claimed(chen, one))).status == 303
    assert "欢迎您加入东区机械厂工会" in "\n".join((await asyncio.to_thread(talk.pass_time, minutes=5))["hong"])


async def test_what_was_typed_is_kept_when_it_cannot_be_taken(desk: Desk) -> None:
    office = await office_of(desk)
    one = busy(desk, office)["plain"]
    chen = await desk.person("chen", "approver")
    mark = await claimed(chen, one)
    seen = await chen.post(f"/applications/{one}/return", seen=mark, reason="单位请写全称，谢谢")
    assert (seen.status, "请勾选要修改的内容" in seen.text, "单位请写全称，谢谢" in seen.text) == (422, True, True)
    seen = await chen.post(f"/applications/{one}/return", seen=mark, field="name", reason=f"应当是{FEMALE}")
    assert seen.status == 422 and re.search(r'value="name" checked', seen.text)
    doubtful = {"key": "other", "own": "还在试用期没有转正"}
    seen = await chen.post(f"/applications/{one}/reject", seen=mark, **doubtful)
    assert (seen.status, "第五十一条" in seen.text, 'name="sure"' in seen.text) == (422, True, True)
    own = {"key": "not_true", "own": "查无此单位，电话核实过"}
    assert (await chen.post(f"/applications/{one}/reject", seen=mark, **own)).status == 303
    assert "经核实不属实：查无此单位" in plain(await chen.get(f"/applications/{one}"))


async def test_who_comes_second_is_told_plainly(desk: Desk) -> None:
    office = await office_of(desk)
    one = busy(desk, office)["plain"]
    chen, zhou = await desk.person("chen", "approver"), await desk.person("zhou", "approver")
    first, second = await opened(chen, one), await opened(zhou, one)
    assert (await chen.post(f"/applications/{one}/claim", seen=first)).status == 303
    late = await zhou.post(f"/applications/{one}/claim", seen=second)
    assert late.status == 409 and "有了变化，没有办成" in late.text and "chen同志正在审核" in plain(late)
    over = await zhou.post(f"/applications/{one}/claim", seen=seen_mark(late))
    assert over.status == 303
    lost = await chen.post(f"/applications/{one}/approve", seen=first)
    assert lost.status == 409 and "zhou同志正在审核" in plain(lost)
    assert office.members() == []


async def test_a_flagged_one_is_seen_by_two(desk: Desk) -> None:
    office = await office_of(desk)
    one = busy(desk, office)["odd"]
    chen, zhou = await desk.person("chen", "approver"), await desk.person("zhou", "approver")
    assert "已办退休" in plain(await chen.get(f"/applications/{one}"))
    await chen.post(f"/applications/{one}/approve", seen=await claimed(chen, one))
    page = plain(await chen.get(f"/applications/{one}"))
    assert "已初审同意，等另一位审核人复核。" in page and "chen同志已初审，等复核" in page
    mark = await claimed(chen, one)
    assert (await chen.post(f"/applications/{one}/approve", seen=mark)).status == 409
    assert (await chen.post(f"/applications/{one}/release", seen=mark)).status == 303
    assert (await zhou.post(f"/applications/{one}/approve", seen=await claimed(zhou, one))).status == 303
    assert office.get(one).state == "approved"


async def test_many_at_once_with_a_list_of_what_was_left(desk: Desk) -> None:
    office = await office_of(desk)
    made = busy(desk, office)
    chen = await desk.person("chen", "approver")
    page = await chen.get("/applications")
    picks = re.findall(r'name="pick" value="([^"]+)"', page.text)
    assert {int(each.partition(":")[0]) for each in picks} == {made[key] for key in ("plain", "other", "late", "told")}
    office.approve(office.actor("east"), made["late"], desk.clock.now())
    done = await chen.post("/applications/approve", pick=picks[0])
    assert (done.status, done.headers["Location"]) == (303, "/applications")
    rest = "&".join(f"pick={quote(each)}" for each in picks[1:])
    body = f"csrf={quote(chen.csrf)}&{rest}&pick=nonsense&pick={made['odd']}:x"
    left = await chen.send("/applications/approve", body, Content_Type="application/x-www-form-urlencoded")
    assert left.status == 409
    for words in ("批准了 2 份，下面 2 份没有批准", "已经由同事批准", "有了变化"):
        assert words in plain(left)
    assert (await chen.post("/applications/approve")).status == 422


async def test_a_union_is_found_and_chosen(desk: Desk) -> None:
    office = await office_of(desk)
    one = busy(desk, office)["nowhere"]
    chen = await desk.person("chen", "approver")
    page = await chen.get(f"/applications/{one}?unit=机械厂")
    assert "东区机械厂工会" in page.text and "西区机械厂工会" in page.text
    mark = seen_mark(page)
    assert (await chen.post(f"/applications/{one}/unit", seen=mark, org="x")).status == 422
    given = await chen.post(f"/applications/{one}/unit", seen=mark, org=office.places["west"].id)
    assert given.status == 303 and office.get(one).org_id == office.places["west"].id
    east = await desk.person("east", "approver", office.places["east"].id)
    assert (await east.get(f"/applications/{one}")).status == 403


async def test_without_the_right_there_is_a_plain_refusal_and_a_line_in_the_trail(desk: Desk) -> None:
    office = await office_of(desk)
    one = busy(desk, office)["plain"]
    clerk = await desk.person("clerk", "staff", office.places["east"].id)
    mark = await claimed(clerk, one)
    for path in (f"/applications/{one}/approve", f"/applications/{one}/reject", "/applications/approve"):
        refused = await clerk.post(path, seen=mark, key="not_willing")
        assert refused.status == 403 and "您的账号没有这个权限（需要审核人）" in refused.text
    west = await desk.person("west", "approver", office.places["west"].id)
    assert "没有等待审核的申请" in (await west.get("/applications")).text
    for deed in ("claim", "release", "approve", "return", "reject", "unit"):
        fields = {
            "seen": mark,
            "field": "name",
            "reason": "姓名不对请改",
            "key": "other",
            "org": office.places["west"].id,
        }
        assert (await west.post(f"/applications/{one}/{deed}", **fields)).status == 403
    assert (await west.get(f"/applications/{one}")).status == 403
    refused_ = [line[:3] for line in desk.lines("refused")]
    assert ("staff:clerk", "refused", "POST /applications/{id}/approve") in refused_
    assert len(refused_) == 10 and office.members() == []


@pytest.mark.parametrize("deed", ["claim", "release", "approve", "return", "reject", "unit"])
async def test_a_form_from_elsewhere_changes_nothing(desk: Desk, deed: str) -> None:
    office = await office_of(desk)
    one = busy(desk, office)["plain"]
    chen = await desk.person("chen", "approver")
    mark = await claimed(chen, one)
    steps = office.steps(one)
    path, fields = f"/applications/{one}/{deed}", {"seen": mark, "field": "name", "reason": "姓名不对请改"}
    for data, headers in (
        ({"csrf": "x", **fields}, {}),
        ({"csrf": chen.csrf, **fields}, {"Origin": "https://evil.example"}),
    ):
        assert (await chen.send(path, data, **headers)).status == 403
    assert (await chen.post(path, **{**fields, "seen": ""})).status == 400
    assert office.steps(one) == steps


async def test_markup_stays_text(desk: Desk) -> None:
    office, now = await office_of(desk), desk.clock.now()
    evil = "<img src=x onerror=alert(1)>\"'"
    values = {"name": evil, "employer": evil, "work_status": "<b>在岗</b>", "pathway": "<b>x", "flags": [evil, "<b>"]}
    one = office.apply("a", now, **values)
    office.apply("b", now, mobile=MOBILE, name=evil)
    two = office.apply("c", now, mobile=MOBILE)
    chen = await desk.person("chen", "approver", display=evil[:32])
    mark = await claimed(chen, one)
    seen = await chen.post(f"/applications/{one}/return", seen=mark, field=evil, reason=evil)
    assert seen.status == 422
    pages = [seen, *[await chen.get(f"/applications/{each}?unit={quote(evil)}") for each in (one, two)]]
    for page in (*pages, await chen.get("/applications"), await chen.get("/applications?view=flagged")):
        assert "<img" not in page.text and "<b>在岗" not in page.text and "<b>x" not in page.text


async def test_nothing_unknown_breaks_a_page(desk: Desk) -> None:
    await office_of(desk)
    chen = await desk.person("chen", "approver")
    wanted = {"/applications/4711": 409, "/applications/9999999999999999999": 404}
    for path, status in {**wanted, "/applications?branch=99&page=0&view=%20": 200}.items():
        assert (await chen.get(path)).status == status


async def test_today_counts_what_waits(desk: Desk) -> None:
    office = await office_of(desk)
    busy(desk, office)
    page = plain(await (await desk.person("wang")).get("/"))
    assert "待审核入会 6 份" in page and "入会审核超期 2 份" in page
