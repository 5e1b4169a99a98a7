"""Opting out of a topic holds at once: for the next notice, and for what is still on its way to that person."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.services import segments, topic_choices, topics
from bot.services.topics import OPTIONAL, TOPICS
from handlers.topics import read, takes
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.notice_items import NoticeItem
from storage.recipients import Recipient
from storage.segments import TopicChoice
from storage.work import Work
from tests.storage.audience_kit import Town
from tests.storage.kit import rows


@pytest.fixture
def town(database: Database, now: datetime) -> Town:
    town = Town(database, now)
    for name in ("one", "two"):
        town.person(name, town.east, since=True)
    return town


def stop(town: Town, name: str, *keys: str, later: int = 0) -> topic_choices.Stopped:
    at = town.now + timedelta(days=later)
    return town.database.writer.run(lambda work: topic_choices.stop(work, town.ids[name], keys, at))


def resume(town: Town, name: str, *keys: str) -> tuple[list[str], list[str]]:
    return town.database.writer.run(lambda work: topic_choices.resume(work, town.ids[name], keys))


def test_it_holds_until_it_is_taken_back(town: Town) -> None:
    first = stop(town, "one", "jobs", "activity")
    assert (first.now, first.before, first.exempt) == (("activity", "jobs"), {}, ())
    again = stop(town, "one", "jobs", "law", "urgent", later=3)
    assert (again.now, again.before, again.exempt) == (("law",), {"jobs": town.now}, ("urgent",))
    have = town.database.look(lambda work: topic_choices.stopped(work, town.ids["one"]))
    assert have == {"activity": town.now, "law": town.now + timedelta(days=3), "jobs": town.now}
    assert town.database.look(lambda work: topic_choices.stopped(work, town.ids["two"])) == {}
    assert resume(town, "one", "jobs", "work") == (["jobs"], ["work"])
    assert resume(town, "one", *OPTIONAL)[0] == ["activity", "law"]
    assert rows(town.database, TopicChoice, "topic") == []


def test_nobody_leaves_what_is_urgent(town: Town) -> None:
    assert stop(town, "one", *TOPICS).now == OPTIONAL
    rule = segments.parse({"all": [{"who": "members"}]})
    reached = {
        topic: town.database.look(lambda work, topic=topic: segments.count(work, rule, topic, town.now)).reachable
        for topic in TOPICS
    }
    assert reached == {**dict.fromkeys(OPTIONAL, 1), "urgent": 2}


def test_what_is_on_its_way_is_taken_back(town: Town) -> None:
    """Not what a sender has claimed, what was seen already, other topics, other people, or news of one's own event."""
    town.database.writer.run(lambda work: _under_way(work, town))
    stop(town, "one", "activity", later=1)
    after = {key: (state, reason) for key, state, reason in _states(town)}
    gone = ("cancelled", "opted_out")
    assert {key for key, value in after.items() if value == gone} == {("one", "a", 1), ("one", "a", 3)}
    kept = {key: value for key, value in after.items() if value != gone}
    assert {value[1] for value in kept.values()} == {""} and len(kept) == 6
    items = {(row[0], row[1] is None) for row in rows(town.database, NoticeItem, "recipient_id", "shown_at")}
    assert items == {(14, False), (23, True)}
    settled = {row[0]: row[1] for row in rows(town.database, Recipient, "id", "settled_at")}
    assert settled[11] == town.now + timedelta(days=1) and settled[12] is None


KINDS = {"a": ("activity", "notice"), "l": ("law", "notice"), "e": ("activity", "event")}
SENT: tuple[tuple[int, str, str, int, str], ...] = (
    (11, "one", "a", 1, "queued"),
    (12, "one", "a", 2, "sending"),
    (13, "one", "a", 3, "kept"),
    (14, "one", "a", 4, "sent"),
    (15, "one", "l", 1, "queued"),
    (16, "one", "e", 1, "queued"),
    (21, "two", "a", 1, "queued"),
    (23, "two", "a", 3, "kept"),
)


def _under_way(work: Work, town: Town) -> None:
    ids = {}
    for name, (topic, kind) in KINDS.items():
        ids[name] = work.new_id()
        told: dict[str, Any] = {"title": "t", "text": "t", "segment": {}, "author": "staff:a", "created_at": town.now}
        work.session.add(Broadcast(id=ids[name], key=name, kind=kind, topic=topic, state="sending", **told))
    seen = {14: town.now}
    for row_id, who, name, attempt, state in SENT:
        row = {"broadcast_id": ids[name], "person_id": town.ids[who], "attempt": attempt}
        work.session.flush()
        work.session.add(Recipient(id=row_id, state=state, **row))
        if row_id in (13, 23):
            _item(work, row_id, ids["a"], town.ids[who], town.now, None)
        if row_id in seen:
            _item(work, row_id, ids["l"], town.ids[who], town.now, town.now)


def _item(work: Work, row_id: int, broadcast_id: int, person_id: int, now: datetime, shown: datetime | None) -> None:
    values = {"broadcast_id": broadcast_id, "person_id": person_id, "recipient_id": row_id, "created_at": now}
    work.session.add(NoticeItem(id=work.new_id(), valid_until=now, shown_at=shown, **values))


def _states(town: Town) -> list[tuple[tuple[str, str, int], str, str]]:
    by_id = {row_id: (who, name, attempt) for row_id, who, name, attempt, _ in SENT}
    return [(by_id[row[0]], row[1], row[2]) for row in rows(town.database, Recipient, "id", "state", "reason")]


def test_every_topic_is_found_by_what_it_is_called() -> None:
    words = [(each, key) for key, topic in TOPICS.items() for each in (topic.label, *topic.words)]
    assert len({each for each, _ in words}) == len(words), "no word stands for two topics"
    for each, key in words:
        for said in (each, f"{each}通知", f"{each}信息", f"{each}类通知", f"{each}了"):
            assert topics.by_words(said) == key, said
    assert all(topic.about for topic in TOPICS.values())
    assert read("1、第6个").topics == [OPTIONAL[0], OPTIONAL[5]]
    assert read("0 7 八").unknown == ["0", "7", "八"]


TAKEN = (
    *(
        "退订",
        "td",
        "t",
        "退订 文体活动",
        "退订活动",
        "td招聘",
        "取消订阅 法律",
        "不想收到招聘通知",
        "别再给我发招聘信息",
    ),
    *(
        "我要退订培训",
        "退订 1",
        "退订2、3",
        "退订全部",
        "全部退订",
        "我的订阅",
        "订阅 福利",
        "恢复订阅法律",
        "重新订阅 5",
    ),
)
LEFT = (
    *(
        "退会",
        "我要退会",
        "取消",
        "取消报名 12",
        "取消活动",
        "不看电影",
        "t恤",
        "tdc",
        "报名 12",
        "订阅号怎么关注",
        "不收会费",
    ),
    *(
        "别发了红包",
        "退订了还收到短信怎么办",
        "我想退订怎么操作才能不影响会籍呢",
        "恢复会籍",
        "不想收集资料",
        "活动",
        "发送",
    ),
    *("订阅报刊杂志可以用工会经费吗", "停止发送", "恢复发送", "拒收工资条合法吗", "收到", "1", "工会"),
)


def test_only_what_is_about_topics_is_taken_from_an_open_form() -> None:
    assert [words for words in TAKEN if not takes(words)] == []
    assert [words for words in LEFT if takes(words)] == []
