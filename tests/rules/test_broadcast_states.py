"""How a notice goes on: who may, from which state, and what is written with it."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from bot.clock import SHANGHAI
from bot.jobs import resolve_broadcasts
from bot.jobs.job import Moment
from bot.services import broadcast_expected, broadcast_growth, broadcasts, notice_desk, stop_word
from bot.services import broadcast_states as deeds
from bot.services.actors import Actor, NotAllowed
from bot.services.broadcasts import BadNotice, Moved, NoBroadcast
from bot.services.house import House
from bot.services.reach_policy import ReachPolicy
from storage import audience
from storage.broadcasts import STATES
from storage.database import Database
from storage.notice_items import NoticeItem
from storage.work import Work
from tests.rules.notices import ANN, BEA, EVE, TALK, Notices, build
from tests.storage.kit import count, meet

HOUR = timedelta(hours=1)


@pytest.fixture
def notices(database: Database, house: House, now: datetime) -> Notices:
    return build(database, house, now)


def test_a_notice_to_few_is_scheduled_by_its_author(notices: Notices) -> None:
    made = notices.hand_in(ANN, notices.written().id)
    assert (made.state, made.expected, made.submitted_by) == ("scheduled", 6, "staff:ann")
    assert (made.not_before, made.valid_until) == (notices.now, notices.now + 48 * HOUR)
    assert notices.trail(made.id) == [("staff:ann", "broadcast_draft"), ("staff:ann", "broadcast_submit")]


@pytest.mark.parametrize(
    "change",
    [
        {"urgent": True},
        {"topic": "urgent"},
        {"repeat": {"every": "week", "days": [0], "time": "09:30", "until": "2027-01-31"}},
    ],
)
def test_what_goes_out_at_night_or_repeats_needs_a_second_person(notices: Notices, change: dict[str, Any]) -> None:
    made = notices.hand_in(ANN, notices.written(**change).id)
    assert (made.state, made.valid_until) == ("pending", None)


def test_more_people_than_the_house_allows_one_person_need_a_second(notices: Notices) -> None:
    for most, state in ((6, "scheduled"), (5, "pending")):
        notices.house = replace(notices.house, reach=ReachPolicy(approve_above=most))
        assert notices.hand_in(ANN, notices.written().id).state == state


@pytest.mark.parametrize(("most", "state"), [(6, "sending"), (5, "pending")])
def test_handed_in_for_few_and_due_for_many_it_waits_for_a_second_person(
    notices: Notices, most: int, state: str
) -> None:
    made = notices.hand_in(ANN, notices.written().id)
    notices.house = replace(notices.house, reach=ReachPolicy(approve_above=most))
    resolve_broadcasts.run(notices.database, notices.house, Moment(notices.now, notices.now))
    assert notices.state(made.id) == state
    if state == "pending":
        assert notices.states(made.id) == []
        assert ("job:resolve_broadcasts", "broadcast_outgrown") in notices.trail(made.id)
        with pytest.raises(NotAllowed):
            notices.do(deeds.approve, ANN, made.id)
        done = notices.do(deeds.approve, BEA, made.id, at=notices.now + HOUR)
        assert (done.state, done.not_before) == ("scheduled", notices.now + HOUR)
        resolve_broadcasts.run(notices.database, notices.house, Moment(notices.now + HOUR, notices.now))
        assert notices.state(made.id) == "sending"


@pytest.mark.parametrize(("above", "approved", "most"), [(100, 150, 230), (300, 150, 300), (0, 0, 50), (5, 1, 51)])
def test_an_approval_is_for_a_number_of_people(above: int, approved: int, most: int) -> None:
    """A fifth and fifty more; nobody is asked about what nobody would have been asked about."""
    house = House(reach=ReachPolicy(approve_above=above))
    assert broadcast_growth.agreed(approved, house) == most


@pytest.mark.parametrize(("more", "state"), [(50, "sending"), (51, "pending")])
def test_approved_for_few_and_grown_to_many_it_is_approved_again(notices: Notices, more: int, state: str) -> None:
    notices.tag("户外", *notices.people[:1])
    made = notices.do(deeds.approve, BEA, notices.pending(rule={"all": [{"tag": "户外"}]}).id)
    assert made.expected == 1
    notices.tag("户外", *(meet(notices.database, f"v{number}", notices.now) for number in range(more)))
    notices.house = replace(notices.house, reach=ReachPolicy(approve_above=3))
    resolve_broadcasts.run(notices.database, notices.house, Moment(notices.now, notices.now))
    held = notices.get(made.id)
    assert held.state == state
    if state == "sending":
        return
    assert (held.expected, held.approver, held.not_before, held.recipients) == (52, "", None, 0)
    assert held.note == "批准时预计1人，到发送时变成52人，多了很多，没有发出。请核对对象，再审核一次。"
    assert ("job:resolve_broadcasts", "broadcast_outgrown") in notices.trail(made.id)
    done = notices.do(deeds.approve, EVE, made.id)
    assert (done.state, done.note, done.approver) == ("scheduled", "", "staff:eve")
    resolve_broadcasts.run(notices.database, notices.house, Moment(notices.now, notices.now))
    assert (notices.state(made.id), notices.get(made.id).recipients) == ("sending", 52)


def test_what_the_machine_itself_sends_is_not_held_back(notices: Notices) -> None:
    made = notices.send(TALK)
    notices.house = replace(notices.house, reach=ReachPolicy(approve_above=1))
    resolve_broadcasts.run(notices.database, notices.house, Moment(notices.now, notices.now))
    assert notices.state(made.id) == "sending"


def test_nobody_to_send_to_is_said_before_it_is_handed_in(notices: Notices) -> None:
    made = notices.written(rule={"all": [{"who": "members"}]})
    with pytest.raises(BadNotice) as refused:
        notices.hand_in(ANN, made.id)
    assert "没有能收到" in refused.value.words
    assert notices.state(made.id) == "draft"


def test_the_number_is_counted_before_and_only_for_what_it_was_counted_for(
    notices: Notices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is counted while others wait to write; a rule written anew in between has not been counted."""
    notices.tag("户外", *notices.people[:2])
    made = notices.written()
    counted = notices.see(broadcast_expected.of_notice, ANN, made.id, notices.now)
    monkeypatch.setattr(audience, "count", None)
    for change in ({"rule": {"all": [{"tag": "户外"}]}}, {"topic": "activity"}):
        changed = notices.do(broadcasts.change, BEA, made.id, replace(TALK, **change), notices.get(made.id).version)
        with pytest.raises(Moved):
            notices.do(deeds.submit, ANN, made.id, counted=counted)
        assert (notices.state(made.id), notices.get(made.id).expected) == ("draft", 0)
    notices.do(broadcasts.change, BEA, made.id, replace(TALK, text="只改了正文。"), changed.version)
    with pytest.raises(Moved):
        notices.do(deeds.submit, ANN, made.id, counted=counted, version=changed.version)
    done = notices.do(deeds.submit, ANN, made.id, counted=counted, version=changed.version + 1)
    assert (done.state, done.expected) == ("scheduled", 6)


def test_a_draft_is_counted_for_the_branch_it_will_belong_to(notices: Notices) -> None:
    shop = notices.branch("shop")
    counted = notices.see(broadcast_expected.of_draft, shop, TALK, notices.now, notices.house)
    assert counted.people == 1
    made = notices.written(actor=shop)
    assert notices.see(broadcast_expected.of_notice, shop, made.id, notices.now) == counted
    city = (ANN, TALK, notices.now, notices.house)
    assert notices.see(broadcast_expected.of_draft, *city, made.id) == counted
    assert notices.see(broadcast_expected.of_draft, *city).people == 6
    assert notices.do(deeds.submit, shop, made.id, counted=counted).expected == 1
    for actor, error in ((shop, Moved), (Actor("zoe", "staff"), NotAllowed)):
        with pytest.raises(error):
            notices.see(broadcast_expected.of_notice, actor, made.id, notices.now)


def test_a_second_person_approves_and_it_is_scheduled_from_then(notices: Notices) -> None:
    made, later = notices.pending(), notices.now + 3 * HOUR
    done = notices.do(deeds.approve, BEA, made.id, at=later)
    assert (done.state, done.approver, done.decided_at) == ("scheduled", "staff:bea", later)
    assert (done.not_before, done.valid_until) == (later, later + 48 * HOUR)
    assert ("staff:bea", "broadcast_approve") in notices.trail(made.id)


def test_nobody_approves_or_rejects_their_own(notices: Notices) -> None:
    own = notices.pending(actor=BEA)
    handed_in = notices.hand_in(BEA, notices.written(urgent=True).id)
    for made in (own, handed_in):
        with pytest.raises(BadNotice) as refused:
            notices.do(deeds.approve, BEA, made.id)
        assert "另一位" in refused.value.words
        with pytest.raises(BadNotice):
            notices.do(deeds.reject, BEA, made.id, "不合适")
        assert not {"approve", "reject"} & notices.see(deeds.allowed, BEA, made)
        assert {"approve", "reject"} <= notices.see(deeds.allowed, EVE, made)
    assert notices.state(own.id) == "pending"
    assert notices.do(deeds.approve, EVE, own.id).state == "scheduled"


def test_who_runs_commands_on_the_machine_needs_no_second_person(notices: Notices) -> None:
    made = notices.send(replace(TALK, urgent=True), key="k")
    assert (made.state, made.author, made.submitted_by, made.approver) == ("scheduled", "cli", "cli", "cli")
    again = notices.send(replace(TALK, text="别的"), key="k")
    assert (again.id, again.text) == (made.id, made.text)


def test_an_editor_may_not_approve_and_staff_may_not_write(notices: Notices) -> None:
    made = notices.pending()
    with pytest.raises(NotAllowed):
        notices.do(deeds.approve, Actor("cat", "editor"), made.id)
    with pytest.raises(NotAllowed):
        notices.do(broadcasts.create, Actor("dan", "staff"), TALK)
    assert notices.see(deeds.allowed, Actor("dan", "staff"), made) == frozenset()


def test_approved_after_its_time_it_waits_for_another(notices: Notices) -> None:
    made, late = notices.pending(at=notices.now + HOUR), notices.now + 2 * HOUR
    done = notices.do(deeds.approve, BEA, made.id, at=late)
    assert (done.state, done.valid_until) == ("approved", None)
    with pytest.raises(BadNotice):
        notices.do(deeds.schedule, ANN, made.id, late - HOUR, at=late)
    done = notices.do(deeds.schedule, ANN, made.id, late + HOUR, at=late)
    assert (done.state, done.not_before, done.valid_until) == ("scheduled", late + HOUR, late + 49 * HOUR)


def test_a_draft_whose_time_has_passed_is_not_handed_in(notices: Notices) -> None:
    made = notices.written(at=notices.now + HOUR)
    with pytest.raises(BadNotice) as refused:
        notices.hand_in(ANN, made.id, at=notices.now + 2 * HOUR)
    assert "已经过去" in refused.value.words


def test_rejected_with_a_reason_it_can_be_written_anew(notices: Notices) -> None:
    made = notices.pending()
    for words in ("", " \n ", "长" * 201):
        with pytest.raises(BadNotice):
            notices.do(deeds.reject, BEA, made.id, words)
    done = notices.do(deeds.reject, BEA, made.id, "时间不对，\n请核对")
    assert (done.state, done.note, done.approver) == ("rejected", "时间不对， 请核对", "staff:bea")
    changed = notices.do(broadcasts.change, ANN, made.id, TALK, made.version)
    assert (changed.state, changed.approver, changed.decided_at) == ("draft", "", None)
    assert notices.hand_in(ANN, made.id).note == ""


@pytest.mark.parametrize("state", ["pending", "approved", "scheduled"])
def test_whatever_is_changed_is_a_draft_again(notices: Notices, state: str) -> None:
    made = notices.pending()
    notices.set(made.id, state=state, approver="staff:bea", decided_at=notices.now)
    changed = notices.do(broadcasts.change, ANN, made.id, replace(TALK, text="改到下午三点。"), made.version)
    assert (changed.state, changed.version, changed.submitted_by, changed.approver) == ("draft", 2, "", "")
    assert broadcasts.body(changed) == "改到下午三点。"
    with pytest.raises(Moved):
        notices.do(deeds.approve, BEA, made.id, version=made.version)


def test_taken_back_it_is_a_draft_again(notices: Notices) -> None:
    for made in (notices.pending(), notices.scheduled()):
        done = notices.do(deeds.withdraw, ANN, made.id)
        assert (done.state, done.submitted_at, done.valid_until) == ("draft", None, None)
        assert notices.hand_in(ANN, made.id, at=notices.now + HOUR).state == made.state


@pytest.mark.parametrize("state", ["scheduled", "resolving", "sending"])
def test_pause_and_resume_go_on_where_it_stopped(notices: Notices, state: str) -> None:
    made = notices.scheduled()
    notices.set(made.id, state=state)
    paused = notices.do(deeds.pause, ANN, made.id)
    assert (paused.state, paused.paused_from) == ("paused", state)
    done = notices.do(deeds.resume, ANN, made.id)
    assert (done.state, done.paused_from, done.valid_until) == (state, "", made.valid_until)


def test_after_the_stop_word_another_approver_lets_it_go_on(notices: Notices) -> None:
    made = notices.pending(actor=BEA)
    notices.do(deeds.approve, EVE, made.id)
    notices.database.writer.run(lambda work: deeds.stop_all(work, BEA, notices.now))
    paused = notices.get(made.id)
    for actor, error in ((ANN, NotAllowed), (BEA, BadNotice)):
        assert "resume" not in notices.see(deeds.allowed, actor, paused)
        with pytest.raises(error):
            notices.do(deeds.resume, actor, made.id)
    assert "resume" in notices.see(deeds.allowed, EVE, paused)
    assert notices.do(deeds.resume, EVE, made.id).emergency is False
    notices.do(deeds.pause, ANN, made.id)  # an ordinary pause is no emergency, whatever was before
    assert notices.do(deeds.resume, ANN, made.id).state == "scheduled"


def test_the_stop_word_holds_what_somebody_had_paused(notices: Notices) -> None:
    """Else who wrote it would pause it in time, and go on when the others believe that it is stopped."""
    made, later = notices.scheduled(), notices.scheduled(at=notices.now + 47 * HOUR)
    notices.set(made.id, state="sending")
    for each in (made, later):
        notices.do(deeds.pause, ANN, each.id)
    assert made.title in notices.see(stop_word.ask_words, BEA, notices.now)
    assert notices.database.writer.run(lambda work: deeds.stop_all(work, BEA, notices.now)) == [made.id]
    assert notices.see(stop_word.ask_words, BEA, notices.now) == ""
    with pytest.raises(NotAllowed):
        notices.do(deeds.resume, ANN, made.id)
    assert notices.do(deeds.resume, BEA, made.id).state == "sending"
    assert notices.do(deeds.resume, ANN, later.id).state == "scheduled"


def test_an_approval_of_a_number_that_was_read_before_it_grew_is_refused(notices: Notices) -> None:
    notices.tag("户外", *notices.people[:1])
    made = notices.pending(rule={"all": [{"tag": "户外"}]})
    notices.do(deeds.withdraw, ANN, made.id)
    notices.tag("户外", *notices.people[1:])
    grown = notices.hand_in(ANN, made.id)
    assert (grown.version, grown.expected) == (made.version, 6)
    with pytest.raises(Moved):
        notices.do(deeds.approve, BEA, made.id, version=made.version, people=made.expected)
    assert notices.do(deeds.approve, BEA, made.id, version=made.version, people=6).state == "scheduled"


def test_who_wrote_it_anew_for_another_to_hand_in_does_not_approve_it(notices: Notices) -> None:
    made = notices.written(urgent=True)
    new = replace(TALK, text="这是审核人自己改写的内容。", urgent=True)
    changed = notices.do(broadcasts.change, BEA, made.id, new, made.version)
    handed = notices.hand_in(ANN, made.id)
    for deed, given in ((deeds.approve, ()), (deeds.reject, ("不行",))):
        with pytest.raises(BadNotice):
            notices.do(deed, BEA, made.id, *given)
    assert not {"approve", "reject"} & notices.see(deeds.allowed, BEA, handed)
    assert (notices.see(notice_desk.waiting, BEA), notices.see(notice_desk.waiting, EVE)) == (0, 1)
    again = notices.do(broadcasts.change, ANN, made.id, new, changed.version)
    notices.hand_in(ANN, again.id)
    assert notices.do(deeds.approve, BEA, made.id).state == "scheduled"


def test_new_hours_begin_in_the_morning_and_not_before_its_own_time(notices: Notices) -> None:
    morning = datetime(2026, 11, 26, 9, tzinfo=SHANGHAI)
    for change, until in (({}, morning), ({"at": morning + 72 * HOUR}, morning + 72 * HOUR)):
        made = notices.scheduled(**change)
        notices.do(deeds.pause, ANN, made.id)
        done = notices.do(deeds.resume, BEA, made.id, at=morning - 12 * HOUR, hours=4)
        assert done.valid_until == until + 4 * HOUR


def test_resumed_out_of_date_it_asks_for_new_hours(notices: Notices) -> None:
    made, late = notices.sent("queued"), notices.now + 49 * HOUR
    notices.do(deeds.pause, ANN, made.id)
    with pytest.raises(BadNotice) as refused:
        notices.do(deeds.resume, BEA, made.id, at=late)
    assert "有效时间" in refused.value.words
    done = notices.do(deeds.resume, BEA, made.id, at=late, hours=3)
    assert (done.state, done.valid_until) == ("sending", late + 3 * HOUR)


def test_more_hours_than_were_approved_take_another_approver(notices: Notices) -> None:
    """An editor may let it go on as long as somebody agreed to, and not longer; nor may an approver whose own it is."""
    made, late = notices.pending(actor=BEA, hours=24), notices.now + 30 * HOUR
    notices.do(deeds.approve, EVE, made.id)
    notices.do(deeds.pause, ANN, made.id)
    for actor in (ANN, BEA):
        assert notices.see(deeds.most_hours, actor, notices.get(made.id)) == 24
        with pytest.raises(BadNotice) as refused:
            notices.do(deeds.resume, actor, made.id, at=late, hours=25)
        assert "批准的有效时间是24小时" in refused.value.words and "另一位审核人" in refused.value.words
        assert notices.state(made.id) == "paused"
    for actor, hours in ((ANN, 24), (BEA, 3), (EVE, 336), (ANN, 24)):
        done = notices.do(deeds.resume, actor, made.id, at=late, hours=hours)
        assert done.valid_until == late + hours * HOUR
        notices.do(deeds.pause, ANN, made.id)
    for hours in (0, 337):
        with pytest.raises(BadNotice):
            notices.do(deeds.resume, EVE, made.id, at=late, hours=hours)


def test_where_nobody_had_to_approve_an_editor_gives_any_hours(notices: Notices) -> None:
    """Also where somebody had rejected it before: who rejects approves nothing."""
    never, before = notices.written(hours=2), notices.pending(hours=2)
    notices.do(deeds.reject, BEA, before.id, "不必夜里发")
    few = replace(TALK, hours=2)
    notices.do(broadcasts.change, ANN, before.id, few, before.version)
    notices.set(before.id, state="rejected", approver="staff:bea")  # as of somebody who hands it in unchanged
    for made in (never, before):
        assert notices.hand_in(ANN, made.id).approver == ""
        notices.do(deeds.pause, ANN, made.id)
        done = notices.do(deeds.resume, ANN, made.id, hours=336)
        assert done.valid_until == notices.now + 336 * HOUR


def test_cancelled_nobody_gets_it_any_more(notices: Notices) -> None:
    made = notices.sent("queued", "sending", "sent", "kept", "queued", "left_out")
    kept = notices.people[3]
    values = {"id": 1, "broadcast_id": made.id, "person_id": kept.person_id, "created_at": notices.now}

    def item(work: Work) -> None:
        recipient = work.session.connection().exec_driver_sql("SELECT id FROM recipient WHERE state = 'kept'").scalar()
        work.append(NoticeItem, {**values, "recipient_id": recipient, "valid_until": notices.now + HOUR})

    notices.database.writer.run(item)
    done = notices.do(deeds.cancel, ANN, made.id)
    assert (done.state, done.ended_at) == ("cancelled", notices.now)
    assert notices.states(made.id) == ["cancelled", "sending", "sent", "cancelled", "cancelled", "left_out"]
    assert count(notices.database, NoticeItem) == 0
    assert notices.progress(made.id).reasons == {"cancelled": 3}
    with pytest.raises(Moved):
        notices.do(deeds.resume, BEA, made.id)


def test_cancelled_many_at_once_some_wait_for_the_job(notices: Notices, monkeypatch: pytest.MonkeyPatch) -> None:
    made = notices.sent(*["queued"] * 6)
    monkeypatch.setattr(deeds, "CANCEL_AT_ONCE", 4)
    notices.do(deeds.cancel, ANN, made.id)
    assert sorted(notices.states(made.id)) == ["cancelled"] * 4 + ["queued"] * 2


@pytest.mark.parametrize(("name", "deed"), sorted(deeds.DEEDS.items()))
def test_each_deed_works_from_its_own_states_only(notices: Notices, name: str, deed: deeds.Deed) -> None:
    run = getattr(deeds, name, None)
    if run is None:  # change, recall, resend, nudge, group: elsewhere
        assert name in ("change", "recall", "resend", "nudge", "group")
        return
    given = {"reject": ("不合适",), "schedule": (None,)}.get(name, ())
    counted = notices.see(broadcast_expected.of_draft, BEA, TALK, notices.now, notices.house)
    run = partial(run, counted=counted) if name == "submit" else run
    for state in STATES:
        made = notices.written()
        notices.set(made.id, state=state)
        if state in deed.origins:
            notices.do(run, BEA, made.id, *given)
            assert notices.state(made.id) != state
        else:
            with pytest.raises(Moved):
                notices.do(run, BEA, made.id, *given)
            assert notices.state(made.id) == state
        assert (name in notices.see(deeds.allowed, BEA, notices.get(made.id))) == (
            notices.state(made.id) in deed.origins
        )


def test_the_stop_word_pauses_what_goes_out_within_an_hour(notices: Notices) -> None:
    going = [notices.scheduled().id for _ in range(3)]
    notices.set(going[0], state="sending")
    notices.set(going[1], state="resolving")
    later, draft = notices.scheduled(at=notices.now + 47 * HOUR).id, notices.written().id
    with pytest.raises(NotAllowed):
        notices.database.writer.run(lambda work: deeds.stop_all(work, ANN, notices.now))
    assert len(notices.database.writer.run(lambda work: deeds.stop_all(work, BEA, notices.now))) == 3
    assert [notices.state(each) for each in (*going, later, draft)] == ["paused"] * 3 + ["scheduled", "draft"]
    assert notices.get(going[1]).paused_from == "resolving"
    assert all(("staff:bea", "broadcast_pause") in notices.trail(each) for each in going)


def test_a_branch_sees_and_stops_only_its_own(notices: Notices) -> None:
    street, shop, city = notices.branch("street"), notices.branch("shop"), notices.scheduled()
    mine = notices.scheduled(actor=shop)
    assert (mine.org_id, mine.expected) == (shop.org_id, 1)
    for actor, made in ((shop, city), (street, city)):
        for deed in (deeds.pause, deeds.cancel, deeds.withdraw):
            with pytest.raises(NotAllowed):
                notices.do(deed, actor, made.id)
    assert notices.database.writer.run(lambda work: deeds.stop_all(work, street, notices.now)) == [mine.id]
    assert (notices.state(mine.id), notices.state(city.id)) == ("paused", "scheduled")
    with pytest.raises(NoBroadcast):
        notices.do(deeds.pause, BEA, 1)


def test_in_the_evening_a_notice_waits_for_the_morning_and_is_worth_its_hours_from_then(notices: Notices) -> None:
    for hour, first in ((10, (25, 10)), (17, (25, 17)), (20, (26, 9)), (3, (25, 9))):
        now = datetime(2026, 11, 25, hour, tzinfo=SHANGHAI)
        made = notices.send(replace(TALK, hours=2), at=now)
        begin = datetime(2026, 11, *first, tzinfo=SHANGHAI)
        assert (made.not_before, made.valid_until) == (begin, begin + 2 * HOUR)
        urgent = notices.send(replace(TALK, urgent=True), at=now)
        assert urgent.not_before == now


def test_a_saturday_is_a_day_for_notices(notices: Notices) -> None:
    saturday = datetime(2026, 11, 28, 10, tzinfo=SHANGHAI)
    assert notices.send(TALK, at=saturday).not_before == saturday
