"""The ways of an application and of personal data, all of them through real pages: approval, return, reveal, export."""

import asyncio
import json
from pathlib import Path

import pytest

from bot.testing import Talk
from tests.browser import Page
from tests.console.applicants_kit import office_of
from tests.console.desk import PASSWORD, Desk
from tests.console.looking import SIZES, Looker
from tests.joining.applicants import Office
from tests.joining.kit import id_of, says, start
from tests.members.world import cells

pytestmark = pytest.mark.browser
backend = pytest.fixture(name="backend")(lambda: "sqlite")
YOUNG, OLD, MOBILE = id_of("19900307"), id_of("19600101"), "13800138000"
WHY = "电话核实本人身份"
HISTORY = "Page.getNavigationHistory"


@pytest.fixture
async def office(desk: Desk) -> Office:
    """Two approvers and a clerk have accounts; nobody has applied."""
    made = await office_of(desk)
    await desk.account("chen", "approver", display="陈立华")
    await desk.account("zhou", "approver", display="周敏")
    await desk.account("xiaohe", "staff", made.places["east"].id, display="何秀英")
    return made


@pytest.fixture
async def chat(desk: Desk, office: Office) -> Talk:
    """The real conversation on the console's database."""
    return await asyncio.to_thread(Talk, desk.database, desk.room.house, desk.clock.now())


@pytest.fixture(params=SIZES)
async def looker(request: pytest.FixtureRequest, page: Page, desk: Desk, office: Office, tmp_path: Path) -> Looker:
    """Nobody is logged in."""
    return Looker(page, desk, request.param, tmp_path)


async def apply(chat: Talk, name: str = "李小红", number: str = YOUNG, mobile: str = MOBILE, user: str = "u1") -> None:
    """Join by chat, to the last 确认."""
    told = (*start(number, mobile, name), "东区机械厂", "在岗", "不是", "没入过", "确认")
    said = await asyncio.to_thread(says, chat, *told, user=user)
    assert "申请已经提交" in said[-1], said[-3:]


async def heard(chat: Talk, desk: Desk, user: str = "u1") -> str:
    """What the applicant is told within the next half hour."""
    desk.later(minutes=30)
    return "\n".join((await asyncio.to_thread(lambda: chat.pass_time(minutes=30))).get(user, []))


async def enter_queue(looker: Looker, name: str) -> None:
    """Log in and open the first application, by the menu and the list."""
    await looker.log_in(name)
    await looker.send("nav a[href='/applications']", "入会审核")
    await looker.send(".entries a.title", "入会申请")


async def test_from_the_chat_through_the_queue_to_a_member(looker: Looker, desk: Desk, chat: Talk) -> None:
    await apply(chat)
    await enter_queue(looker, "chen")
    await looker.decide("form[action$='/claim'] button", "由您审核")
    await looker.decide("form[action$='/approve'] button", "已批准入会")
    assert "您的入会申请通过了" in await heard(chat, desk)
    await looker.send("nav a[href='/members']", "会员")
    await looker.send("table a", "李小红")
    words = await looker.words()
    assert "在册" in words and "东区机械厂工会" in words and YOUNG not in words
    await looker.check("j1-member")
    assert looker.page.errors == []


async def test_a_flagged_one_takes_two_people_who_log_in(
    looker: Looker, desk: Desk, office: Office, chat: Talk
) -> None:
    await apply(chat, number=OLD)
    await enter_queue(looker, "chen")
    assert "要由两位审核人先后同意" in await looker.words()
    await looker.decide("form[action$='/claim'] button", "由您审核")
    await looker.check("j2-first")
    await looker.decide("form[action$='/approve'] button", "已初审同意")
    await looker.decide("form[action$='/claim'] button", "由您审核")
    assert "要由另一位审核人复核批准" in await looker.words() and office.members() == []
    await looker.decide("form[action$='/release'] button", "已放回")
    await looker.log_out()
    await enter_queue(looker, "zhou")
    assert "陈立华已初审" in await looker.words()
    await looker.decide("form[action$='/claim'] button", "由您审核")
    await looker.check("j3-second")
    await looker.decide("form[action$='/approve'] button", "已批准入会")
    assert [each.name for each in office.members()] == ["李小红"]
    assert office.members()[0].number in await heard(chat, desk)


async def test_review_by_keyboard_alone(looker: Looker, office: Office, chat: Talk) -> None:
    await apply(chat)
    await looker.open("/login")
    await looker.reach("#f-name")
    await looker.page.call("Input.insertText", text="chen")
    await looker.reach("#f-password")
    await looker.page.call("Input.insertText", text=PASSWORD)
    await looker.key("main button", "今日概览")
    await looker.key("nav a[href='/applications']", "入会审核")
    await looker.key(".entries a.title", "入会申请")
    await looker.key("form[action$='/claim'] button", told="由您审核")
    await looker.key("form[action$='/approve'] button", told="已批准入会")
    assert [each.name for each in office.members()] == ["李小红"]


async def test_returned_changed_by_chat_and_approved(looker: Looker, desk: Desk, office: Office, chat: Talk) -> None:
    await apply(chat)
    await enter_queue(looker, "xiaohe")
    await looker.decide("form[action$='/claim'] button", "由您审核")
    await looker.page.click("input[name=field][value=mobile]")
    await looker.page.type("#f-reason", "手机号打不通，请换一个")
    await looker.decide("form[action$='/return'] button", "已退回")
    assert "手机号打不通" in await looker.words()
    assert "要改的是：手机号" in await heard(chat, desk)
    await looker.open("/applications")
    assert "没有等待审核的申请" in await looker.words()
    said = await asyncio.to_thread(says, chat, "修改申请", "13900139000", "确认")
    assert "提交" in said[-1], said
    await looker.log_out()
    await enter_queue(looker, "chen")
    words = await looker.words()
    assert "第 2 次提交" in words and "修改后再次提交" in words and "139****9000" in words
    assert "退回修改" in words and "手机号打不通" in words
    await looker.check("j4-again")
    await looker.decide("form[action$='/claim'] button", "由您审核")
    await looker.decide("form[action$='/approve'] button", "已批准入会")
    assert [each.name for each in office.members()] == ["李小红"]
    assert looker.page.errors == []


async def no_trace(looker: Looker) -> None:
    """No address, title or entry of the history has a name or a number of the applicant."""
    kept = await looker.page.call(HISTORY)
    told = json.dumps([[each["url"], each["title"]] for each in kept["entries"]], ensure_ascii=False)
    told += await looker.page.js("location.href + document.title + document.cookie + JSON.stringify(localStorage)")
    assert len(kept["entries"]) > 2 and not any(each in told for each in (YOUNG, MOBILE, "李小红", WHY)), told


async def test_a_number_is_revealed_for_a_reason_and_once(looker: Looker, desk: Desk, chat: Talk) -> None:
    page = looker.page
    await apply(chat)
    await enter_queue(looker, "chen")
    assert YOUNG not in await page.js("document.documentElement.outerHTML")
    ask = "form[action$='/id_number']"
    await page.click("details.reveal summary")
    await page.js(f'void (document.querySelector("{ask}").noValidate = true)')  # what the browser asks is not enough
    await looker.send(f"{ask} button", "身份证号")
    assert "请写明原因，4到100个字" in await page.js("document.querySelector('[role=alert]').innerText")
    await looker.check("j5-no-reason")
    await page.type("#reveal-id_number", "给李小红核实身份")
    await looker.send(f"{ask} button", "身份证号")
    assert "请不要写姓名" in await looker.words() and YOUNG not in await page.js("document.documentElement.outerHTML")
    assert desk.lines("reveal") == []
    await page.type("#reveal-id_number", WHY)
    await looker.send(f"{ask} button", "身份证号")
    assert (await page.js("document.documentElement.outerHTML")).count(YOUNG) == 1
    assert await page.js("document.querySelector('.secret').innerText") == YOUNG
    await looker.check("j6-revealed")
    await no_trace(looker)
    await looker.send("a.quiet[href^='/applications/']", "入会申请")
    assert YOUNG not in await page.js("document.documentElement.outerHTML")
    await looker.send("nav a[href='/audit']", "操作记录")
    words = await looker.words()
    assert "查看完整号码" in words and f"身份证号：{WHY}" in words and "chen" in words
    assert YOUNG not in words and "李小红" not in words
    await looker.check("j7-audit")
    await no_trace(looker)


async def test_a_roster_with_filters_is_exported(looker: Looker, desk: Desk, chat: Talk, tmp_path: Path) -> None:
    page, folder = looker.page, tmp_path / "files"
    folder.mkdir()
    await apply(chat)
    await apply(chat, "王大山", id_of("19910408"), "13900139000", "u2")
    await looker.log_in("chen")
    await looker.send("nav a[href='/applications']", "入会审核")
    await page.js("void document.querySelectorAll('input[name=pick]').forEach(one => one.checked = true)")
    await looker.decide(".entries + .actions button", "都已批准")
    await looker.send("nav a[href='/members']", "会员")
    await page.type("#f-name", "小红")
    await looker.send("form.search > button", "会员")
    assert "王大山" not in await looker.words()
    await looker.send("a[href='/members/export']", "导出名册")
    assert "1 人" in await looker.words()
    await page.type("#f-reason", "年终统计")
    await looker.check("j8-export")
    masked = cells(await page.download("main form .primary", folder))
    assert [row[:4] for row in masked[1:]] == [[masked[1][0], "李小红", "110" + "*" * 11 + YOUNG[-4:], "138****8000"]]
    await page.click("input[name=full]")
    whole = cells(await page.download("main form .primary", folder))
    assert [row[1:4] for row in whole[1:]] == [["李小红", YOUNG, MOBILE]] and whole[0][1:4] == [
        "姓名",
        "身份证号",
        "手机号",
    ]
    assert [line[1:] for line in desk.lines() if line[1].startswith("roster_export")] == [
        ("roster_export", "roster:*", "1人：年终统计"),
        ("roster_export_full", "roster:*", "1人：年终统计"),
    ]
    await no_trace(looker)


async def test_one_persons_data_is_exported(looker: Looker, desk: Desk, chat: Talk, tmp_path: Path) -> None:
    page, folder = looker.page, tmp_path / "files"
    folder.mkdir()
    await apply(chat)
    await enter_queue(looker, "chen")
    copy = "form[action$='/export']"
    await page.type("#f-copy", "本人当面要求复制")
    applicant = json.loads(await page.download(f"{copy} button", folder))
    assert set(applicant) == {"导出时间", "入会申请", "通知", "同意记录", "标签", "不收的通知"}
    assert (applicant["入会申请"][0]["身份证号"], applicant["入会申请"][0]["手机号"]) == (YOUNG, MOBILE)
    assert await page.js("document.querySelector('h1').textContent.includes('入会申请')")
    await looker.decide("form[action$='/claim'] button", "由您审核")
    await looker.decide("form[action$='/approve'] button", "已批准入会")
    await looker.send("nav a[href='/members']", "会员")
    await looker.send("table a", "李小红")
    await page.js(f'void (document.querySelector("{copy}").noValidate = true)')
    await looker.send(f"{copy} button", "给本人的副本")
    assert "请写明原因" in await looker.words()
    await looker.check("j9-copy")
    await page.type("#f-copy", "本人当面要求复制")
    member = json.loads(await page.download(f"{copy} button", folder))
    assert (member["会员登记"]["姓名"], member["会员登记"]["身份证号"]) == ("李小红", YOUNG)
    assert [each["事项"] for each in member["会籍经过"]] == ["入会"]
    assert [line[1] for line in desk.lines("person_export")] == ["person_export"] * 2
    await no_trace(looker)
