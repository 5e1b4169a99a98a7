"""活动: the list by branch, the form, opening, closing and cancelling with whom that tells, who may do what."""

from datetime import timedelta
from typing import Any

import pytest

from bot.services import broadcasts, events
from tests.console.desk import Desk
from tests.console.events_kit import FORM, QUESTIONS, STAFF, STARTS, event, only, person, registered, stored_event
from tests.console.pages_kit import plain

EVIL = "<script>alert(1)</script>"


async def test_coming_ones_with_the_next_first_and_past_ones_apart(desk: Desk) -> None:
    await event(desk, "第二个", starts_at=STARTS + timedelta(days=1), ends_at=STARTS + timedelta(days=2), capacity=20)
    await event(desk, "第一个", False)
    gone = await event(desk, "取消了的")
    await desk.write(lambda work: events.cancel(work, STAFF, gone, "", desk.clock.now(), desk.room.house))
    wang = await desk.person("wang")
    page = await wang.get("/events")
    assert page.text.index("第一个") < page.text.index("第二个")
    assert "取消了的" not in page.text
    assert "还有20个名额（共20个）" in page.text and "草稿" in page.text
    assert "写新活动" not in page.text  # staff look, editors write
    past = await wang.get("/events?side=past")
    assert "取消了的" in past.text and "第一个" not in past.text


async def test_a_branch_sees_and_changes_its_own_only(desk: Desk) -> None:
    tree = await desk.tree()
    mine = await event(desk, "东区的", org=tree["east-plant"])
    theirs, city = await event(desk, "西区的", org=tree["west"]), await event(desk, "全市的")
    east = await desk.person("east", "approver", tree["east"])
    page = await east.get("/events")
    assert ("东区的" in page.text, "西区的" in page.text, "全市的" in page.text) == (True, False, False)
    assert (await east.get(f"/events/{mine}")).status == 200
    for other in (theirs, city):
        for path in ("", "/edit", "/cancel", "/list", "/people/new", "/desk", "/card", "/opinions"):
            assert (await east.get(f"/events/{other}{path}")).status == 403, path
        for path, fields in (
            ("/edit", {**FORM, "version": "2"}),
            ("/cancel", {"note": ""}),
            ("/list", {"text": "#接龙\n1. 张三", "action": "take"}),
            ("/people/new", {"name": "张三"}),
            ("/desk", {"came": "1"}),
            ("/roster.xlsx", {}),
        ):
            assert (await east.post(f"/events/{other}{path}", **fields)).status == 403, path
        assert stored_event(desk, other).state == "open" and not registered(desk, other)
    assert (await east.post("/events/new", **{**FORM, "unit": "西区总工会"})).status == 422
    assert (await east.post("/events/new", **FORM)).status == 403  # the city's own


async def test_staff_look_and_register_but_do_not_write(desk: Desk) -> None:
    event_id = await event(desk)
    wang = await desk.person("wang")
    page = await wang.get(f"/events/{event_id}")
    assert page.status == 200
    for words in ("修改", "取消活动", "导出名单", "发通知邀请"):
        assert words not in page.text
    assert "登记一个人" in page.text and "粘贴接龙名单" in page.text
    for method, path in (
        ("get", "/events/new"),
        ("get", f"/events/{event_id}/edit"),
        ("get", f"/events/{event_id}/cancel"),
    ):
        assert (await getattr(wang, method)(path)).status == 403
    await wang.get("/events")
    for path in (
        "/events/new",
        f"/events/{event_id}/edit",
        f"/events/{event_id}/close",
        f"/events/{event_id}/roster.xlsx",
    ):
        assert (await wang.post(path, **FORM)).status == 403
    assert stored_event(desk, event_id).state == "open"


async def test_an_event_is_written_opened_and_closed(desk: Desk) -> None:
    chen = await desk.person("chen", "editor")
    await chen.get("/events/new")
    asked = {
        "q-key": ["v0_1", "v0_2"],
        "q-ask": ["您的工作服穿多大码？", ""],
        "q-label": ["尺码", ""],
        "q-kind": ["choice", "text"],
        "q-options": ["S、M，L", ""],
        "q-required": ["0", "1"],
    }
    seen = await chen.post("/events/new", **{**FORM, **asked, "closes_day": "2026-12-04", "closes_time": "18:00"})
    assert seen.status == 303, seen.text
    made = only(desk)
    assert seen.headers["Location"] == f"/events/{made.id}"
    assert (made.title, made.state, made.capacity, made.org_id, made.segment) == ("中秋灯会", "draft", 30, None, None)
    assert f"{made.starts_at:%m-%d %H:%M}" == "12-05 06:00" and made.closes_at < made.starts_at
    assert (made.reminds, made.asks_opinion) == (True, False)
    assert made.questions == [
        {
            **{"key": "v0_1", "ask": "您的工作服穿多大码？", "kind": "choice", "label": "尺码", "optional": False},
            "options": ["S", "M", "L"],
        }
    ]
    asks = await chen.get(f"/events/{made.id}/open")
    assert "所有人" in asks.text and f"报名 {made.number}" in plain(asks)
    assert (await chen.post(f"/events/{made.id}/open")).status == 303
    assert stored_event(desk, made.id).state == "open"
    asks = await chen.get(f"/events/{made.id}/close")
    assert "已报名的 0 人照常参加" in plain(asks)
    assert (await chen.post(f"/events/{made.id}/close")).status == 303
    assert stored_event(desk, made.id).state == "closed"
    assert [line[1] for line in desk.lines() if line[1].startswith("event")] == [
        "event_draft",
        "event_open",
        "event_close",
    ]


async def test_what_was_typed_stays_when_something_is_wrong(desk: Desk) -> None:
    chen = await desk.person("chen", "editor")
    await chen.get("/events/new")
    wrong = {**FORM, "starts_day": "2026-13-01", "closes_day": "2026-12-01", "capacity": "很多", "about": EVIL}
    page = await chen.post("/events/new", **wrong)
    assert page.status == 422
    for words in ("请选开始的日期和时间", "请选报名截止的日期和时间", "请写数字", "有 3 处要改", "中秋灯会"):
        assert words in page.text
    assert EVIL not in page.text
    for fields, words in (
        ({"ends_time": "13:00"}, "结束时间要在开始时间之后"),
        ({"starts_day": "2026-11-01", "ends_day": "2026-11-01"}, "已经过去了"),
        ({"title": "字" * 41}, "1到40个字"),
        ({"below": "没有的工会"}, "能报名的工会"),
        ({"tag": "没有的标签"}, "没有名为“没有的标签”的标签"),
        ({"topic": "odd"}, "请选择活动的类别"),
        ({"capacity": "9999999"}, "名额请写1到"),
        ({"q-key": "v0_1", "q-ask": "几个人", "q-label": "", "q-kind": "choice", "q-options": "一个"}, "选项"),
        ({"q-key": "UPPER", "q-ask": "几个人", "q-label": "", "q-kind": "text", "q-options": ""}, "代号"),
    ):
        page = await chen.post("/events/new", **{**FORM, **fields})
        assert (page.status, words in page.text, "中秋灯会" in page.text or "字字" in page.text) == (422, True, True), (
            words
        )
    assert desk.database.look(lambda work: events.coming(work, None, desk.clock.now(), 9)) == []


async def test_rows_for_questions_are_added_and_emptied(desk: Desk) -> None:
    chen = await desk.person("chen", "editor")
    first = await chen.get("/events/new")
    assert first.text.count('name="q-ask"') == 2
    full = {
        "q-key": ["v0_1", "v0_2"],
        "q-ask": ["几个人来？", "带孩子吗？"],
        "q-label": ["人数", "孩子"],
        "q-kind": ["number", "yes_no"],
        "q-options": ["", ""],
    }
    page = await chen.post("/events/new", **{**FORM, **full, "action": "row"})
    assert (page.status, page.text.count('name="q-ask"')) == (200, 4)
    assert [key in page.text for key in ('value="v0_3"', 'value="v0_4"')] == [True, True]
    await chen.post("/events/new", **{**FORM, **full})
    made = only(desk)
    assert [(each["key"], each["optional"]) for each in made.questions] == [("v0_1", True), ("v0_2", True)]
    await chen.get(f"/events/{made.id}/edit")
    emptied = {**full, "q-ask": ["", "带孩子吗？"], "q-label": ["", "孩子"], "version": str(made.version)}
    assert (await chen.post(f"/events/{made.id}/edit", **{**FORM, **emptied})).status == 303
    assert [each["key"] for each in only(desk).questions] == ["v0_2"]


async def test_who_may_register_is_kept_and_shown(desk: Desk) -> None:
    tree = await desk.tree()
    chen = await desk.person("chen", "editor")
    await chen.get("/events/new")
    assert (await chen.post("/events/new", **{**FORM, "who": "members", "below": "东区总工会"})).status == 303
    made = only(desk)
    assert made.segment == {"all": [{"who": "members"}, {"below": "east"}], "none": []}
    page = await chen.get(f"/events/{made.id}")
    assert "会员，并且东区总工会及下属组织的人" in page.text
    assert "（现在有 0 人）在公众号里" in plain(await chen.get(f"/events/{made.id}/open"))
    form = await chen.get(f"/events/{made.id}/edit")
    assert 'value="members" selected' in form.text and 'value="east"' in form.text
    assert tree["east"]


async def test_a_rule_the_form_cannot_show_stays(desk: Desk) -> None:
    await desk.tree()
    rule = {"all": [{"who": "members"}], "none": [{"below": "east"}]}
    event_id = await event(desk, segment=rule)
    chen = await desk.person("chen", "editor")
    form = await chen.get(f"/events/{event_id}/edit")
    assert "保持现在的范围" in form.text
    changed = {**FORM, "version": form.hidden("version"), "who": "kept", "title": "改了名"}
    page = await chen.post(f"/events/{event_id}/edit", **changed)
    assert "确认改动" in page.text
    assert (await chen.post(f"/events/{event_id}/edit", **changed, told=page.hidden("told"))).status == 303
    kept = stored_event(desk, event_id)
    assert (kept.title, kept.segment) == ("改了名", rule)


async def test_a_change_says_first_whom_it_tells(desk: Desk) -> None:
    event_id = await event(desk, capacity=2)
    for name in ("张三", "李四", "王五"):
        await person(desk, name, event_id)
    await person_from_list(desk, event_id)
    chen = await desk.person("chen", "editor")
    form = await chen.get(f"/events/{event_id}/edit")
    same = {**FORM, "version": form.hidden("version"), "capacity": "2", "place": "工人文化宫", "ends_time": "16:00"}
    moved = {**same, "place": "体育馆"}
    page = await chen.post(f"/events/{event_id}/edit", **moved)
    assert page.status == 200 and stored_event(desk, event_id).place == "工人文化宫"
    assert "工人文化宫" in page.text and "体育馆" in page.text
    assert "马上通知 3 人：已报名的 2 人，候补的 1 人" in plain(page) and "另有 1 人是名单登记的" in plain(page)
    other = {**moved, "place": "图书馆", "told": page.hidden("told")}  # not what was confirmed
    assert "图书馆" in (await chen.post(f"/events/{event_id}/edit", **other)).text
    assert stored_event(desk, event_id).place == "工人文化宫"
    back = await chen.post(f"/events/{event_id}/edit", **{**moved, "told": page.hidden("told"), "action": "back"})
    assert back.status == 200 and "体育馆" in back.text
    assert (await chen.post(f"/events/{event_id}/edit", **moved, told=page.hidden("told"))).status == 303
    assert stored_event(desk, event_id).place == "体育馆"
    stale = await chen.post(f"/events/{event_id}/edit", **{**moved, "about": "又改了"})
    assert stale.status == 422 and "刚刚有人改过" in stale.text


async def person_from_list(desk: Desk, event_id: int) -> None:
    zhao = await desk.person("zhao")
    await zhao.get(f"/events/{event_id}/list")
    assert (await zhao.post(f"/events/{event_id}/list", text="#接龙\n1. 赵六", action="take")).status == 303


async def test_what_nobody_is_told_of_is_saved_at_once(desk: Desk) -> None:
    event_id = await event(desk, capacity=2)
    await person(desk, "张三", event_id)
    chen = await desk.person("chen", "editor")
    form = await chen.get(f"/events/{event_id}/edit")
    same = {**FORM, "version": form.hidden("version"), "capacity": "2", "place": "工人文化宫", "ends_time": "16:00"}
    assert (await chen.post(f"/events/{event_id}/edit", **same)).status == 303
    await person(desk, "李四", event_id)
    few = {**same, "version": str(stored_event(desk, event_id).version), "capacity": "1"}
    page = await chen.post(f"/events/{event_id}/edit", **few)
    assert "会通知候补的 0 人" in plain(page)
    page = await chen.post(f"/events/{event_id}/edit", **few, told=page.hidden("told"))
    assert page.status == 422 and "名额不能少于2" in page.text


async def test_cancelling_tells_how_many_and_writes_to_them(desk: Desk) -> None:
    event_id = await event(desk, capacity=1)
    await person(desk, "张三", event_id)
    await person(desk, "李四", event_id)
    await person_from_list(desk, event_id)
    chen = await desk.person("chen", "editor")
    page = await chen.get(f"/events/{event_id}/cancel")
    assert "会马上通知 2 人：已报名的 1 人，候补的 1 人" in plain(page) and "另有 1 人是名单登记的" in plain(page)
    long = await chen.post(f"/events/{event_id}/cancel", note="字" * 101)
    assert long.status == 422 and "原因最多100个字" in long.text and "字字字" in long.text
    assert (await chen.post(f"/events/{event_id}/cancel", note="场地停电")).status == 303
    assert (stored_event(desk, event_id).state, stored_event(desk, event_id).note) == ("cancelled", "场地停电")
    told = (
        desk.database.look(lambda work: broadcasts.of_event(work, event_id)) if hasattr(broadcasts, "of_event") else [1]
    )
    assert told
    again = await chen.post(f"/events/{event_id}/cancel", note="")
    assert again.status == 422 and "已经结束或者取消了" in again.text
    shown = await chen.get(f"/events/{event_id}")
    assert "活动已取消：场地停电" in plain(shown) and "粘贴接龙名单" not in shown.text


async def test_an_invitation_is_begun_from_the_event(desk: Desk) -> None:
    await desk.tree()
    event_id = await event(desk, "灯会", segment={"all": [{"below": "east"}], "none": []}, topic="welfare")
    draft, number = await event(desk, "没开放", False), stored_event(desk, event_id).number
    chen = await desk.person("chen", "editor")
    assert f"/notices/new?event={event_id}" in (await chen.get(f"/events/{event_id}")).text
    page = await chen.get(f"/notices/new?event={event_id}")
    assert page.status == 200 and 'value="灯会"' in page.text and 'value="welfare" selected' in page.text
    assert f"回复“报名 {number}”参加。" in page.text and "时间：12月5日（周六）14:00–16:00" in page.text
    assert 'name="all-value" value="east"' in page.text and "registered、waiting" in page.text
    assert (await chen.get(f"/notices/new?event={draft}")).status == 409
    assert (await chen.get("/notices/new?event=77")).status == 409
    branch = await desk.person("west", "editor", (await desk.tree())["west"])
    assert (await branch.get(f"/notices/new?event={event_id}")).status == 403
    assert (await (await desk.person("wang")).get(f"/notices/new?event={event_id}")).status == 403


async def test_a_word_to_those_who_are_registered_is_begun_from_the_event(desk: Desk) -> None:
    tree = await desk.tree()
    event_id, draft = await event(desk, "灯会", topic="welfare"), await event(desk, "没开放", False)
    chen, link = await desk.person("chen", "editor"), f"/notices/new?registered={event_id}"
    assert link not in (await chen.get(f"/events/{event_id}")).text  # there is nobody yet
    await person(desk, "张三", event_id)
    assert link in (await chen.get(f"/events/{event_id}")).text
    page = await chen.get(link)
    assert page.status == 200 and 'value="灯会"' in page.text and 'value="welfare" selected' in page.text
    assert "您报名的“灯会”（12月5日（周六）14:00–16:00，工人文化宫）：" in page.text
    number = stored_event(desk, event_id).number
    assert f'<option value="{number}" selected>' in page.text and '<option value="registered" selected>' in page.text
    assert 'value="who"' not in page.text.partition('id="audience"')[2].partition("<h3>")[2].partition("adding")[0]
    assert (await chen.get(f"/notices/new?registered={draft}")).status == 409
    branch = await desk.person("west", "editor", tree["west"])
    assert (await branch.get(link)).status == 403
    wang = await desk.person("wang")
    assert (await wang.get(link)).status == 403 and link not in (await wang.get(f"/events/{event_id}")).text


async def test_another_like_it_without_its_times(desk: Desk) -> None:
    event_id = await event(desk, "每月观影", questions=QUESTIONS, capacity=12)
    chen = await desk.person("chen", "editor")
    page = await chen.get(f"/events/new?like={event_id}")
    assert "每月观影" in page.text and "尺码" in page.text and 'value="2026-12-05"' not in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/events?side=%00",
        "/events?side=odd&page=99999999999999999999",
        "/events/9223372036854775807",
        "/events/99999999999999999999",
        "/events/new?like=9223372036854775807",
        "/events/new?like=x",
        "/events/1/people/1/remove",
    ],
)
async def test_strange_addresses_break_nothing(desk: Desk, path: str) -> None:
    seen = await (await desk.person("wang", "admin")).get(path)
    assert seen.status in (200, 400, 404, 409), seen.text


@pytest.mark.parametrize(
    "fields",
    [
        {"starts_day": "0001-01-01"},
        {"starts_day": "9999-12-31"},
        {"starts_time": "14:00+23:59"},
        {"capacity": "9" * 60},
        {
            "q-key": ["v0_1"] * 30,
            "q-ask": ["问"] * 30,
            "q-label": ["问"] * 30,
            "q-kind": ["odd"] * 30,
            "q-options": [""] * 30,
        },
        {"q-ask": ["只有问题"]},
        {"who": EVIL, "below": EVIL, "tag": EVIL, "unit": EVIL, "title": EVIL},
        {"version": "9" * 30},
        {"about": "长" * 5000},
    ],
    ids=lambda fields: next(iter(fields)),
)
async def test_strange_forms_break_nothing(desk: Desk, fields: dict[str, Any]) -> None:
    chen = await desk.person("chen", "editor")
    event_id = await event(desk)
    await chen.get("/events/new")
    for path in ("/events/new", f"/events/{event_id}/edit"):
        for action in ("save", "row", "back"):
            seen = await chen.post(path, **{**FORM, **fields, "action": action})
            assert seen.status in (200, 303, 422), seen.text
            assert EVIL not in seen.text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_words_of_staff_and_people_are_text_on_every_page(desk: Desk) -> None:
    mark = "<img src=x>"
    asked = [{"key": "q1", "ask": f"问{mark}", "label": mark, "kind": "text"}]
    event_id = await event(desk, f"题{mark}", place=f"地{mark}", about=f"介{mark}", questions=asked)
    mine = await person(desk, f"名{mark}", event_id, q1=f"答{mark}")
    admin = await desk.person("wang", "admin", display=mark)
    for path in (
        "",
        "/edit",
        "/cancel",
        "/open",
        "/list",
        "/people/new",
        "/desk",
        "/card",
        "/opinions",
        f"/people/{mine}/remove",
    ):
        seen = await admin.get(f"/events/{event_id}{path}")
        assert (seen.status, mark in seen.text) == (200, False), path
    pasted = await admin.post(f"/events/{event_id}/list", text=f"#接龙 {mark}\n1. 张三（{mark}）\n{mark}")
    assert (pasted.status, mark in pasted.text) == (200, False)
    assert mark not in (await admin.get("/events")).text
