"""年历模板 and 任务日历 in the console: drafts with a preview, publishing, this year's dates, the days of a month."""

from datetime import date
from typing import Any

import pytest
from multidict import MultiDict

from bot.console.duty_calendar import grid
from bot.console.duty_template_form import blank, filled, read
from bot.services import duty_templates_desk
from bot.services.duty_templates_desk import Due
from storage import duty_templates
from tests.console.desk import Desk, Person, Seen
from tests.console.duties_kit import Union, union_of
from tests.console.pages_kit import plain

NEW: dict[str, Any] = {
    "title": "职工书屋检查",
    "what": "看看书架、灯和开放时间。",
    "month": ["3", "9"],
    "kind": "nth",
    "nth": "-1",
    "weekday": "5",
    "level": ["基层", "区县"],
    "role": "主席",
    "evidence": "number",
    "number-key": ["books", ""],
    "number-label": ["新增图书", ""],
    "number-unit": ["本", ""],
    "ladder": "-3 0",
    "basis": "惯例：以当年上级通知为准",
}


@pytest.fixture
async def union(desk: Desk) -> Union:
    """Two lines in force and cadres in office."""
    return await union_of(desk)


async def send(who: Person, path: str, **more: Any) -> Seen:
    """Fill in the form as a browser does: a name may come several times."""
    fields = [("csrf", who.csrf)]
    for name, value in {**NEW, **more}.items():
        fields += [(name, each) for each in value] if isinstance(value, list) else [(name, value)]
    return await who.send(path, fields)


async def test_a_line_is_written_tried_and_published(union: Union, desk: Desk) -> None:
    liu, chen = await desk.person("liu", "editor"), await desk.person("chen", "approver")
    await liu.get("/duties/templates/new")
    tried = plain(await send(liu, "/duties/templates/new", action="preview"))
    assert "2026年3月27日" in tried and "2026年9月25日" in tried and "3月24日、3月27日" in tried
    assert "基层 3 个职务" in tried and "区县 1 个职务" in tried and "一共 4 个" in tried
    assert "1. 职工书屋检查｜3月27日前｜待确认" in tried
    assert len(desk.database.look(duty_templates.every)) == 2
    saved = await send(liu, "/duties/templates/new", action="save")
    assert saved.status == 303
    path = saved.headers["Location"]
    page = await liu.get(path)
    assert "草稿" in plain(page) and f"{path}/publish" not in page.text
    assert (await liu.post(f"{path}/publish", seen=page.hidden("seen"))).status == 403
    assert (await chen.post(f"{path}/publish", seen=(await chen.get(path)).hidden("seen"))).status == 303
    kept = desk.database.look(lambda work: duty_templates.get(work, path.rpartition("/")[2]))
    assert kept is not None and (kept.state, kept.deadline, kept.ladder) == ("live", {"nth": -1, "weekday": 5}, [-3, 0])
    assert [line[:2] for line in desk.lines("duty_publish")] == [("staff:chen", "duty_publish")]


async def test_every_mistake_stands_beside_its_field(union: Union, desk: Desk) -> None:
    liu = await desk.person("liu", "editor")
    await liu.get("/duties/templates/new")
    wrong = {"title": "书", "month": [], "kind": "day", "day": "40", "level": [], "ladder": "-90", "number-key": ["书"]}
    page = await send(liu, "/duties/templates/new", **wrong, action="save")
    words = plain(page)
    assert page.status == 422 and "有 6 处要改" in words
    for each in ("请写2到60个字", "请至少选一个月", "1到31之间", "请至少选一级", "-60到60之间", "小写字母"):
        assert each in words, each
    assert 'value="-90"' in page.text and "看看书架、灯和开放时间。" in page.text
    assert len(desk.database.look(duty_templates.every)) == 2


async def test_a_change_is_a_draft_until_it_is_published(union: Union, desk: Desk) -> None:
    liu, chen = await desk.person("liu", "editor"), await desk.person("chen", "approver")
    path = "/duties/templates/changes"
    form = await liu.get(f"{path}/edit")
    assert 'value="会员变动月报"' in form.text
    assert (await send(liu, f"{path}/edit", seen=form.hidden("seen"), action="save")).status == 303
    assert title(desk) == "会员变动月报"
    shown = await chen.get(path)
    assert "有草稿" in plain(shown) and "职工书屋检查" in shown.text
    stale = await send(liu, f"{path}/edit", seen=form.hidden("seen"), action="save")
    assert stale.status == 409 and "有人改过" in plain(stale) and "看看书架" in stale.text
    assert (await chen.post(f"{path}/publish", seen=shown.hidden("seen"))).status == 303
    assert title(desk) == "职工书屋检查"
    again = await chen.post(f"{path}/retire", seen=shown.hidden("seen"))
    assert again.status == 409 and "有人改过" in plain(again)
    assert (await chen.post(f"{path}/retire", seen=(await chen.get(path)).hidden("seen"))).status == 303
    assert "停用" in plain(await chen.get("/duties/templates?state=retired"))
    assert (await chen.post(f"{path}/revive", seen=(await chen.get(path)).hidden("seen"))).status == 303


def title(desk: Desk, template_id: str = "changes") -> str:
    """What a line in force is called."""
    found = desk.database.look(lambda work: duty_templates.get(work, template_id))
    assert found is not None
    return found.title


async def test_this_years_dates_move_what_is_open(union: Union, desk: Desk) -> None:
    chen = await desk.person("chen", "approver")
    path = "/duties/templates/election"
    await chen.get(path)
    bad = await chen.post(f"{path}/date", period="2026-11", way="day", day="2026-11-01")
    assert bad.status == 422 and "已经过去" in plain(bad)
    assert (await chen.post(f"{path}/date", period="2026-11", way="day", day="")).status == 422
    assert (await chen.post(f"{path}/date", period="2026-11", way="day", day="2026-11-27")).status == 303
    assert union.get("east-plant/election").deadline == date(2026, 11, 27)
    assert union.get("west-plant/election").deadline == date(2026, 11, 30)  # excused already
    assert "今年的日期" in plain(await chen.get("/duties/calendar?period=2026-11"))
    assert (await chen.post(f"{path}/date", period="2026-11", way="rule")).status == 303
    assert union.get("east-plant/election").deadline == date(2026, 11, 30)
    assert (await chen.post(f"{path}/date", period="2026-11", way="skip")).status == 303
    assert union.get("east-shop/election").state == "excused"
    assert "今年不做" in plain(await chen.get("/duties/calendar?period=2026-11"))
    assert (await chen.post(f"{path}/date", period="x", way="skip")).status == 400


async def test_branches_look_and_do_not_write(union: Union, desk: Desk) -> None:
    west = await desk.person("west", "approver", union.units["west"])
    page = await west.get("/duties/templates/changes")
    assert page.status == 200 and "<form" not in page.text.partition("<main")[2]
    await west.get("/duties/templates")
    answer = await west.post("/duties/templates/changes/date", period="2026-12", way="skip")
    assert answer.status == 403
    assert (await send(west, "/duties/templates/new", action="save")).status == 403


async def test_the_calendar_marks_days(union: Union, desk: Desk) -> None:
    chen = await desk.person("chen", "approver")
    page = await chen.get("/duties/calendar?period=2026-11")
    assert page.text.index("会员变动月报") < page.text.index("工会换届到期排查") and "今天" in plain(page)
    october = plain(await chen.get("/duties/calendar?period=2026-10"))
    assert "休" in october and "班" in october  # National Day, and a Saturday worked for it
    year = plain(await chen.get("/duties/calendar?year=2026"))
    assert year.count("会员变动月报") == 12 and year.count("工会换届到期排查") == 1
    assert "工会换届" in plain(await chen.get("/duties/calendar?year=2026&level=区县"))
    assert "会员变动" not in plain(await chen.get("/duties/calendar?year=2026&level=区县"))
    assert "还没有公布" in plain(await chen.get("/duties/calendar?year=2028"))


def test_the_grid_begins_on_monday() -> None:
    due = [Due("a", "甲", ["基层"], "2026-11", date(2026, 11, 30), False)]
    weeks = grid("2026-11", due, date(2026, 11, 25))
    assert [len(week) for week in weeks] == [7] * 6
    assert [field.day for field in weeks[0]] == [None] * 6 + [date(2026, 11, 1)]
    assert weeks[-1][0].due == due and weeks[4][2].now and weeks[0][6].rest


@pytest.mark.parametrize(
    "rule",
    [
        {"day": 31},
        {"last_workday": True, "workdays_before_end": 2},
        {"workday": 3},
        {"nth": 2, "weekday": 3},
        {"before": "春节", "workdays": 7},
        {"after": "国庆", "days": 3},
        {"field": "term_ends", "months_before": 6},
    ],
)
def test_a_rule_comes_back_from_the_form_as_it_was(rule: dict[str, Any]) -> None:
    values = {**blank(), "title": "任务", "what": "做这件事", "months": [2], "deadline": rule, "ladder": [-7, 0]}
    form = MultiDict(filled(values))
    again = read(form)
    assert (again["deadline"], again["ladder"]) == (rule, [-7, 0])
    assert "deadline" not in duty_templates_desk.problems(again)


async def test_the_preview_points_out_a_date_before_anybody_is_told(union: Union, desk: Desk) -> None:
    liu = await desk.person("liu", "editor")
    await liu.get("/duties/templates/new")
    more = {"kind": "day", "day": "5", "role": "财务", "action": "preview"}
    tried = plain(await send(liu, "/duties/templates/new", **more, month=["9", "10"]))
    assert "10月的期限（2026年10月5日）在当月第一个工作日以前" in tried and "9月的期限（" not in tried
    assert "还没有公布" not in tried and "谁也收不到" not in tried  # nobody holds 财务: everybody in office gets it
