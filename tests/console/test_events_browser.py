"""活动 in a real browser, on a phone and a desk: written, opened, a list taken, cancelled; the door without scripts."""

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.browser import Page
from tests.console.desk import Desk
from tests.console.events_kit import QUESTIONS, STARTS, came, event, only, person, registered
from tests.console.looking import SIZES, Looker

pytestmark = pytest.mark.browser
backend = pytest.fixture(name="backend")(lambda: "sqlite")
LIST = "#接龙\n中秋灯会\n1. 张三\n2. 李四（带1人）\n3. 王五 素食\n4. 赵六 13800138000\n6. 🌸🌸"


@pytest.fixture(params=SIZES)
async def looker(request: pytest.FixtureRequest, page: Page, desk: Desk, tmp_path: Path) -> Looker:
    """An approver of the city has logged in."""
    await desk.tree()
    await desk.account("chen", "approver", display="陈立华")
    made = Looker(page, desk, request.param, tmp_path)
    await made.log_in("chen")
    return made


async def fill(looker: Looker, selector: str, words: str) -> None:
    """Put words into a field in one go."""
    await looker.page.js(f"void (document.querySelector({selector!r}).value = {words!r})")


async def test_an_event_from_the_first_word_to_a_list_taken(looker: Looker, desk: Desk) -> None:
    await looker.open("/events")
    await looker.check("e1-none")
    await looker.send("a[href='/events/new']", "写新活动")
    await looker.page.type("#f-title", "中秋灯会")
    await looker.page.type("#f-place", "市工人文化宫一楼大厅")
    await fill(looker, "#f-about", "猜灯谜、做灯笼，带上孩子一起来。现场有工作人员接待。")
    await looker.page.type("#f-capacity", "4")
    await fill(looker, "#q-ask-0", "您的工作服穿多大码？")
    await fill(looker, "#q-label-0", "尺码")
    await fill(looker, "#q-kind-0", "choice")
    await fill(looker, "#q-options-0", "S、M、L、XL")
    await looker.check("e2-form")
    await looker.send(".event-form .primary", "中秋灯会")
    await looker.check("e3-draft")
    made = only(desk)
    await looker.send(f"a[href='/events/{made.id}/open']", "开放报名")
    await looker.check("e4-open")
    await looker.decide("main form .primary", "已开放报名")
    await looker.send(f"a[href='/events/{made.id}/list']", "粘贴接龙名单")
    await fill(looker, "#f-text", LIST)
    await looker.send("button[value=look]", "粘贴接龙名单")
    await looker.check("e5-list")
    assert "登记这 5 人" in await looker.words()
    await looker.decide("button[value=take]", "名单已登记")
    await looker.check("e6-event")
    assert len(registered(desk, made.id)) == 4 and len(registered(desk, made.id, "waiting")) == 1
    await looker.send(f"a[href='/events/{made.id}/people/new']", "登记一个人")
    await looker.check("e7-person")
    await looker.open(f"/events/{made.id}/edit")
    await fill(looker, "#f-place", "体育馆")
    await looker.send(".event-form .primary:not(.skip)", "确认改动")
    await looker.check("e8-change")
    await looker.send("button[value=back]", "修改活动")
    await looker.open(f"/events/{made.id}/cancel")
    await looker.check("e9-cancel")
    await looker.page.type("#f-note", "场地停电")
    await looker.decide("main form .danger", "活动已取消")
    await looker.open("/events?side=past")
    await looker.check("e10-past")
    assert looker.page.errors == []


async def test_the_door_by_keyboard_and_without_scripts(looker: Looker, desk: Desk, tmp_path: Path) -> None:
    event_id = await event(desk, questions=QUESTIONS, capacity=5)
    ids = [
        await person(desk, name, event_id, size="L", phone="13800138000")
        for name in ("张三丰", "李四", "王五", "欧阳修远", "古丽·买买提", "排队的")
    ]
    desk.clock.set(STARTS)
    await looker.page.call("Emulation.setScriptExecutionDisabled", value=True)
    await looker.log_in("chen")
    await looker.open(f"/events/{event_id}/desk")
    await looker.check("f1-door")
    await looker.key(f"button[value='{ids[0]}']", told="已签到")
    await looker.reach("input[name=sought]")
    await looker.page.type("input[name=sought]", "李")
    await looker.key("form[role=search] button", "签到台")
    assert "找到还没来的 1 人" in await looker.words()
    await looker.check("f2-found")
    await looker.key(f"button[value='{ids[1]}']", told="已签到")
    await looker.check("f3-ticked")
    await looker.key(f"button[name=back][value='{ids[0]}']", told="已撤回签到")
    await looker.open(f"/events/{event_id}/card")
    await looker.check("f4-card")


async def test_after_the_end(looker: Looker, desk: Desk, tmp_path: Path) -> None:
    event_id = await event(desk, questions=QUESTIONS)
    said = (
        ("张三丰", 5, "灯谜有意思，下次还来"),
        ("李四", 4, ""),
        ("王五", 2, "椅子太少，站了两个小时"),
        ("赵六", 5, ""),
    )
    for name, stars, words in said:
        mine = await person(desk, name, event_id, size="M")
        await came(desk, event_id, mine, stars, words)
    await person(desk, "没来的", event_id, size="S")
    desk.clock.set(STARTS.replace(hour=18))
    await looker.log_in("chen")
    await looker.open(f"/events/{event_id}?view=absent")
    await looker.check("g1-absent")
    assert "没＊＊" in await looker.words()
    await looker.open(f"/events/{event_id}/opinions")
    await looker.check("g2-opinions")
    await looker.open(f"/events/{event_id}/opinions", dark=True)
    await looker.shot("g3-dark")
    into = tmp_path / "files"
    into.mkdir()
    await looker.open(f"/events/{event_id}")
    body = await looker.page.download("form[action$='roster.xlsx'] button", into)
    assert load_workbook(BytesIO(body)).worksheets[0]["B2"].value == "张三丰"
    assert looker.page.errors == []
