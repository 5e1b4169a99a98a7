"""What stands before every page: the session, the right, the token, the origin; and what is said to who is refused."""

import io
import logging
import re
from typing import Any

import pytest
from aiohttp import web

from bot.console.gate import guarded
from bot.console.reading import MAX_BODY
from bot.console.room import Room
from bot.console.server import HEADERS, ROUTES
from bot.console.visit import Visit
from bot.errors import Refusal
from bot.log import FieldFormatter
from bot.services import overview
from bot.services.actors import RIGHTS, ROLES
from tests.console.desk import Desk, Person

EVIL = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"
ESCAPED = "&lt;script&gt;"


def address(path: str) -> str:
    """A page's address with something in the place of its parts: the first of several words, else a number."""
    path = re.sub(r"\{\w+:(\w+)(?:\|\w+)+\}", r"\1", path)
    return re.sub(r"\{\w+:(?:[^{}]|\{[^{}]*\})+\}", "11", path)


async def test_no_page_opens_without_a_session(desk: Desk) -> None:
    person = await desk.person()
    for route in ROUTES:
        path = address(route.path)
        answer = await (person.get(path) if route.method == "GET" else person.post(path))
        assert answer.status == 303 and answer.headers["Location"].startswith("/login"), route
    for cookie in ("session=", "session=made-up", f"session={'a' * 5000}", "session=\u00e9\u00e9"):
        assert (await person.get("/", Cookie=cookie)).status == 303


@pytest.mark.parametrize("role", ROLES)
async def test_every_page_is_for_its_right_only(desk: Desk, role: str) -> None:
    person = await desk.person("wang", role)
    for route in ROUTES:
        allowed = ROLES.index(role) >= ROLES.index(RIGHTS[route.right])
        if route.method == "GET":
            answer = await person.get(address(route.path))
            assert (answer.status != 403) is allowed, route
        elif not allowed:
            assert (await person.post(address(route.path))).status == 403, route


async def test_a_refusal_is_plain_and_is_written_down(desk: Desk) -> None:
    person = await desk.person("wang", "editor")
    answer = await person.get("/accounts")
    assert answer.status == 403 and "您的账号没有这个权限（需要管理员）" in answer.text
    assert (await person.post("/accounts/77/password")).status == 403
    assert desk.lines("refused") == [
        ("staff:wang", "refused", "GET /accounts", ""),
        ("staff:wang", "refused", "POST /accounts/{id}/password", "id:77"),
    ]
    assert (await person.post("/queue/12345/publish")).status == 403
    assert desk.lines("refused")[-1] == ("staff:wang", "refused", "POST /queue/{revision}/publish", "revision:12345")


async def test_the_menu_shows_what_one_may_open(desk: Desk) -> None:
    for role, shown in (("staff", ""), ("approver", "操作记录"), ("admin", "账号")):
        text = (await (await desk.person(role, role)).get("/")).text
        assert ('href="/audit"' in text) is (role != "staff") and shown in text
        assert ('href="/accounts"' in text) is (role == "admin")


async def test_a_form_needs_the_token_of_this_session(desk: Desk) -> None:
    person, other = await desk.person("wang"), await desk.person("li")
    for token in ("", "made-up", other.csrf, person.csrf[:-1], "\u4e2d"):
        assert (await person.send("/logout", {"csrf": token})).status == 403
    assert (await person.send("/logout", {})).status == 403
    assert (await person.get("/")).status == 200
    assert (await person.post("/logout")).status == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "", "Sec-Fetch-Site": ""},
    ],
)
async def test_a_form_of_a_foreign_page_does_nothing(desk: Desk, headers: dict[str, str]) -> None:
    """Even with the right token."""
    person = await desk.person("wang")
    assert (await person.send("/logout", {"csrf": person.csrf}, **headers)).status == 403
    assert (await person.get("/")).status == 200


async def test_a_session_ends_with_its_account(desk: Desk) -> None:
    person = await desk.person("wang")
    account = desk.stored("wang")
    account.active = False
    await desk.write(lambda work: work.session.add(account))
    assert (await person.get("/")).status == 303


async def test_a_one_time_password_opens_one_page_only(desk: Desk) -> None:
    await desk.account("wang", must_change=True)
    person = await desk.person()
    await person.log_in("wang")
    for route in ROUTES:
        path = address(route.path)
        if path in ("/password", "/logout"):
            continue
        answer = await (person.get(path) if route.method == "GET" else person.post(path))
        assert answer.headers["Location"] == "/password", route
    page = await person.get("/password")
    assert page.status == 200 and "一次性密码" in page.text and "主菜单" not in page.text


async def test_wrong_addresses_and_methods_get_pages_of_ours(desk: Desk) -> None:
    person = await desk.person("wang")
    missing, wrong = await person.get("/no-such-page"), await person.post("/audit")
    assert (missing.status, wrong.status) == (404, 405)
    assert "没有这个页面" in missing.text and "不能这样打开" in wrong.text
    assert wrong.headers["Allow"] == "GET"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/audit?name=%00", 400),
        ("/accounts/0", 409),
        ("/accounts/9999999999999999999", 404),
        ("/accounts/-1", 404),
        ("/accounts/x", 404),
        ("/audit?before=99999999999999999999-1&name=%ff", 200),
        ("/audit?before=9999999999999999-99999999999999999999", 200),
        ("/audit?before=%E4%BD%A0&action=%F0%9F%98%80&name=" + "a" * 500, 200),
    ],
)
async def test_strange_addresses(desk: Desk, path: str, status: int) -> None:
    person = await desk.person("wang", "admin")
    assert (await person.get(path)).status == status


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"a=" + b"x" * MAX_BODY, "application/x-www-form-urlencoded", 413),
        (b"a=1&" * 1000, "application/x-www-form-urlencoded", 400),
        (b"a=%ff", "application/x-www-form-urlencoded", 400),
        ("a=工".encode(), "application/x-www-form-urlencoded", 400),
        (b"name=%00", "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"", "application/octet-stream", 415),
        (b"--x", "multipart/form-data; boundary=x", 415),
    ],
)
@pytest.mark.parametrize("path", ["/login", "/logout"])
async def test_broken_forms(desk: Desk, path: str, body: bytes, kind: str, status: int) -> None:
    person = await desk.person("wang")
    answer = await person.send(path, io.BytesIO(body), **{"Content-Type": kind})
    assert answer.status == status and "<!doctype html>" in answer.text


@pytest.mark.parametrize("path", ["/", "/login", "/no-such-page", "/static/console.css", "/static/none"])
async def test_every_answer_carries_the_headers(desk: Desk, path: str) -> None:
    headers = (await (await desk.person("wang")).get(path)).headers
    kept = {name: value for name, value in HEADERS.items() if name != "Cache-Control" or "css" not in path}
    assert {name: headers.get(name) for name in kept} == kept
    assert "unsafe" not in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    ["../server.py", "..%2fserver.py", "%2e%2e/server.py", "/etc/passwd", "vendor/../../room.py", "console.css/", "."],
)
async def test_nothing_else_is_served_as_a_file(desk: Desk, path: str) -> None:
    person = await desk.person()
    assert (await person.get(f"/static/{path}")).status in (303, 404)
    assert "import" not in (await person.get(f"/static/{path}")).text


async def test_files_are_kept_by_the_browser_while_they_stay_the_same(desk: Desk) -> None:
    person = await desk.person()
    url = desk.room.assets.url("console.css")
    assert "immutable" in (await person.get(url)).headers["Cache-Control"]
    assert (await person.get("/static/console.css?v=old")).headers["Cache-Control"] == "no-cache"
    assert url in (await person.get("/login")).text


async def test_what_people_typed_is_shown_as_text(desk: Desk) -> None:
    """In every field that is shown again."""
    person = await desk.person("wang", "admin", display=EVIL[:32])
    pages = [await person.get(path) for path in ("/", "/me", "/accounts", "/audit")]
    pages.append(await person.get(f"/audit?{'&'.join(f'{key}={EVIL}' for key in ('action', 'name', 'before'))}"))
    pages.append(await person.post("/accounts/new", name=EVIL, display=EVIL, role=EVIL, branch=EVIL))
    pages.append(await person.get(f"/login?next={EVIL}"))
    pages.append(await person.send("/login", {"name": EVIL, "password": EVIL, "next": f"/{EVIL}"}))
    for page in pages:
        assert "<script>alert" not in page.text and "<img" not in page.text, page.url
    assert ESCAPED in pages[0].text and ESCAPED in pages[5].text


async def page_with(desk: Desk, view: Any) -> Person:
    """The page `/` replaced by a view, and somebody before it."""
    person = await desk.person("wang")
    for resource in desk.server.app.router.resources():
        if resource.canonical == "/":
            for route in resource:
                route._handler = guarded(desk.room, "see", view)
    return person


async def test_a_rule_that_says_no_is_a_page_with_its_words(desk: Desk) -> None:
    async def view(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
        raise Refusal("今天不行。")

    answer = await (await page_with(desk, view)).get("/")
    assert answer.status == 409 and "今天不行。" in answer.text and "wang同志" in answer.text


async def test_our_own_failures_are_plain_pages_and_quiet_logs(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("words of somebody")

    person = await desk.person("wang")
    monkeypatch.setattr(overview, "numbers", broken)
    caplog.handler.setFormatter(FieldFormatter("%(levelname)s %(name)s %(message)s"))
    caplog.set_level(logging.INFO)
    answer = await person.get("/?secret=13800000000")
    assert answer.status == 500 and "系统出了问题" in answer.text and "words" not in answer.text
    assert "page failed" in caplog.text and "error=RuntimeError where=test_gate.py:" in caplog.text
    assert "words of" not in caplog.text and "13800000000" not in caplog.text


def test_an_unknown_right_is_found_at_the_start(desk: Desk) -> None:
    async def view(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
        return web.Response()

    with pytest.raises(KeyError):
        guarded(desk.room, "fly", view)
