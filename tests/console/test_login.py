"""Who gets in, who does not, and for how long."""

from tests.console.desk import PASSWORD, Desk


async def test_a_login_opens_the_pages(desk: Desk) -> None:
    person = await desk.person()
    await desk.account("wang", "staff")
    asked = await person.get("/")
    assert (asked.status, asked.headers["Location"]) == (303, "/login")
    assert "登录工作台" in (await person.get("/login")).text
    assert (await person.log_in("wang", PASSWORD)).headers["Location"] == "/"
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
