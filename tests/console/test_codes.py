"""The second factor: on, off, once, and never twice."""

import re
from datetime import datetime

import pyotp
import pytest

from bot.console.login import WRONG
from bot.services import codes
from storage.staff import TOTP_PURPOSE
from tests.console.desk import PASSWORD, Desk, Person, Seen

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def secret_of(page: Seen) -> str:
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page.text)
    assert found
    return found[1].replace(" ", "")


def code(secret: str, now: datetime, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(now, counter_offset=steps)


async def enrolled(desk: Desk, person: Person) -> str:
    """Switch it on; the secret."""
    await person.get("/me")
    page = await person.post("/me/code")
    secret = secret_of(page)
    form = {"offer": page.hidden("offer"), "code": code(secret, desk.clock.now())}
    assert (await person.post("/me/code/confirm", **form)).headers["Location"] == "/me"
    desk.later(minutes=1)
    return secret


async def second_step(person: Person) -> Seen:
    page = await person.log_in("wang")
    assert page.status == 200 and "输入动态口令" in page.text and person.cookie == ""
    return page


async def enter(person: Person, page: Seen, given: str) -> Seen:
    return await person.send("/login/code", {"pending": page.hidden("pending"), "code": given, "next": "/me"})


async def test_the_page_shows_the_secret_as_picture_and_text(desk: Desk) -> None:
    person = await desk.person("wang")
    await person.get("/me")
    page = await person.post("/me/code")
    picture = re.search(r'<div class="qr">(<svg.*?</svg>)', page.text, re.S)
    assert picture and "style" not in picture[1] and "xmlns" not in picture[1]
    assert "viewBox" in picture[1] and len(secret_of(page)) == 32
    assert desk.stored("wang").totp is None, "nothing is kept before a code came"


async def test_a_login_with_a_code(desk: Desk) -> None:
    person, other = await desk.person("wang"), await desk.person()
    await other.log_in("wang")
    secret = await enrolled(desk, person)
    assert (await other.get("/")).status == 303, "other sessions ended"
    stored = desk.stored("wang")
    assert stored.totp is not None and secret.encode() not in stored.totp
    assert desk.room.database.seal.open(stored.totp, TOTP_PURPOSE) == secret
    entered = await enter(other, await second_step(other), code(secret, desk.clock.now()))
    assert entered.headers["Location"] == "/me" and (await other.get("/")).status == 200
    assert secret not in str(desk.lines()) and [line[1] for line in desk.lines("totp_on")] == ["totp_on"]


async def test_a_code_works_once(desk: Desk) -> None:
    """Not even for somebody who looked over the shoulder and is quick."""
    person, thief = await desk.person("wang"), await desk.person()
    secret = await enrolled(desk, person)
    given = code(secret, desk.clock.now())
    page, stolen = await second_step(thief), await second_step(thief)
    owner = await desk.person()
    assert (await enter(owner, page, given)).status == 303
    assert (await enter(thief, stolen, given)).status == 401
    assert (await enter(thief, stolen, code(secret, desk.clock.now(), -1))).status == 401, "nor an older one"
    assert (await enter(thief, stolen, code(secret, desk.clock.now(), 1))).status == 303


async def test_the_code_that_switched_it_on_is_used_up(desk: Desk) -> None:
    person = await desk.person("wang")
    await person.get("/me")
    page = await person.post("/me/code")
    given = code(secret_of(page), desk.clock.now())
    await person.post("/me/code/confirm", offer=page.hidden("offer"), code=given)
    other = await desk.person()
    assert (await enter(other, await second_step(other), given)).status == 401


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 303), (0, 303), (1, 303), (2, 401)])
async def test_a_clock_may_be_half_a_minute_wrong(desk: Desk, steps: int, status: int) -> None:
    secret = await enrolled(desk, await desk.person("wang"))
    desk.later(minutes=2)
    other = await desk.person()
    assert (await enter(other, await second_step(other), code(secret, desk.clock.now(), steps))).status == status


async def test_wrong_codes_lock_like_wrong_passwords(desk: Desk) -> None:
    """And the right password in between does not start the count again."""
    secret = await enrolled(desk, await desk.person("wang"))
    other = await desk.person()
    for _ in range(5):
        answer = await enter(other, await second_step(other), "abcdef")
        assert answer.status == 401 and WRONG in answer.text
    assert (await other.log_in("wang")).status == 401
    assert [line[1] for line in desk.lines("login_locked")] == ["login_locked"]
    desk.later(minutes=15)
    assert (await enter(other, await second_step(other), code(secret, desk.clock.now()))).status == 303


async def test_the_second_step_cannot_be_made_up_or_kept(desk: Desk) -> None:
    secret = await enrolled(desk, await desk.person("wang"))
    other = await desk.person()
    page = await second_step(other)
    pending = page.hidden("pending")
    for made_up in (
        "",
        "00",
        "zz",
        pending[:-2],
        pending[:-1] + ("0" if pending[-1] != "0" else "1"),
        "a" * 9000,
        "工",
    ):
        form = {"pending": made_up, "code": code(secret, desk.clock.now())}
        assert (await other.send("/login/code", form)).status == 401
    desk.later(minutes=5)
    assert (await enter(other, page, code(secret, desk.clock.now()))).status == 401


async def test_the_second_step_dies_with_the_password(desk: Desk) -> None:
    person, other = await desk.person("wang"), await desk.person()
    secret = await enrolled(desk, person)
    page = await second_step(other)
    await person.get("/password")
    changed = await person.post("/password", current=PASSWORD, new="another horse 43", again="another horse 43")
    assert changed.status == 303
    assert (await enter(other, page, code(secret, desk.clock.now()))).status == 401


async def test_a_wrong_first_code_shows_the_same_secret_again(desk: Desk) -> None:
    person = await desk.person("wang")
    await person.get("/me")
    page = await person.post("/me/code")
    again = await person.post("/me/code/confirm", offer=page.hidden("offer"), code="000")
    assert again.status == 409 and secret_of(again) == secret_of(page) and "动态口令不对" in again.text
    desk.later(minutes=15)
    late = {"offer": page.hidden("offer"), "code": code(secret_of(page), desk.clock.now())}
    assert (await person.post("/me/code/confirm", **late)).headers["Location"] == "/me"
    assert desk.stored("wang").totp is None


async def test_an_offer_is_for_one_account(desk: Desk) -> None:
    """Nobody gets a secret that somebody else knows."""
    person, other = await desk.person("wang"), await desk.person("li")
    await person.get("/me")
    page = await person.post("/me/code")
    form = {"offer": page.hidden("offer"), "code": code(secret_of(page), desk.clock.now())}
    await other.get("/me")
    await other.post("/me/code/confirm", **form)
    assert desk.stored("li").totp is None
    assert (await other.post("/me/code/confirm", offer="00", code="1")).headers["Location"] == "/me"


async def test_switching_it_off_takes_the_password(desk: Desk) -> None:
    person = await desk.person("wang")
    await enrolled(desk, person)
    await person.get("/me")
    refused = await person.post("/me/code/off", current="wrong horse 41")
    assert refused.status == 409 and "当前密码不对" in refused.text and desk.stored("wang").totp is not None
    assert (await person.post("/me/code/off", current=PASSWORD)).status == 303
    assert desk.stored("wang").totp is None
    assert [line[1] for line in desk.lines("totp_off")] == ["totp_off"]


async def test_an_admin_helps_who_lost_the_phone(desk: Desk) -> None:
    await enrolled(desk, await desk.person("wang"))
    admin = await desk.person("boss", "admin")
    one = f"/accounts/{desk.stored('wang').id}"
    await admin.get(one)
    assert (await admin.post(f"{one}/code/off")).status == 303
    assert (await (await desk.person()).log_in("wang")).status == 303
    assert desk.lines("totp_dropped") == [("staff:boss", "totp_dropped", "staff:wang", "")]


@pytest.mark.parametrize("given", ["", " ", "12345", "1234567", "12345a", "１２３４５６", "²²²²²²"])
def test_only_the_six_digits_are_a_code(given: str, now: datetime) -> None:
    assert codes.step_of(RFC_SECRET, given, 0, now) is None


def test_known_codes() -> None:
    """RFC 6238, appendix B (SHA-1), the last six of its eight digits; spaces and full-width digits are no mistake."""
    for seconds, given in ((59, "287082"), (1111111109, "081 804"), (2000000000, "２７９０３７")):
        moment = datetime.fromtimestamp(seconds).astimezone()
        assert codes.step_of(RFC_SECRET, given, 0, moment) == seconds // 30
