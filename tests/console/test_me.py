"""One's own password."""

import pytest

from bot.services import passwords
from bot.services.passwords import WeakPassword, check_new, one_time
from tests.console.desk import PASSWORD, Desk

NEW = "another horse 43"


async def test_a_new_password_ends_the_other_sessions(desk: Desk) -> None:
    person, other = await desk.person("wang"), await desk.person()
    await other.log_in("wang")
    await person.get("/password")
    assert (await person.post("/password", current=PASSWORD, new=NEW, again=NEW)).headers["Location"] == "/me"
    assert "密码已修改" in (await person.get("/me")).text
    assert (await other.get("/")).status == 303
    assert (await other.log_in("wang")).status == 401
    assert (await other.log_in("wang", NEW)).status == 303
    assert desk.lines("password_change") == [("staff:wang", "password_change", "staff:wang", "")]


@pytest.mark.parametrize(
    ("current", "new", "again", "words"),
    [
        ("wrong horse 41", NEW, NEW, "当前密码不对"),
        (PASSWORD, NEW, NEW + "x", "不一样"),
        (PASSWORD, PASSWORD, PASSWORD, "不能和当前密码一样"),
        (PASSWORD, "short 123", "short 123", "至少要10个字符"),
        (PASSWORD, "wang horse 42", "wang horse 42", "不能包含账号名"),
        (PASSWORD, "password123", "password123", "太常见"),
        ("", "", "", "不能和当前密码一样"),
    ],
)
async def test_what_cannot_be_a_password(desk: Desk, current: str, new: str, again: str, words: str) -> None:
    person = await desk.person("wang")
    before = desk.stored("wang").password
    await person.get("/password")
    answer = await person.post("/password", current=current, new=new, again=again)
    assert answer.status == 409 and words in answer.text and desk.stored("wang").password == before
    assert NEW not in answer.text and PASSWORD not in answer.text


async def test_whoever_guesses_at_an_open_session_loses_it(desk: Desk) -> None:
    person = await desk.person("wang")
    await person.get("/password")
    for _ in range(4):
        await person.post("/password", current="wrong horse 41", new=NEW, again=NEW)
    assert (await person.get("/")).status == 200
    await person.post("/me/code/off", current="wrong horse 41")
    assert (await person.get("/")).status == 303
    assert (await person.log_in("wang")).status == 401
    assert [line[1] for line in desk.lines("login_locked")] == ["login_locked"]


async def test_my_account_says_who_i_am(desk: Desk) -> None:
    ids = await desk.tree()
    text = (await (await desk.person("wang", "editor", ids["east"])).get("/me")).text
    for words in ("wang同志", "编辑", "东区总工会", "2026-11-25 10:00", "未启用", "最长保持12小时"):
        assert words in text
    assert "全部" in (await (await desk.person("boss", "admin", ids["city"])).get("/me")).text


@pytest.mark.parametrize(
    "easy",
    [
        "1234567890",
        "aaaaaaaaaa",
        "Password2026",
        "gonghui12345",
        "工会工会工会工会工会",
        "1212121212",
        "a" * 129,
        "admin123456",
    ],
)
def test_easy_passwords_are_refused(easy: str) -> None:
    with pytest.raises(WeakPassword):
        check_new(easy, "wang")


@pytest.mark.parametrize("good", [PASSWORD, "雨后的石板路有青苔和水声", "tr0ub4dor&3x!", "x7#kQ!m2Zp"])
def test_good_passwords_are_taken(good: str) -> None:
    check_new(good, "wang")


def test_one_time_passwords_are_good_ones() -> None:
    made = {one_time() for _ in range(50)}
    assert len(made) == 50
    for each in made:
        check_new(each, "wang")
        assert set(each) <= {*passwords.ALPHABET, "-"} and len(each) == 17
