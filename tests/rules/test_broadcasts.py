"""What staff may send to whom, and that the same notice is sent once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.clock import SHANGHAI
from bot.services import broadcasts
from bot.services.broadcasts import MAX_TEXT_BYTES, BadNotice, Notice
from bot.services.house import House
from storage.audit import Audit
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.outbox import Outbox
from tests.conftest import Opener
from tests.rules.union import Town
from tests.storage.kit import count, meet, rows, together

NOTICE = Notice("k1", "法律讲座", "本周六上午九点，三楼会议室。", "followers")


def send(database: Database, notice: Notice, now: datetime) -> Broadcast:
    return database.writer.run(lambda work: broadcasts.send(work, notice, "staff:test", now))


@pytest.fixture
def town(database: Database, house: House, now: datetime) -> Town:
    town = Town(database, house).build()
    town.cadre("cadre", "shop", now)
    for number in range(3):
        meet(database, f"u{number}", now)
    return town


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"audience": "everybody"}, "发送对象"),
        ({"title": " "}, "标题和正文"),
        ({"text": "\n"}, "标题和正文"),
        ({"text": "长" * (MAX_TEXT_BYTES // 3)}, "太长"),
        ({"hours": 0}, "有效时间"),
        ({"hours": 337}, "有效时间"),
        ({"below": "nowhere"}, "nowhere"),
        ({"title": "长" * 41}, "标题最多"),
        ({"key": ""}, "key"),
        ({"key": "k" * 65}, "key"),
    ],
)
def test_a_notice_that_cannot_go_out_says_why_and_nothing_is_kept(
    town: Town, now: datetime, change: dict[str, str], words: str
) -> None:
    notice = replace(NOTICE, **change)
    with pytest.raises(BadNotice) as refused:
        town.database.look(lambda work: broadcasts.preview(work, notice))
    assert words in refused.value.words
    with pytest.raises(BadNotice):
        send(town.database, notice, now)
    assert count(town.database, Broadcast) == count(town.database, Outbox) == 0


def test_the_longest_notice_that_fits_goes_out(town: Town, now: datetime) -> None:
    room = MAX_TEXT_BYTES - len(f"【{NOTICE.title}】\n".encode())
    broadcasts.check(replace(NOTICE, text="a" * room, hours=336))
    with pytest.raises(BadNotice):
        broadcasts.check(replace(NOTICE, text="a" * (room + 1)))


def test_a_preview_counts_who_would_get_it_and_sends_nothing(town: Town, now: datetime) -> None:
    wanted = {("followers", ""): 4, ("cadres", ""): 1, ("members", ""): 0, ("followers", "street"): 1}
    for (audience, below), expected in wanted.items():
        notice = replace(NOTICE, audience=audience, below=below)
        assert town.database.look(lambda work, each=notice: broadcasts.preview(work, each)) == expected
    assert count(town.database, Outbox) == 0


def test_a_notice_is_queued_for_everybody_with_its_title_and_end(town: Town, now: datetime) -> None:
    sent = send(town.database, replace(NOTICE, title=" 法律讲座 ", hours=5), now)
    assert (sent.recipients, sent.state, sent.valid_until) == (4, "sending", now + timedelta(hours=5))
    texts = {row for row in rows(town.database, Outbox, "text", "valid_until", "lane")}
    assert texts == {("【法律讲座】\n本周六上午九点，三楼会议室。", now + timedelta(hours=5), 2)}
    assert rows(town.database, Audit, "actor", "action", "note") == [("staff:test", "broadcast", "4 recipients")]


@pytest.mark.parametrize(("hour", "first"), [(10, (25, 10)), (17, (25, 17)), (20, (26, 9)), (3, (25, 9))])
def test_in_the_evening_a_notice_waits_for_the_morning_and_is_worth_its_hours_from_then(
    town: Town, hour: int, first: tuple[int, int]
) -> None:
    now = datetime(2026, 11, 25, hour, tzinfo=SHANGHAI)
    sent = town.database.writer.run(
        lambda work: broadcasts.send(work, replace(NOTICE, hours=2), "cli", now, town.house.hours)
    )
    begin = datetime(2026, 11, *first, tzinfo=SHANGHAI)
    assert (sent.not_before, sent.valid_until) == (begin, begin + timedelta(hours=2))
    assert set(rows(town.database, Outbox, "due_at", "valid_until")) == {(begin, begin + timedelta(hours=2))}


def test_a_saturday_is_a_day_for_notices(town: Town) -> None:
    saturday = datetime(2026, 11, 28, 10, tzinfo=SHANGHAI)
    sent = town.database.writer.run(lambda work: broadcasts.send(work, NOTICE, "cli", saturday, town.house.hours))
    assert sent.not_before == saturday


def test_the_same_key_again_is_the_same_broadcast(town: Town, now: datetime) -> None:
    first = send(town.database, NOTICE, now)
    again = send(town.database, replace(NOTICE, text="别的内容", audience="cadres"), now + timedelta(hours=1))
    assert (again.id, again.text) == (first.id, first.text)
    assert count(town.database, Outbox) == 4
    assert send(town.database, replace(NOTICE, key="k2"), now).id != first.id
    assert count(town.database, Outbox) == 8


def test_two_processes_sending_the_same_key_at_once_send_once(another: Opener, now: datetime) -> None:
    one, two = another(), another()
    for number in range(5):
        meet(one, f"u{number}", now)
    sent: list[int] = []
    assert together(*(lambda each=each: sent.append(send(each, NOTICE, now).id) for each in (one, two))) == []
    assert len(set(sent)) == 1
    assert count(one, Outbox) == 5
