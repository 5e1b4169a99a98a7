"""A notice in chat groups: the words staff paste, without anybody's number, in one message; and who pasted it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.services import broadcast_states as deeds
from bot.services import event_invitation, events, group_copies
from bot.services.actors import Actor, NotAllowed
from bot.services.broadcasts import BadNotice, Moved
from bot.services.group_copies import BYTES, Copy
from bot.services.house import House
from storage.broadcasts import STATES
from storage.database import Database
from tests.events.kit import ADA, draft
from tests.rules.notices import ANN, BEA, Notices, build


@pytest.fixture
def notices(database: Database, house: House, now: datetime) -> Notices:
    return build(database, house, now)


def copied(notices: Notices, notice_id: int, actor: Actor = ANN, later: timedelta = timedelta()) -> Copy:
    found = notices.see(group_copies.of, actor, notice_id, notices.house, notices.now + later)
    assert found is not None
    return found


def test_the_words_say_what_it_is_and_where_to_ask(notices: Notices) -> None:
    notices.house = replace(notices.house, union="示例市总工会", private_link="https://u.example.cn/c")
    made = notices.scheduled(wants_receipt=True)
    assert copied(notices, made.id).text == (
        "【法律讲座】\n本周六上午九点，三楼会议室。\n"
        "想咨询，请到“示例市总工会”公众号里私聊（群里的回复我们看不到）。点这里进入：https://u.example.cn/c"
    ), "收到 in a group would reach nobody"


def test_an_invitation_says_how_to_register_and_ends_with_the_event(notices: Notices) -> None:
    event = notices.database.writer.run(lambda work: events.create(work, ADA, draft(notices.now), notices.now))
    notices.do(lambda work, actor, now, house: events.publish(work, actor, event.id, now), ADA)
    written = notices.see(event_invitation.draft, ADA, event.id, notices.now)
    made = notices.hand_in(ADA, notices.written(written, ADA).id)
    said = copied(notices, made.id, ADA).text
    assert said.startswith("【冬季招聘会】\n时间：11月30日（周一）14:00–17:00\n地点：市工人文化宫\n")
    assert f"私聊，发“报名 {event.number}”" in said
    assert "回复“报名" not in said, "a reply in the group would register nobody"
    notices.do(lambda work, actor, now, house: events.cancel(work, actor, event.id, "", now, house), ADA)
    assert copied(notices, made.id, ADA).text == ""


def test_nobody_s_number_gets_into_a_group(notices: Notices) -> None:
    made = notices.scheduled(text="12月5日（2026-12-05）9:00。\n咨询12351、0512-65220000，张老师１３８ 0013 8000。")
    copy = copied(notices, made.id)
    assert copy.blanked and "张老师〔号码〕。" in copy.text
    assert "2026-12-05" in copy.text and "12351、0512-65220000" in copy.text
    assert not copied(notices, notices.scheduled().id).blanked


def test_it_fits_one_message(notices: Notices) -> None:
    long = "\n".join(f"第{line}行，" + "长" * 24 for line in range(20))
    notices.house = replace(notices.house, union="很长的名字" * 20)
    copy = copied(notices, notices.scheduled(text=long).id)
    assert copy.cut and copy.size <= BYTES
    assert "长\n……" not in copy.text and "长……（全文请到公众号里问）\n想咨询" in copy.text, "cut at the end of a line"


@pytest.mark.parametrize("state", STATES)
def test_only_what_is_approved_and_still_true_is_copied(notices: Notices, state: str) -> None:
    made = notices.scheduled()
    notices.set(made.id, state=state)
    good = state in ("scheduled", "resolving", "sending", "done", "partly_failed", "failed")
    assert bool(copied(notices, made.id).text) == good
    assert ("group" in notices.see(deeds.allowed, ANN, notices.get(made.id))) == good
    assert copied(notices, made.id, later=timedelta(hours=49)).text == ""


def test_who_pasted_it_is_kept_with_it(notices: Notices) -> None:
    made = notices.scheduled()
    notices.do(lambda work, actor, now, house: group_copies.mark(work, actor, made.id, 3, now), ANN)
    later = notices.now + timedelta(hours=1)
    notices.do(lambda work, actor, now, house: group_copies.mark(work, actor, made.id, 2, now), BEA, at=later)
    copy = copied(notices, made.id)
    assert [(each.at, each.who, each.groups) for each in copy.marks] == [(notices.now, "ann", 3), (later, "bea", 2)]
    assert copy.groups == 5
    assert ("staff:ann", "broadcast_group") in notices.trail(made.id)


def test_a_pattern_or_a_notice_of_an_event_is_not_for_groups_and_numbers_are_checked(notices: Notices) -> None:
    def marked(notice_id: int, groups: int, actor: Actor = ANN) -> None:
        notices.do(lambda work, actor, now, house: group_copies.mark(work, actor, notice_id, groups, now), actor)

    made = notices.scheduled()
    for groups in (0, 501):
        with pytest.raises(BadNotice):
            marked(made.id, groups)
    with pytest.raises(NotAllowed):
        marked(made.id, 1, Actor("dan", "staff"))
    for change in ({"kind": "event"}, {"repeat": {"every": "week"}}, {"state": "cancelled"}):
        other = notices.scheduled()
        notices.set(other.id, **change)
        with pytest.raises(Moved):
            marked(other.id, 1)
        if "state" not in change:
            assert notices.see(group_copies.of, ANN, other.id, notices.house, notices.now) is None
