"""建会线索: employers without a union, by branch, passed on, closed with an outcome; nobody's name among it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage import leads
from storage.leads import Lead
from storage.work import Work
from tests.browser import Browser, chromium, open_browser
from tests.console.desk import Desk, Person
from tests.console.looking import SIZES, Looker
from tests.console.pages_kit import plain

EVIL = "<script>alert(1)</script>厂"


async def lead(desk: Desk, employer: str, org_id: int | None = None, asked: int = 1, days_ago: float = 1) -> int:
    """An employer that was named so often; its id."""
    at = desk.clock.now() - timedelta(days=days_ago)

    def job(work: Work) -> int:
        return [leads.note(work, employer, employer, org_id, at).id for _ in range(asked)][-1]

    return await desk.write(job)


def stored(desk: Desk, lead_id: int) -> Lead:
    """A lead as it is in the database."""
    found = desk.database.look(lambda work: leads.get(work, lead_id))
    assert found is not None
    return found


async def test_the_most_asked_come_first_with_unit_and_union(desk: Desk) -> None:
    tree = await desk.tree()
    for employer, org, asked in (("新光灯具厂", tree["east"], 2), ("宏图电子", None, 5), ("安平印刷", tree["west"], 1)):
        await lead(desk, employer, org, asked)
    page = await (await desk.person("wang")).get("/leads")
    places = [page.text.index(each) for each in ("宏图电子", "新光灯具厂", "安平印刷")]
    assert places == sorted(places)
    assert "待跟进 3 家单位、8 份申请（2026年11月25日" in plain(page)
    assert "还没有交给哪个工会" in page.text and "东区总工会" in page.text
    assert 'href="/leads"' in page.text


async def test_a_branch_is_picked_out(desk: Desk) -> None:
    tree = await desk.tree()
    await lead(desk, "新光灯具厂", tree["east-plant"], 2)
    await lead(desk, "安平印刷", tree["west"])
    wang = await desk.person("wang")
    page = await wang.get(f"/leads?branch={tree['east']}")
    assert ("新光灯具厂" in page.text, "安平印刷" in page.text) == (True, False)
    assert "1 家单位、2 份申请" in plain(page)
    for odd in ("x", "-1", "9" * 30, "12345"):  # no branch of ours: all of it
        assert "安平印刷" in (await wang.get(f"/leads?branch={odd}")).text


async def test_a_branch_account_sees_and_changes_its_own_only(desk: Desk) -> None:
    tree = await desk.tree()
    mine, theirs = await lead(desk, "新光灯具厂", tree["east"]), await lead(desk, "安平印刷", tree["west"])
    loose = await lead(desk, "宏图电子")
    east = await desk.person("east", "staff", tree["east"])
    page = await east.get(f"/leads?branch={tree['west']}")
    assert ("新光灯具厂" in page.text, "安平印刷" in page.text, "宏图电子" in page.text) == (True, False, False)
    for other in (theirs, loose):
        assert (await east.get(f"/leads/{other}")).status == 403
        assert (await east.post(f"/leads/{other}/close", outcome="founded")).status == 403
        assert (await east.post(f"/leads/{other}/pass", org=str(tree["east"]))).status == 403
        assert stored(desk, other).state == "open"
    await east.get(f"/leads/{mine}")
    assert (await east.post(f"/leads/{mine}/pass", org=str(tree["west"]))).status == 403
    assert stored(desk, mine).org_id == tree["east"]
    assert len(desk.lines("refused")) == 7


async def test_a_lead_is_passed_on_and_closed_with_an_outcome(desk: Desk) -> None:
    tree = await desk.tree()
    lead_id = await lead(desk, "宏图电子", asked=2)
    wang = await desk.person("wang")
    await wang.get(f"/leads/{lead_id}")
    assert (await wang.post(f"/leads/{lead_id}/pass", org=str(tree["west"]))).headers["Location"] == f"/leads/{lead_id}"
    page = await wang.get(f"/leads/{lead_id}")
    assert "已交给这个工会跟进" in page.text and "西区总工会" in page.text and "2 份写了这家单位" in page.text
    done = await wang.post(f"/leads/{lead_id}/close", outcome="founded", remark=" 11月\n24日成立 ")
    assert (done.status, done.headers["Location"]) == (303, "/leads")
    assert "没有待跟进的线索" in (await wang.get("/leads")).text
    assert "已经建会：11月 24日成立" in plain(await wang.get("/leads?state=closed"))
    assert (await wang.post(f"/leads/{lead_id}/close", outcome="wrong")).status == 422
    assert stored(desk, lead_id).outcome == "已经建会：11月 24日成立"
    assert desk.lines("lead_pass") == [
        ("staff:wang", "lead_pass", f"lead:{lead_id}", f"organisation:{tree['west']}"),
    ]
    assert desk.lines("lead_close") == [("staff:wang", "lead_close", f"lead:{lead_id}", "已经建会")]


async def refused(person: Person, lead_id: int, what: str, words: str, **fields: str) -> None:
    """A form that cannot be taken: told why, on the page itself."""
    seen = await person.post(f"/leads/{lead_id}/{what}", **fields)
    assert (seen.status, words in seen.text) == (422, True), seen.text


async def test_what_cannot_be_taken_is_said_and_kept(desk: Desk) -> None:
    lead_id = await lead(desk, "宏图电子")
    wang = await desk.person("wang")
    await wang.get(f"/leads/{lead_id}")
    await refused(wang, lead_id, "close", "请选择结果")
    await refused(wang, lead_id, "close", "请选择结果", outcome="nonsense")
    await refused(wang, lead_id, "close", "长" * 101, outcome="founded", remark="长" * 101)
    await refused(wang, lead_id, "pass", "请选择由哪个工会跟进", org="x")
    assert (stored(desk, lead_id).state, desk.lines("lead_close")) == ("open", [])
    assert (await wang.send(f"/leads/{lead_id}/close", {"outcome": "founded"})).status == 403  # no token


async def test_markup_in_an_employers_name_stays_text(desk: Desk) -> None:
    lead_id = await lead(desk, EVIL)
    wang = await desk.person("wang")
    for path in ("/leads", f"/leads/{lead_id}"):
        page = await wang.get(path)
        assert "<script>alert" not in page.text and "&lt;script&gt;" in page.text


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as made:
        yield made


@pytest.mark.browser
@pytest.mark.skipif(chromium() is None, reason="no Chromium is installed")
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("size", SIZES)
async def test_the_pages_look_right_and_work(desk: Desk, browser: Browser, size: str, tmp_path: Path) -> None:
    tree = await desk.tree()
    lead_id = await lead(desk, "一家名字特别特别长的电子信息科技（示例市）股份有限公司东区第一分公司", tree["east"], 12)
    await lead(desk, "宏图电子有限公司", None, 3)
    await desk.account("wang")
    looker = Looker(await browser.page(), desk, size, tmp_path)
    await looker.log_in("wang")
    for name, path in (("leads", "/leads"), ("lead", f"/leads/{lead_id}")):
        await looker.open(path)
        await looker.check(name)
    await looker.page.js("void (document.querySelector('#f-outcome').value = 'joined')")
    await looker.send(f"form[action='/leads/{lead_id}/close'] button", "建会线索")
    await looker.open("/leads?state=closed")
    await looker.check("leads-closed")
    assert stored(desk, lead_id).outcome == "职工并入联合工会"
    assert looker.page.errors == []
