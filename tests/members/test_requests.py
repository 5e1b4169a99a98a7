"""What members ask for and what staff decide: two unions for a transfer, else one; a letter for every answer."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.services import member_deeds, member_requests, members, own_membership, person_export, roster
from bot.services.actors import Actor, NotAllowed
from bot.services.member_requests import AskedAlready, NoRequest, NotMember
from bot.services.members import AlreadyMember, NotNow
from storage import applications, people
from storage import members as rows
from storage.applications import Application
from storage.base import Row, table
from storage.members import MOBILE_PURPOSE, Member, MemberRequest
from storage.rosters import Wanted
from storage.work import Work
from tests.members.people import mobile
from tests.members.world import CHEN, World
from tests.storage.kit import meet, together


def asked(world: World, person_id: int | None, kind: str, to: str = "", **data: Any) -> int:
    place = world.places.get(to)
    return world.database.writer.run(
        lambda work: member_requests.ask(work, person_id or 0, kind, data, world.now, place).id
    )


def accepted(world: World, request_id: int, actor: Actor = CHEN) -> str:
    return world.database.writer.run(lambda work: member_requests.accept(work, actor, request_id, world.now))


def stored(world: World, request_id: int) -> MemberRequest:
    found = world.database.writer.run(lambda work: rows.held_request(work, request_id))
    assert found is not None
    return found


def test_a_transfer_is_released_by_one_union_and_taken_by_the_other(world: World) -> None:
    member = world.enrolled(1)
    east, west = world.actor("dong", "approver", "east"), world.actor("xi", "approver", "west")
    request = asked(world, member.person_id, "transfer", "mill", employer="西区纱厂")
    with pytest.raises(NotAllowed):
        accepted(world, request, west)
    assert accepted(world, request, east) == "released"
    assert world.member(member.id).org_id == world.places["forge"].id
    with pytest.raises(NotAllowed):
        accepted(world, request, east)
    assert accepted(world, request, west) == "done"
    moved = world.member(member.id)
    assert (moved.org_id, moved.state, moved.number) == (world.places["mill"].id, "active", member.number)
    assert world.events(member.id) == ["join", "transfer_out", "transfer_in"]
    assert any("西区纱厂工会已经办好" in words for words in world.letters(member.person_id))
    assert any("东区铁厂工会已经同意转出" in words for words in world.letters(member.person_id))
    assert stored(world, request).data is None


def test_a_transfer_to_outside_ends_the_membership_here(world: World) -> None:
    member = world.enrolled(1)
    request = asked(world, member.person_id, "transfer", employer="外地某厂")
    assert accepted(world, request) == "done"
    assert world.member(member.id).state == "moved"
    person = world.database.look(lambda work: people.get(work, member.person_id or 0))
    assert person is not None and person.member_since is None


def test_staff_may_say_where_a_transfer_goes(world: World) -> None:
    member = world.enrolled(1)
    request = asked(world, member.person_id, "transfer", employer="纱厂")
    world.database.writer.run(lambda work: member_requests.direct(work, CHEN, request, world.places["mill"], world.now))
    assert [accepted(world, request), accepted(world, request)] == ["released", "done"]
    assert world.member(member.id).org_id == world.places["mill"].id


def test_keeping_and_coming_back(world: World) -> None:
    member = world.enrolled(1)
    accepted(world, asked(world, member.person_id, "keep", reason="退休"))
    kept = world.member(member.id)
    assert (kept.state, kept.reason) == ("kept", "退休")
    with pytest.raises(NotNow):
        asked(world, member.person_id, "keep", reason="退休")
    accepted(world, asked(world, member.person_id, "resume"))
    assert world.member(member.id).state == "active"
    assert world.events(member.id) == ["join", "keep", "resume"]


def test_a_new_mobile_is_sealed_and_found(world: World) -> None:
    member = world.enrolled(1)
    accepted(world, asked(world, member.person_id, "correct", mobile=mobile(77)))
    found = world.member(member.id)
    assert found.mobile is not None
    assert world.database.seal.open(found.mobile, MOBILE_PURPOSE) == mobile(77)
    assert found.mobile_hash == world.database.seal.fingerprint(mobile(77), rows.HASH_OF_MOBILE)
    assert world.events(member.id) == ["join", "correct"]


def test_leaving_frees_the_person_to_apply_again(world: World) -> None:
    member = world.enrolled(1)
    accepted(world, asked(world, member.person_id, "leave", reason="其他原因"))
    assert world.member(member.id).state == "left"
    assert any("请把会员证（卡）交回" in words for words in world.letters(member.person_id))
    again = world.enrolled(1, person_id=member.person_id)
    assert (again.id != member.id, again.number) == (True, "forge-2026-000002")


def test_one_open_request_of_a_kind(world: World) -> None:
    member = world.enrolled(1)
    asked(world, member.person_id, "leave", reason="其他原因")
    with pytest.raises(AskedAlready) as refusal:
        asked(world, member.person_id, "leave", reason="其他原因")
    assert "2026年11月25日" in refusal.value.words
    world.database.writer.run(lambda work: member_requests.withdraw(work, member.person_id or 0, "leave", world.now))
    asked(world, member.person_id, "leave", reason="其他原因")


def test_a_refusal_has_a_reason_and_changes_nothing(world: World) -> None:
    member = world.enrolled(1)
    request = asked(world, member.person_id, "leave", reason="其他原因")
    spaced = f"手机{mobile(1)[:3]} {mobile(1)[3:7]} {mobile(1)[7:]}不对"
    for reason in (
        "",
        "好" * 101,
        f"手机{mobile(1)}不对",
        spaced,
        "一三八零零一三八零零零",
        "李四已经搬走",
        "微信 lisi_88",
    ):
        with pytest.raises(NoRequest):
            world.database.writer.run(
                lambda work, why=reason: member_requests.refuse(work, CHEN, request, why, world.now)
            )
    world.database.writer.run(lambda work: member_requests.refuse(work, CHEN, request, "请先谈一谈", world.now))
    assert stored(world, request).state == "refused"
    assert world.member(member.id).state == "active"
    assert any("请先谈一谈" in words for words in world.letters(member.person_id))
    with pytest.raises(NoRequest):
        accepted(world, request)


def test_a_request_whose_key_is_gone_can_only_be_refused(world: World) -> None:
    member = world.enrolled(1)
    request = asked(world, member.person_id, "correct", employer="东区铜厂")
    unreadable(world, MemberRequest, request, data=b"\x09" * 40)
    with pytest.raises(NoRequest) as refused:
        accepted(world, request)
    assert "密钥" in refused.value.words
    assert world.member(member.id).employer == "东区铁厂"
    world.database.writer.run(lambda work: member_requests.refuse(work, CHEN, request, "请重新提出", world.now))
    assert stored(world, request).state == "refused"


def test_numbers_whose_key_is_gone_are_said_to_be_so(world: World) -> None:
    member = world.enrolled(1)
    unreadable(world, Member, member.id, id_number=b"\x09" * 40, mobile=b"\x09" * 40)
    request = asked(world, member.person_id, "correct", employer="东区铜厂")
    unreadable(world, MemberRequest, request, data=b"\x09" * 40)
    sheet = world.database.look(lambda work: roster.sheet(work, CHEN, member.id))
    assert (sheet.id_number, sheet.mobile) == (roster.LOST, roster.LOST)
    assert sheet.requests[0].wants == [roster.LOST]
    whole = world.database.look(lambda work: roster.export(work, CHEN, Wanted(), True))
    assert [each["id_number"] for each in whole] == [roster.LOST]
    copy = world.database.writer.run(
        lambda work: person_export.of_member(work, CHEN, member.id, "本人要求复制一份", world.now)
    )
    assert copy["会员登记"]["身份证号"] == roster.LOST and copy["会籍申请"][0]["内容"] == roster.LOST
    told = world.database.look(lambda work: own_membership.record(work, member.person_id or 0, world.now))
    assert any(roster.LOST in each for each in told[0])


def test_an_application_whose_key_is_gone_makes_no_member(world: World) -> None:
    application = world.applied(1)
    unreadable(world, Application, application.id, id_number=b"\x09" * 40)

    def enrol(work: Work) -> None:
        held = applications.held(work, application.id)
        assert held is not None
        members.enrol(work, held, "staff:chen", world.now)

    with pytest.raises(NotNow) as refused:
        world.database.writer.run(enrol)
    assert "密钥" in refused.value.words
    assert world.everybody() == []


def unreadable(world: World, kind: type[Row], row_id: int, **values: bytes) -> None:
    """As if these were sealed with a key that nobody has any more."""
    rows_ = table(kind)
    world.database.writer.run(lambda work: work.execute(sa.update(rows_).where(rows_.c.id == row_id).values(values)))


def test_what_is_asked_ends_with_the_membership(world: World) -> None:
    member = world.enrolled(1)
    request = asked(world, member.person_id, "transfer", "mill", employer="西区纱厂")
    world.database.writer.run(lambda work: member_deeds.act(work, CHEN, member.id, "expel", "委员会决定", world.now))
    ended = stored(world, request)
    assert (ended.state, ended.data, ended.note) == ("withdrawn", None, "会籍已经结束，不再办理")
    with pytest.raises(NoRequest):
        accepted(world, request)


def test_a_deed_on_a_page_shown_before_is_refused(world: World) -> None:
    member = world.enrolled(1)
    mark = members.mark_of(member)
    world.now += timedelta(minutes=1)

    def relieve() -> None:
        world.database.writer.run(
            lambda work: member_deeds.act(work, CHEN, member.id, "relieve", "家庭困难", world.now, mark)
        )

    relieve()
    with pytest.raises(member_deeds.ShownBefore):
        relieve()
    assert world.events(member.id) == ["join", "relieve"]


def test_a_request_shown_before_it_was_sent_elsewhere_is_refused(world: World) -> None:
    member = world.enrolled(1)
    request = asked(world, member.person_id, "transfer", employer="西区纱厂")
    mark = member_requests.mark_of(stored(world, request))
    place = world.places["mill"]
    world.database.writer.run(lambda work: member_requests.direct(work, CHEN, request, place, world.now))
    with pytest.raises(NoRequest):
        world.database.writer.run(lambda work: member_requests.accept(work, CHEN, request, world.now, mark))
    assert stored(world, request).state == "pending"


def test_the_new_employer_comes_along_where_the_union_has_none_of_its_own(world: World) -> None:
    member = world.enrolled(1)
    request = asked(world, member.person_id, "transfer", "west", employer="西区小作坊")
    for _ in range(2):
        accepted(world, request)
    assert world.member(member.id).employer == "西区小作坊"


def test_who_is_no_member_asks_for_nothing(world: World) -> None:
    known = meet(world.database, "stranger", world.now)
    with pytest.raises(NotMember):
        asked(world, known.person_id, "leave")


def test_staff_without_the_right_decide_nothing(world: World) -> None:
    member = world.enrolled(1)
    request = asked(world, member.person_id, "leave", reason="其他原因")
    for actor in (Actor("li", "editor"), world.actor("xi", "approver", "west")):
        with pytest.raises(NotAllowed):
            accepted(world, request, actor)


def test_two_who_accept_at_once_make_one_change(world: World) -> None:
    member = world.enrolled(1)
    request = asked(world, member.person_id, "keep", reason="失业")
    errors = together(*(lambda: accepted(world, request) for _ in range(4)))
    assert [type(each) for each in errors] == [NoRequest] * 3
    assert world.events(member.id) == ["join", "keep"]
    assert len(world.letters(member.person_id)) == 1


def test_many_approvals_at_once_give_different_numbers(world: World) -> None:
    applications = [world.applied(place) for place in range(12)]
    enrol = members.enrol
    jobs = [
        (lambda each=each: world.database.writer.run(lambda work: enrol(work, each, "staff:chen", world.now)))
        for each in applications
    ]
    assert together(*jobs) == []
    assert len({each.number for each in world.everybody()}) == 12


def test_nobody_is_a_member_twice(world: World) -> None:
    member = world.enrolled(1)
    again = world.applied(1, person_id=meet(world.database, "other", world.now).person_id)
    with pytest.raises(AlreadyMember):
        world.database.writer.run(lambda work: members.enrol(work, again, "staff:chen", world.now))
    other = world.applied(2, person_id=member.person_id or 0)
    with pytest.raises(AlreadyMember) as refusal:
        world.database.writer.run(lambda work: members.enrol(work, other, "staff:chen", world.now))
    assert member.number in refusal.value.words


@pytest.mark.parametrize(
    ("deed", "state", "event"),
    [
        ("keep", "kept", "keep"),
        ("leave", "left", "leave"),
        ("expel", "expelled", "expel"),
        ("move_out", "moved", "transfer_out"),
        ("relieve", "active", "relieve"),
    ],
)
def test_what_staff_do_is_an_event_and_a_letter(world: World, deed: str, state: str, event: str) -> None:
    member = world.enrolled(1)
    world.database.writer.run(lambda work: member_deeds.act(work, CHEN, member.id, deed, "委员会决定", world.now))
    assert world.member(member.id).state == state
    assert world.event(member.id, event).reason == "委员会决定"
    assert ["委员会决定" in words for words in world.letters(member.person_id)] == [True]
    with pytest.raises(NotAllowed):
        west = world.actor("xi", "approver", "west")
        world.database.writer.run(lambda work: member_deeds.act(work, west, member.id, "keep", "不行", world.now))
