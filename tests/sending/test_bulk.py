"""Broadcasts: whom they are written for, by which route they leave, and what they end as."""

from collections import Counter

from bot.clock import FrozenClock
from bot.services.notice_lines import say
from storage.database import Database
from storage.notice_items import NoticeItem
from tests.sending import bulk as kit
from tests.sending.bulk import CUSTOM_ONLY, announce, bulk, crowd, resolve, scripted, settle, state_of, states
from tests.storage.kit import count


async def test_a_broadcast_reaches_everybody_once_and_is_done(database: Database, clock: FrozenClock) -> None:
    crowd(database, 70, clock.now())
    broadcast = announce(database, clock.now())
    assert resolve(database, clock.now()) == {
        **dict.fromkeys(("left_out", "again", "failed"), 0),
        **{"begun": 1, "people": 70, "ready": 1},
    }
    channel = scripted()
    await bulk(database, channel, clock).drain()
    assert Counter(out.text for out in channel.sent) == {"【消夏活动】\n周六上午九点，文化宫。": 70}
    assert len({out.dedupe for out in channel.sent}) == 70
    assert states(database, broadcast) == {("sent", "", "custom"): 70}
    assert kit.windows(database) == [4] * 70
    assert settle(database, clock.now())["ended"] == 1
    assert state_of(database, broadcast) == "done"


async def test_who_has_no_open_window_gets_the_template(database: Database, clock: FrozenClock) -> None:
    crowd(database, 3, clock.now())
    crowd(database, 4, clock.now(), window=False, prefix="v")
    broadcast = announce(database, clock.now())
    resolve(database, clock.now())
    channel = scripted()
    await bulk(database, channel, clock).drain()
    assert states(database, broadcast) == {("sent", "", "custom"): 3, ("sent", "", "template"): 4}
    assert {out.template for out in channel.sent if out.route == "template"} == {"template-1"}


async def test_the_fields_of_a_template_hold_what_was_written_and_no_line_beside_it(
    database: Database, clock: FrozenClock
) -> None:
    crowd(database, 1, clock.now(), window=False)
    text = say("消夏活动", "文化宫见。", True, "activity")
    announce(database, clock.now(), text=text, wants_receipt=True)
    resolve(database, clock.now())
    channel = scripted()
    await bulk(database, channel, clock).drain()
    assert [out.fields and out.fields["thing2"] for out in channel.sent] == ["文化宫见。"]


async def test_who_no_route_reaches_has_it_kept_for_the_next_contact(database: Database, clock: FrozenClock) -> None:
    crowd(database, 2, clock.now(), window=False)
    broadcast = announce(database, clock.now())
    resolve(database, clock.now(), CUSTOM_ONLY)
    channel = scripted()
    await bulk(database, channel, clock, policy=CUSTOM_ONLY).drain()
    assert channel.sent == []
    assert states(database, broadcast) == {("kept", "no_route", ""): 2}
    assert count(database, NoticeItem) == 2
    settle(database, clock.now())
    assert state_of(database, broadcast) == "done"
