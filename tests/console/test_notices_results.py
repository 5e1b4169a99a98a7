"""Who got a notice: filters, masked names, the file and its line in the trail, charts with their numbers."""

from datetime import datetime, timedelta
from io import BytesIO

import openpyxl
import pytest

from bot.services import notice_courses
from storage.people import Person
from tests.console.desk import Desk
from tests.console.notices_kit import NAMES, Crowd, crowd_of, sent
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
    first = await wang.get(f"/notices/{notice_id}/results?state=&route=custom")
    assert "page=2" in first.text and first.text.count("<tr role") == 4
    second = await wang.get(f"/notices/{notice_id}/results?route=custom&page=2")
    assert second.text.count("<tr role") == 2 and "route=custom&amp;page=1" in second.text


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
