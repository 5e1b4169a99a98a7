"""Agreeing to single notices on a phone, and what the bot knows of it, on both databases."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.clock import FrozenClock
from tests.wire.room import CHEN, Room, open_room

LINK = "https://union.example.org/notices"
ACCOUNT = {"notice_consent_template": "CONSENT_N", "event_consent_template": "CONSENT_E", "consent_link": LINK}


@pytest.fixture
async def asking(any_url: str, clock: FrozenClock) -> AsyncIterator[Room]:
    """An account that asks for consents."""
    async with open_room(any_url, clock, account=ACCOUNT) as opened:
        yield opened


def grants(room: Room) -> dict[str, int]:
    rows = room.rows('SELECT template, "left" AS n FROM notice_grant')
    return {row["template"]: row["n"] for row in rows}


async def answered(room: Room, template: str, **more: Any) -> None:
    push = await room.phone(CHEN, "consent", template_id=template, **more)
    assert [attempt["verdict"] for attempt in push["attempts"]] == ["success"]


async def test_consents_are_counted_and_a_refusal_ends_them(asking: Room) -> None:
    await asking.reply(CHEN, "follow")
    for _ in range(2):
        await answered(asking, "CONSENT_N", accept=True)
    await answered(asking, "CONSENT_E", accept=True)
    assert grants(asking) == {"CONSENT_N": 2, "CONSENT_E": 1}
    await answered(asking, "CONSENT_N", accept=False, change=True)
    assert grants(asking) == {"CONSENT_N": 0, "CONSENT_E": 1}
    await answered(asking, "CONSENT_E", accept=False)
    assert grants(asking) == {"CONSENT_N": 0, "CONSENT_E": 0}


async def test_a_consent_repeated_by_the_platform_counts_once(asking: Room) -> None:
    await asking.reply(CHEN, "follow")
    await asking.act("faults", duplicate_push=True)
    await asking.phone(CHEN, "consent", template_id="CONSENT_N", accept=True)
    assert grants(asking) == {"CONSENT_N": 1}


async def test_agreeing_is_not_following(asking: Room) -> None:
    await asking.reply(CHEN, "follow")
    await asking.phone(CHEN, "unfollow")
    await answered(asking, "CONSENT_N", accept=True)
    assert asking.count("address WHERE following") == 0
    await asking.reply(CHEN, "follow")
    assert asking.count("address WHERE following") == 1
    assert grants(asking) == {"CONSENT_N": 1}


async def test_who_asks_is_told_where_to_agree_and_how_many_are_left(asking: Room) -> None:
    await asking.reply(CHEN, "follow")
    assert LINK in await asking.says(CHEN, "开启通知")
    await answered(asking, "CONSENT_N", accept=True)
    assert (await asking.says(CHEN, "开启通知")).startswith("您还可以收到1条订阅通知。")


async def test_without_a_page_it_is_told_how_notices_come(room: Room) -> None:
    await room.reply(CHEN, "follow")
    words = await room.says(CHEN, "怎么收通知")
    assert "48小时" in words
    assert "http" not in words
