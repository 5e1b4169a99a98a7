"""Access tokens: classic and stable, their overlaps, limits and errors."""

import pytest

from tests.sandbox.room import APP_ID, SECRET, Room, credentials


async def classic(room: Room) -> str:
    """A call of the classic token path."""
    token: str = (await room.bare("token", **credentials()))["access_token"]
    return token


async def code(room: Room, token: str) -> int:
    """errcode of a harmless call with this token (46003 = accepted: there is no menu)."""
    return int((await room.bare("menu/get", access_token=token))["errcode"])


async def test_classic_tokens_overlap_for_five_minutes(room: Room) -> None:
    first = await classic(room)
    second = await classic(room)
    assert first != second and len(first) > 100
    assert [await code(room, first), await code(room, second)] == [46003, 46003]
    await room.shift(301)
    assert [await code(room, first), await code(room, second)] == [40001, 46003]


async def test_stable_token_stays_the_same_until_five_minutes_before_its_end(room: Room) -> None:
    first = await room.fetch_token()
    assert first["expires_in"] == 7200 and "errcode" not in first
    await room.shift(6800)
    again = await room.fetch_token()
    assert again["access_token"] == first["access_token"] and 395 <= again["expires_in"] <= 400
    await room.shift(6901)
    fresh = await room.fetch_token()
    assert fresh["access_token"] != first["access_token"] and fresh["expires_in"] == 7200
    assert [await code(room, one["access_token"]) for one in (first, fresh)] == [46003, 46003]
    await room.shift(7201)
    assert [await code(room, one["access_token"]) for one in (first, fresh)] == [42001, 46003]


async def test_the_kinds_do_not_invalidate_each_other(room: Room) -> None:
    stable = (await room.fetch_token())["access_token"]
    await classic(room)
    await classic(room)
    assert await code(room, stable) == 46003


async def test_force_refresh_is_rationed(room: Room) -> None:
    first = (await room.fetch_token())["access_token"]
    forced = (await room.fetch_token(force_refresh=True))["access_token"]
    assert forced != first
    assert [await code(room, first), await code(room, forced)] == [40001, 46003]
    assert (await room.fetch_token(force_refresh=True))["errcode"] == 45011
    await room.shift(31)
    assert "access_token" in await room.fetch_token(force_refresh=True)


async def test_the_twenty_first_forced_refresh_of_a_day_is_refused(room: Room) -> None:
    start = await seconds_to_midnight(room)
    for number in range(20):
        await room.shift(start + 31 * number)
        assert "access_token" in await room.fetch_token(force_refresh=True)
    await room.shift(start + 31 * 20)
    assert (await room.fetch_token(force_refresh=True))["errcode"] == 45009


async def seconds_to_midnight(room: Room) -> int:
    """Shift that brings the clock to just after the next Beijing midnight."""
    state = await room.get("state")
    hour, minute, second = (int(float(part)) for part in state["now"][11:23].split(":"))
    return int(state["shift_seconds"]) + 86_401 - hour * 3600 - minute * 60 - second


async def test_revocation_and_refresh(room: Room) -> None:
    first = (await room.fetch_token())["access_token"]
    await room.act("faults", revoke_tokens=True)
    assert await code(room, first) == 40001
    assert await code(room, (await room.fetch_token())["access_token"]) == 46003


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"appid": "wxother"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"grant_type": "password"}, 40002),
    ],
)
async def test_bad_credentials(room: Room, change: dict[str, str], expected: int) -> None:
    stable = await room.bare("stable_token", credentials() | change)
    old = await room.bare("token", **(credentials() | change))
    assert (stable["errcode"], old["errcode"]) == (expected, expected)
    assert "rid: " in stable["errmsg"]


async def test_bad_tokens(room: Room) -> None:
    assert (await room.bare("menu/get"))["errcode"] == 41001
    assert await code(room, "short") == 40014
    assert await code(room, "98_" + "x" * 128) == 40001


async def test_ip_whitelist(room: Room) -> None:
    await room.act("faults", ip_not_allowed=True)
    answer = await room.fetch_token()
    assert answer["errcode"] == 40164 and "127.0.0.1" in answer["errmsg"]


async def test_secrets_and_tokens_never_show(room: Room) -> None:
    token = (await room.fetch_token())["access_token"]
    await classic(room)
    await code(room, token)
    shown = str(await room.get("wire")) + str(await room.get("calls")) + str(await room.get("state"))
    assert "stable_token" in shown and APP_ID in shown
    assert SECRET not in shown and token not in shown
