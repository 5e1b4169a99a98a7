"""对象 and 标签 in the console: what is typed is counted and said in words before it is saved, for one's own branch."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.services import segments, tags
from bot.services.actors import Actor
from storage.base import table
from storage.members import Member
from storage.people import Person
from storage.work import Work
from tests.browser import Browser, chromium, open_browser
from tests.console.desk import Desk
from tests.console.looking import SIZES, Looker
from tests.console.pages_kit import meet, plain

EVIL = "<script>alert(1)</script>"
CITY = Actor("chen", "admin")


def people(desk: Desk, tree: dict[str, int]) -> dict[str, int]:
    """Two members in the east, one in the west, all following."""
    ids = {name: meet(desk, name, tree[org]) for name, org in (("a", "east"), ("b", "east-plant"), ("c", "west"))}
    rows, day = table(Person), desk.clock.now().date()

    def dress(work: Work) -> None:
        for name, person_id in ids.items():
            work.execute(rows.update().where(rows.c.id == person_id).values(member_since=desk.clock.now()))
            when = {"joined_on": day, "since_on": day, "created_at": desk.clock.now(), "updated_at": desk.clock.now()}
            who = {"number": f"n-{name}", "person_id": person_id, "org_id": tree["west" if name == "c" else "east"]}
            work.session.add(Member(id=work.new_id(), name="甲", **who, **when))

    desk.database.writer.run(dress)
    return ids


async def test_it_is_counted_before_it_is_saved(desk: Desk) -> None:
    tree = await desk.tree()
    people(desk, tree)
    liu = await desk.person("liu", "editor")
    await liu.get("/segments/new")
    page = await liu.post(
        "/segments", **{"a-who": "members", "a-below": "东区总工会", "n-below": "east-plant", "do": "count"}
    )
    assert page.status == 200
    text = plain(page)
    assert "会员，并且东区总工会及下属组织的人；不发给：" in text
    assert "对象 2 人" in text and "现在能发到 1 人" in text and "在排除名单里：1 人" in text
    assert 'value="members" checked' in page.text
    assert desk.database.look(lambda work: segments.listing(work, CITY)) == []
    fields = {"a-who": "members", "a-below": "东区总工会", "n-below": "east-plant", "name": f"东区{EVIL}", "do": "save"}
    assert (await liu.post("/segments", **fields)).headers["Location"] == "/segments"
    page = await liu.get("/segments")
    assert EVIL not in page.text and "东区&lt;script&gt;" in page.text and "对象已保存" in page.text
    (kept,) = desk.database.look(lambda work: segments.listing(work, CITY))
    assert kept.raw == {"all": [{"who": "members"}, {"below": "east"}], "none": [{"below": "east-plant"}]}
    write = f"/notices/new?segment={kept.id}"
    assert write in page.text
    page = await liu.get(write)
    assert 'name="all-value" value="east"' in page.text and 'name="none-value" value="east-plant"' in page.text
    page = await liu.get(f"/segments/{kept.id}")
    assert write in page.text
    assert 'value="east"' in page.text and 'value="members" checked' in page.text


async def test_what_is_wrong_is_said_and_what_was_typed_stays(desk: Desk) -> None:
    await desk.tree()
    liu = await desk.person("liu", "editor")
    await liu.get("/segments/new")
    for fields, words in (
        ({"name": "空的"}, "请至少选一个条件"),
        ({"a-who": "members", "name": ""}, "名称要写1到40个字"),
        ({"a-below": "没有这个工会", "name": "x"}, "没有编码为“没有这个工会”的组织"),
        ({"a-event": "十二", "name": "x"}, "活动编号要写1到"),
        ({"a-event": "12", "name": "x"}, "没有编号为“12”的活动"),
        ({"a-who": "martians", "name": "x"}, "人群没有“martians”这一种"),
        ({"a-seen_days": "0", "name": "x"}, "天数要写1到3650之间的数字"),
    ):
        page = await liu.post("/segments", **fields, do="save")
        assert page.status == 422 and words in page.text, words
        assert all(f'value="{value}"' in page.text for key, value in fields.items() if value and key == "a-below")
    assert desk.database.look(lambda work: segments.listing(work, CITY)) == []


async def test_a_branch_counts_and_changes_only_its_own(desk: Desk) -> None:
    tree = await desk.tree()
    people(desk, tree)
    now, raw = desk.clock.now(), {"all": [{"who": "members"}]}
    of_city = desk.database.writer.run(lambda work: segments.save(work, CITY, "全体会员", raw, now))
    sun = await desk.person("sun", "editor", tree["east"])
    page = await sun.get(f"/segments/{of_city}")
    assert "由市总工会维护" in page.text and "/drop" not in page.text
    page = await sun.post(f"/segments/{of_city}", **{"a-who": "members", "do": "count"})
    assert "对象 2 人" in plain(page) and "只限东区总工会范围内" in page.text
    assert (await sun.post(f"/segments/{of_city}", **{"a-who": "cadres", "name": "改", "do": "save"})).status == 403
    assert (await sun.post(f"/segments/{of_city}/drop")).status == 403
    assert (await sun.post("/segments", **{"a-who": "followers", "name": "关注的人", "do": "save"})).status == 303
    west = await desk.person("zhou", "editor", tree["west"])
    assert "关注的人" not in (await west.get("/segments")).text
    own = next(
        each for each in desk.database.look(lambda work: segments.listing(work, CITY)) if each.name == "关注的人"
    )
    assert (await west.get(f"/segments/{own.id}")).status == 409
    assert (await sun.post(f"/segments/{own.id}/drop")).status == 303


async def test_what_the_form_cannot_say_is_still_shown_counted_and_renamed(desk: Desk) -> None:
    tree = await desk.tree()
    people(desk, tree)
    now = desk.clock.now()
    raw = {"all": [{"who": "members"}, {"employer": "甲"}, {"employer": "乙"}], "none": []}
    kept = desk.database.writer.run(lambda work: segments.save(work, CITY, "两个单位", raw, now))
    liu = await desk.person("liu", "editor")
    page = await liu.get(f"/segments/{kept}")
    assert "单位名称含“甲”的人，并且单位名称含“乙”的人" in page.text and "表单能写的多" in page.text
    page = await liu.post(f"/segments/{kept}", do="count", topic="law")
    assert "对象 0 人" in plain(page) and "法律维权" in page.text
    assert (await liu.post(f"/segments/{kept}", do="save", name="新名")).status == 303
    after = desk.database.look(lambda work: segments.one(work, CITY, kept))
    assert (after.name, after.raw) == ("新名", raw)


async def test_tags_are_put_on_and_taken_off(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.console.tags.PIECE", 0)  # dropped, it is first taken off who has it
    tree = await desk.tree()
    ids = people(desk, tree)
    now = desk.clock.now()
    desk.database.writer.run(lambda work: segments.save(work, CITY, "会员", {"all": [{"who": "members"}]}, now))
    sun = await desk.person("sun", "editor", tree["east"])
    await sun.get("/tags")
    page = await sun.post("/tags", name="残疾职工")
    assert page.status == 422 and "敏感信息" in page.text
    address = (await sun.post("/tags", name="志愿者")).headers["Location"]
    page = await sun.get(address)
    page = await sun.post(f"{address}/numbers", numbers="n-a\nn-c\nn-x", do="on")
    assert "加上了 1 人" in plain(page) and "n-c、n-x" in page.text
    saved = desk.database.look(lambda work: segments.listing(work, CITY))[0]
    page = await sun.post(f"{address}/rule", segment=str(saved.id))
    assert "加上了 1 人" in plain(page)
    assert {
        name for name, each in ids.items() if desk.database.look(lambda work, it=each: tags.of_person(work, it))
    } == {"a", "b"}
    page = await sun.post(f"{address}/rule", segment="12")
    assert page.status == 422 and "没有这个对象" in page.text
    page = await sun.post(f"{address}/numbers", numbers="n-a", do="off")
    assert "取下了 1 人" in plain(page)
    page = await sun.post(f"{address}/clear")
    assert "取下了 1 人" in plain(page)
    assert (await sun.post(f"{address}/name", name="骨干")).status == 303
    assert "骨干" in (await sun.get("/tags")).text
    await sun.post(f"{address}/numbers", numbers="n-b", do="on")
    assert (await sun.post(f"{address}/drop")).status == 303
    assert (await sun.get(address)).status == 409
    assert [line[3] for line in desk.lines("tag_on")] == ["志愿者 1", "志愿者 1", "骨干 1"]
    assert [line[3] for line in desk.lines("tag_off")] == ["志愿者 1", "志愿者 1", "骨干 1"]
    assert [line[3] for line in desk.lines("tag_drop")] == ["骨干 0"]


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
    people(desk, tree)
    now = desk.clock.now()
    tag_id = desk.database.writer.run(lambda work: tags.create(work, CITY, "志愿者", now))
    await desk.account("liu", "editor")
    looker = Looker(await browser.page(), desk, size, tmp_path)
    await looker.log_in("liu")
    await looker.open("/segments/new")
    await looker.page.js("void (document.querySelector('[name=a-who][value=members]').checked = true)")
    await looker.page.js("void (document.querySelector('#f-name').value = '东区会员')")
    await looker.send("button[value=count]", "新建对象")
    assert "现在能发到" in await looker.page.js("document.body.innerText")
    await looker.check("segment-counted")
    await looker.send("button[value=save]", "通知对象")
    await looker.check("segments")
    for name, path in (("tags", "/tags"), ("tag", f"/tags/{tag_id}")):
        await looker.open(path)
        await looker.check(name)
    assert [each.name for each in desk.database.look(lambda work: segments.listing(work, CITY))] == ["东区会员"]
    assert looker.page.errors == []
