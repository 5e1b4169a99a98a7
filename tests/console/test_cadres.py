"""干部: lists by branch, codes shown once, leave, handing over, dates of unions; who may, and what is refused."""

import re
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from aiohttp import FormData
from openpyxl import Workbook, load_workbook

from storage import absences, duty_templates, org_dates, orgs, people
from storage.absences import Absence, Away
from storage.orgs import Binding
from storage.work import Work
from tests.console.desk import Desk, Person, Seen
from tests.console.pages_kit import plain
from tests.storage.kit import count, meet, rows

WHY = "工作调动，已经交接"


async def cadre(desk: Desk, user: str, org_id: int, office: str = "主席", name: str = "") -> int:
    """Somebody in office; the appointment's id."""
    known, day = meet(desk.database, user, desk.clock.now()), date(2026, 1, 1)

    def job(work: Work) -> int:
        org = orgs.get(work, org_id)
        assert org is not None
        person = people.get(work, known.person_id)
        assert person is not None
        person.name = name
        work.session.add(person)
        return orgs.appoint(work, org, known.person_id, office, day).id

    return await desk.write(job)


def book(*lines: tuple[Any, ...]) -> bytes:
    """A list as an xlsx."""
    made, into = Workbook(), BytesIO()
    for each in lines:
        made.worksheets[0].append(each)
    made.save(into)
    return into.getvalue()


async def upload(person: Person, path: str, data: bytes, **fields: str) -> Seen:
    """Send a form with a file."""
    form = FormData()
    for name, value in {"csrf": person.csrf, **fields}.items():
        form.add_field(name, value)
    form.add_field("file", data, filename="list.xlsx")
    return await person.send(path, form)


async def test_a_branch_sees_its_own_cadres_only(desk: Desk) -> None:
    tree = await desk.tree()
    mine = await cadre(desk, "u1", tree["east-plant"], name="王芳")
    theirs = await cadre(desk, "u2", tree["west-plant"], "财务", name="李四")
    east = await desk.person("east", "staff", tree["east"])
    page = await east.get("/cadres")
    assert ("王芳" in page.text, "李四" in page.text, 'href="/cadres"' in page.text) == (True, False, True)
    assert (await east.get(f"/cadres/{theirs}")).status == 403
    seen = await east.get(f"/cadres/{mine}")
    assert "王芳" in seen.text and "解除并移交" not in seen.text  # staff look, approvers act
    assert (await east.post(f"/cadres/{mine}/hand-over", to="vacancy", reason=WHY)).status == 403
    assert "西区" not in (await east.get("/cadres?view=vacant")).text
    city = await desk.person("city")
    narrowed = await city.get("/cadres?office=财务")
    assert ("王芳" in narrowed.text, "李四" in narrowed.text) == (False, True)
    assert "王芳" in (await city.get(f"/cadres?unit={desk.org(tree['east']).name}")).text
    for odd in ("/cadres?view=x", "/cadres?page=999", "/cadres?office=x", "/cadres?unit=%25"):
        assert (await city.get(odd)).status == 200


async def test_lists_are_paged(desk: Desk) -> None:
    tree = await desk.tree()
    for place in range(51):
        await cadre(desk, f"u{place}", tree["east-plant"], "组织委员", "王" + chr(0x4E00 + place))
    wang = await desk.person("wang")
    first, second = await wang.get("/cadres?office=组织委员"), await wang.get("/cadres?office=组织委员&page=2")
    assert "51 人，第 1/2 页" in plain(first)
    assert (first.text.count('href="/cadres/'), second.text.count("组织委员</div>")) != (0, 0)
    assert "page=2" in first.text and "page=1" in second.text


async def test_a_code_is_shown_once_and_can_be_revoked(desk: Desk) -> None:
    tree = await desk.tree()
    chen = await desk.person("chen", "approver", tree["east"])
    await chen.get("/cadres/codes")
    asked = {"unit": "east-plant", "office": "主席", "name": "王芳", "days": "7"}
    shown = await chen.post("/cadres/codes", **asked)
    code = re.search(r"绑定 ([0-9a-z]{20})<", shown.text)
    assert shown.status == 200 and code and "<svg" in shown.text and "2026年12月2日" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    waiting = await chen.get("/cadres?view=waiting")
    assert "王芳" in waiting.text and code[1] not in waiting.text
    ((stored, kept),) = rows(desk.database, Binding, "id", "code_hash")
    assert code[1] not in kept and "王芳" not in str(desk.lines())
    west = await desk.person("west", "approver", tree["west"])
    await west.get("/cadres")
    assert (await west.post(f"/cadres/codes/{stored}/revoke")).status == 403
    assert (await west.post("/cadres/codes", **asked)).status == 422
    assert (await chen.post(f"/cadres/codes/{stored}/revoke")).status == 303
    assert "没有等着使用的绑定码" in (await chen.get("/cadres?view=waiting")).text
    for wrong in ({"office": "厂长"}, {"days": "99"}, {"days": "x"}, {"unit": "nowhere"}, {"name": "13800138000"}):
        assert (await chen.post("/cadres/codes", **{**asked, **wrong})).status == 422
    assert count(desk.database, Binding) == 1
    assert (await chen.send("/cadres/codes", asked)).status == 403  # no token


async def test_a_code_for_an_office_that_is_held_comes_with_a_warning(desk: Desk) -> None:
    tree = await desk.tree()
    await cadre(desk, "u1", tree["east-plant"], name="王芳")
    await cadre(desk, "u2", tree["west-plant"], "财务", "李四")
    chen = await desk.person("chen", "approver")
    await chen.get("/cadres/codes")
    asked = {"unit": "east-plant", "office": "主席", "name": "", "days": "7"}
    warned = await chen.post("/cadres/codes", **asked)
    assert (warned.status, "这个职务现在有1人担任" in warned.text) == (200, True)
    link = re.search(r'href="(/cadres\?unit=[^"]+)"', warned.text)
    assert link and "王芳" not in link[1]
    named = await chen.get(link[1].replace("&amp;", "&"))
    assert ("王芳" in named.text, "李四" in named.text) == (True, False)
    for free in ({"office": "财务"}, {"unit": "west-plant"}):
        made = await chen.post("/cadres/codes", **{**asked, **free})
        assert (made.status, "人担任" in made.text) == (200, False)
    await cadre(desk, "u3", tree["east-plant"], name="赵六")
    assert "这个职务现在有2人担任" in (await chen.post("/cadres/codes", **asked)).text


async def test_a_list_becomes_codes_in_a_file_or_a_list_of_mistakes(desk: Desk) -> None:
    await desk.tree()
    chen = await desk.person("chen", "approver")
    await chen.get("/cadres/codes")
    head = ("工会", "职务", "姓名")
    wrong = await upload(chen, "/cadres/codes/list", book(head, ("east-plant", "主席"), ("nowhere", "厂长")), days="7")
    assert (wrong.status, "第3行 工会" in plain(wrong), "第3行 职务" in plain(wrong)) == (422, True, True)
    for bad in (b"", b"no file", book(("甲", "乙"))):
        assert (await upload(chen, "/cadres/codes/list", bad, days="7")).status == 422
    assert count(desk.database, Binding) == 0
    path = "/cadres/codes/list"
    form = FormData()
    form.add_field("csrf", chen.csrf)
    form.add_field("days", "7")
    form.add_field(
        "file", book(("名单",), head, ("east-plant", "主席", "王芳"), ("西区机械厂工会", "财务", "")), filename="a.xlsx"
    )
    headers = {"Origin": chen.origin, "Sec-Fetch-Site": "same-origin"}
    async with chen.client.post(path, data=form, headers=headers) as answer:
        assert (answer.status, "attachment" in answer.headers["Content-Disposition"]) == (200, True)
        sheet = load_workbook(BytesIO(await answer.read())).worksheets[0]
    found = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [each[1:4] for each in found] == [("east-plant", "主席", "王芳"), ("west-plant", "财务", None)]
    code = str(found[0][5]).removeprefix("绑定 ")
    bound = await desk.write(lambda work: orgs.find_binding(work, code))
    assert bound is not None and bound.office == "主席"


def away(desk: Desk) -> list[Away]:
    return desk.database.look(lambda work: absences.on_leave(work, date(2026, 11, 26)))


async def test_leave_is_noted_and_ended(desk: Desk) -> None:
    tree = await desk.tree()
    mine = await cadre(desk, "u1", tree["east-plant"], name="王芳")
    await cadre(desk, "u2", tree["east"], "经办人", "李四")
    chen = await desk.person("chen", "approver")
    page = await chen.get(f"/cadres/{mine}")
    other = re.search(r'value="(\d+)"[^>]*>李四', page.text)
    assert other
    days = {"from": "2026-11-25", "until": "2026-12-04", "substitute": other[1]}
    assert (await chen.post(f"/cadres/{mine}/leave", **days)).status == 303
    assert "11月25日到12月4日" in (await chen.get(f"/cadres/{mine}")).text
    assert "请假到2026年12月4日" in (await chen.get("/cadres?view=leave")).text
    for wrong in (days, {**days, "from": ""}, {**days, "from": "2026-11-01"}, {**days, "substitute": "1"}):
        assert (await chen.post(f"/cadres/{mine}/leave", **wrong)).status == 422
    ((absence_id, state),) = rows(desk.database, Absence, "id", "state")
    assert state == "open"
    assert [each.substitute_id for each in away(desk)] == [int(other[1])]
    assert (await chen.post(f"/cadres/{mine}/leave/{absence_id}/end")).status == 303
    assert (await chen.post(f"/cadres/{mine}/leave/{absence_id}/end")).status == 422
    assert away(desk) == []


async def test_everything_is_handed_over_once(desk: Desk) -> None:
    tree = await desk.tree()
    mine = await cadre(desk, "u1", tree["east-plant"], name="王芳")
    chen = await desk.person("chen", "approver")
    seen = (await chen.get(f"/cadres/{mine}")).hidden("seen")
    path = f"/cadres/{mine}/hand-over"
    for wrong in ({"to": ""}, {"to": "1"}, {"reason": "王芳调走了"}, {"reason": ""}, {"seen": "x"}, {"seen": ""}):
        said = await chen.post(path, **{"to": "vacancy", "reason": WHY, "seen": seen, **wrong})
        assert (said.status, "alert" in said.text) == (422, True)
    assert (await chen.post(path, to="vacancy", reason=WHY, seen=seen)).status == 303
    page = await chen.get(f"/cadres/{mine}")
    assert "从2026年11月25日起解除" in page.text and WHY in page.text and "解除并移交" not in page.text
    assert (await chen.post(path, to="vacancy", reason=WHY, seen=seen)).status == 422
    assert "王芳" in (await chen.get("/cadres?view=left")).text
    assert "王芳" not in (await chen.get("/cadres")).text
    assert desk.lines("unbind")[0][2:] == (f"appointment:{mine}", f"{WHY}；0项任务等下一位")


async def test_dates_of_unions_one_by_one_and_from_a_list(desk: Desk) -> None:
    tree = await desk.tree()
    plant = tree["east-plant"]
    chen = await desk.person("chen", "approver", tree["east"])
    seen = (await chen.get(f"/cadres/dates/{plant}")).hidden("seen")
    path = f"/cadres/dates/{plant}"
    assert (await chen.post(path, seen=seen, term_ends="2027-03-01")).status == 303
    assert (await chen.post(path, seen=seen, term_ends="2028-03-01")).status == 422  # an old page
    assert "2027年3月1日" in (await chen.get("/cadres/dates")).text
    head = ("工会", "工会委员会届满日期")
    data = book(head, ("east-plant", date(2029, 1, 2)), ("west-plant", date(2029, 1, 2)))
    assert (await upload(chen, "/cadres/dates", data)).status == 422
    stored = desk.database.look(lambda work: org_dates.of_field(work, "term_ends"))
    assert stored == {plant: date(2027, 3, 1)}
    assert (await upload(chen, "/cadres/dates", book(head, ("east-plant", date(2029, 1, 2))))).status == 303
    seen = (await chen.get(path)).hidden("seen")
    assert "2029-01-02" in seen
    assert (await chen.post(path, seen=seen, term_ends="")).status == 303
    assert desk.database.look(lambda work: org_dates.of_field(work, "term_ends")) == {}
    assert (await chen.get(f"/cadres/dates/{tree['west-plant']}")).status == 403


@pytest.mark.parametrize("path", ["/cadres/codes", "/cadres/codes/list", "/cadres/dates"])
async def test_staff_without_the_right_change_nothing(desk: Desk, path: str) -> None:
    await desk.tree()
    wang = await desk.person("wang", "editor")
    if path == "/cadres/codes":
        assert (await wang.post(path, unit="east-plant", office="主席", days="7")).status == 403
    else:
        assert (await upload(wang, path, book(("工会", "职务"), ("east-plant", "主席")), days="7")).status == 403
    assert count(desk.database, Binding) == 0


async def test_the_whole_year_of_a_cadre_with_drafts(desk: Desk) -> None:
    tree = await desk.tree()
    mine = await cadre(desk, "u1", tree["east-plant"], name="王芳")
    theirs = await cadre(desk, "u2", tree["west-plant"], name="李四")
    line = {"what": "报上来。", "basis": "惯例", "evidence": "none", "levels": ["基层"], "numbers": None}

    def fill(work: Work) -> None:
        for key, state, day in (("early", "live", 5), ("next", "draft", 20), ("gone", "retired", 21)):
            more = {"title": f"任务{key}", "months": [10], "deadline": {"day": day}, "state": state}
            duty_templates.put_template(work, key, {**line, **more})

    await desk.write(fill)
    east = await desk.person("east", "staff", tree["east"])
    assert f'href="/cadres/{mine}/year"' in (await east.get(f"/cadres/{mine}")).text
    page = plain(await east.get(f"/cadres/{mine}/year?year=2026"))
    assert "王芳" in page and "10月，10月8日发清单" in page and "9月 没有任务" in page
    assert "2026年10月20日前 任务next 草稿" in page and "任务gone" not in page
    assert page.count("看到清单时已经逾期") == 1 and "还没有公布" not in page
    assert (await east.get(f"/cadres/{theirs}/year")).status == 403
    assert (await east.get("/cadres/999999999/year")).status == (await east.get("/cadres/999999999")).status
