"""Who manages whose account, and what nobody may do."""

import asyncio
import re
from typing import Any

import pytest

from bot.services import accounts
from bot.services.accounts import CLI, BadAccount, LastAdmin, NoAccount, Wanted
from bot.services.actors import NotAllowed, of_account
from storage.database import Database
from storage.work import Work
from tests.console.desk import CHEAP, PASSWORD, Desk, Person, Seen

FORM = {"name": "xiaoli", "display": "小李", "role": "editor", "branch": ""}


def handed_out(seen: Seen) -> str:
    """The one-time password of a page."""
    found = re.search(r'class="secret">([^<]+)<', seen.text)
    assert found, seen.text
    return found[1]


async def make(person: Person, **changes: str) -> Seen:
    await person.get("/accounts/new")
    return await person.post("/accounts/new", **(FORM | changes))


async def test_an_admin_makes_an_account_that_its_owner_takes_over(desk: Desk) -> None:
    admin = await desk.person("boss", "admin")
    made = await make(admin)
    password = handed_out(made)
    assert made.status == 200 and "小李" in made.text and "no-store" in made.headers["Cache-Control"]
    stored = desk.stored("xiaoli")
    assert stored.role == "editor" and stored.must_change and password not in stored.password
    owner = await desk.person()
    assert (await owner.log_in("xiaoli", password)).status == 303
    await owner.get("/password")
    assert (await owner.post("/password", current=password, new=PASSWORD, again=PASSWORD)).headers["Location"] == "/"
    assert (await owner.get("/")).status == 200
    assert ("staff:boss", "account_add", "staff:xiaoli", "editor *") in desk.lines()
    assert password not in str(desk.lines())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "boss"}, "已经有人用了"),
        ({"name": "BOSS"}, "已经有人用了"),
        ({"name": "x"}, "小写字母开头"),
        ({"name": "1abc"}, "小写字母开头"),
        ({"name": "小李"}, "小写字母开头"),
        ({"name": "import"}, "小写字母开头"),
        ({"name": "cli"}, "小写字母开头"),
        ({"name": "a b"}, "小写字母开头"),
        ({"name": "a" * 33}, "小写字母开头"),
        ({"name": "abc\n"}, ""),
        ({"display": " "}, "请填写姓名"),
        ({"display": "李" * 33}, "请填写姓名"),
        ({"display": "李\u202e四"}, "请填写姓名"),
        ({"role": "god"}, "不能授予"),
        ({"branch": "不存在的工会"}, "没有找到这个工会"),
        ({"branch": "%"}, "没有找到这个工会"),
    ],
)
async def test_what_cannot_be_an_account(desk: Desk, changes: dict[str, str], words: str) -> None:
    admin = await desk.person("boss", "admin")
    answer = await make(admin, **changes)
    if words:
        assert answer.status in (403, 409) and words in answer.text
        assert len(desk.lines("account_add")) == 0
    else:
        assert desk.stored("abc").name == "abc"


async def test_a_branch_is_found_by_its_code_or_its_name(desk: Desk) -> None:
    ids = await desk.tree()
    admin = await desk.person("boss", "admin")
    handed_out(await make(admin, branch="east"))
    assert desk.stored("xiaoli").org_id == ids["east"]
    handed_out(await make(admin, name="two", branch="西区总工会"))
    assert desk.stored("two").org_id == ids["west"]
    several = await make(admin, name="three", branch="机械厂")
    assert several.status == 409 and "不止一个" in several.text
    assert 'value="east-plant"' in several.text and 'value="west-plant"' in several.text
    handed_out(await make(admin, name="three", branch="west-plant"))
    handed_out(await make(admin, name="four", branch="city"))
    assert desk.stored("four").org_id is None, "the root of the tree is all of it"


async def test_changing_a_role_ends_the_sessions(desk: Desk) -> None:
    ids = await desk.tree()
    admin, editor = await desk.person("boss", "admin"), await desk.person("li", "editor")
    one = f"/accounts/{desk.stored('li').id}"
    assert "li同志" in (await admin.get(one)).text
    same = {"display": "李四", "role": "editor", "branch": ""}
    assert (await admin.post(one, **same)).headers["Location"] == "/accounts"
    assert (await editor.get("/")).status == 200, "another name to show takes nothing away"
    await admin.post(one, **(same | {"role": "staff"}))
    assert (await editor.get("/")).status == 303 and desk.stored("li").role == "staff"
    await editor.log_in("li")
    await admin.post(one, **(same | {"role": "staff", "branch": "east"}))
    assert (await editor.get("/")).status == 303 and desk.stored("li").org_id == ids["east"]
    assert [line[3] for line in desk.lines("account_change")] == ["editor *", "staff *", "staff east"]


async def test_switching_off_and_on(desk: Desk) -> None:
    admin, editor = await desk.person("boss", "admin"), await desk.person("li", "editor")
    one = f"/accounts/{desk.stored('li').id}"
    await admin.post(f"{one}/off")
    assert "账号已停用" in (await admin.get("/accounts")).text
    assert (await editor.get("/")).status == 303
    assert (await editor.log_in("li")).status == 401
    await admin.post(f"{one}/on")
    assert (await editor.log_in("li")).status == 303
    assert [line[1] for line in desk.lines() if line[0] == "staff:boss"] == ["login", "account_off", "account_on"]


async def test_a_reset_ends_sessions_and_the_lock(desk: Desk) -> None:
    admin, editor = await desk.person("boss", "admin"), await desk.person("li", "editor")
    one = f"/accounts/{desk.stored('li').id}"
    other = await desk.person()
    for _ in range(5):
        await other.log_in("li", "wrong horse 41")
    await admin.get(one)
    password = handed_out(await admin.post(f"{one}/password"))
    assert (await editor.get("/")).status == 303
    assert (await editor.log_in("li")).status == 401
    assert (await editor.log_in("li", password)).status == 303
    assert (await editor.get("/")).headers["Location"] == "/password"


async def test_ones_own_password_is_not_reset_here(desk: Desk) -> None:
    admin = await desk.person("boss", "admin")
    one = f"/accounts/{desk.stored('boss').id}"
    for what in ("password", "code/off"):
        assert (await admin.post(f"{one}/{what}")).status == 403


async def test_the_last_admin_stays(desk: Desk) -> None:
    await desk.tree()
    admin = await desk.person("boss", "admin")
    one = f"/accounts/{desk.stored('boss').id}"
    await desk.account("east-boss", "admin", (await desk.write(lambda work: accounts.places(work, CLI, "east")))[0].id)
    await desk.account("former", "admin", active=False)
    form = {"display": "老板", "role": "admin", "branch": ""}
    for changes in ({"role": "approver"}, {"branch": "east"}):
        answer = await admin.post(one, **(form | changes))
        assert answer.status == 409 and "最后一个" in answer.text
    assert (await admin.post(f"{one}/off")).status == 409
    assert desk.stored("boss").active and desk.stored("boss").role == "admin"
    await desk.account("second", "admin")
    assert (await admin.post(f"{one}/off")).status == 303


def test_of_two_admins_who_step_back_at_once_one_stays(database: Database, now: Any) -> None:
    def add(work: Work) -> list[int]:
        wanted = Wanted("甲", "admin")
        return [accounts.create(work, CLI, name, wanted, "hash", now).id for name in ("one", "two")]

    ids = database.writer.run(add)

    async def both() -> list[object]:
        jobs = [
            database.writer.write(lambda work, each=each: accounts.switch(work, CLI, each, False, now)) for each in ids
        ]
        return list(await asyncio.gather(*jobs, return_exceptions=True))

    results = asyncio.run(both())
    assert sorted(type(each).__name__ for each in results) == ["LastAdmin", "Staff"]


async def test_a_branch_admin_has_a_branch_only(desk: Desk) -> None:
    """By form or by hand: accounts elsewhere are neither shown nor changed, nor is anything given outside."""
    ids = await desk.tree()
    admin = await desk.person("east-boss", "admin", ids["east"])
    await desk.account("mine", "staff", ids["east-plant"])
    for name, org in (("yours", ids["west"]), ("whole", None), ("root", ids["city"])):
        await desk.account(name, "editor", org)
    page = await admin.get("/accounts")
    assert "mine同志" in page.text and "east-boss同志" in page.text
    assert [name for name in ("yours", "whole", "root") if f"{name}同志" in page.text] == []
    for name in ("yours", "whole", "root"):
        one = f"/accounts/{desk.stored(name).id}"
        assert (await admin.get(one)).status == 403
        form = {"display": "x", "role": "staff", "branch": "east"}
        for path in (one, f"{one}/password", f"{one}/code/off", f"{one}/off", f"{one}/on"):
            assert (await admin.post(path, **form)).status == 403, path
        assert desk.stored(name).display == f"{name}同志" and desk.stored(name).role == "editor"
    one = f"/accounts/{desk.stored('mine').id}"
    for branch in ("", "city", "west", "west-plant"):
        answer = await admin.post(one, display="x", role="staff", branch=branch)
        assert answer.status in (403, 409), branch
        assert (await make(admin, name="new", branch=branch)).status in (403, 409), branch
    assert (await admin.post(one, display="x", role="admin", branch="east")).status == 303
    assert desk.stored("mine").role == "admin"
    me = f"/accounts/{desk.stored('east-boss').id}"
    assert (await admin.post(me, display="x", role="admin", branch="")).status == 403


@pytest.mark.parametrize("role", ["staff", "editor", "approver"])
async def test_nobody_else_manages_accounts(desk: Desk, role: str) -> None:
    person = await desk.person("wang", role)
    me = f"/accounts/{desk.stored('wang').id}"
    before = desk.stored("wang")
    for path in ("/accounts/new", me, f"{me}/password", f"{me}/code/off", f"{me}/off", f"{me}/on"):
        assert (await person.post(path, **(FORM | {"role": "admin"}))).status == 403
    assert desk.stored("wang") == before
    assert len(desk.lines("refused")) == 6


async def test_the_rules_hold_without_pages(desk: Desk) -> None:
    """Whatever page or command asks."""
    ids = await desk.tree()
    now = desk.clock.now()

    def ask(work: Work) -> None:
        editor = of_account(work, "li", "editor", None)
        east = of_account(work, "east-boss", "admin", ids["east"])
        wanted = Wanted("甲", "staff", "west")
        with pytest.raises(NotAllowed):
            accounts.create(work, editor, "abc", wanted, "hash", now)
        with pytest.raises(NotAllowed):
            accounts.create(work, east, "abc", wanted, "hash", now)
        with pytest.raises(NotAllowed):
            accounts.listed(work, editor, now)
        with pytest.raises(BadAccount):
            accounts.create(work, CLI, "abc", Wanted("甲", "staff", "nowhere"), "hash", now)
        with pytest.raises(NoAccount):
            accounts.switch(work, CLI, 5, False, now)
        only = accounts.create(work, CLI, "abc", Wanted("甲", "admin"), "hash", now)
        with pytest.raises(LastAdmin):
            accounts.change(work, CLI, only.id, Wanted("甲", "staff"), now)

    await desk.write(ask)


async def test_the_list_says_how_accounts_are(desk: Desk) -> None:
    admin = await desk.person("boss", "admin")
    await desk.account("off", active=False)
    await desk.account("new", must_change=True)
    await desk.account("shut", locked_until=desk.clock.now().replace(year=2027))
    text = (await admin.get("/accounts")).text
    for words in ("已停用", "待改密码", "暂时锁定", "正常", "从未", "2026-11-25 10:00", "4 个账号，2026年11月25日"):
        assert words in text
    assert CHEAP.hash("x")[:9] not in text, "no hash on the page"
