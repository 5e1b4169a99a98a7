"""Who gets in, who does not, and for how long."""

import asyncio
import re

import pytest
from argon2 import PasswordHasher

from bot.console.login import WRONG
from bot.services.passwords import Passwords
from tests.console.desk import PASSWORD, Desk, Person

GUESS = "wrong horse 41"


def without_hour(text: str) -> str:
    return re.sub(r"\d\d:\d\d", "", text)


async def fail(person: Person, name: str, times: int) -> None:
    for _ in range(times):
        assert (await person.log_in(name, GUESS)).status == 401


async def test_a_login_opens_the_pages(desk: Desk) -> None:
    person = await desk.person()
    await desk.account("wang", "staff")
    asked = await person.get("/")
    assert (asked.status, asked.headers["Location"]) == (303, "/login")
    assert "登录工作台" in (await person.get("/login")).text
    assert (await person.log_in("Wang ", PASSWORD)).headers["Location"] == "/"
    today = await person.get("/")
    assert today.status == 200 and "今日概览" in today.text and "wang同志" in today.text
    assert desk.stored("wang").last_login_at == desk.clock.now()
    assert desk.lines("login") == [("staff:wang", "login", "staff:wang", "")]


async def test_leaving_ends_the_session(desk: Desk) -> None:
    person = await desk.person("wang")
    cookie = person.cookie
    await person.get("/")
    assert (await person.post("/logout")).headers["Location"] == "/login"
    assert "您已退出登录" in (await person.get("/login")).text
    assert "您已退出登录" not in (await person.get("/login")).text
    assert (await person.get("/", Cookie=f"session={cookie}")).status == 303
    assert desk.lines("logout") == [("staff:wang", "logout", "staff:wang", "")]


async def test_wrong_names_passwords_and_locked_accounts_look_alike(desk: Desk) -> None:
    """Same words, same status, same headers: nothing tells whether the account exists."""
    await desk.account("wang")
    await desk.account("gone", active=False)
    await desk.account("shut", locked_until=desk.clock.now().replace(year=2027))
    person = await desk.person()
    answers = [await person.log_in(*each) for each in (("wang", GUESS), ("nobody", GUESS))]
    answers += [await person.log_in(each) for each in ("gone", "shut", "nobody")]
    assert {(each.status, without_hour(each.text)) for each in answers} == {(401, without_hour(answers[0].text))}
    assert {tuple(sorted(set(each.headers) - {"Date"})) for each in answers} == {
        tuple(sorted(set(answers[0].headers) - {"Date"}))
    }
    assert WRONG in answers[0].text


async def test_every_login_compares_a_hash(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal time: an unknown name costs the same comparison as a known one."""
    compared: list[bool] = []
    right = desk.room.passwords.right
    monkeypatch.setattr(
        type(desk.room.passwords), "right", lambda _, kept, word: (compared.append(kept is None), right(kept, word))[1]
    )
    await desk.account("wang")
    await desk.account("shut", locked_until=desk.clock.now().replace(year=2027))
    person = await desk.person()
    for name in ("wang", "shut", "nobody"):
        await person.log_in(name, GUESS)
    assert compared == [False, False, True]


async def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(desk: Desk) -> None:
    await desk.account("wang")
    person = await desk.person()
    await fail(person, "wang", 5)
    assert [line[1] for line in desk.lines()] == ["login_failed"] * 4 + ["login_locked"]
    assert (await person.log_in("wang")).status == 401
    desk.later(minutes=14)
    assert (await person.log_in("wang")).status == 401
    desk.later(minutes=1)
    assert (await person.log_in("wang")).status == 303
    assert desk.stored("wang").failures == 0


async def test_a_right_password_starts_the_count_again(desk: Desk) -> None:
    await desk.account("wang")
    person = await desk.person()
    for _ in range(3):
        await fail(person, "wang", 4)
        assert (await person.log_in("wang")).status == 303
    assert desk.lines("login_locked") == []


async def test_a_typed_name_that_nobody_has_is_not_kept(desk: Desk) -> None:
    """It may be a password in the wrong field."""
    await (await desk.person()).log_in("my-secret-password", "wang")
    assert desk.lines() == [("staff:?", "login_failed", "staff:?", "")]


async def test_an_address_that_guesses_is_slowed_down(desk: Desk) -> None:
    person = await desk.person()
    statuses = [(await person.log_in(f"name{number}", GUESS)).status for number in range(32)]
    assert statuses == [401] * 30 + [429] * 2
    await desk.account("wang")
    assert (await person.log_in("wang")).status == 429
    desk.later(minutes=10)
    assert (await person.log_in("wang")).status == 303


async def test_logins_that_work_slow_nobody_down(desk: Desk) -> None:
    await desk.account("wang")
    person = await desk.person()
    assert {(await person.log_in("wang")).status for _ in range(40)} == {303}


async def test_a_login_gives_a_new_cookie_and_ends_the_old_session(desk: Desk) -> None:
    """A cookie somebody planted or saw before is worth nothing afterwards."""
    person = await desk.person("wang")
    first = person.cookie
    assert (await person.log_in("wang")).status == 303
    assert person.cookie != first and len(person.cookie) >= 43
    assert (await (await desk.person()).get("/", Cookie=f"session={first}")).status == 303
    other = await desk.person()
    planted = await other.send("/login", {"name": "wang", "password": PASSWORD}, Cookie="session=planted")
    assert planted.status == 303 and "session=planted" not in planted.headers["Set-Cookie"]


async def test_the_cookie_is_out_of_reach(desk: Desk) -> None:
    await desk.account("wang")
    person = await desk.person()
    plain = (await person.log_in("wang")).headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(plain.split("; ")) and "Secure" not in plain
    form = {"name": "wang", "password": PASSWORD}
    origin = person.origin.replace("http:", "https:")
    by_proxy = await person.send("/login", form, X_Forwarded_Proto="https", Origin=origin)
    assert "Secure" in by_proxy.headers["Set-Cookie"].split("; ")
    assert (await person.send("/login", form, X_Forwarded_Proto="https")).status == 403


async def test_an_hour_without_use_ends_a_session(desk: Desk) -> None:
    person = await desk.person("wang")
    for _ in range(3):
        desk.later(minutes=59)
        assert (await person.get("/")).status == 200
    desk.later(minutes=60)
    assert (await person.get("/")).headers["Location"] == "/login"
    assert "太久没有操作" in (await person.get("/login")).text


async def test_twelve_hours_end_a_session_however_busy(desk: Desk) -> None:
    person = await desk.person("wang")
    for _ in range(23):
        desk.later(minutes=30)
        assert (await person.get("/")).status == 200
    desk.later(minutes=30)
    assert (await person.get("/")).status == 303


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/audit?action=login", "/audit?action=login"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("/%0d%0aSet-Cookie:a=b\r\nX: y", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("", "/"),
        ("/" + "a" * 400, "/"),
    ],
)
async def test_after_the_login_only_our_own_pages_open(desk: Desk, wanted: str, goes_to: str) -> None:
    await desk.account("wang")
    person = await desk.person()
    form = {"name": "wang", "password": PASSWORD, "next": wanted}
    assert (await person.send("/login", form)).headers["Location"] == goes_to


async def test_a_link_leads_back_after_the_login(desk: Desk) -> None:
    person = await desk.person()
    asked = await person.get("/audit?action=login&name=wang")
    assert asked.headers["Location"] == "/login?next=%2Faudit%3Faction%3Dlogin%26name%3Dwang"
    shown = await person.get(asked.headers["Location"])
    assert shown.hidden("next") == "/audit?action=login&name=wang"


async def test_foreign_pages_cannot_log_anybody_in(desk: Desk) -> None:
    await desk.account("wang")
    person = await desk.person()
    form = {"name": "wang", "password": PASSWORD}
    evil = "http://evil.example"
    for headers in (
        {"Origin": evil},
        {"Origin": evil, "Sec-Fetch-Site": ""},
        {"Origin": "null", "Sec-Fetch-Site": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "", "Sec-Fetch-Site": ""},
        {"Origin": f"{evil}/{person.origin}"},
    ):
        assert (await person.send("/login", form, **headers)).status == 403, headers
    assert person.cookie == ""


async def test_an_outdated_hash_is_made_anew(desk: Desk) -> None:
    older = Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)).hash(PASSWORD)
    await desk.account("wang", password=older)
    person = await desk.person()
    assert (await person.log_in("wang")).status == 303
    kept = desk.stored("wang").password
    assert kept != older and not desk.room.passwords.outdated(kept)
    assert (await person.log_in("wang")).status == 303
    assert desk.stored("wang").password == kept


async def test_guesses_at_the_same_time_are_all_counted(desk: Desk) -> None:
    await desk.account("wang")
    person = await desk.person()
    tried = await asyncio.gather(*(person.log_in("wang", GUESS) for _ in range(12)))
    assert {seen.status for seen in tried} == {401}
    actions = [action for _, action, _, _ in desk.lines()]
    assert actions.count("login_locked") == 1 and len(actions) == 12
    assert (await person.log_in("wang")).status == 401
