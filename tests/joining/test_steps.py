"""Every step of an application is written down, consent is kept apart, and what needs a second look is marked."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.clock import FrozenClock
from bot.services import membership
from storage import applications, consents, leads, orgs
from storage.database import Database
from storage.work import Work
from tests.joining.kit import ID, MOBILE, UNIT, all_of, id_of, joins, says, start, steps, talk

PERSON = "person"


def standing(database: Database, person_id: int) -> dict[str, str]:
    """Versions of the consents that stand, by subject."""

    def read(work: Work) -> dict[str, str]:
        return {each.subject: each.version for each in consents.of_person(work, person_id) if each.ended_at is None}

    return database.look(read)


def test_from_consent_to_handing_in(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    says(speaker, "入会")
    assert all_of(database) == []
    says(speaker, "同意")
    (row,) = all_of(database)
    assert (row.state, row.name, row.id_number, row.number) == ("collecting", "", None, None)
    assert standing(database, row.person_id) == {"notice": speaker.house.consent_version}
    says(speaker, *start()[2:], UNIT, "在岗", "是")
    assert set(standing(database, row.person_id)) == {"notice", "id_number"}
    says(speaker, "没入过")
    assert [each.state for each in all_of(database)] == ["confirming"]
    says(speaker, "确认")
    (row,) = all_of(database)
    assert (row.state, row.round, row.number, row.form_version) == ("submitted", 1, "20261125-0001", 3)
    assert (row.kind, row.pathway, row.flags, str(row.due_on)) == ("join", "ordinary", None, "2026-12-02")
    assert database.seal.open(row.id_number or b"", applications.ID_PURPOSE) == ID
    assert database.seal.open(row.mobile or b"", applications.MOBILE_PURPOSE) == MOBILE
    assert steps(database) == [
        (PERSON, "", "collecting"),
        (PERSON, "collecting", "confirming"),
        (PERSON, "confirming", "submitted"),
    ]


@pytest.mark.parametrize(
    ("said", "after", "kept"),
    [
        (("入会", "同意", "张三", "不可以"), "withdrawn", set()),
        ((*start(), "取消", "确定取消"), "withdrawn", {"notice", "id_number"}),
    ],
)
def test_leaving_early_keeps_nothing_of_the_form(
    database: Database, now: datetime, said: tuple[str, ...], after: str, kept: set[str]
) -> None:
    says(talk(database, now), *said)
    (row,) = all_of(database)
    assert (row.state, row.name, row.id_hash, row.mobile_hash) == (after, "", "", "")
    assert set(standing(database, row.person_id)) == kept
    assert steps(database)[-1] == (PERSON, "collecting", after)


def test_a_form_nobody_came_back_to_expires_once(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    says(speaker, *start())
    speaker.pass_time(days=29)
    assert all_of(database)[0].state == "collecting"
    speaker.pass_time(days=2)
    speaker.pass_time(days=1)
    assert all_of(database)[0].state == "expired"
    assert [each for each in steps(database) if each[2] == "expired"] == [
        ("job:expire_applications", "collecting", "expired")
    ]
    assert "申请已经提交" in joins(speaker)[-1]


FLAGGED = {
    "young": ({"id_number": id_of("20090501")}, {"young"}, "young"),
    "old": ({"id_number": id_of("19600101")}, {"over_60"}, "ordinary"),
    "permit": ({"id_number": "810000198506150012"}, {"id_resident_permit"}, "ordinary"),
    "foreigner": ({"id_number": id_of("19850101", region="911105")}, {"id_resident_permit"}, "ordinary"),
    "unknown unit": (
        {"unit": "远方电子有限公司", "rest": ("在岗", "跳过", "不是", "没入过")},
        {"unit_unknown"},
        "no_union",
    ),
    "rider": ({"unit": "饿了么", "rest": ("骑手", "饿了么，河西", "是", "没入过")}, {"unit_unknown"}, "platform"),
    "dispatched": ({"rest": ("派遣", "用工单位发", "是", "没入过")}, set(), "dispatched"),
    "flexible": ({"rest": ("零工", "有固定单位", "是", "没入过")}, set(), "flexible"),
    "retired": ({"rest": ("退休", "不是", "没入过")}, {"retired"}, "ordinary"),
}


@pytest.mark.parametrize("case", FLAGGED)
def test_what_a_second_person_looks_at(database: Database, now: datetime, case: str) -> None:
    who, flags, pathway = FLAGGED[case]
    assert "申请已经提交" in joins(talk(database, now), **who)[-1]
    (row,) = all_of(database)
    assert (set(row.flags or ()), row.pathway) == (flags, pathway)


def test_the_same_mobile_and_the_second_application_of_a_person_are_marked(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    joins(speaker)
    joins(speaker, user="u2", id_number=id_of("19850615"))
    says(speaker, "撤回申请", "确定撤回", user="u2")
    joins(speaker, user="u2", id_number=id_of("19850615"))
    assert [set(each.flags or ()) for each in all_of(database)] == [
        set(),
        {"mobile_twice"},
        {"mobile_twice", "second_of_person"},
    ]
    assert [each.number for each in all_of(database)] == [f"20261125-000{place}" for place in (1, 2, 3)]


def test_an_id_number_tried_again_is_told_to_the_reviewer_of_the_first(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    joins(speaker)
    assert "不能重复提交" in joins(speaker, user="u2", mobile="13900139000")[-1]
    first, second = all_of(database)
    assert (first.state, first.flags) == ("submitted", ["id_tried_again"])
    assert (second.state, second.name, second.id_hash) == ("withdrawn", "", "")


def test_an_employer_without_a_union_is_a_lead(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    unknown: dict[str, Any] = {"unit": "远方电子有限公司", "rest": ("在岗", "青年路", "不是", "没入过")}
    joins(speaker, **unknown)
    joins(speaker, **unknown, user="u2", id_number=id_of("19850615"), mobile="13900139000")
    ((lead, _),) = database.look(lambda work: leads.listed(work, "open"))
    assert (lead.employer, lead.asked) == ("远方电子有限公司", 2)


def test_the_street_that_is_named_takes_the_application_and_the_lead(database: Database, now: datetime) -> None:
    speaker = talk(database, now)

    def grow(work: Work) -> int:
        city = orgs.put(work, "city", "示例市总工会", "市", "", None)
        east = orgs.put(work, "east", "示例市东区总工会", "区县", "", city)
        return orgs.put(work, "pine", "东区示例松柏街道总工会", "街道", "", east).id

    street = database.writer.run(grow)
    database.look(speaker.house.units.refresh)
    said = joins(speaker, unit="远方电子有限公司", rest=("在岗", "东区松柏街道", "不是", "没入过"))
    assert "哪个街道" in said[7] and "东区示例松柏街道总工会一般会在5个工作日内审核" in said[-1]
    (row,) = all_of(database)
    assert (row.org_id, row.pathway, row.flags) == (street, "no_union", None)
    ((lead, _),) = database.look(lambda work: leads.listed(work, "open"))
    assert (lead.employer, lead.asked, lead.org_id) == ("远方电子有限公司", 1, street)


def test_an_agency_is_a_lead_and_a_platform_is_none(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    joins(speaker, unit="饿了么", rest=("骑手", "饿了么，河西", "是", "没入过"))
    dispatched = ("派遣", "派遣公司发，有工会", "安平劳务派遣公司", "是", "没入过")
    told = joins(speaker, rest=dispatched, user="u2", id_number=id_of("19850615"), mobile="13900139000")
    assert "示例机械厂工会一般会在5个工作日内审核" in told[-1]
    found = database.look(lambda work: leads.listed(work, "open"))
    assert [lead.employer for lead, _ in found] == ["安平劳务派遣公司"]


def test_handed_in_again_it_stays_with_the_union_that_staff_chose(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    joins(speaker)

    def give_back(work: Work) -> int:
        application = applications.held(work, all_of(database)[0].id)
        assert application is not None
        application.org_id = orgs.put(work, "other", "别的工会", "基层", "别的厂", None).id
        application.returned, application.note = ["migrant"], "请核对"
        applications.move(work, application, "returned", "staff:wang", now, "请核对")
        return application.org_id

    chosen = database.writer.run(give_back)
    says(speaker, "修改申请", "是", "确认")
    (row,) = all_of(database)
    assert (row.state, row.org_id, row.migrant) == ("submitted", chosen, True)


def test_returned_and_handed_in_again(database: Database, clock: FrozenClock) -> None:
    speaker = talk(database, clock.now())
    joins(speaker)

    def give_back(work: Work) -> None:
        application = applications.held(work, all_of(database)[0].id)
        assert application is not None
        application.returned, application.note, application.first_by = ["mobile"], "打不通", "li"
        applications.move(work, application, "returned", "staff:wang", clock.now(), "打不通")

    database.writer.run(give_back)
    (row,) = all_of(database)
    kept = database.look(lambda work: membership.returned_answers(work, row, work.seal))
    assert "mobile" not in kept and kept["id_number"] == ID
    speaker.clock.move(timedelta(days=1))
    says(speaker, "修改申请", "13900139000", "确认")
    (row,) = all_of(database)
    assert (row.state, row.round, row.returned, row.first_by, str(row.due_on)) == (
        "submitted",
        2,
        None,
        "",
        "2026-12-03",
    )
    assert database.seal.open(row.mobile or b"", applications.MOBILE_PURPOSE) == "13900139000"
    assert steps(database)[-2:] == [
        ("staff:wang", "submitted", "returned"),
        (PERSON, "returned", "submitted"),
    ]
