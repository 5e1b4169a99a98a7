"""The audit trail as staff read it."""

import ast
import re
from collections.abc import Iterator

from bot.services import trail
from storage import audit
from storage.work import Work
from tests.console.desk import Desk
from tests.house.repository import Module, modules
from tests.house.test_rules import name_of


async def test_lines_are_told_in_chinese_newest_first(desk: Desk) -> None:
    admin = await desk.person("boss", "admin")
    await desk.account("wang")
    desk.later(minutes=5)
    await admin.post(f"/accounts/{desk.stored('wang').id}/off")
    text = (await admin.get("/audit")).text
    lines = re.findall(r'data-head="做了什么"><div>([^<]+)', text)
    assert lines == ["停用账号", "登录"] and "账号 wang" in text and "2026-11-25 10:05" in text


async def test_filters(desk: Desk) -> None:
    person = await desk.person("shen", "approver")
    await desk.person("wang")
    rows = re.compile(r'data-head="谁"><div>([^<]+)')
    assert rows.findall((await person.get("/audit?action=login")).text) == ["wang", "shen"]
    assert rows.findall((await person.get("/audit?name=wang")).text) == ["wang"]
    assert "没有符合条件的记录" in (await person.get("/audit?name=nobody")).text
    assert "没有符合条件的记录" in (await person.get("/audit?action=logout&name=wang")).text


async def test_pages_hold_fifty_lines_and_lose_none(desk: Desk) -> None:
    """Also where many lines have the same time."""
    person = await desk.person("shen", "approver")
    now = desk.clock.now()

    def fill(work: Work) -> None:
        for number in range(120):
            audit.write(work, "cli", "broadcast", f"broadcast:{number}", now)

    await desk.write(fill)
    path, seen = "/audit?action=broadcast", []
    for size in (50, 50, 20):
        text = (await person.get(path)).text
        found = re.findall(r"通知 (\d+)<", text)
        assert len(found) == size
        seen += found
        older = re.search(r'rel="next" href="([^"]+)"', text)
        path = older[1].replace("&amp;", "&") if older else ""
    assert path == "" and len(set(seen)) == 120


async def test_a_branch_sees_what_its_own_accounts_did(desk: Desk) -> None:
    ids = await desk.tree()
    person = await desk.person("east-shen", "approver", ids["east"])
    for name, org in (("east-li", ids["east-plant"]), ("west-li", ids["west"]), ("whole", None)):
        await desk.person(name, "staff", org)
    text = (await person.get("/audit")).text
    assert "east-li" in text and "east-shen" in text
    assert "west-li" not in text and "whole" not in text
    assert "没有符合条件的记录" in (await person.get("/audit?name=west-li")).text


PLACE = {"write": 2, "_note": 2, "_step": 4}  # of the action among a call's arguments


def deeds(module: Module) -> Iterator[str]:
    """The actions that a module writes down."""
    for call in module.nodes:
        place = PLACE.get(name_of(call.func)) if isinstance(call, ast.Call) and not of_a_sheet(call) else None
        if place is not None and isinstance(call, ast.Call) and len(call.args) > place:
            yield from literals(call.args[place])


def of_a_sheet(call: ast.Call) -> bool:
    """Whether it writes a cell of a table: row and column are no action."""
    func = call.func
    return isinstance(func, ast.Attribute) and func.attr == "write" and name_of(func.value) != "audit"


def literals(said: ast.AST) -> Iterator[str]:
    """The strings of an expression; of one put together (f"application_{state}") everything it may come to."""
    for part in ast.walk(said):
        if isinstance(part, ast.JoinedStr):
            starts = str(getattr(part.values[0], "value", ""))
            yield from [deed for deed in trail.ACTIONS if deed.startswith(starts)] or [starts]
            return
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def test_every_deed_has_words() -> None:
    written = {deed for module in modules("bot") for deed in deeds(module)}
    assert {"login_locked", "entry_publish", "refused", "account_off"} <= written
    outcomes = {f"application_{state}" for state in ("approved", "returned", "rejected")}
    assert outcomes <= written
    assert written - set(trail.ACTIONS) == set()
