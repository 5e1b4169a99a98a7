"""A transfer application of a member of another union here: two unions, two accounts, one membership."""

from datetime import date, timedelta

import pytest

from bot.clock import local
from bot.services import admissions, joining, member_requests, progress, roster
from bot.services.actors import Actor, NotAllowed
from bot.services.admission_rules import Unfit
from bot.services.member_requests import NoRequest
from bot.services.members import AlreadyMember, NotNow
from storage import applications, people
from storage import members as rows
from storage.applications import Application
from storage.members import Member, MemberRequest
from storage.work import Work
from tests.members.world import CHEN, World, line, sheet
from tests.storage.kit import meet, together

ZHOU = Actor("zhou", "approver")


def approve(world: World, application: Application, actor: Actor, **more: date) -> str:
    return world.database.writer.run(
        lambda work: admissions.approve(work, actor, application.id, world.now, **more).state
    )


def accept(world: World, actor: Actor) -> str:
    return world.database.writer.run(
        lambda work: member_requests.accept(work, actor, waiting(world).id, world.now + timedelta(days=1))
    )


def waiting(world: World) -> MemberRequest:
    found = world.database.look(lambda work: rows.requests(work, world.everybody()[0].id))
    return found[0]


def application_of(world: World, made: Application) -> Application:
    found = world.database.look(lambda work: applications.get(work, made.id))
    assert found is not None
    return found


def person(world: World, person_id: int | None) -> people.Person:
    found = world.database.look(lambda work: people.get(work, person_id or 0))
    assert found is not None
    return found


def said(world: World, made: Application) -> str:
    return world.database.look(lambda work: progress.progress_words(work, made.person_id))


def begun(world: World) -> tuple[Member, Application]:
    """A member of the forge, and on another account their application at the mill, approved by two."""
    member = world.enrolled(1)
    other = meet(world.database, "other", world.now).person_id
    made = world.applied(
        1, "mill", other, kind="transfer", employer="西区纱厂", number="20261125-0009", state="submitted"
    )
    assert [approve(world, made, each) for each in (CHEN, ZHOU)] == ["submitted", "releasing"]
    return member, made


def test_two_release_one_takes_and_the_membership_moves_as_it_was(world: World) -> None:
    member, made = begun(world)
    east, west = world.actor("dong", "approver", "east"), world.actor("xi", "approver", "west")
    east_too = world.actor("nan", "approver", "east")
    assert "等您原来的工会同意转出" in said(world, made)
    with pytest.raises(NotAllowed):
        accept(world, west)
    assert accept(world, east) == "pending"
    with pytest.raises(NotNow) as refused:
        accept(world, east)
    assert "另一位审核人" in refused.value.words
    assert accept(world, east_too) == "released"
    assert "已经同意转出，等西区纱厂工会接收" in said(world, made)
    before = world.member(member.id)
    assert (before.org_id, before.person_id) == (world.places["forge"].id, member.person_id)
    assert accept(world, west) == "done"
    (after,) = world.everybody()
    assert (after.id, after.number, after.joined_on, after.state) == (
        member.id,
        member.number,
        member.joined_on,
        "active",
    )
    assert (after.org_id, after.person_id, after.employer) == (world.places["mill"].id, made.person_id, "西区纱厂")
    assert world.events(member.id) == ["join", "transfer_out", "transfer_in", "correct"]
    assert application_of(world, made).state == "approved" and waiting(world).data is None
    assert person(world, made.person_id).member_since is not None
    assert person(world, member.person_id).member_since is None


def test_everybody_hears_of_it(world: World) -> None:
    member, made = begun(world)
    assert ["有人用您的证件号申请转会" in each for each in world.letters(member.person_id)] == [True]
    for actor in (CHEN, ZHOU, CHEN):
        accept(world, actor)
    applicant = "\n".join(world.letters(made.person_id))
    for words in ("正在请您原来的工会", "已经同意转出", "会员编号是 forge-2026-000001，登记的入会时间是"):
        assert words in applicant
    assert any("以后请用提交申请的那个微信" in each for each in world.letters(member.person_id))


def test_staff_see_that_it_is_another_account(world: World) -> None:
    begun(world)
    (asked,) = world.database.look(lambda work: roster.waiting(work, CHEN))
    assert "来自入会申请 20261125-0009，本人说以前入过会" in asked.wants
    assert any("另一个微信" in each for each in asked.wants)
    assert (asked.step, asked.undirected) == ("初审同意转出，请另一位复核", False)
    accept(world, CHEN)
    (asked,) = world.database.look(lambda work: roster.waiting(work, CHEN))
    assert any("已初审同意转出" in each for each in asked.wants) and asked.step == "复核同意转出"


def test_one_who_never_chatted_is_released_by_one(world: World) -> None:
    member = world.enrolled(1)

    def forget(work: Work) -> None:
        held = rows.held(work, member.id)
        assert held is not None
        held.person_id = None

    world.database.writer.run(forget)
    made = world.applied(
        1, "mill", meet(world.database, "other", world.now).person_id, kind="transfer", number="1", state="submitted"
    )
    assert [approve(world, made, each) for each in (CHEN, ZHOU)] == ["submitted", "releasing"]
    assert [accept(world, CHEN), accept(world, CHEN)] == ["released", "done"]
    assert world.member(member.id).person_id == made.person_id


def test_refused_it_is_a_reviewers_again_with_the_reason(world: World) -> None:
    member, made = begun(world)
    request = waiting(world).id
    world.database.writer.run(lambda work: member_requests.refuse(work, CHEN, request, "会费还没有结清", world.now))
    back = application_of(world, made)
    assert (back.state, back.first_by, back.reviewer, back.due_on) == ("submitted", "", "", date(2026, 12, 2))
    assert "release_refused" in back.flags
    last = world.database.look(lambda work: applications.steps(work, made.id))[-1]
    assert last.reason == "东区铁厂工会没有同意：会费还没有结清"
    assert world.member(member.id).person_id == member.person_id
    assert [approve(world, made, each) for each in (CHEN, ZHOU)] == ["submitted", "releasing"]  # asked once more


@pytest.mark.parametrize("released", [False, True])
def test_the_member_may_stop_it(world: World, released: bool) -> None:
    member, made = begun(world)
    for actor in (CHEN, ZHOU) if released else ():
        accept(world, actor)
    world.database.writer.run(lambda work: member_requests.withdraw(work, member.person_id or 0, "transfer", world.now))
    assert application_of(world, made).state == "submitted"
    assert (world.member(member.id).person_id, waiting(world).state) == (member.person_id, "withdrawn")


def test_the_applicant_may_take_it_back(world: World) -> None:
    member, made = begun(world)
    world.database.writer.run(lambda work: joining.withdraw(work, made.person_id, world.now))
    assert (application_of(world, made).state, waiting(world).state) == ("withdrawn", "withdrawn")
    with pytest.raises(NoRequest):
        accept(world, CHEN)
    assert world.member(member.id).org_id == world.places["forge"].id


def test_where_it_goes_is_the_applications_to_say(world: World) -> None:
    begun(world)
    with pytest.raises(NoRequest):
        to = world.places["east"]
        world.database.writer.run(lambda work: member_requests.direct(work, CHEN, waiting(world).id, to, world.now))


def test_a_transfer_that_is_under_way_comes_first(world: World) -> None:
    member = world.enrolled(1)
    world.database.writer.run(
        lambda work: member_requests.ask(work, member.person_id or 0, "transfer", {}, world.now, world.places["mill"])
    )
    made = world.applied(
        1, "mill", meet(world.database, "other", world.now).person_id, kind="transfer", number="1", state="submitted"
    )
    approve(world, made, CHEN)
    with pytest.raises(NotNow) as refused:
        approve(world, made, ZHOU)
    assert "已经有一件转会申请" in refused.value.words and application_of(world, made).state == "submitted"


def test_in_the_same_union_the_other_account_stays(world: World) -> None:
    world.enrolled(1)
    made = world.applied(
        1, "forge", meet(world.database, "other", world.now).person_id, kind="transfer", number="1", state="submitted"
    )
    approve(world, made, CHEN)
    with pytest.raises(AlreadyMember) as refused:
        approve(world, made, ZHOU)
    assert "在另一个微信上" in refused.value.words


def test_two_who_take_at_once_move_it_once(world: World) -> None:
    member, _ = begun(world)
    assert [accept(world, CHEN), accept(world, ZHOU)] == ["pending", "released"]
    request = waiting(world).id

    def take() -> None:
        world.database.writer.run(lambda work: member_requests.accept(work, CHEN, request, world.now))

    assert [type(each) for each in together(take, take, take)] == [NoRequest, NoRequest]
    assert world.events(member.id).count("transfer_in") == 1


def test_from_outside_the_day_of_joining_can_be_given(world: World) -> None:
    made = world.applied(1, kind="transfer", number="1", state="submitted")
    today = local(world.now).date()
    for day in (date(1924, 12, 31), today + timedelta(days=1)):
        with pytest.raises(Unfit):
            approve(world, made, CHEN, joined_on=day)
    assert approve(world, made, CHEN, joined_on=date(2011, 5, 1)) == "approved"
    (member,) = world.everybody()
    assert (member.joined_on, member.since_on, member.source) == (date(2011, 5, 1), today, "transfer")
    assert world.event(member.id, "transfer_in").on_day == today
    (letter,) = world.letters(made.person_id)
    assert "登记的入会时间是2011年5月1日" in letter and "以原工会的会籍材料为准" in letter


def test_without_that_day_it_is_the_day_of_approval(world: World) -> None:
    approve(world, world.applied(1, kind="transfer", number="1", state="submitted"), CHEN)
    assert world.everybody()[0].joined_on == local(world.now).date()


def test_who_joins_for_the_first_time_joins_today(world: World) -> None:
    with pytest.raises(Unfit):
        approve(world, world.applied(1, number="1", state="submitted"), CHEN, joined_on=date(2011, 5, 1))


def test_another_name_than_on_the_list_is_looked_at_by_two(world: World) -> None:
    world.brought(sheet(line(1, "张三")))
    made = world.applied(1, kind="transfer", state="submitted", name="李四", number="20261125-0009")
    flags = world.database.look(lambda work: admissions.flags_of(work, application_of(world, made)))
    assert {"member_here", "name_differs"} <= set(flags)
    assert approve(world, made, CHEN) == "submitted"
    assert approve(world, made, ZHOU) == "approved"
    same = world.applied(2, kind="transfer", name="王五", number="20261125-0010")
    world.brought(sheet(line(2, "王五")))
    assert "name_differs" not in world.database.look(
        lambda work: admissions.flags_of(work, application_of(world, same))
    )
