"""Who got a notice: filters, masked names, the file and its line in the trail, charts with their numbers."""

import asyncio
import html
import re
import threading
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from bot.services import broadcast_tallies, notice_courses
from bot.services.broadcast_results import Progress
from storage import broadcasts as rows
from storage.base import table
from storage.people import Person
from storage.recipients import Recipient
from storage.work import Work
from tests.console.desk import Desk
from tests.console.notices_kit import NAMES, SETTLED, Crowd, Row, crowd_of, ended, sent
from tests.console.pages_kit import plain


@pytest.fixture
async def crowd(desk: Desk) -> Crowd:
    """Eight people, of whom one has left."""
    return await crowd_of(desk)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "王孙李周欧没赵钱"),
        ("state=reached", "王孙李"),
        ("state=not_reached", "欧没"),
        ("state=left_out", "钱"),
        ("reason=blocked", "没"),
        ("route=template", "李欧"),
        ("acked=yes", "孙"),
        ("state=reached&acked=no", "王李"),
        ("state=nonsense&reason=none&route=pigeon&acked=maybe&unit=x&page=99999", "王孙李周欧没赵钱"),
    ],
)
async def test_people_are_found_by_what_became_of_them(desk: Desk, crowd: Crowd, query: str, names: str) -> None:
    notice_id = await sent(crowd)
    wang = await desk.person("wang", "staff")
    seen = await wang.get(f"/notices/{notice_id}/results?{query}")
    assert seen.status == 200 and f"{len(names)} 人" in plain(seen)
    shown = [mark for mark in ("王＊", "孙＊", "李＊", "周＊", "欧＊", "没有登记", "赵＊", "钱＊") if mark in seen.text]
    assert "".join(mark[0] for mark in shown) == names
    assert not [name for name in NAMES if len(name) > 1 and name in seen.text]


async def test_people_are_found_by_union(desk: Desk, crowd: Crowd) -> None:
    notice_id = await sent(crowd)
    chen = await desk.person("chen", "approver")
    seen = await chen.get(f"/notices/{notice_id}/results?unit={crowd.units['west']}")
    assert "4 人" in plain(seen) and "西区机械厂工会" in seen.text and "东区机械厂工会" not in seen.text
    assert f"/notices/{notice_id}/export?unit={crowd.units['west']}" in seen.text


async def test_pages_of_people_have_neighbours(desk: Desk, crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services.notice_results.PAGE", 3)
    notice_id = await sent(crowd)
    wang = await desk.person("wang", "staff")
    path = f"/notices/{notice_id}/results?route=custom"
    first = await wang.get(path)
    assert "5 人" not in plain(first) and names_on(first.text) == "王孙没" and "上一页" not in first.text
    second = await wang.get(next_of(first.text, "next"))
    assert (
        names_on(second.text) == "赵" and "下一页" not in second.text and "route=custom" in next_of(second.text, "prev")
    )
    assert names_on((await wang.get(next_of(second.text, "prev"))).text) == "王孙没"
    for lost in ("after=1", "before=1", "after=x", "after=99999999999999999999"):
        assert names_on((await wang.get(f"{path}&{lost}")).text) == "王孙没", lost


def names_on(text: str) -> str:
    """The people of a page by a letter each, in the order of NAMES."""
    marks = ("王＊", "孙＊", "李＊", "周＊", "欧＊", "没有登记", "赵＊", "钱＊")
    return "".join(mark[0] for mark in marks if mark in text)


def next_of(text: str, rel: str) -> str:
    """Where a link to a neighbour leads."""
    found = re.search(f'rel="{rel}" href="([^"]+)"', text)
    assert found is not None
    return html.unescape(found[1])


LARGE: tuple[Row, ...] = (("sent", {"route": "custom"}), ("sent", {"route": "custom"}), ("queued", {}), ("queued", {}))


async def settle(crowd: Crowd, notice_id: int, place: int) -> None:
    """One of those that wait is reached."""
    rows = table(Recipient)
    whose = (rows.c.broadcast_id == notice_id, rows.c.person_id == crowd.people[place])
    new = {"state": "sent", "route": "template", "settled_at": crowd.desk.clock.now()}
    await crowd.desk.write(lambda work: work.execute(sa.update(rows).where(*whose).values(**new)))


async def test_a_notice_to_very_many_is_counted_now_and_then(
    desk: Desk, crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.broadcast_tallies.LIVE", 3)
    monkeypatch.setattr(Progress, "again_in", 45)
    notice_id = await sent(crowd, "sending", LARGE)
    wang = await desk.person("wang", "staff")
    assert "送达" not in (await wang.get("/notices")).text.partition("周六招聘会")[2].partition("</li>")[0]
    first = await wang.get(f"/notices/{notice_id}")
    assert "截至 2026-11-25 10:00" in plain(first) and "已送达2 人" in words_of(first.text)
    assert 'content="45"' in first.text and "每 45 秒自动刷新" in first.text
    assert "4 人，送达 2 人（截至 10:00）" in (await wang.get("/notices")).text
    await settle(crowd, notice_id, 2)
    desk.later(seconds=44)
    assert "已送达2 人" in words_of((await wang.get(f"/notices/{notice_id}")).text)
    seen = await wang.get(f"/notices/{notice_id}/results?state=reached")
    assert "2 人（截至 2026-11-25 10:00）" in words_of(seen.text) and names_on(seen.text) == "王孙李"
    assert "1 人（" in words_of((await wang.get(f"/notices/{notice_id}/results?route=template")).text)
    desk.later(seconds=1)
    assert "已送达3 人" in words_of((await wang.get(f"/notices/{notice_id}")).text)
    assert crowd.get(notice_id).version == 1


async def test_however_many_look_it_is_counted_once(desk: Desk, crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services.broadcast_tallies.LIVE", 3)
    notice_id, counted = await sent(crowd, "sending", LARGE), []
    count, release = broadcast_tallies.count, threading.Event()

    def slow(work: Work, **given: Any) -> Any:
        counted.append(given)
        assert release.wait(30)
        return count(work, **given)

    monkeypatch.setattr("bot.services.broadcast_tallies.count", slow)
    monkeypatch.setattr("bot.console.counting.PATIENCE_S", 0.05)
    wang = await desk.person("wang", "staff")
    pages = await asyncio.gather(*(wang.get(f"/notices/{notice_id}{more}") for more in ("", "?still=1", "/results")))
    assert "正在数各种结果" in pages[0].text and 'http-equiv="refresh"' in pages[0].text
    assert "refresh" not in pages[1].text and "超过" not in pages[2].text and "4 人（" in words_of(pages[2].text)
    assert "还有" not in (await wang.get(f"/notices/{notice_id}/pause")).text
    release.set()
    monkeypatch.setattr("bot.console.counting.PATIENCE_S", 10)
    assert "已送达2 人" in words_of((await wang.get(f"/notices/{notice_id}")).text)
    assert len(counted) == 1


async def test_how_it_ended_is_counted_when_it_ends(desk: Desk, crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services.broadcast_tallies.LIVE", 3)
    notice_id = await sent(crowd, "sending", (*SETTLED[:-1], ("queued", {})))
    await ended(crowd, notice_id)
    monkeypatch.setattr("bot.services.broadcast_tallies.count", None)  # nobody counts any more
    wang = await desk.person("wang", "staff")
    seen = await wang.get(f"/notices/{notice_id}")
    assert seen.text.count("<svg") == 3 and "部分未送达" in seen.text and "截至 2026-11-25 10:00" in plain(seen)
    assert "7 人，送达 3 人" in (await wang.get("/notices")).text


async def test_sent_again_it_is_counted_anew(desk: Desk, crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services.broadcast_tallies.LIVE", 3)
    notice_id = await sent(crowd)
    chen = await desk.person("chen", "approver")
    assert "截至" in (await chen.get(f"/notices/{notice_id}/resend")).text or crowd.get(notice_id).tally is None
    assert "没有送达的原因" in (await chen.get(f"/notices/{notice_id}")).text
    before = crowd.get(notice_id)
    assert before.tally["states"]["failed"] == 1
    assert (await chen.post(f"/notices/{notice_id}/resend")).status == 303
    assert crowd.get(notice_id).tally is None
    late = desk.database.writer.run(lambda work: rows.keep_tally(work, notice_id, before.attempt, before.tally))
    assert late is False and crowd.get(notice_id).tally is None  # a count of the attempt before comes too late


async def test_more_people_than_are_counted_are_said_so(
    desk: Desk, crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.notice_results.MOST", 2)
    notice_id = await sent(crowd)
    chen = await desk.person("chen", "approver")
    assert "超过 2 人" in words_of((await chen.get(f"/notices/{notice_id}/results?state=reached")).text)
    assert "超过" not in words_of((await chen.get(f"/notices/{notice_id}/results?state=not_reached")).text)


def words_of(text: str) -> str:
    """A page without its marks and its breaks."""
    return re.sub(r"<[^>]+>|\n", "", text)


async def test_the_file_wants_a_reason_and_leaves_a_line(desk: Desk, crowd: Crowd) -> None:
    notice_id = await sent(crowd, title="=1+1招聘会")
    await desk.write(lambda work: setattr(work.session.get(Person, crowd.people[4]), "name", "=2+2"))
    chen = await desk.person("chen", "approver")
    path = f"/notices/{notice_id}/export?state=not_reached"
    asked = await chen.get(path)
    assert "2 人" in plain(asked) and "状态 没有送达" in asked.text
    refused = await chen.post(path, reason="好")
    assert refused.status == 422 and desk.lines("broadcast_export") == []
    async with chen.client.post(
        path, data={"csrf": chen.csrf, "reason": "核对没送达的原因"}, headers={"Origin": chen.origin}
    ) as answer:
        assert answer.status == 200
        book = openpyxl.load_workbook(BytesIO(await answer.read()))
    assert desk.lines("broadcast_export") == [
        ("staff:chen", "broadcast_export", f"broadcast:{notice_id}", "2人：核对没送达的原因")
    ]
    about, people = book["说明"], book["送达明细"]
    assert about["B2"].value == "=1+1招聘会" and about["B2"].data_type == "s"
    rows = list(people.iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == ["=＊＊", "（没有登记姓名）"] and people["A2"].data_type == "s"
    assert rows[0][2:6] == ("发送失败", "平台不接受这条内容（模板、字段或长度不符）", "47003", "模板消息")


async def test_the_page_has_charts_with_their_numbers(desk: Desk, crowd: Crowd) -> None:
    notice_id = await sent(crowd)
    seen = await (await desk.person("wang", "staff")).get(f"/notices/{notice_id}")
    assert seen.text.count("<svg") == 3 and seen.text.count("看数字") == 3
    assert "什么时候送达" in seen.text and "一共3人，每1分钟一根柱子。" in seen.text
    assert "没有送达的原因" in seen.text and "本人拒收或已取消关注" in seen.text


@pytest.mark.parametrize(
    ("apart", "length", "bars"),
    [
        (timedelta(seconds=20), "1分钟", 1),
        (timedelta(minutes=20), "1分钟", 21),
        (timedelta(hours=5), "15分钟", 21),
        (timedelta(hours=50), "3小时", 18),
        (timedelta(days=70), "1天", 61),
    ],
)
async def test_a_course_has_few_enough_steps(
    desk: Desk, crowd: Crowd, now: datetime, apart: timedelta, length: str, bars: int
) -> None:
    rows = (("sent", {"route": "custom"}), ("sent", {"route": "custom", "settled_at": now + apart}))
    notice_id = await sent(crowd, "done", rows)
    found = desk.database.look(lambda work: notice_courses.course(work, notice_id, "sent"))
    assert found is not None and (found.length, len(found.steps)) == (length, bars)
    assert found.steps[0][1] == (2 if bars == 1 else 1)
    assert sum(people for _, people in found.steps) == (1 if apart.days == 70 else 2)
    assert desk.database.look(lambda work: notice_courses.course(work, notice_id, "acked")) is None
