"""Deciding on applications: three outcomes, each written down and told, and only by who may."""

from datetime import date, datetime, timedelta

import pytest

from bot.services import admissions
from bot.services.actors import NotAllowed
from bot.services.admission_rules import Doubtful, Unfit
from bot.services.admissions import Conflict, NoApplication
from bot.services.members import AlreadyMember
from storage import applications, members
from tests.joining.applicants import CLERK, MALE, WANG, ZHAO, Office, hand_in, member_since, withdraw

DAY = timedelta(days=1)


def test_an_approval_makes_the_member_and_tells_them(office: Office, now: datetime) -> None:
    one = office.apply("a", now, id_number=MALE)
    office.claim(WANG, one, now)
    assert office.approve(WANG, one, now + DAY, office.mark(one)) == "approved"
    (member,) = office.members()
    application = office.get(one)
    assert (member.name, member.org_id, member.joined_on) == ("李a", office.places["plant"].id, date(2026, 11, 26))
    assert (member.number, member.id_hash) == ("plant-2026-000001", application.id_hash)
    opened = office.database.look(lambda work: work.seal.open(member.id_number or b"", members.ID_PURPOSE))
    assert opened == MALE
    assert member_since(office.database, application.person_id) == now + DAY
    assert (application.reviewer, application.decided_at) == ("wang", now + DAY)
    (letter,) = office.letters(one)
    assert letter.startswith(
        "您的入会申请通过了\n欢迎您加入东区机械厂工会！您的会员编号是 plant-2026-000001，2026年11月26日入会"
    )
    assert office.steps(one) == [
        ("person", "confirming", "submitted"),
        ("staff:wang", "submitted", "in_review"),
        ("staff:wang", "in_review", "approved"),
    ]
    assert [line[:3] for line in office.audited()] == [
        ("staff:wang", "application_claim", f"application:{one}"),
        ("staff:wang", "application_approved", f"application:{one}"),
    ]


def test_an_approval_without_claiming_takes_it_up_in_passing(office: Office, now: datetime) -> None:
    one = office.apply("a", now)
    office.approve(WANG, one, now)
    assert [step[1:] for step in office.steps(one)[1:]] == [("submitted", "in_review"), ("in_review", "approved")]


def test_returned_changed_and_approved(office: Office, now: datetime) -> None:
    one = office.apply("a", now)
    office.give_back(WANG, one, ["employer", "mobile"], "单位请写营业执照上的全称", now)
    found = office.get(one)
    assert (found.state, found.returned, found.note) == ("returned", ["mobile", "employer"], "单位请写营业执照上的全称")
    assert (found.reviewer, found.due_on) == ("", None)
    with pytest.raises(Conflict, match="Conflict") as refused:
        office.approve(ZHAO, one, now)
    assert "等申请人修改" in refused.value.words
    office.resubmit(one, now + 2 * DAY, employer="示例机械厂有限公司")
    assert office.approve(ZHAO, one, now + 3 * DAY) == "approved"
    first, second = office.letters(one)
    assert "要改的是：手机号、工作单位。原因：单位请写营业执照上的全称\n回复“修改申请”" in first
    assert "通过了" in second
    assert office.members()[0].employer == "示例机械厂有限公司"


def test_two_rounds_are_two_letters(office: Office, now: datetime) -> None:
    one = office.apply("a", now)
    for day in range(2):
        office.give_back(WANG, one, ["name"], f"第{day + 1}次：姓名请和身份证一致", now + day * DAY)
        office.resubmit(one, now + day * DAY + timedelta(hours=1))
    assert [("第1次" in each, "第2次" in each) for each in office.letters(one)] == [(True, False), (False, True)]


def test_a_rejection_says_why_and_how_to_object(office: Office, now: datetime) -> None:
    one = office.apply("a", now)
    office.reject(WANG, one, "not_true", "营业执照上没有这家单位", now)
    (letter,) = office.letters(one)
    assert "经核实不属实：营业执照上没有这家单位" in letter and "转人工" in letter and "12351" in letter
    assert office.get(one).state == "rejected" and office.members() == []


@pytest.mark.parametrize("own", ["还在试用期，没有转正", "是劳务派遣来的", "户籍不在本市", "外地农村户口"])
def test_what_the_law_forbids_as_a_reason_must_be_confirmed(office: Office, now: datetime, own: str) -> None:
    one = office.apply("a", now)
    for key in ("other", "not_worker"):
        with pytest.raises(Doubtful) as refused:
            office.reject(WANG, one, key, own, now)
        assert "第三条" in refused.value.words and "第五十一条" in refused.value.words
    assert office.get(one).state == "submitted"
    office.reject(WANG, one, "other", "派遣公司工会已经登记过了", now, confirmed=True)
    assert office.get(one).state == "rejected"


@pytest.mark.parametrize(
    "reason", ["", "改", "长" * 151, "李a的名字不对", "号码应当是110101199003070011", "请回拨 138 0013 8000"]
)
def test_a_reason_is_plain_and_holds_nothing_personal(office: Office, now: datetime, reason: str) -> None:
    one = office.apply("a", now)
    with pytest.raises(Unfit):
        office.give_back(WANG, one, ["name"], reason, now)
    assert office.get(one).state == "submitted"


@pytest.mark.parametrize("fields", [[], ["org_id"], ["name", "state"]])
def test_only_fields_of_the_form_are_returned(office: Office, now: datetime, fields: list[str]) -> None:
    one = office.apply("a", now)
    with pytest.raises(Unfit):
        office.give_back(WANG, one, fields, "请核对以后再交", now)


def test_a_rejection_without_a_reason_is_none(office: Office, now: datetime) -> None:
    one = office.apply("a", now)
    for key, own in (("", "写了也不算"), ("other", ""), ("other", "不行"), ("nonsense", "写了也不算")):
        with pytest.raises(Unfit):
            office.reject(WANG, one, key, own, now)


def test_a_clerk_checks_and_returns_but_does_not_decide(office: Office, now: datetime) -> None:
    one, two = office.apply("a", now), office.apply("b", now)
    office.claim(CLERK, one, now)
    for deed in (
        lambda: office.approve(CLERK, one, now),
        lambda: office.reject(CLERK, one, "not_willing", "", now),
        lambda: admissions.approve_all(office.database, CLERK, [(two, office.mark(two))], now),
    ):
        with pytest.raises(NotAllowed):
            deed()
    office.give_back(CLERK, one, ["name"], "姓名请和身份证一致", now)
    assert office.get(one).state == "returned"


def test_another_branch_neither_sees_nor_decides(office: Office, now: datetime) -> None:
    one, unplaced = office.apply("a", now), office.apply("b", now, None)
    for application_id in (one, unplaced):
        with pytest.raises(NotAllowed):
            office.approve(office.actor("west"), application_id, now)
    assert office.approve(office.actor("east"), one, now) == "approved"


def test_what_was_not_handed_in_is_nobodys(office: Office, now: datetime) -> None:
    one = office.apply("a", now, number=None)
    office.database.writer.run(
        lambda work: applications.move(work, applications.get(work, one), "expired", "job:clean_up", now)
    )
    with pytest.raises(NoApplication):
        office.approve(WANG, one, now)
    with pytest.raises(NoApplication):
        office.approve(WANG, 4711, now)


def test_without_a_union_nothing_is_approved_until_one_is_chosen(office: Office, now: datetime) -> None:
    one = office.apply("a", now, None)
    with pytest.raises(Unfit, match="Unfit") as refused:
        office.approve(WANG, one, now)
    assert "选定工会" in refused.value.words
    office.assign(WANG, one, "west", now)
    assert office.approve(office.actor("west"), one, now) == "approved"
    assert office.members()[0].org_id == office.places["west"].id


def test_a_branch_may_give_it_up_or_down_but_not_sideways(office: Office, now: datetime) -> None:
    one, east = office.apply("a", now, "east"), office.actor("east")
    office.claim(east, one, now)
    with pytest.raises(NotAllowed):
        office.assign(east, one, "west", now)
    office.assign(east, one, "plant", now)
    assert (office.get(one).state, office.get(one).reviewer) == ("in_review", east.name)
    office.assign(east, one, "city", now)
    assert (office.get(one).state, office.get(one).reviewer) == ("submitted", "")
    with pytest.raises(NotAllowed):
        office.claim(east, one, now)


def test_a_flagged_one_takes_two_people(office: Office, now: datetime) -> None:
    one = office.apply("a", now, flags=["over_60"])
    assert office.approve(WANG, one, now) == "submitted"
    assert (office.get(one).first_by, office.members(), office.letters(one)) == ("wang", [], [])
    with pytest.raises(Conflict) as refused:
        office.approve(WANG, one, now)
    assert "另一位审核人" in refused.value.words
    assert office.approve(ZHAO, one, now) == "approved"
    assert [line[:2] for line in office.audited()] == [
        ("staff:wang", "application_first"),
        ("staff:zhao", "application_approved"),
    ]


def test_a_return_ends_the_first_look(office: Office, now: datetime) -> None:
    one = office.apply("a", now, flags=["over_60"])
    office.approve(WANG, one, now)
    office.give_back(ZHAO, one, ["work_status"], "请核实是否已经退休", now)
    office.resubmit(one, now)
    assert office.approve(ZHAO, one, now) == "submitted"
    assert office.approve(WANG, one, now) == "approved"


def test_the_mobile_twice_later_takes_a_second_look_too(office: Office, now: datetime) -> None:
    one = office.apply("a", now, mobile="13800138000")
    office.apply("b", now, mobile="13800138000")
    assert office.approve(WANG, one, now) == "submitted"
    assert office.get(one).flags == ["mobile_twice"]


def test_the_id_number_of_a_member_is_not_approved_again(office: Office, now: datetime) -> None:
    office.approve(WANG, office.apply("a", now, id_number=MALE), now)
    again = office.apply("b", now, id_number=MALE)
    assert office.approve(WANG, again, now) == "submitted"
    with pytest.raises(AlreadyMember):
        office.approve(ZHAO, again, now)
    assert len(office.members()) == 1 and office.get(again).state == "submitted"


def test_a_rejection_before_takes_a_second_look(office: Office, now: datetime) -> None:
    one = office.apply("a", now)
    office.reject(WANG, one, "not_willing", "", now)
    person_id = office.get(one).person_id
    org = office.places["plant"].id
    again = office.database.writer.run(lambda work: hand_in(work, person_id, "a", now, office.house, org))
    assert office.approve(WANG, again, now) == "submitted"
    assert office.get(again).flags == ["second_of_person"]


def test_a_union_that_was_chosen_needs_no_second_look(office: Office, now: datetime) -> None:
    one = office.apply("a", now, None, flags=["unit_unknown"])
    office.assign(WANG, one, "plant", now)
    assert office.approve(WANG, one, now) == "approved"


def test_many_are_approved_each_by_itself(office: Office, now: datetime) -> None:
    good = [office.apply(f"g{number}", now) for number in range(3)]
    flagged, unplaced = office.apply("f", now, flags=["young"]), office.apply("u", now, None)
    changed, taken = office.apply("c", now), office.apply("t", now)
    asked = [(each, office.mark(each)) for each in (*good, flagged, unplaced, changed, taken)]
    office.database.writer.run(lambda work: withdraw(work, changed, now))
    office.claim(ZHAO, taken, now)
    done = admissions.approve_all(office.database, WANG, asked, now)
    assert done.approved == 3
    numbers = [office.get(each).number for each in (flagged, unplaced, changed, taken)]
    assert [number for number, _ in done.left] == numbers
    for (_, why), words in zip(done.left, ("需要核对", "选定工会", "本人撤回", "有了变化"), strict=True):
        assert words in why
    assert sorted(each.number for each in office.members()) == [f"plant-2026-00000{n}" for n in (1, 2, 3)]


def test_approving_many_names_nothing_of_another_branch(office: Office, now: datetime) -> None:
    one = office.apply("a", now)
    done = admissions.approve_all(office.database, office.actor("west"), [(one, office.mark(one))], now)
    assert (done.approved, done.left[0][0]) == (0, "（看不到的申请）")


@pytest.mark.parametrize("count", [0, admissions.AT_ONCE + 1])
def test_no_approval_of_nothing_or_of_too_many(office: Office, now: datetime, count: int) -> None:
    with pytest.raises(Unfit):
        admissions.approve_all(office.database, WANG, [(number, "x") for number in range(count)], now)
