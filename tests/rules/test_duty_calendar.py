"""The calendar as staff keep it: who may, what a draft changes, this year's dates, files beside what staff wrote."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import content
from bot.clock import SHANGHAI
from bot.errors import Misconfigured
from bot.jobs import fire_reminders
from bot.jobs.job import Moment
from bot.services import duty_calendar, duty_year
from bot.services.actors import Actor, NotAllowed
from bot.services.duty_calendar import BadDate, Conflict, Loaded, NoTemplate
from bot.services.duty_checks import FIELDS, BadTemplate
from bot.services.duty_policy import DutyPolicy
from bot.services.house import House
from storage import duty_course, duty_dates, duty_templates, orgs
from storage.audit import Audit
from storage.base import table
from storage.database import Database
from storage.duty_templates import DutyTemplate
from storage.orgs import Appointment
from storage.outbox import Outbox
from storage.reminders import Firing
from storage.work import Work
from tests.rules.union import Town, line
from tests.storage.kit import rows

EDITOR, OTHER, APPROVER = Actor("wu", "editor"), Actor("li", "editor"), Actor("sun", "approver")
BRANCH = Actor("east", "approver", 7, "/1/7/")
GOOD: dict[str, Any] = {
    "title": "报送材料",
    "what": "把材料报上来。",
    "months": [11, 12],
    "deadline": {"last_workday": True},
    "evidence": "number",
    "numbers": [{"key": "people", "label": "人数", "unit": "人"}],
    "levels": ["基层"],
    "basis": "惯例：以当年上级通知为准",
    "role": "主席",
    "ladder": [-3, 0],
}


@pytest.fixture
def town(database: Database, house: House) -> Town:
    return Town(database, house).build(line("a", 20), line("b", 30))


def run(town: Town, job: Callable[[Work], Any]) -> Any:
    return town.database.writer.run(job)


def template(town: Town, template_id: str) -> DutyTemplate | None:
    return town.database.look(lambda work: duty_templates.get(work, template_id))


def deeds(town: Town) -> list[tuple[Any, ...]]:
    return [each for each in rows(town.database, Audit, "actor", "action", "subject") if "duty_" in each[1]]


def test_a_new_line_is_drafted_by_an_editor_and_published_by_an_approver(town: Town, now: datetime) -> None:
    run(town, lambda work: duty_calendar.save(work, EDITOR, "own-1", GOOD, now))
    draft = template(town, "own-1")
    assert draft is not None and (draft.state, draft.origin, draft.version) == ("draft", "staff", 1)
    with pytest.raises(NotAllowed):
        run(town, lambda work: duty_calendar.publish(work, EDITOR, "own-1", now, House()))
    run(town, lambda work: duty_calendar.publish(work, APPROVER, "own-1", now, House()))
    live = template(town, "own-1")
    assert live is not None and (live.state, live.version, live.changed_by, live.changed_at) == ("live", 1, "sun", now)
    assert {key: getattr(live, key) for key in GOOD} == GOOD
    assert deeds(town) == [
        ("staff:wu", "duty_draft", "duty_template:own-1"),
        ("staff:sun", "duty_publish", "duty_template:own-1"),
    ]


def test_a_change_is_drafted_beside_the_line_in_force(town: Town, now: datetime) -> None:
    run(town, lambda work: duty_calendar.save(work, EDITOR, "a", GOOD, now))
    before = template(town, "a")
    assert before is not None and (before.title, before.state) == ("任务a", "live")
    live = [each.id for each in town.database.look(lambda work: duty_templates.of_month(work, 11))]
    assert live == ["a", "b"]
    run(town, lambda work: duty_calendar.publish(work, APPROVER, "a", now, House()))
    after = template(town, "a")
    assert after is not None and (after.title, after.version, after.origin) == ("报送材料", 2, "staff")
    assert template(town, "a~") is None
    note = rows(town.database, Audit, "action", "note")[-1]
    assert note == ("duty_publish", "第2版：标题、做什么、月份、截止规则、佐证、数字、由谁办、提醒日")


def test_only_one_person_writes_a_draft_and_it_can_be_thrown_away(town: Town, now: datetime) -> None:
    run(town, lambda work: duty_calendar.save(work, EDITOR, "a", GOOD, now))
    run(town, lambda work: duty_calendar.save(work, EDITOR, "a", {**GOOD, "title": "再改一改"}, now))
    with pytest.raises(Conflict) as conflict:
        run(town, lambda work: duty_calendar.save(work, OTHER, "a", GOOD, now))
    assert "wu" in conflict.value.words
    run(town, lambda work: duty_calendar.discard(work, OTHER, "a", now))
    assert template(town, "a~") is None
    for step in (partial(duty_calendar.publish, house=House()), duty_calendar.discard):
        with pytest.raises(NoTemplate):
            run(town, lambda work, step=step: step(work, APPROVER, "a", now))


def test_a_branch_only_looks(town: Town, now: datetime) -> None:
    steps: list[Callable[[Work], Any]] = [
        lambda work: duty_calendar.save(work, BRANCH, "a", GOOD, now),
        lambda work: duty_calendar.retire(work, BRANCH, "a", now),
        lambda work: duty_calendar.set_date(work, BRANCH, "a", "2026-12", None, now, town.house),
    ]
    for step in steps:
        with pytest.raises(NotAllowed):
            run(town, step)
    assert deeds(town) == []


def test_a_retired_line_is_issued_no_more_and_can_come_back(town: Town, now: datetime) -> None:
    run(town, lambda work: duty_calendar.retire(work, APPROVER, "a", now))
    known = town.cadre("one", "shop", now)
    town.issue(now)
    assert [each.id for _, each in town.duties_of(known, "2026-11")] == ["b"]
    run(town, lambda work: duty_calendar.revive(work, APPROVER, "a", now))
    town.issue(now)
    assert [each.id for _, each in town.duties_of(known, "2026-11")] == ["b", "a"]
    with pytest.raises(NoTemplate):
        run(town, lambda work: duty_calendar.revive(work, APPROVER, "a", now))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "x"}, "title"),
        ({"title": "第一行\n第二行"}, "title"),
        ({"what": "坏\x00字"}, "what"),
        ({"months": []}, "months"),
        ({"months": [13]}, "months"),
        ({"deadline": {"before": "春分", "days": 1}}, "deadline"),
        ({"levels": ["省"]}, "levels"),
        ({"evidence": "video"}, "evidence"),
        ({"numbers": None}, "numbers"),
        ({"evidence": "photo"}, "numbers"),
        ({"numbers": [{"key": "P", "label": "人数", "unit": "人"}]}, "numbers"),
        ({"numbers": GOOD["numbers"] * 2}, "numbers"),
        ({"ladder": [-99]}, "ladder"),
        ({"ladder": ["-1"]}, "ladder"),
        ({"role": "主" * 17}, "role"),
        ({"basis": ""}, "basis"),
    ],
)
def test_a_line_that_cannot_be_kept_says_where_and_why(
    town: Town, now: datetime, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadTemplate) as error:
        run(town, lambda work: duty_calendar.save(work, EDITOR, "own-1", {**GOOD, **change}, now))
    assert error.value.field == field
    assert template(town, "own-1") is None


@pytest.mark.parametrize(
    ("period", "deadline", "said"),
    [
        ("2026-10", date(2026, 12, 1), "已经过去"),
        ("2026-11", date(2026, 11, 24), "已经过去"),
        ("2026-12", date(2026, 11, 30), "之间的日期"),
        ("2026-12", date(2027, 8, 1), "之间的日期"),
    ],
)
def test_a_date_outside_of_its_period_is_refused(
    town: Town, now: datetime, period: str, deadline: date, said: str
) -> None:
    with pytest.raises(BadDate, match="BadDate") as error:
        run(town, lambda work: duty_calendar.set_date(work, APPROVER, "a", period, deadline, now, town.house))
    assert said in error.value.words
    assert town.database.look(lambda work: duty_dates.of_year(work, 2026)) == {}


def test_a_file_leaves_alone_what_staff_changed(town: Town, now: datetime) -> None:
    run(town, lambda work: duty_calendar.save(work, EDITOR, "a", GOOD, now))
    run(town, lambda work: duty_calendar.publish(work, APPROVER, "a", now, House()))
    lines = [line("a", 9), line("b", 9), line("c", 9)]
    done = run(town, lambda work: duty_calendar.load_calendar(work, lines, now))
    assert done == Loaded(new=1, changed=1, kept=1)
    kept, changed = template(town, "a"), template(town, "b")
    assert kept is not None and kept.title == "报送材料"
    assert changed is not None and (changed.deadline, changed.version) == ({"day": 9}, 2)
    again = run(town, lambda work: duty_calendar.load_calendar(work, lines, now))
    assert again == Loaded(same=2, kept=1)
    assert [each[1] for each in deeds(town)].count("duty_import") == 1


def test_a_year_shows_every_month_with_dates_drafts_and_what_is_left_out(town: Town, now: datetime) -> None:
    known = town.cadre("one", "shop", now)
    later = date(2026, 12, 18)
    run(town, lambda work: duty_calendar.save(work, EDITOR, "b", {**GOOD, "months": [12]}, now))
    run(town, lambda work: duty_calendar.set_date(work, APPROVER, "a", "2026-12", later, now, town.house))
    run(town, lambda work: duty_calendar.set_date(work, APPROVER, "b", "2026-11", None, now, town.house))
    months = town.database.look(lambda work: duty_year.year_of_person(work, known.person_id, 2026, DutyPolicy()))
    assert [month.period for month in months] == duty_year.periods(2026)
    assert [len(month.duties) for month in months] == [2] * 10 + [1, 2]
    assert months[10].skipped == ("任务b",)
    december = {each.template.id: each for each in months[11].duties}
    assert (december["a"].deadline, december["a"].own) == (later, True)
    assert december["a"].reminders == tuple(date(2026, 12, n) for n in (11, 15, 17, 18, 21))
    drafted = town.database.look(
        lambda work: duty_year.year_of_person(work, known.person_id, 2026, DutyPolicy((0, -3)), drafts=True)
    )
    assert [len(month.duties) for month in drafted] == [1] * 11 + [2]
    assert {each.template.id for each in drafted[11].duties} == {"a", "b~"}
    configured = next(each for each in drafted[11].duties if each.template.id == "a")
    assert configured.reminders == (date(2026, 12, 15), later)  # the house's own ladder, in order


def test_a_duty_of_another_office_is_not_shown(town: Town, now: datetime) -> None:
    run(town, lambda work: duty_calendar.save(work, EDITOR, "own-1", {**GOOD, "months": [12]}, now))
    run(town, lambda work: duty_calendar.publish(work, APPROVER, "own-1", now, House()))
    chair, clerk = town.cadre("one", "shop", now), town.cadre("two", "shop", now, office="经办人")
    for known, count in ((chair, 3), (clerk, 2)):
        months = town.database.look(
            lambda work, who=known: duty_year.year_of_person(work, who.person_id, 2026, DutyPolicy())
        )
        assert len(months[11].duties) == count


BAD = line("m01-x", 5) | {"deadline": {"before": "春分", "days": 1}, "what": "做这件事。"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "duty 2 (m01-x): give either deadline_day or deadline"),
        ({"deadline_day": None}, "duty 2 (m01-x): deadline: no festival '春分'"),
        ({"deadline": None, "deadline_day": 40}, "duty 2 (m01-x): deadline_day: "),
        ({"deadline": None, "owner": "x"}, "duty 2 (m01-x): owner: "),
        ({"deadline": None, "month": 3}, "duty 2 (m01-x): give either month or rule"),
        ({"deadline": None, "evidence": "number"}, "duty 2 (m01-x): numbers go with evidence: number"),
        ({"deadline": None, "ladder": [1, -3]}, "duty 2 (m01-x): ladder is a rising list"),
        ({"deadline": None, "id": "good"}, "id used twice: good"),
    ],
)
def test_a_file_names_the_line_and_the_field_of_a_mistake(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    bad = {key: value for key, value in (BAD | change).items() if value is not None}
    path = tmp_path / "calendar.yaml"
    path.write_text(yaml.safe_dump({"duties": [line("good", 5), bad]}), encoding="utf-8")
    if not change:
        bad["deadline"] = {"before": "春节", "days": 1}
        path.write_text(yaml.safe_dump({"duties": [line("good", 5), bad]}), encoding="utf-8")
    with pytest.raises(Misconfigured) as error:
        content.read_calendar(path)
    assert said in str(error.value)
    assert "Value error" not in str(error.value)


def test_two_publish_the_same_draft_and_one_of_them_is_told(town: Town, now: datetime) -> None:
    run(town, lambda work: duty_calendar.save(work, EDITOR, "a", GOOD, now))
    later = now + timedelta(minutes=1)
    run(town, lambda work: duty_calendar.publish(work, APPROVER, "a", now, House()))
    with pytest.raises(NoTemplate):
        run(town, lambda work: duty_calendar.publish(work, APPROVER, "a", later, House()))
    found = template(town, "a")
    assert found is not None and (found.version, found.changed_at) == (2, now)


@pytest.mark.parametrize(
    ("before", "after", "switch", "heard"),
    [
        ([-7, -3, -1, 0, 1], [-1, 0, 1], 18, [13, 17, 19, 20, 23]),
        ([-1, 0, 1], [-7, -3, -1, 0, 1], 18, [19, 20, 23]),  # the seventh day before was over: it is not made up for
        ([-7], [-7, -1, 1], 18, [13, 19, 23]),  # nothing was to come any more
        ([-7, -3, -1, 0, 1], [-7, 1], 20, [13, 17, 19, 20, 23]),  # what was due on that morning had been said
    ],
)
def test_a_changed_ladder_holds_for_duties_given_out(
    database: Database, house: House, before: list[int], after: list[int], switch: int, heard: list[int]
) -> None:
    town = Town(database, house).build(line("a", 20, ladder=before, rule="monthly"))
    town.cadre("u1", "shop", datetime(2026, 11, 1, tzinfo=SHANGHAI))
    town.issue(datetime(2026, 11, 1, tzinfo=SHANGHAI))
    for day in range(2, 31):
        moment = datetime(2026, 11, day, 9, tzinfo=SHANGHAI)
        fire_reminders.run(database, house, Moment(moment, moment))
        if day == switch:
            noon = moment + timedelta(hours=3)
            run(town, partial(redraw, ladder=after, now=noon))
            fire_reminders.run(database, house, Moment(noon, noon))
    told = sorted(due.astimezone(SHANGHAI) for (due,) in rows(database, Outbox, "due_at"))
    assert [(each.day, each.hour) for each in told[1:]] == [(day, 9) for day in heard]
    assert {result for (result,) in rows(database, Firing, "result")} == {"said"}


def redraw(work: Work, ladder: list[int], now: datetime) -> None:
    """A change of the line, drafted and put in force."""
    template = duty_templates.get(work, "a")
    assert template is not None
    kept = {key: getattr(template, key) for key in FIELDS}
    duty_calendar.save(work, EDITOR, "a", {**kept, "ladder": ladder}, now)
    duty_calendar.publish(work, APPROVER, "a", now, House())


@pytest.mark.parametrize("treasurer", [True, False])
def test_every_preview_is_what_is_given_out_also_where_an_office_is_vacant(
    database: Database, house: House, now: datetime, treasurer: bool
) -> None:
    lines = (line("all", 20), line("chair", 21) | {"role": "主席"}, line("money", 22) | {"role": "财务"})
    town = Town(database, house).build(*lines, line("early", 1))
    people = {"主席": town.cadre("u1", "shop", now), "经办人": town.cadre("u2", "shop", now, office="经办人")}
    if treasurer:
        people["财务"] = town.cadre("u3", "shop", now, office="财务")
    town.issue(now)
    money, shop = 0, town.database.look(lambda work: orgs.by_code(work, "shop"))
    assert shop is not None
    for office, known in people.items():
        given = {template.id for _, template in town.duties_of(known, "2026-11")}
        assert given == {"all", "early"} | ({"chair"} if office == "主席" else set()) | (
            {"money"} if office == "财务" or not treasurer else set()
        )
        months = town.database.look(
            lambda work, who=known: duty_year.year_of_person(work, who.person_id, 2026, DutyPolicy())
        )
        assert {each.template.id for each in months[10].duties} == given
        months = town.database.look(
            lambda work, what=office: duty_year.year_of_office(work, shop, what, 2026, DutyPolicy())
        )
        assert {each.template.id for each in months[10].duties} == given
        money += "money" in given
    counted = town.database.look(lambda work: duty_course.cadres(work, ["基层"], "财务", now.date()))
    assert counted == {"基层": money} == {"基层": 1 if treasurer else 2}


def test_what_was_due_before_an_office_began_is_not_in_its_year(town: Town, now: datetime) -> None:
    known = town.cadre("one", "shop", now)
    office = table(Appointment)
    run(town, lambda work: work.execute(office.update().values(since=date(2026, 11, 21))))
    months = town.database.look(lambda work: duty_year.year_of_person(work, known.person_id, 2026, DutyPolicy()))
    assert [[each.template.id for each in month.duties] for month in months] == [[]] * 10 + [["b"], ["a", "b"]]


def test_a_line_that_is_due_before_anybody_is_told_is_pointed_out(town: Town, now: datetime) -> None:
    assert list(duty_calendar.early(line("first", 5), (2026,))) == [date(2026, 5, 5), date(2026, 10, 5)]
    assert list(duty_calendar.early(line("later", 10), (2026,))) == []
    shop = town.database.look(lambda work: orgs.by_code(work, "shop"))
    assert shop is not None
    run(town, lambda work: duty_calendar.load_calendar(work, [line("first", 5)], now))
    months = town.database.look(lambda work: duty_year.year_of_office(work, shop, "主席", 2026, DutyPolicy()))
    assert [month.period for month in months if any(each.early for each in month.duties)] == ["2026-05", "2026-10"]
    assert sum("注意：" in said for month in months for said in duty_year.say_month(month)) == 2


def test_no_line_that_is_shipped_is_due_before_anybody_is_told() -> None:
    shipped = content.read_calendar(Path(__file__).parents[2] / "content" / "calendar.yaml")
    assert {each["id"]: list(duty_calendar.early(each, range(2026, 2029))) for each in shipped} == {
        each["id"]: [] for each in shipped
    }
