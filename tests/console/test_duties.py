"""干部任务 in the console: the board adds up, everybody sees their own branch, and what staff do is told and kept."""

import re
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlmodel import select

from bot.clock import SHANGHAI
from bot.services import duty_answers, duty_board, duty_evidence, duty_requests
from bot.services.actors import Actor
from storage import duties, evidence
from storage.base import table
from storage.duties import Duty
from storage.duty_board import COUNTS, Sums
from storage.duty_requests import DutyRequest
from storage.letters import PURPOSE, Letter
from storage.orgs import Appointment
from storage.work import Work
from tests.console.desk import Desk, Person
from tests.console.duties_kit import PERIOD, Union, busy, union_of
from tests.console.pages_kit import plain

CHEN = Actor("chen", "approver")


@pytest.fixture
async def union(desk: Desk) -> Union:
    """Duties of November in every state."""
    return await union_of(desk)


def board(union: Union, org: str = "", actor: Actor = CHEN, ranking: bool = False) -> duty_board.Board:
    """The board of a unit on 25 November."""
    now, org_id = union.desk.clock.now(), union.units.get(org)
    return union.desk.database.look(lambda work: duty_board.board(work, actor, org_id, PERIOD, now, ranking=ranking))


def said(sums: Sums) -> dict[str, int]:
    """The counts that are not zero."""
    return {name: getattr(sums, name) for name in COUNTS if getattr(sums, name)}


def test_numbers_are_rolled_up_one_level_at_a_time(union: Union) -> None:
    city = board(union)
    expected = {"deliver": 1, "waiting": 2, "received": 1, "done": 1, "late": 1, "excused": 1}
    assert said(city.whole) == {**expected, "overdue": 1, "escalated": 1}
    assert city.whole.total == 7 == sum(each.sums.total for each in city.units)
    assert [(each.org.name, said(each.sums)) for each in city.units] == [
        ("东区总工会", {"deliver": 1, "waiting": 2, "received": 1, "done": 1, "overdue": 1, "escalated": 1}),
        ("西区总工会", {"late": 1, "excused": 1}),
    ]
    assert [(each.id, each.sums.total) for each in city.tasks] == [("changes", 3), ("election", 4)]
    east = board(union, "east")
    assert [(each.org.name, each.own, each.below) for each in east.units] == [
        ("东区总工会", True, True),
        ("东区机械厂工会", False, False),
        ("东区商场工会", False, False),
    ]
    assert [each.sums.total for each in east.units] == [1, 2, 2]
    assert [each.name for each in east.place.way] == ["示例市总工会"]
    assert sum((each.sums for each in east.tasks), Sums()) == east.whole


def test_done_late_is_a_matter_of_the_day_in_china(union: Union) -> None:
    assert said(board(union, "east-plant").whole) == {"received": 1, "done": 1}
    assert said(board(union, "west-plant").whole) == {"late": 1, "excused": 1}


def test_nobody_is_ranked_unless_a_union_wants_it(union: Union) -> None:
    plain_order, ranked = board(union), board(union, ranking=True)
    assert [each.org.id for each in plain_order.units] == [union.units["east"], union.units["west"]]
    assert [each.org.id for each in ranked.units] == [union.units["west"], union.units["east"]]


async def test_the_board_is_a_page_and_a_file(union: Union, desk: Desk) -> None:
    chen = await desk.person("chen", "approver")
    page = await chen.get("/duties?period=2026-11")
    words = plain(page)
    assert "单位：项，一共 7 项" in words and "截至 2026-11-25 10:00（北京时间）" in words and "不排名" in words
    assert f'href="/duties?period=2026-11&amp;org={union.units["east"]}"' in page.text
    below = plain(await chen.get(f"/duties?period=2026-11&org={union.units['east']}"))
    assert "东区商场工会" in below and "西区" not in below
    file = await fetched(chen, "/duties/board.xlsx?period=2026-11")
    assert [sheet.title for sheet in file] == ["说明", "各工会", "各项任务"]
    rows = list(file["各工会"].values)
    assert rows[0][:2] == ("工会", "待送达（项）") and rows[1] == ("东区总工会", 1, 2, 1, 1, 0, 0, 1, 1, 5)
    assert "2026-11-25 10:00" in str(list(file["说明"].values))
    assert "还没有下发任务" in plain(await chen.get("/duties?period=2027-01"))
    assert (await chen.get("/duties?period=nonsense&org=x&page=-3")).status == 200


async def fetched(who: Person, path: str) -> Workbook:
    """An xlsx of the console."""
    async with who.client.get(path, allow_redirects=False) as answer:
        assert answer.status == 200, path
        return load_workbook(BytesIO(await answer.read()))


async def test_a_branch_sees_its_own(union: Union, desk: Desk) -> None:
    west = await desk.person("west", "approver", union.units["west"])
    words = plain(await west.get("/duties?period=2026-11"))
    assert "西区总工会" in words and "东区" not in words and "一共 2 项" in words and "示例市总工会" not in words[40:]
    for path in (f"/duties?org={union.units['east']}", f"/duties/{union.duties['east/election']}"):
        assert (await west.get(path)).status == 403
    await busy(union)
    for path in ("list", "silent", "missed", "phone", "requests"):
        words = plain(await west.get(f"/duties/{path}?period=2026-11"))
        assert "东区" not in words
    answer = await west.post(f"/duties/{union.duties['east/election']}/excuse", seen="x", reason="试一试看看行不行")
    assert answer.status == 403 and union.get("east/election").state == "delivered"


async def test_one_task_across_units(union: Union, desk: Desk) -> None:
    chen = await desk.person("chen", "approver")
    page = plain(await chen.get("/duties/list?period=2026-11&task=changes"))
    assert "会员变动月报" in page and "3 项" in page and "逾期完成" in page and "待确认，已逾期" in page
    assert page.index("东区机械厂") < page.index("东区商场") < page.index("西区机械厂")
    silent = plain(await chen.get("/duties/list?period=2026-11&task=changes&state=silent"))
    assert "1 项" in silent and "东区商场" in silent and "西区机械厂" not in silent
    assert "孙小红" not in page + silent  # names are for the page of the duty
    file = await fetched(chen, "/duties/list.xlsx?period=2026-11&state=late")
    assert list(file["任务"].values)[1][:4] == ("西区机械厂工会", "主席", "会员变动月报", "逾期完成")
    assert (await chen.get("/duties/list?task=none")).status == 409


async def test_who_is_silent_what_was_missed_and_whom_to_phone(union: Union, desk: Desk) -> None:
    await busy(union)
    chen = await desk.person("chen", "approver")
    silent = plain(await chen.get("/duties/silent?period=2026-11"))
    assert "2 个" in silent and "东区商场工会" in silent and "2 项" in silent and "机械厂" not in silent
    missed = plain(await chen.get("/duties/missed?period=2026-11"))
    assert "2026-11-23 09:00" in missed and "工会换届到期排查" in missed and "1 次" in missed
    assert "没有错过的提醒" in plain(await chen.get("/duties/missed?period=2026-10"))
    phone = plain(await chen.get("/duties/phone"))
    assert "138****8000" in phone and "13800138000" not in phone and "2026-11-25 10:00 起" in phone
    assert "延到 2026年12月5日" in plain(await chen.get("/duties/requests"))
    for view in ("silent", "missed", "phone", "requests"):
        file = await fetched(chen, f"/duties/{view}.xlsx?period=2026-11")
        told = str([list(sheet.values) for sheet in file])
        assert "东区" in told and not re.search("13800138000|孙小红|王建国", told)


async def test_the_course_of_a_duty(union: Union, desk: Desk) -> None:
    await busy(union)
    chen = await desk.person("chen", "approver")
    page = await chen.get(f"/duties/{union.duties['east-plant/election']}")
    words = plain(page)
    for each in ("下发", "提出申请", "提醒", "到期前7天", "换届材料还在等上级批复", "王建国", "进度 50%", "照片"):
        assert each in words, each
    assert "extend" not in words and words.index("下发") < words.index("提出申请")
    done = plain(await chen.get(f"/duties/{union.duties['east-plant/changes']}"))
    assert "12.5 人" in done and "还没有报" in done and "已经结束，不能再改" in done
    assert (await chen.get("/duties/99")).status == 409


async def test_a_duty_done_without_its_proof_says_so(union: Union, desk: Desk) -> None:
    key, now = "east-plant/changes", desk.clock.now()

    def without(work: Work) -> None:
        duty, template = duties.get(work, union.duties[key]) or (None, None)
        assert duty and template
        template.evidence = "photo"
        entry = duty_answers.Entry(duty, template, 1)
        note = duty_evidence.missing(work, entry)
        duties.step(work, duty.id, f"person:{duty.person_id}", "done", now, note)
        evidence.add_text(work, duty.id, duty.person_id, "已交纸质材料", now)
        assert duty_evidence.missing(work, entry) == ""

    desk.database.writer.run(without)
    chen = await desk.person("chen", "approver")
    assert "没有佐证" in plain(await chen.get(f"/duties/{union.duties[key]}"))


async def test_a_request_is_granted_and_told(union: Union, desk: Desk) -> None:
    request = (await busy(union))["request"]
    chen = await desk.person("chen", "approver")
    path = f"/duties/{union.duties['east-plant/election']}"
    seen = (await chen.get(path)).hidden("seen")
    assert (await chen.post(f"{path}/grant", seen=seen, request=request)).status == 303
    duty = union.get("east-plant/election")
    assert (duty.deadline, duty.set_on) == (date(2026, 12, 5), date(2026, 11, 30))
    assert ("staff:chen", "moved", "2026年11月30日→2026年12月5日") in union.steps("east-plant/election")
    assert letters(desk) == [
        (duty.person_id, "您申请的延期批准了：“工会换届到期排查”现在是12月5日前（原来是11月30日前）。")
    ]
    stale = await chen.post(f"{path}/grant", seen=seen, request=request)
    assert stale.status == 409 and "有了变化" in plain(stale)
    assert asked(desk, request).state == "granted" and len(letters(desk)) == 1


def letters(desk: Desk) -> list[tuple[int, str]]:
    """Who is owed which words."""
    rows = desk.database.look(lambda work: work.session.exec(select(Letter).order_by(Letter.id)).all())
    return [(each.person_id, desk.database.look(lambda work, e=each: work.seal.open(e.text, PURPOSE))) for each in rows]


def asked(desk: Desk, request_id: int) -> DutyRequest:
    """A request as it is in the database."""
    found = desk.database.look(lambda work: work.session.get(DutyRequest, request_id))
    assert found is not None
    return found


async def test_a_request_that_was_taken_back_is_shown_so_and_cannot_be_granted(union: Union, desk: Desk) -> None:
    request = (await busy(union))["request"]
    chen = await desk.person("chen", "approver")
    path = f"/duties/{union.duties['east-plant/election']}"
    seen = (await chen.get(path)).hidden("seen")

    def take_back(work: Work) -> None:
        person = union.people["王建国"]
        entry = duty_requests.asked_later(work, duty_answers.listing(work, person, desk.clock.now()))
        duty_requests.call_off(work, person, entry, desk.clock.now())

    await desk.write(take_back)
    late = await chen.post(f"{path}/grant", seen=seen, request=request)
    assert late.status == 409 and asked(desk, request).state == "withdrawn"
    page = plain(await chen.get(path))
    assert "本人已撤回" in page and "撤回申请" in page and "批准延期" not in page


async def test_a_request_is_refused_with_a_reason(union: Union, desk: Desk) -> None:
    request = (await busy(union))["request"]
    chen = await desk.person("chen", "approver")
    path = f"/duties/{union.duties['east-plant/election']}"
    seen = (await chen.get(path)).hidden("seen")
    short = await chen.post(f"{path}/refuse", seen=seen, request=request, why="不行")
    assert short.status == 422 and "4到100个字" in plain(short) and 'value="不行"' in short.text
    named = await chen.post(f"{path}/refuse", seen=seen, request=request, why="请让王建国按时办理")
    assert named.status == 422 and asked(desk, request).state == "pending"
    assert (await chen.post(f"{path}/refuse", seen=seen, request=request, why="市里统一要求本月办完")).status == 303
    row = asked(desk, request)
    assert (row.state, row.decided_by, union.get("east-plant/election").deadline.day) == ("refused", "chen", 30)
    assert "市里统一要求本月办完" in letters(desk)[0][1]


async def test_staff_move_reassign_and_excuse(union: Union, desk: Desk) -> None:
    chen = await desk.person("chen", "approver")
    path = f"/duties/{union.duties['east-plant/election']}"

    async def do(deed: str, **fields: object) -> int:
        answer = await chen.post(f"{path}/{deed}", seen=(await chen.get(path)).hidden("seen"), **fields)
        return answer.status

    assert await do("move", day="2026-11-01") == 422 and await do("move", day="soon") == 422
    assert await do("move", day="2026-11-30") == 422 and await do("move", day="2026-12-02") == 303
    assert await do("reassign", to=union.people["李西来"]) == 422
    assert await do("reassign", to=union.people["周小云"]) == 303
    duty = union.get("east-plant/election")
    assert (duty.person_id, duty.state) == (union.people["周小云"], "issued")
    assert await do("excuse", reason="") == 422 and await do("excuse", reason="单位本月停产，没有换届") == 303
    assert union.get("east-plant/election").state == "excused"
    assert [what for _, what, _ in union.steps("east-plant/election")] == ["moved", "reassigned", "excused"]
    assert len(letters(desk)) == 4
    page = await chen.get(path)
    assert 'name="seen"' not in page.text and "周小云" in page.text and "person:" not in page.text
    assert {line[1] for line in desk.lines()} >= {"duty_moved", "duty_reassigned", "duty_excused"}


async def test_only_approvers_decide(union: Union, desk: Desk) -> None:
    request = (await busy(union))["request"]
    clerk = await desk.person("he", "editor")
    path = f"/duties/{union.duties['east-plant/election']}"
    page = await clerk.get(path)
    assert "需要审核人权限" in plain(page) and 'name="seen"' not in page.text
    assert (await clerk.post(f"{path}/grant", seen="x", request=request)).status == 403
    assert (await clerk.get("/duties/silent.xlsx")).status == 403


async def test_evidence_is_looked_at_for_a_reason_that_is_kept(union: Union, desk: Desk) -> None:
    photo = (await busy(union))["photo"]
    clerk = await desk.person("he", "staff", union.units["east"])
    duty_id = union.duties["east-plant/election"]
    path = f"/duties/{duty_id}/evidence/{photo}"
    page = await clerk.get(f"/duties/{duty_id}")
    assert "data:image" not in page.text
    assert (await clerk.post(path, reason="看")).status == 422
    shown = await clerk.post(path, reason="核对现场照片是否清楚")
    assert shown.status == 200 and 'src="data:image/png;base64,' in shown.text
    assert (await clerk.get(path)).status == 405
    assert desk.lines("evidence_look") == [
        ("staff:he", "evidence_look", f"duty:{duty_id}", "照片：核对现场照片是否清楚")
    ]
    other = f"/duties/{union.duties['east-shop/election']}/evidence/{photo}"
    assert (await clerk.post(other, reason="核对现场照片是否清楚")).status == 409
    west = await desk.person("west", "staff", union.units["west"])
    assert (await west.post(path, reason="核对现场照片是否清楚")).status == 403


async def test_today_says_what_waits(union: Union, desk: Desk) -> None:
    await busy(union)
    words = plain(await (await desk.person("chen", "approver")).get("/"))
    for each in (
        "2026年11月的干部任务",
        "按时完成1项",
        "逾期完成1项",
        "已逾期1项",
        "已上报上级1项",
        "等待决定的申请1件",
    ):
        assert each in words.replace(" ", ""), each
    west = plain(await (await desk.person("west", "staff", union.units["west"])).get("/")).replace(" ", "")
    assert "逾期完成1项" in west and "已逾期" not in west and "等待决定的申请0件" in west


async def test_what_nobody_has_since_its_holder_left_is_shown_as_vacant(union: Union, desk: Desk) -> None:
    await busy(union)

    def leave(work: Work) -> None:
        row = table(Appointment)
        held = row.update().where(row.c.person_id == union.people["孙小红"])
        work.execute(held.values(until=date(2026, 11, 24)))

    await desk.write(leave)
    chen = await desk.person("chen", "approver")
    phone = plain(await chen.get("/duties/phone"))
    assert "空缺" in phone and "没有人接" in phone and "138****8000" not in phone and "一共 1 个" in phone
    for view in ("list", "silent"):
        words = plain(await chen.get(f"/duties/{view}?period=2026-11"))
        assert "主席（空缺）" in words
    page = plain(await chen.get(f"/duties/{union.duties['east-shop/election']}"))
    assert "还没有人接" in page and "孙小红" not in page
    file = await fetched(chen, "/duties/phone.xlsx")
    assert list(file["要打电话的"].values)[1][2] == "空缺"


async def many_requests(union: Union, desk: Desk, count: int) -> None:
    """So many duties of other months, each with a request that waits."""

    def fill(work: Work) -> None:
        like, now = duties.get(work, union.duties["east-shop/election"]), desk.clock.now()
        assert like is not None
        for number in range(count):
            shown = ("template_id", "appointment_id", "person_id", "deadline", "org_id")
            values: dict[str, Any] = {each: getattr(like[0], each) for each in shown}
            period = f"{2030 + number // 12}-{number % 12 + 1:02}"
            duty = Duty(id=work.new_id(), period=period, number=100 + number, state="issued", created_at=now, **values)
            work.session.add(duty)
            work.session.flush()
            ask: dict[str, Any] = {"kind": "extend", "wanted_on": date(2026, 12, 5), "created_at": now}
            work.session.add(DutyRequest(id=work.new_id(), duty_id=duty.id, person_id=duty.person_id, **ask))

    await desk.write(fill)


async def test_every_request_can_be_seen_and_exported(union: Union, desk: Desk) -> None:
    await many_requests(union, desk, 60)
    chen = await desk.person("chen", "approver")
    first = await chen.get("/duties/requests?period=2026-11")
    assert "60 件" in plain(first) and "第 1/2 页" in plain(first)
    second = await chen.get("/duties/requests?period=2026-11&page=2")
    found = [re.findall(r'href="(/duties/\d+)"', each.text) for each in (first, second)]
    assert [len(each) for each in found] == [50, 10] and len({*found[0], *found[1]}) == 60
    file = await fetched(chen, "/duties/requests.xlsx?period=2026-11")
    assert len(list(file["等待决定的申请"].values)) == 61
    assert ("总数", 60) in list(file["说明"].values)


async def test_an_extension_is_not_granted_after_its_day(union: Union, desk: Desk) -> None:
    request = (await busy(union))["request"]
    key = "east-plant/election"
    row = table(Duty)
    reported = row.update().where(row.c.id == union.duties[key]).values(escalated=1)
    await desk.write(lambda work: work.execute(reported))
    desk.clock.set(datetime(2026, 12, 6, 10, tzinfo=SHANGHAI))
    chen = await desk.person("chen", "approver")
    path = f"/duties/{union.duties[key]}"
    seen = (await chen.get(path)).hidden("seen")
    late = await chen.post(f"{path}/grant", seen=seen, request=request)
    assert late.status == 422 and "申请延到的12月5日已经过了" in plain(late)
    duty = union.get(key)
    assert (duty.deadline, duty.escalated) == (date(2026, 11, 30), 1)
    assert asked(desk, request).state == "pending" and letters(desk) == []
    assert (await chen.post(f"{path}/refuse", seen=seen, request=request, why="日子已经过了，请尽快")).status == 303
