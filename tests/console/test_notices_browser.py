"""通知 in a real browser: written, approved by somebody else, watched, stopped, sent again; on phone and desk."""

from pathlib import Path

import pytest

from bot.services.house import House
from bot.services.reach_policy import ReachPolicy
from tests.browser import Page
from tests.console.desk import Desk
from tests.console.looking import SIZES, Looker
from tests.console.notices_kit import TEXT, Crowd, crowd_of, drafted, ended, pending, resolved, sent

pytestmark = pytest.mark.browser
backend = pytest.fixture(name="backend")(lambda: "sqlite")
REACH = ReachPolicy(templates={"notice": "t"}, notices={"notice": "n"}, mass=True)
house = pytest.fixture(name="house")(lambda: House(reach=REACH))  # every route there is


@pytest.fixture
async def crowd(desk: Desk) -> Crowd:
    """Eight people; an editor and an approver of the city, an editor of the west."""
    made = await crowd_of(desk)
    await desk.account("liu", "editor", display="刘编辑")
    await desk.account("chen", "approver", display="陈立华")
    await desk.account("west", "editor", made.units["west"], display="西区编辑")
    return made


@pytest.fixture(params=SIZES)
async def looker(request: pytest.FixtureRequest, page: Page, desk: Desk, crowd: Crowd, tmp_path: Path) -> Looker:
    """Nobody is logged in."""
    return Looker(page, desk, request.param, tmp_path)


async def test_written_approved_watched_and_sent_again(looker: Looker, crowd: Crowd) -> None:
    page = looker.page
    await looker.log_in("liu")
    await looker.open("/notices")
    await looker.check("p1-empty")
    await looker.send("a.primary[href='/notices/new']", "写通知")
    await page.type("#f-title", "周六招聘会")
    await page.type("#f-text", TEXT)
    await page.wait("document.querySelector('#preview .said')?.innerText.includes('【周六招聘会】')")
    await page.js("void (document.querySelector('#counted p').textContent = 'x')")
    await page.click("input[name=receipt]")
    await page.wait("document.querySelector('#preview .said').innerText.includes('请回复“收到”')")
    assert await page.js("document.querySelector('#counted p').textContent") == "x"  # nobody is counted for a word
    await page.js("void (document.querySelector('#f-topic').value = 'jobs')")
    await page.js("void document.querySelector('#f-topic').dispatchEvent(new Event('input', {bubbles: true}))")
    await page.wait("document.querySelector('#preview .said').innerText.includes('退订 就业招聘')")
    await page.js("void (document.querySelector('#f-topic').value = 'activity')")
    await page.js("document.querySelector('#c-all-1').value = 'members'")
    await page.js("void document.querySelector('#c-all-1').dispatchEvent(new Event('input', {bubbles: true}))")
    await page.wait("document.querySelector('#counted dd')?.textContent.includes('8')")
    await page.js("void (document.querySelector('#c-all-1').value = 'followers')")
    await page.click("input[name=urgent]")
    await page.js("void (document.querySelector('#f-all-new').value = 'below')")
    await looker.send("button[value=add-all]", "写通知")
    await page.type("#c-all-2", "east")
    await page.js("void (document.querySelector('#f-none-new').value = 'seen_days')")
    await looker.send("button[value=add-none]", "写通知")
    await page.type("#c-none-1", "0")
    await looker.send("button.quiet[value=preview]:not(.skip)", "写通知")
    assert "天数要写1到3650之间的数字" in await looker.words()
    await looker.check("p2-mistake")
    await looker.send("button[value=drop-none-0]", "写通知")
    await looker.send("button[value=drop-all-1]", "写通知")
    await looker.send("button.quiet[value=preview]:not(.skip)", "写通知")
    assert "现在能发到" in await looker.words()
    await looker.check("p3-preview")
    await looker.decide("button[value=submit].primary", "等另一位审核人批准")
    made = crowd.newest()
    assert (made.state, made.expected, made.wants_receipt) == ("pending", 7, True)
    await looker.check("p4-pending")
    await looker.log_out()

    await looker.log_in("chen")
    assert "有 1 条通知等您审核" in await looker.words()
    await looker.send("a[href='/notices/approvals']", "等审核")
    await looker.check("p5-approvals")
    await looker.decide("form[action$='/approve'] button", "已批准")
    await resolved(crowd)
    await looker.open(f"/notices/{made.id}")
    assert "0／7 人已有结果" in await looker.words()
    await looker.open(f"/notices/{made.id}?still=1")
    await looker.check("p6-sending")
    await looker.send("a[href$='/pause']", "要暂停吗")
    await looker.check("p7-pause")
    await looker.decide("button.danger", "已暂停")
    await looker.send("a[href$='/resume']", "要接着发吗")
    await looker.decide("button.primary", "已继续")
    await looker.page.js("void (window.seen = true)")
    await ended(crowd, made.id)
    await page.wait("!window.seen && document.querySelector('main')?.innerText.includes('部分未送达')")  # by itself
    await looker.check("p8-ended")
    await looker.send("a[href$='/results']", "送达明细")
    await looker.check("p9-results")
    await page.js("void (document.querySelector('#f-state').value = 'not_reached')")
    await looker.send("form.filters button", "送达明细")
    assert "2 人" in await looker.words() and "王＊＊" not in await looker.words()
    await looker.open(f"/notices/{made.id}")
    await looker.send("a[href$='/resend']", "要重发给没有送达的人吗")
    await looker.check("p10-resend")
    await looker.decide("button.primary", "只发给没有送达的人")
    assert (crowd.get(made.id).state, crowd.get(made.id).attempt) == ("sending", 2)
    assert page.errors == []


async def test_a_notice_by_keyboard_and_without_scripts(looker: Looker, crowd: Crowd) -> None:
    await looker.log_in("liu")
    await looker.page.call("Emulation.setScriptExecutionDisabled", value=True)
    await looker.open("/notices/new")
    await looker.reach("#f-title")
    await looker.page.type("#f-title", "读书会")
    await looker.page.type("#f-text", "11月28日（周六）14:00，职工书屋。")
    await looker.page.press("Enter", 13, "\r")
    await looker.reach("button[value=save]")
    await looker.key("button[value=save]", "读书会", "草稿已保存")
    assert crowd.newest().state == "draft"


async def test_every_page_fits_any_screen(looker: Looker, crowd: Crowd) -> None:
    await drafted(crowd, topic="urgent", title="高温红色预警：今天11点到16点停止户外作业，请大家到就近的驿站休息")
    repeat = {"every": "week", "days": [0, 2], "time": "09:30", "until": "2027-05-31"}
    await pending(crowd, title="每周学习", repeat=repeat, urgent=False)
    notice_id = await sent(crowd)
    await looker.log_in("chen")
    for name, path in (
        ("q1-list", "/notices"),
        ("q2-approvals", "/notices/approvals"),
        ("q3-new", "/notices/new"),
        ("q4-copy", f"/notices/new?from={notice_id}"),
        ("q5-nudge", f"/notices/{notice_id}/nudge"),
        ("q8-quotas", "/notices/quotas"),
        ("q6-export", f"/notices/{notice_id}/export?state=failed&unit={crowd.units['east']}"),
    ):
        await looker.open(path)
        await looker.check(name)
    await looker.open("/notices/new")
    await looker.page.type("#f-title", "夏季送清凉：饮料、毛巾和藿香正气水发到户外劳动者驿站")
    await looker.page.type("#f-text", TEXT)
    await looker.page.js("void document.querySelectorAll('details').forEach(one => { one.open = true })")
    await looker.page.click("input[name=route][value=mass]")
    await looker.send("button.quiet[value=preview]:not(.skip)", "写通知")
    await looker.page.js("void document.querySelectorAll('details').forEach(one => { one.open = true })")
    await looker.check("q9-routes")
    await looker.open(f"/notices/{notice_id}", dark=True)
    await looker.check("q7-dark")
