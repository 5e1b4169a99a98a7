"""How an event went: opinions without names, the roster as a file that runs nothing, and who may take it."""

from datetime import timedelta
from io import BytesIO

from openpyxl import load_workbook

from storage import events as rows
from tests.console.desk import Desk
from tests.console.events_kit import QUESTIONS, STARTS, came, event, person, stored_event
from tests.console.pages_kit import plain


async def test_opinions_show_average_counts_and_words_without_names(desk: Desk) -> None:
    event_id = await event(desk)
    ids = [await person(desk, name, event_id) for name in ("张三丰", "李四光", "王五洋")]
    desk.clock.set(STARTS)
    await came(desk, event_id, ids[0], 5, "很好，电话13800138000")
    await came(desk, event_id, ids[1], 4)
    await came(desk, event_id, ids[2], 4, "<b>椅子</b>太少")
    wang = await desk.person("wang")
    page = await wang.get(f"/events/{event_id}/opinions")
    shown = plain(page)
    assert "4.3 / 5 分" in shown and "打分的人 3 人" in shown
    assert "66.7% · 2人" in shown and "<svg" in page.text and "4分 67%" in page.text
    assert "很好，电话〔号码〕" in shown and "13800138000" not in page.text
    assert "<b>椅子" not in page.text and "&lt;b&gt;椅子" in page.text
    assert not [name for name in ("张三丰", "张＊", "李四光", "王五洋") if name in page.text]


async def test_no_opinions_yet(desk: Desk) -> None:
    event_id = await event(desk, asks_opinion=False)
    page = await (await desk.person("wang")).get(f"/events/{event_id}/opinions")
    assert page.status == 200 and "还没有人评价" in page.text and "没有设" in page.text


async def test_the_roster_has_answers_as_columns_and_nothing_a_spreadsheet_runs(desk: Desk) -> None:
    event_id = await event(
        desk, questions=[*QUESTIONS, {"key": "say", "ask": "想说的？", "label": "=1+1", "kind": "text"}], capacity=2
    )
    first = await person(desk, "=HYPERLINK(1)", event_id, size="L", kids=False, phone="13800138000", say="@SUM(A1)")
    await person(desk, "李四", event_id)
    await person(desk, "王五", event_id)
    desk.clock.set(STARTS)
    await came(desk, event_id, first, 5, "+很好")
    chen = await desk.person("chen", "approver")
    await chen.get(f"/events/{event_id}")
    async with chen.client.post(
        f"/events/{event_id}/roster.xlsx", data={"csrf": chen.csrf}, headers={"Origin": chen.origin}
    ) as answer:
        assert answer.status == 200 and answer.headers["Content-Disposition"].startswith('attachment; filename="event-')
        book = load_workbook(BytesIO(await answer.read()))
    people, counts, said = book.worksheets
    lines = [[cell.value for cell in row] for row in people.iter_rows()]
    assert lines[0] == [
        "序号",
        "姓名",
        "状态",
        "怎么报的",
        "报名时间",
        "签到时间",
        "怎么签的",
        "尺码",
        "带孩子",
        "手机",
        "=1+1",
        "备注",
    ]
    assert lines[1][:4] == [1, "=HYPERLINK(1)", "已报名", "自己报名"]
    assert lines[1][5:11] == ["2026-12-05 14:00", "扫码", "L", "否", "13800138000", "@SUM(A1)"]
    assert [line[1:3] for line in lines[2:]] == [["李四", "已报名"], ["王五", "候补"]]
    assert not [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert [cell.value for cell in said[2]] == [5, "+很好"] and [cell.value for cell in counts[2]] == [5, 1]
    number = stored_event(desk, event_id).number
    assert desk.lines("event_export") == [("staff:chen", "event_export", f"event:{number}", "")]


async def test_only_who_may_export_gets_the_roster(desk: Desk) -> None:
    event_id = await event(desk)
    for role, status in (("staff", 403), ("editor", 403), ("approver", 200)):
        who = await desk.person(f"one-{role}", role)
        await who.get("/events")
        assert (await who.post(f"/events/{event_id}/roster.xlsx")).status == status
    assert len(desk.lines("event_export")) == 1


async def test_what_cannot_be_opened_any_more_breaks_nothing(desk: Desk) -> None:
    event_id = await event(desk, questions=QUESTIONS)
    await person(desk, "", event_id, name="张三", size="L")
    desk.clock.set(STARTS + timedelta(hours=3))

    def spoil(work: rows.Work) -> None:
        for each in work.session.exec(rows.select(rows.Registration)).all():
            each.answers, each.name, each.comment, each.stars = b"\x09spoiled", b"\x09spoiled", b"\x09spoiled", 3
            work.session.add(each)

    await desk.write(spoil)
    wang = await desk.person("wang", "approver")
    for path in ("", "/desk", "/opinions"):
        assert (await wang.get(f"/events/{event_id}{path}")).status == 200
    assert (await wang.post(f"/events/{event_id}/roster.xlsx")).status == 200
