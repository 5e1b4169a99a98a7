"""People who wait for a person: urgent first, taken, answered, closed, without a word of what they said."""

from datetime import timedelta

import pytest

from bot.services import cases
from bot.services.house import House
from bot.services.sensitive import Sensitive
from bot.testing import Talk
from tests.console.desk import Desk
from tests.console.pages_kit import letters_of, load, meet, plain

MATTER = {
    "id": "despair",
    "title": "轻生",
    "signs": ["不想活"],
    "not": [],
    "words": "我很担心您，请拨打{hotline}。",
    "entries": [],
    "urgent": True,
}


@pytest.fixture
def house() -> House:
    """A union that knows one sensitive matter."""
    return House(sensitive=Sensitive([MATTER]))


def case_of(desk: Desk, person_id: int, topic: str = "human", **ago: float) -> int:
    """An open case; its id."""
    at = desk.clock.now() - timedelta(**ago)
    return desk.database.writer.run(
        lambda work: cases.cases.open_case(work, person_id, topic, at, topic == "despair")[0].id
    )


async def test_urgent_ones_come_first_with_their_waiting_time(desk: Desk) -> None:
    load(desk)
    case_of(desk, meet(desk, "a"), hours=20)
    case_of(desk, meet(desk, "b"), "lv-annual", minutes=30)
    case_of(desk, meet(desk, "c"), "despair", minutes=5)
    page = await (await desk.person("wang")).get("/cases")
    order = [page.text.index(each) for each in ("轻生", "要求转人工", "问了“年休假有几天”")]
    assert order == sorted(order)
    assert "已等 5小时（工作时间）" in plain(page)  # from 14:00 yesterday: 4 hours, and one this morning


async def test_nothing_that_was_said_is_shown(desk: Desk) -> None:
    load(desk)
    Talk(desk.database, desk.room.house, desk.clock.now()).says("我是张三，真的不想活了", "wxid-secret")
    wang = await desk.person("wang")
    listed = await wang.get("/cases")
    case = listed.text.partition('href="/cases/')[2].partition('"')[0].removeprefix("?")
    link = [part.partition('"')[0] for part in listed.text.split('href="/cases/')[1:]][-1]
    page = await wang.get(f"/cases/{link}")
    assert "轻生" in page.text and "敏感事项" in page.text
    for seen in (listed, page):
        for secret in ("张三", "不想活", "wxid-secret"):
            assert secret not in seen.text
    assert case


async def test_a_reply_goes_out_as_a_letter(desk: Desk) -> None:
    person = meet(desk, "a")
    case = case_of(desk, person)
    wang = await desk.person("wang")
    await wang.get(f"/cases/{case}")
    for words in ("请带身份证\n来窗口办理。", "请带身份证\n来窗口办理。"):
        assert (await wang.post(f"/cases/{case}/reply", words=words)).status == 303
    assert letters_of(desk, person) == ["工会工作人员给您的回复\n请带身份证\n来窗口办理。"]
    assert "共 1 封" in plain(await wang.get(f"/cases/{case}"))


async def test_what_was_typed_is_kept_when_it_cannot_be_taken(desk: Desk) -> None:
    case = case_of(desk, meet(desk, "a"))
    wang = await desk.person("wang")
    await wang.get(f"/cases/{case}")
    seen = await wang.post(f"/cases/{case}/reply", words="长" * 501)
    assert (seen.status, "现在是501个字" in seen.text, "长" * 501 in seen.text) == (422, True, True)
    seen = await wang.post(f"/cases/{case}/close", outcome="好")
    assert (seen.status, "请写明处理结果" in seen.text) == (422, True)


async def test_a_case_is_taken_and_closed(desk: Desk) -> None:
    case = case_of(desk, meet(desk, "a"))
    wang = await desk.person("wang")
    await wang.get(f"/cases/{case}")
    assert (await wang.post(f"/cases/{case}/take")).headers["Location"] == f"/cases/{case}"
    assert "wang同志 处理" in plain(await wang.get("/cases"))
    assert (await wang.post(f"/cases/{case}/close", outcome="已电话说明")).headers["Location"] == "/cases"
    assert "没有人在等" in (await wang.get("/cases")).text
    assert "已电话说明" in (await wang.get("/cases?state=closed")).text
    assert (await wang.post(f"/cases/{case}/take")).status == 409


async def test_another_branchs_case_is_refused(desk: Desk) -> None:
    tree = await desk.tree()
    person = meet(desk, "a", tree["west-plant"])
    case = case_of(desk, person)
    east = await desk.person("east", "staff", tree["east"])
    assert "没有人在等" in (await east.get("/cases")).text
    for deed, fields in {"take": {}, "close": {"outcome": "办好了"}, "reply": {"words": "您好您好"}}.items():
        assert (await east.post(f"/cases/{case}/{deed}", **fields)).status == 403
    assert (await east.get(f"/cases/{case}")).status == 403
    assert letters_of(desk, person) == []
    assert len(desk.lines("refused")) == 4
