"""The people of an event: masked lists, one by hand, a 接龙 list, the door, no-shows."""

import re
import time
from datetime import timedelta

import pytest

from bot.services import events, registration_names, registrations
from bot.services.actors import Actor
from storage import letters
from storage import registrations as stored
from storage.people import Person as Somebody
from storage.work import Work
from tests.console.desk import Desk
from tests.console.events_kit import QUESTIONS, STARTS, came, event, get, person, registered, stored_event
from tests.console.pages_kit import plain

LIST = "#接龙\n电影之夜\n例 张三\n\n1. 张三\n2. 李四（带1人）\n3. 王五 素食\n4. 赵六 13800138000\n6. 🌸🌸\n"


def names(desk: Desk, event_id: int, *states: str) -> list[str]:
    """Whole names of registrations."""
    return desk.database.look(
        lambda work: [registration_names.shown(work, *each) for each in stored.roster(work, event_id, states)]
    )


async def test_lists_show_masked_names_and_answers(desk: Desk) -> None:
    event_id = await event(desk, questions=QUESTIONS, capacity=2)
    await person(desk, "张三丰", event_id, size="L", kids=True, phone="13800138000")
    await person(desk, "李四", event_id)
    waits = await person(desk, "王五", event_id)
    wang = await desk.person("wang")
    page = plain(await wang.get(f"/events/{event_id}"))
    assert "张＊＊" in page and "李＊" in page and "张三丰" not in page and "王＊" not in page
    assert "尺码：L" in page and "带孩子：是" in page and "手机：138****8000" in page and "13800138000" not in page
    assert "王＊" in plain(await wang.get(f"/events/{event_id}?view=waiting"))
    await wang.post(f"/events/{event_id}/people/{waits}/remove", note="")
    assert "王＊" in plain(await wang.get(f"/events/{event_id}?view=cancelled"))
    assert "没有来" not in plain(await wang.get(f"/events/{event_id}?view=absent"))


async def test_a_long_roster_is_not_read_while_others_wait_for_the_event(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who registers by chat waits for the same row; a page has its hundred, and no more are opened for it."""
    event_id = await event(desk)

    def crowd(work: Work) -> None:
        held = registrations.held(work, event_id)
        for number in range(101):
            registrations.enter_name(work, held, f"赵{number}", desk.clock.now(), "staff", "staff:kit")

    await desk.write(crowd)
    wang = await desk.person("wang")
    await wang.get(f"/events/{event_id}/people/new")

    def never(*given: object) -> None:
        raise AssertionError("all of it is read")

    monkeypatch.setattr(stored, "roster", never)
    assert (await wang.post(f"/events/{event_id}/people/new", name="王小明")).status == 303
    assert "已经有这个名字" in (await wang.post(f"/events/{event_id}/people/new", name="王 小明")).text
    assert (await wang.post(f"/events/{event_id}/list", text=LIST, action="take")).status == 303
    pages = [plain(await wang.get(f"/events/{event_id}?page={number}")).count("工作人员登记") for number in (1, 2)]
    assert pages == [100, 2]


async def test_numbers_of_people_are_masked_whatever_was_asked(desk: Desk) -> None:
    asked = {"key": "phone", "ask": "还有什么要说？", "label": "说明", "kind": "text", "optional": True}
    event_id = await event(desk, questions=[*QUESTIONS[:2], asked])
    await person(desk, "张三丰", event_id, size="L", phone="打 138 0013 8000，2026-12-05 前")
    await person(desk, "李四", event_id, size="M", phone="11010519491231002X")
    page = plain(await (await desk.person("wang")).get(f"/events/{event_id}"))
    assert "说明：打 〔号码〕，2026-12-05 前" in page and "说明：〔号码〕" in page
    assert "8000" not in page and "110105" not in page


async def test_one_is_registered_by_hand_with_answers(desk: Desk) -> None:
    event_id = await event(desk, questions=QUESTIONS, capacity=1)
    wang = await desk.person("wang")
    form = await wang.get(f"/events/{event_id}/people/new")
    assert "您的工作服穿多大码？" in form.text and '<option value="M"' in form.text
    path = f"/events/{event_id}/people/new"
    for fields, words in (
        ({"name": "张三", "a-size": "XXL"}, "尺码："),
        ({"name": "张三", "a-phone": "123"}, "手机："),
        ({"name": "138"}, "姓名"),
        ({"name": "在吗"}, "姓名"),
        ({}, ""),
    ):
        page = await wang.post(path, **fields)
        assert (page.status, words in page.text) == (422, True), fields
    assert (await wang.post(path, **{"name": " 张 三 ", "a-size": "M", "a-kids": "是", "a-odd": "x"})).status == 303
    assert names(desk, event_id, "registered") == ["张三"]
    assert "尺码：M" in plain(await wang.get(f"/events/{event_id}"))
    again = await wang.post(path, name="张三")
    assert again.status == 422 and "名单里已经有这个名字" in again.text
    full = await wang.get(path)
    assert "名额已满，登记的人会排进候补" in full.text
    seen = await wang.post(path, name="李四")
    assert seen.headers["Location"].endswith("?view=waiting") and names(desk, event_id, "waiting") == ["李四"]
    assert [line for line in desk.lines("event_register")] == [
        ("staff:wang", "event_register", f"event:{stored_event(desk, event_id).number}", "")
    ] * 2
    steps = desk.database.look(lambda work: stored.steps(work, registered(desk, event_id)[0].id))
    assert [(each.actor, each.what) for each in steps] == [("staff:wang", "registered")]


async def test_nobody_is_registered_at_what_is_no_open_event(desk: Desk) -> None:
    draft, gone = await event(desk, public=False), await event(desk)
    actor = Actor("kit", "admin")
    await desk.write(lambda work: events.cancel(work, actor, gone, "", desk.clock.now(), desk.room.house))
    wang = await desk.person("wang")
    for event_id, status in ((draft, 409), (gone, 422)):
        await wang.get("/events")
        assert (await wang.post(f"/events/{event_id}/people/new", name="张三")).status == status
        assert (await wang.post(f"/events/{event_id}/list", text=LIST, action="take")).status in (409, 422)
        assert not registered(desk, event_id, "registered", "waiting")


async def test_cancelling_one_tells_them_and_promotes_who_waits(desk: Desk) -> None:
    event_id = await event(desk, capacity=1)
    first = await person(desk, "张三", event_id)
    second = await person(desk, "李四", event_id)
    wang = await desk.person("wang")
    page = await wang.get(f"/events/{event_id}/people/{first}/remove")
    assert "张＊" in page.text and "会通知 1 人：本人" in plain(page)
    assert (await wang.post(f"/events/{event_id}/people/{first}/remove", note="字" * 61)).status == 422
    seen = await wang.post(f"/events/{event_id}/people/{first}/remove", note="说来不了")
    assert (seen.status, seen.headers["Location"]) == (303, f"/events/{event_id}")
    assert "候补的第一位自动补上" in (await wang.get(f"/events/{event_id}")).text
    assert (get(desk, first).state, get(desk, second).state) == ("cancelled", "registered")
    words = desk.database.look(_letters)
    assert any("由工会工作人员取消了" in each and "说来不了" in each for each in words)
    assert any("轮到您了" in each for each in words)
    assert (await wang.post(f"/events/{event_id}/people/{first}/remove", note="")).status == 422
    other = await event(desk, "另一个")
    assert (await wang.post(f"/events/{other}/people/{second}/remove", note="")).status == 409
    assert get(desk, second).state == "registered"


def _letters(work: Work) -> list[str]:
    return [letters.words(work, each) for each in map(letters.get, [work] * 9, letters.waiting(work, 9)) if each]


async def test_a_list_is_looked_at_before_it_is_taken(desk: Desk) -> None:
    event_id = await event(desk, capacity=4)
    await person(desk, "张三", event_id)
    gone = await person(desk, "王五", event_id)
    wang = await desk.person("wang")
    await wang.post(f"/events/{event_id}/people/{gone}/remove", note="")
    await wang.get(f"/events/{event_id}/list")
    page = await wang.post(f"/events/{event_id}/list", text=LIST, action="look")
    shown = plain(page)
    assert page.status == 200
    for words in ("看出 4 个名字", "登记报名 3 人", "已在名单里 1 人", "取消过，不再登记 1 人", "登记这 3 人"):
        assert words in shown, words
    assert "李四带的人1" in shown and "第 6 号：没有看出名字" in shown and "缺少序号 5" in shown
    assert "〔号码〕" in shown
    assert names(desk, event_id, "registered") == ["张三"]  # nothing done yet
    seen = await wang.post(f"/events/{event_id}/list", text=LIST, action="take")
    assert seen.status == 303
    assert names(desk, event_id, "registered") == ["张三", "李四", "李四带的人1", "赵六"]
    assert get(desk, gone).state == "cancelled"
    assert desk.lines("event_list")[0][3] == "3人"
    again = await wang.post(f"/events/{event_id}/list", text=LIST, action="take")
    assert again.status == 422 and "没有新的人" in again.text
    more = await wang.post(f"/events/{event_id}/list", text=LIST + "7. 孙八\n", action="take")
    assert more.status == 303 and names(desk, event_id, "waiting") == ["孙八"]
    assert "备注：〔号码〕" in plain(await wang.get(f"/events/{event_id}"))


async def test_a_name_of_the_branch_is_that_person(desk: Desk) -> None:
    tree = await desk.tree()
    event_id = await event(desk, org=tree["east"])

    def known(work: Work) -> None:
        for name, org in (("张三", "east-plant"), ("李四", "east-plant"), ("李四", "east"), ("王五", "west-plant")):
            work.session.add(Somebody(id=work.new_id(), name=name, org_id=tree[org], created_at=desk.clock.now()))

    await desk.write(known)
    east = await desk.person("east", "staff", tree["east"])
    await east.get(f"/events/{event_id}/list")
    text = "#接龙\n1. 张三\n2. 李四\n3. 王五"
    page = plain(await east.post(f"/events/{event_id}/list", text=text, action="look"))
    assert page.count("公众号里认得") == 1  # two of one name are nobody, others' people are not looked at
    await east.post(f"/events/{event_id}/list", text=text, action="take")
    assert [each.person_id is not None for each in registered(desk, event_id)] == [True, False, False]


async def test_a_long_list_is_taken_at_once_and_more_than_that_is_refused(desk: Desk) -> None:
    event_id = await event(desk, capacity=700)
    wang = await desk.person("wang")
    await wang.get(f"/events/{event_id}/list")
    lines = [f"{place}. 李{chr(0x4E00 + place)} +1" for place in range(1, 501)]
    began = time.process_time()
    assert (await wang.post(f"/events/{event_id}/list", text="\n".join(lines), action="take")).status == 303
    assert time.process_time() - began < 10
    assert (len(registered(desk, event_id)), len(registered(desk, event_id, "waiting"))) == (700, 300)
    places = [each.place for each in registered(desk, event_id, "registered", "waiting")]
    assert places == list(range(1, 1001)) and stored_event(desk, event_id).last_place == 1000
    assert len({each.id for each in registered(desk, event_id)}) == 700
    many = "\n".join(line.replace("+1", "+19") for line in lines)
    page = await wang.post(f"/events/{event_id}/list", text=many, action="look")
    assert page.status == 422 and "一次最多登记2000人" in page.text and "+19" in page.text


@pytest.mark.parametrize(
    "text",
    ["", "  \n ", "#接龙", "随便说说", "\x01\x02", "#接龙\n1. " + "（" * 30_000, "#接龙\n" + "1. 张三\n" * 3000],
    ids=range(7),
)
async def test_odd_lists_break_nothing(desk: Desk, text: str) -> None:
    event_id = await event(desk)
    wang = await desk.person("wang")
    await wang.get(f"/events/{event_id}/list")
    for action in ("look", "take", "odd"):
        seen = await wang.post(f"/events/{event_id}/list", text=text, action=action)
        assert seen.status in (200, 303, 422), seen.text
    assert len(registered(desk, event_id)) <= 1


async def test_the_door_opens_on_the_day(desk: Desk) -> None:
    event_id = await event(desk)
    mine = await person(desk, "张三", event_id)
    wang = await desk.person("wang")
    early = await wang.get(f"/events/{event_id}/desk")
    assert "从 12月5日（周六）00:00 开始可以用" in plain(early) and "张三" not in early.text
    refused = await wang.post(f"/events/{event_id}/desk", came=str(mine))
    assert (refused.status, get(desk, mine).attended_at) == (409, None)
    desk.clock.set(STARTS - timedelta(hours=3))
    await wang.log_in("wang")
    assert "张三" in (await wang.get(f"/events/{event_id}/desk")).text
    desk.clock.set(STARTS + timedelta(days=7, hours=3))
    await wang.log_in("wang")
    late = await wang.get(f"/events/{event_id}/desk")
    assert "张三" not in late.text


async def test_people_are_ticked_off_by_name_and_it_can_be_taken_back(desk: Desk) -> None:
    event_id, other = await event(desk, capacity=2), await event(desk, "另一个")
    ids = [await person(desk, name, event_id) for name in ("张三丰", "李四", "王五")]
    desk.clock.set(STARTS)
    wang = await desk.person("wang")
    page = await wang.get(f"/events/{event_id}/desk")
    assert "还没来的 3 人" in plain(page) and "2468" in page.text and "候补" in page.text
    found = await wang.post(f"/events/{event_id}/desk", sought=" 三 ")
    assert "找到还没来的 1 人" in plain(found) and "张三丰" in found.text and "李四" not in found.text
    assert "三" not in found.url
    seen = await wang.post(f"/events/{event_id}/desk", came=str(ids[0]))
    assert (seen.status, seen.headers["Location"]) == (303, f"/events/{event_id}/desk")
    assert (get(desk, ids[0]).attended_by, get(desk, ids[0]).attended_at) == ("staff", desk.clock.now())
    page = plain(await wang.get(f"/events/{event_id}/desk"))
    assert "还没来的 2 人" in page and re.search(r"已签到 1 ", page)
    await wang.post(f"/events/{event_id}/desk", came=str(ids[0]))  # twice is once
    await wang.post(f"/events/{event_id}/desk", came=str(ids[2]))  # who waited is let in
    assert get(desk, ids[2]).state == "registered"
    await wang.post(f"/events/{event_id}/desk", back=str(ids[0]))
    assert get(desk, ids[0]).attended_at is None
    steps = desk.database.look(lambda work: [each.what for each in stored.steps(work, ids[0])])
    assert steps == ["registered", "attended", "registered"]
    assert "同时签到" in (await wang.get(f"/events/{event_id}/people/new")).text
    seen = await wang.post(f"/events/{event_id}/people/new", name="路过的", came="1")  # one more than there are places
    assert seen.headers["Location"].endswith("/desk")
    walked_in = registered(desk, event_id)[-1]
    assert (walked_in.state, walked_in.attended_by) == ("registered", "staff")
    for odd in ("x", "9" * 30, "1", "-1"):
        assert (await wang.post(f"/events/{event_id}/desk", came=odd)).status in (200, 409)
    assert (await wang.post(f"/events/{other}/desk", came=str(ids[1]))).status == 409
    assert get(desk, ids[1]).attended_at is None


async def test_who_did_not_come(desk: Desk) -> None:
    event_id = await event(desk)
    there, absent = await person(desk, "张三", event_id), await person(desk, "李四", event_id)
    desk.clock.set(STARTS)
    await came(desk, event_id, there)
    desk.clock.set(STARTS + timedelta(hours=3))
    wang = await desk.person("wang")
    page = plain(await wang.get(f"/events/{event_id}?view=absent"))
    assert "没有来 1" in page and "李＊" in page and "张＊" not in page
    await wang.post(f"/events/{event_id}/desk", came=str(absent))  # forgotten at the door
    assert "没有来 0" in plain(await wang.get(f"/events/{event_id}?view=absent"))


async def test_the_card_shows_the_platforms_code_or_the_words(desk: Desk) -> None:
    event_id = await event(desk)
    wang = await desk.person("wang")
    page = await wang.get(f"/events/{event_id}/card")
    assert "<svg" in page.text and "签到 2468" in page.text and "扫码看签到的话" in page.text
    asked: list[tuple[str, int]] = []

    async def link(scene: str, days: int) -> str:
        asked.append((scene, days))
        return "https://example.com/q/1"

    object.__setattr__(desk.room, "scene_link", link)
    page = await wang.get(f"/events/{event_id}/card")
    assert "微信扫一扫签到" in page.text
    assert asked == [(f"checkin_{stored_event(desk, event_id).scene}", 11)]
