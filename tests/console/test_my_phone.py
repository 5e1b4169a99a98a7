"""One's own phone on 我的账号: a code shown once, bound, taken off."""

import re
from collections.abc import Callable

from bot.clock import FrozenClock
from bot.services import staff_phones
from bot.services.house import House
from storage import people
from storage.database import Database
from storage.work import Work
from tests.console.desk import Desk, open_desk


def _bind(desk: Desk, code: str) -> Callable[[Work], int]:
    def act(work: Work) -> int:
        known = people.create(work, "oa", "u1", "", desk.clock.now())
        staff_phones.bind(work, known.person_id, code, desk.clock.now())
        return known.person_id

    return act


async def test_a_code_is_shown_once_and_the_page_knows_the_phone(desk: Desk) -> None:
    person = await desk.person("wang", "approver")
    page = (await person.get("/me")).text
    assert "我的手机" in page and "未绑定" in page and "停止发送" in page
    shown = await person.post("/me/phone")
    found = re.search(r"工作手机 (\d{4}) (\d{4})", shown.text)
    assert found and "10:10 前有效" in shown.text and "<svg" in shown.text
    digits = found[1] + found[2]
    assert desk.stored("wang").phone_code not in (None, digits)
    person_id = await desk.write(_bind(desk, digits))
    page = (await person.get("/me")).text
    assert desk.stored("wang").person_id == person_id and "解除绑定" in page and digits not in page
    assert (await person.post("/me/phone/off")).headers["Location"] == "/me"
    assert "已解除" in (await person.get("/me")).text and desk.stored("wang").person_id is None
    assert [line[:3] for line in desk.lines("phone_off")] == [("staff:wang", "phone_off", "staff:wang")]


async def test_where_the_account_has_codes_with_scenes_it_is_scanned(
    database: Database, house: House, clock: FrozenClock
) -> None:
    asked: list[tuple[str, int]] = []

    async def link(scene: str, days: int) -> str:
        asked.append((scene, days))
        return "http://weixin.example/q/1"

    async with open_desk(database, house, clock, scene_link=link) as desk:
        person = await desk.person("wang", "staff")
        await person.get("/me")
        shown = await person.post("/me/phone")
        assert "扫一扫：" in shown.text and "停止发送" not in shown.text
        ((scene, days),) = asked
        assert re.fullmatch(r"phone_\d{8}", scene) and days == 1
        assert await desk.write(_bind(desk, scene.removeprefix(staff_phones.SCENE)))


async def test_only_with_a_session_and_a_token(desk: Desk) -> None:
    stranger = await desk.person()
    assert (await stranger.post("/me/phone")).status in (303, 403)
    person = await desk.person("wang")
    await person.get("/me")
    person.csrf = "x"
    assert (await person.post("/me/phone")).status == 403
    assert desk.stored("wang").phone_code is None
