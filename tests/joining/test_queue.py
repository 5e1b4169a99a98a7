"""The queue: views of a branch, waiting in working time, what is shown of one application and what is not."""

from datetime import date, datetime, timedelta
from typing import Any

from bot.calendar import Hours
from bot.clock import SHANGHAI
from bot.console.applications import spell_working
from bot.services import admission_queue
from bot.services.actors import Actor
from storage import applications
from storage.admissions import Sought
from storage.work import Work
from tests.joining.applicants import CLERK, FEMALE, MALE, WANG, ZHAO, Office

DAY = timedelta(days=1)


def seen(office: Office, actor: Actor, now: datetime, view: str = "waiting", **more: Any) -> list[str]:
    """The names of a view, in order."""
    sought = Sought(view, **more)
    found = office.database.look(lambda work: admission_queue.queue(work, actor, sought, office.house, now))
    assert found.counts[view] == len(found.lines)
    return [each.name for each in found.lines]


def test_every_view_has_its_own(office: Office, now: datetime) -> None:
    late = office.apply("late", now - 14 * DAY)
    office.apply("new", now)
    mine, back = office.apply("mine", now - DAY), office.apply("back", now - DAY)
    office.apply("odd", now, flags=["young"])
    gone = office.apply("gone", now - DAY)
    office.claim(WANG, mine, now)
    office.claim(WANG, late, now)
    office.give_back(ZHAO, back, ["name"], "姓名请和身份证一致", now)
    office.approve(ZHAO, gone, now)
    assert seen(office, WANG, now) == ["李late", "李mine", "李new", "李odd"]
    assert seen(office, WANG, now, "mine") == ["李late", "李mine"]
    assert seen(office, ZHAO, now, "mine") == []
    assert seen(office, WANG, now, "overdue") == ["李late"]
    assert seen(office, WANG, now, "flagged") == ["李odd"]
    assert seen(office, WANG, now, "returned") == ["李back"]
    assert seen(office, WANG, now, "decided") == ["李gone"]


def test_a_branch_sees_its_own_and_nobody_sees_what_is_unsent(office: Office, now: datetime) -> None:
    office.apply("plant", now)
    office.apply("west", now, "west")
    office.apply("none", now, None)
    office.apply("open", now, number=None)
    assert seen(office, office.actor("east", "staff"), now) == ["李plant"]
    assert seen(office, office.actor("west", "staff"), now) == ["李west"]
    assert seen(office, CLERK, now) == ["李plant", "李west", "李none"]
    assert seen(office, CLERK, now, path=office.places["east"].path) == ["李plant"]
    assert seen(office, CLERK, now, unplaced=True) == ["李none"]
    sideways = seen(office, office.actor("east"), now, path=office.places["west"].path)
    assert sideways == ["李plant"]  # a part outside one's branch is not asked for


def test_waiting_counts_working_hours_since_it_was_handed_in_again(office: Office) -> None:
    friday = datetime(2026, 11, 20, 17, 0, tzinfo=SHANGHAI)
    monday = datetime(2026, 11, 23, 10, 30, tzinfo=SHANGHAI)
    one = office.apply("a", friday - DAY)
    office.give_back(WANG, one, ["name"], "姓名请和身份证一致", friday - timedelta(hours=2))
    office.resubmit(one, friday)
    office.claim(WANG, one, friday + timedelta(minutes=5))
    (line,) = office.database.look(lambda work: admission_queue.queue(work, WANG, Sought(), office.house, monday)).lines
    assert (line.waited, line.due_on, line.overdue) == (timedelta(hours=2, minutes=30), date(2026, 11, 27), False)


def test_numbers_are_masked_and_sex_and_age_derived(office: Office, now: datetime) -> None:
    one = office.apply("a", now, id_number=FEMALE, mobile="13800138000")
    detail = office.database.look(lambda work: admission_queue.detail(work, CLERK, one, office.house, now))
    facts = dict(detail.facts)
    assert facts["身份证号"] == "110***********002X"
    assert facts["手机号"] == "138****8000"
    assert facts["性别、年龄"] == "女，36周岁（2026年11月25日）"
    assert FEMALE not in str(detail.facts) and "13800138000" not in str(detail.facts)


def test_what_a_special_procedure_asked_is_shown(office: Office, now: datetime) -> None:
    one = office.apply("a", now, kind="transfer", pathway="dispatched")

    def fill(work: Work) -> None:
        found = applications.held(work, one)
        assert found is not None
        found.more = work.seal.seal_json(
            {"agency": "示例派遣公司", "pay": "agency", "before": True, "fixed": False, "x": 1},
            applications.MORE_PURPOSE,
        )
        work.session.add(found)

    office.database.writer.run(fill)
    detail = office.database.look(lambda work: admission_queue.detail(work, CLERK, one, office.house, now))
    facts = dict(detail.facts)
    assert (facts["派遣公司"], facts["在别处入过会"], facts["入会渠道"]) == ("示例派遣公司", "有", "劳务派遣（转会籍）")
    assert (facts["工资由谁发"], facts["有没有固定单位"]) == ("派遣公司发，有工会", "没有")


def test_what_retention_blanked_is_said_to_be_gone(office: Office, now: datetime) -> None:
    one = office.apply("a", now)

    def blank(work: Work) -> None:
        found = applications.held(work, one)
        assert found is not None
        found.id_number = found.mobile = None
        work.session.add(found)

    office.database.writer.run(blank)
    detail = office.database.look(lambda work: admission_queue.detail(work, CLERK, one, office.house, now))
    assert dict(detail.facts)["身份证号"] == "（没有保存）"


def test_twins_are_named_only_within_the_branch(office: Office, now: datetime) -> None:
    office.approve(WANG, office.apply("a", now, id_number=MALE, mobile="13800138000"), now)
    one = office.apply("b", now, "west", id_number=MALE, mobile="13800138000")

    def twins(actor: Actor) -> list[admission_queue.Twin]:
        return office.database.look(lambda work: admission_queue.detail(work, actor, one, office.house, now)).twins

    application, member = twins(WANG)
    assert application.same == "同一个身份证号、手机号" and "李a" in application.words and application.link
    assert member.what == "会员" and "plant-2026-000001 李a，东区机械厂工会" in member.words
    assert [(each.words, each.link) for each in twins(office.actor("west"))] == [
        ("在别的工会，已批准", ""),
        ("在别的工会", ""),
    ]


def test_the_journal_tells_every_step(office: Office, now: datetime) -> None:
    one = office.apply("a", now, flags=["young"])
    office.give_back(WANG, one, ["employer"], "单位请写全称，谢谢", now + DAY)
    office.resubmit(one, now + 2 * DAY)
    office.assign(WANG, one, "east", now + 2 * DAY)
    office.approve(WANG, one, now + 3 * DAY)
    office.approve(ZHAO, one, now + 4 * DAY)
    detail = office.database.look(lambda work: admission_queue.detail(work, WANG, one, office.house, now))
    assert [(each.who, each.what, each.reason) for each in detail.journal] == [
        ("person", "提交申请", ""),
        ("staff:wang", "开始审核", ""),
        ("staff:wang", "退回修改", "工作单位。单位请写全称，谢谢"),
        ("person", "修改后再次提交", ""),
        ("staff:wang", "交给东区总工会", ""),
        ("staff:wang", "开始审核", ""),
        ("staff:wang", "初审同意，等另一位审核人复核", ""),
        ("staff:zhao", "开始审核", ""),
        ("staff:zhao", "已批准", ""),
    ]


def test_unions_are_found_by_a_part_of_their_name_or_employer(office: Office) -> None:
    def found(actor: Actor, words: str) -> list[str]:
        return [each.code for each in office.database.look(lambda work: admission_queue.units(work, actor, words))]

    assert found(CLERK, "机械厂") == ["plant"]
    assert found(office.actor("east"), "总工会") == ["east", "city"]
    assert found(office.actor("west"), "机械厂") == []


def test_long_waits_are_told_in_working_days() -> None:
    told = {
        timedelta(minutes=40): "40分钟",
        timedelta(hours=8, minutes=5): "8小时5分钟",
        timedelta(hours=9): "1个工作日",
        timedelta(hours=29): "3个工作日2小时",
    }
    assert {time: spell_working(time, Hours()) for time in told} == told
