"""The words for chat groups on the page of a notice, the mark of who pasted them, and news of events to approvers."""

import re

import pytest

from bot.services import events, registrations
from bot.services.actors import Actor
from tests.console.desk import Desk
from tests.console.events_kit import event
from tests.console.notices_kit import TEXT, Crowd, crowd_of, drafted, pending, sent
from tests.console.pages_kit import plain


@pytest.fixture
async def crowd(desk: Desk) -> Crowd:
    """Eight people, of whom one has left."""
    return await crowd_of(desk)


async def test_staff_copy_paste_and_mark_it_without_a_script(desk: Desk, crowd: Crowd) -> None:
    notice_id = await sent(crowd)
    liu = await desk.person("liu", "editor", display="刘编辑")
    page = await liu.get(f"/notices/{notice_id}")
    area = re.search(r'<textarea id="f-group" rows="8" readonly[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    assert area and area[1].startswith(f"【周六招聘会】\n{TEXT}\n想咨询，请到“")
    assert "公众号不能往微信群里发消息" in page.text and "收到" not in area[1]
    wrong = await liu.post(f"/notices/{notice_id}/group", groups="0")
    assert wrong.status == 422 and "请写贴到了几个群" in wrong.text
    done = await liu.post(f"/notices/{notice_id}/group", groups="3")
    assert (done.status, done.headers["Location"]) == (303, f"/notices/{notice_id}")
    seen = await liu.get(f"/notices/{notice_id}")
    assert "刘编辑，3 个群" in seen.text and "把通知贴到群里" in seen.text
    results = await liu.get(f"/notices/{notice_id}/results")
    assert "另外由工作人员贴到群里，不算在上面的人数里" in results.text and "刘编辑，3 个群" in results.text
    assert [note for *_, note in desk.lines("broadcast_group")] == ["3 groups"]


async def test_before_it_is_approved_there_is_nothing_to_copy(desk: Desk, crowd: Crowd) -> None:
    waiting, draft = await pending(crowd), await drafted(crowd)
    chen = await desk.person("chen", "approver")
    for notice_id in (waiting, draft):
        page = await chen.get(f"/notices/{notice_id}")
        assert 'id="f-group"' not in page.text and "这里会有可以复制的文字" in page.text
        assert (await chen.post(f"/notices/{notice_id}/group", groups="1")).status == 409
    wang = await desk.person("wang", "staff")
    assert (await wang.post(f"/notices/{waiting}/group", groups="1")).status == 403
    assert desk.lines("broadcast_group") == []


async def test_the_plan_says_that_no_group_is_reached(desk: Desk, crowd: Crowd) -> None:
    notice_id = await pending(crowd)
    chen = await desk.person("chen", "approver")
    page = await chen.get(f"/notices/{notice_id}")
    assert "0 人 公众号不能往群里发，系统里没有登记群" in plain(page)


async def test_approvers_see_what_events_told_without_them(desk: Desk, crowd: Crowd) -> None:
    event_id = await event(desk)
    actor, now = Actor("liu", "editor"), desk.clock.now()
    await desk.write(lambda work: registrations.register(work, event_id, crowd.people[0], now, {}))
    await desk.write(lambda work: events.cancel(work, actor, event_id, "停电", now, desk.room.house))
    await desk.person("liu", "editor", display="刘编辑")
    chen = await desk.person("chen", "approver")
    page = await chen.get("/notices/approvals")
    line = plain(page).partition("今天由系统发出的活动通知")[2]
    assert "活动取消：活动" in line and "电影之夜" in line and "1 人" in line and "刘编辑改动" in line
    assert line.count("活动取消：") == 1, "nobody waits, so nothing is said of them"
    east = await desk.person("east", "approver", crowd.units["east"])
    assert "今天没有。" in (await east.get("/notices/approvals")).text
