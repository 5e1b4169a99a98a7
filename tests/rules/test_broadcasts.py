"""What staff may write, for whom, who sees it; and that the same notice is there once."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.services import broadcast_lists, broadcasts, segments
from bot.services.actors import Actor, NotAllowed
from bot.services.broadcasts import MAX_TEXT_BYTES, BadNotice, Draft, Moved
from bot.services.house import House
from bot.services.repeat_rules import BadRepeat
from bot.services.segments import BadSegment
from storage import broadcasts as stored
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.events import Event
from storage.outbox import Outbox
from storage.recipients import Recipient
from storage.work import Work
from tests.conftest import Opener
from tests.rules.notices import ANN, BEA, TALK, Notices, build
from tests.storage.kit import count, together

HOUR = timedelta(hours=1)
WEEKLY = {"every": "week", "days": [0, 3], "time": "09:30", "until": "2027-01-31"}


@pytest.fixture
def notices(database: Database, house: House, now: datetime) -> Notices:
    return build(database, house, now)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": " "}, "标题和正文"),
        ({"text": "\n"}, "标题和正文"),
        ({"text": "长" * (MAX_TEXT_BYTES // 3)}, "太长"),
        ({"text": "a\0b"}, "不能发送的字符"),
        ({"title": "长" * 41}, "标题最多"),
        ({"title": "一\n二"}, "不能换行"),
        ({"topic": "gossip"}, "类别"),
        ({"hours": 0}, "有效时间"),
        ({"hours": 337}, "有效时间"),
        ({"routes": ()}, "至少选择一种"),
        ({"routes": ("custom", "custom")}, "只选一次"),
        ({"routes": ("mass",)}, "没有开通"),
        ({"rule": {"all": []}}, "至少选一个条件"),
        ({"rule": {"all": [{"below": "nowhere"}]}}, "nowhere"),
        ({"repeat": {"every": "day"}}, "钟点"),
    ],
)
def test_a_notice_that_cannot_go_out_says_why_and_nothing_is_kept(
    notices: Notices, change: dict[str, Any], words: str
) -> None:
    with pytest.raises((BadNotice, BadSegment, BadRepeat)) as refused:
        notices.written(**change)
    assert words in refused.value.words
    assert count(notices.database, Broadcast) == 0


@pytest.mark.parametrize(
    ("at", "urgent", "words"),
    [
        (-1, True, "已经过去"),
        (0, True, "已经过去"),
        (24 * 367, True, "一年以后"),
        (9, False, "09:00–18:00"),
        (9, True, ""),
        (24, False, ""),
    ],
)
def test_a_time_is_ahead_within_a_year_and_by_day(notices: Notices, at: int, urgent: bool, words: str) -> None:
    moment = notices.now + at * HOUR
    if words:
        with pytest.raises(BadNotice) as refused:
            notices.written(at=moment, urgent=urgent)
        assert words in refused.value.words
    else:
        assert notices.written(at=moment, urgent=urgent).not_before == moment


def test_the_longest_notice_that_fits_is_taken_with_all_that_is_said(notices: Notices) -> None:
    room = MAX_TEXT_BYTES - len(replace(TALK, text="", wants_receipt=True).said.encode())
    made = notices.written(text="a" * room, wants_receipt=True, hours=336)
    assert len(made.text.encode()) == MAX_TEXT_BYTES
    with pytest.raises(BadNotice):
        notices.written(text="a" * (room + 1), wants_receipt=True)


def test_what_was_written_comes_back_as_it_was(notices: Notices) -> None:
    rule = {"all": [{"who": "followers"}], "none": [{"office": "主席"}]}
    draft = Draft("讲座", "第一行\n第二行", "law", rule, notices.now + HOUR, 5, True, ("custom",), WEEKLY, True)
    made = notices.written(draft)
    assert made.text == "【讲座】\n第一行\n第二行\n\n看到后请回复“收到”，谢谢！\n退订请回复“退订 法律维权”"
    assert broadcasts.draft_of(made) == draft
    sheet = notices.see(broadcast_lists.one, ANN, made.id)
    assert (sheet.body, sheet.rule) == ("第一行\n第二行", "关注公众号的人；不发给：担任主席的人")
    assert sheet.line.repeat == "每周一、周四 09:30，到2027年1月31日"
    assert sheet.may == {"change", "submit", "cancel"}


def test_every_notice_says_how_to_opt_out_where_one_can(notices: Notices) -> None:
    assert notices.written(topic="activity").text.endswith("\n\n退订请回复“退订 文体活动”")
    urgent = notices.written(topic="urgent")
    assert "退订" not in urgent.text
    changed = notices.do(broadcasts.change, ANN, urgent.id, replace(TALK, topic="jobs"), 1)
    assert changed.text.endswith("退订请回复“退订 就业招聘”")
    assert broadcasts.body(changed) == TALK.text


def test_what_was_kept_before_notices_said_so_reads_the_same(notices: Notices) -> None:
    made = notices.written(text="正文", wants_receipt=True)
    notices.set(made.id, text=f"【{made.title}】\n正文\n\n看到后请回复“收到”，谢谢！")
    assert broadcasts.body(notices.get(made.id)) == "正文"


def test_only_one_of_two_who_write_anew_is_kept(notices: Notices) -> None:
    made = notices.written()
    notices.do(broadcasts.change, ANN, made.id, replace(TALK, text="甲"), 1)
    with pytest.raises(Moved):
        notices.do(broadcasts.change, BEA, made.id, replace(TALK, text="乙"), 1)
    assert (broadcasts.body(notices.get(made.id)), notices.get(made.id).version) == ("甲", 2)


@pytest.mark.parametrize("state", ["resolving", "sending", "paused", "done", "cancelled"])
def test_what_has_left_is_not_written_anew(notices: Notices, state: str) -> None:
    made = notices.written()
    notices.set(made.id, state=state)
    with pytest.raises(Moved):
        notices.do(broadcasts.change, ANN, made.id, TALK, 1)
    assert notices.state(made.id) == state


def test_the_same_key_again_is_the_same_broadcast(notices: Notices) -> None:
    first = notices.do(broadcasts.create, ANN, TALK, key="k1")
    again = notices.do(broadcasts.create, ANN, replace(TALK, text="别的内容"), key="k1")
    assert (again.id, again.text) == (first.id, first.text)
    assert notices.do(broadcasts.create, ANN, TALK, key="k2").id != first.id
    with pytest.raises(BadNotice):
        notices.do(broadcasts.create, ANN, TALK, key="k" * 65)
    with pytest.raises(NotAllowed):  # of another branch: not even shown
        notices.do(broadcasts.create, notices.branch("street"), TALK, key="k1")


def test_a_branch_reaches_only_its_people_whatever_the_rule_says(notices: Notices) -> None:
    mine, city = notices.written(actor=notices.branch("street")), notices.written()
    for made, people in ((mine, 1), (city, 6)):
        rule = notices.see(broadcasts.rule_of, made)
        assert notices.see(segments.count, rule, made.topic, notices.now).reachable == people
    assert "示例街道总工会范围内" in notices.see(broadcast_lists.one, BEA, mine.id).rule


def test_a_branch_lists_its_own_and_those_below(notices: Notices) -> None:
    city, street, shop = (
        notices.written(actor=actor).id for actor in (ANN, notices.branch("street"), notices.branch("shop"))
    )
    for actor, seen in (
        (ANN, {city, street, shop}),
        (notices.branch("street", "staff"), {street, shop}),
        (notices.branch("shop", "staff"), {shop}),
    ):
        found = notices.see(broadcast_lists.listing, actor)
        assert {each.id for each in found.lines} == seen
        assert notices.see(broadcast_lists.numbers, actor)["drafts"] == len(seen)


def test_a_list_has_pages_and_tabs(notices: Notices) -> None:
    for number in range(broadcast_lists.PAGE + 1):
        made = notices.written()
        notices.set(made.id, created_at=notices.now + number * HOUR, state="done" if number % 2 else "draft")
    first, second = (notices.see(broadcast_lists.listing, ANN, "all", page) for page in (1, 2))
    assert (len(first.lines), first.more, len(second.lines), second.more) == (broadcast_lists.PAGE, True, 1, False)
    assert first.lines[0].created_at > first.lines[-1].created_at > second.lines[0].created_at
    ended = notices.see(broadcast_lists.listing, ANN, "ended")
    assert {each.state_words for each in ended.lines} == {"已完成"}
    assert len(notices.see(broadcast_lists.listing, ANN, "draft").lines) == len(first.lines) + 1 - len(ended.lines)


def test_what_the_software_tells_is_scheduled_once_and_never_edited(notices: Notices) -> None:
    places = {"starts_at": notices.now, "ends_at": notices.now, "closes_at": notices.now, "changed_at": notices.now}
    words = {"title": "电影", "about": "电影", "place": "礼堂", "scene": "s", "code": "1", "author": "cli"}
    event = Event(id=7, number=12, topic="law", state="open", created_at=notices.now, **places, **words)
    notices.database.writer.run(lambda work: (work.session.add(event), work.session.flush()))
    rule = {"all": [{"event": 12, "in": "registered"}]}
    evening = notices.now + 10 * HOUR

    def tell(work: Work) -> Broadcast:
        return broadcasts.system_notice(work, 7, "e:7:moved", "活动改期", "改到周日", rule, evening, 5)

    made, again = notices.database.writer.run(tell), notices.database.writer.run(tell)
    assert (made.id, made.kind, made.state, made.author, made.topic) == (
        again.id,
        "event",
        "scheduled",
        "system",
        "law",
    )
    assert (made.not_before, made.valid_until) == (notices.now + 23 * HOUR, notices.now + 28 * HOUR)
    assert made.text == "【活动改期】\n改到周日"  # who registered cannot opt out of it
    assert notices.see(broadcast_lists.one, ANN, made.id).may == {"pause", "cancel"}
    with pytest.raises(Moved):
        notices.do(broadcasts.change, ANN, made.id, TALK, 1)


def test_a_notice_of_an_earlier_version_is_still_read(notices: Notices) -> None:
    made = notices.written()
    notices.set(made.id, segment={"audience": "cadres", "below": "shop"}, state="done")
    sheet = notices.see(broadcast_lists.one, ANN, made.id)
    assert sheet.rule == "任职的工会干部，并且示例商店工会及下属组织的人"
    messages = ("sent", "sent", "unreachable")

    def leave(work: Work) -> None:
        for known, state in zip(notices.people, messages, strict=False):
            place = {"person_id": known.person_id, "address_id": known.address_id, "broadcast_id": made.id}
            times = {"created_at": notices.now, "due_at": notices.now}
            work.append(Outbox, {"id": work.new_id(), "text": "", "state": state, **place, **times})

    notices.database.writer.run(leave)
    done = notices.see(broadcast_lists.one, ANN, made.id).line.progress
    assert (done.total, done.reached, done.not_reached) == (3, 2, 1)


def test_a_broadcast_of_an_earlier_version_ends_with_its_last_message(notices: Notices) -> None:
    old, new = notices.scheduled(), notices.sent("queued")
    notices.set(old.id, state="sending", segment={"audience": "followers", "below": ""})
    place = {"person_id": notices.people[0].person_id, "address_id": notices.people[0].address_id}
    times = {"created_at": notices.now, "due_at": notices.now}
    values = {"id": 5, "text": "", "state": "queued", "broadcast_id": old.id, **place, **times}
    notices.database.writer.run(lambda work: work.append(Outbox, values))
    assert notices.database.writer.run(stored.finish_old) == 0
    notices.database.writer.run(
        lambda work: work.execute(Outbox.metadata.tables["outbox"].update().values(state="sent"))
    )
    assert notices.database.writer.run(stored.finish_old) == 1
    assert (notices.state(old.id), notices.state(new.id)) == ("done", "sending")


def test_two_processes_with_the_same_key_at_once_make_one(another: Opener, house: House, now: datetime) -> None:
    one = build(another(), house, now)
    two = replace(one, database=another())
    made: list[int] = []
    jobs = [lambda each=each: made.append(each.do(broadcasts.create, ANN, TALK, key="k").id) for each in (one, two)]
    assert together(*jobs) == []
    assert len(set(made)) == count(one.database, Broadcast) == 1
    assert count(one.database, Recipient) == 0


def test_staff_without_a_branch_of_their_own_any_more_see_nothing(notices: Notices) -> None:
    notices.written()
    lost = Actor("lost", "approver", 99, "nowhere")
    assert notices.see(broadcast_lists.listing, lost).lines == []
