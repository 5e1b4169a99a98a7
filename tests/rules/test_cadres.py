"""Binding codes, and handing over everything of a cadre who leaves, in one step or to whoever comes next."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.services import binding_lists, bindings, cadres
from bot.services.actors import Actor, NotAllowed
from bot.services.binding_lists import Line
from bot.services.bindings import BadCode, NoCode
from bot.services.cadres import VACANCY, NoHandover
from bot.services.house import House
from storage import cadres as rows_of
from storage import letters, orgs, people
from storage.audit import Audit
from storage.base import table
from storage.cadres import Wanted
from storage.database import Database
from storage.duties import Duty, DutyStep
from storage.duty_requests import DutyRequest
from storage.letters import Letter
from storage.orgs import Binding
from storage.people import Known, Person
from tests.rules.union import Town, line
from tests.storage.kit import count, meet, rows

CHEN = Actor("chen", "approver")
WHY = "工作调动，已经交接"


@pytest.fixture
def town(database: Database, house: House) -> Town:
    return Town(database, house).build(line("a", 27), line("c", 31), line("s", 31, ("街道",)))


def code_for(town: Town, now: datetime, office: str = "主席", name: str = "", unit: str = "shop") -> str:
    def job(work: Any) -> str:
        org = orgs.by_code(work, unit)
        assert org is not None
        return bindings.make(work, CHEN, org.id, office, name, 7, now)[0]

    return town.database.writer.run(job)


def bind(town: Town, known: Known, code: str, now: datetime) -> bindings.Bound:
    return town.database.writer.run(lambda work: bindings.bind(work, known.person_id, code, now, town.house))


def office_of(town: Town, known: Known, day: date) -> orgs.Appointment:
    return town.database.look(lambda work: orgs.offices_of(work, known.person_id, day)[0][0])


def leave(town: Town, appointment_id: int, to: int | None, now: datetime, **more: Any) -> int:
    def job(work: Any) -> int:
        held = orgs.appointment(work, appointment_id)
        assert held is not None
        moved = cadres.to_move(work, held, now.date())
        values = {"reason": WHY, "seen": cadres.mark_of(held, moved), **more}
        return cadres.hand_over(work, CHEN, appointment_id, to, now, town.house, **values)

    return town.database.writer.run(job)


def open_duties(town: Town, known: Known) -> list[Duty]:
    return town.database.look(lambda work: [duty for duty, *_ in rows_of.open_of(work, known.person_id)])


def told(town: Town, known: Known) -> list[str]:
    def job(work: Any) -> list[str]:
        found = table(Letter)
        mine = work.look(found.select().where(found.c.person_id == known.person_id)).all()
        return [work.seal.open(each.text, letters.PURPOSE) for each in mine]

    return town.database.look(job)


def test_a_code_has_enough_chance_and_only_its_hash_is_kept(town: Town, now: datetime) -> None:
    code = code_for(town, now, name="王芳")
    assert (len(code), len(set(bindings.SIGNS))) == (20, 31) and set(code) <= set(bindings.SIGNS)
    (stored,) = rows(town.database, Binding, "code_hash", "name", "made_by", "made_at", "expires_at")
    assert code not in stored and stored[2:] == ("staff:chen", now, now + timedelta(days=7))
    assert "王芳".encode() not in stored[1] and town.database.seal.open(stored[1], orgs.NAME) == "王芳"
    assert rows(town.database, Audit, "action", "note") == [("new_binding", "主席")]


def test_who_may_make_which_code(town: Town, now: datetime) -> None:
    shop = town.database.look(lambda work: orgs.by_code(work, "shop"))
    street = town.database.look(lambda work: orgs.by_code(work, "street"))
    assert shop and street

    def make(actor: Actor, org_id: int, office: str = "主席", name: str = "", days: int = 7) -> None:
        town.database.writer.run(lambda work: bindings.make(work, actor, org_id, office, name, days, now))

    for actor in (Actor("wang", "staff"), Actor("li", "approver", shop.id, shop.path)):
        with pytest.raises(NotAllowed):
            make(actor, street.id)
    tried: tuple[dict[str, Any], ...] = (
        {"office": "厂长"},
        {"name": "王芳 13800138000"},
        {"name": "长" * 21},
        {"days": 0},
        {"days": 31},
    )
    for wrong in tried:
        with pytest.raises(NoCode):
            make(CHEN, shop.id, **wrong)
    assert count(town.database, Binding) == 0


def test_binding_gives_the_name_staff_know_but_not_over_ones_own(town: Town, now: datetime) -> None:
    first, second = meet(town.database, "u1", now), meet(town.database, "u2", now)

    def tell(work: Any) -> None:
        person = people.get(work, second.person_id)
        assert person is not None
        person.name = "李四"
        work.session.add(person)

    town.database.writer.run(tell)
    spoken = bindings.spaced(code_for(town, now, name="王芳")).upper()
    bind(town, first, spoken, now)  # read out, with blanks
    bind(town, second, code_for(town, now, "副主席", "别人"), now)
    assert rows(town.database, Person, "id", "name") == sorted([(first.person_id, "王芳"), (second.person_id, "李四")])
    assert rows(town.database, Binding, "name") == [(None,), (None,)]  # the name is the person's, not the code's


def test_every_code_that_gives_nothing_says_why(town: Town, now: datetime) -> None:
    first, second = meet(town.database, "u1", now), meet(town.database, "u2", now)
    code = code_for(town, now)
    bound = bind(town, first, code, now)
    assert (bound.again, bound.office) == (False, "主席")
    again = bind(town, first, code, now + timedelta(days=30))
    assert (again.again, again.spared) == (True, False)
    other = code_for(town, now)
    spared = bind(town, first, other, now)
    assert (spared.again, spared.spared) == (True, True)
    late, taken_back = code_for(town, now, "财务"), code_for(town, now, "财务")
    ids = rows(town.database, Binding, "id", "office")
    latest = max(each for each, office in ids if office == "财务")
    town.database.writer.run(lambda work: bindings.revoke(work, CHEN, latest, now))
    words = {}
    for name, tried, at in (("used", code, now), ("late", late, now + timedelta(days=8)), ("back", taken_back, now)):
        with pytest.raises(BadCode) as refused:
            bind(town, second, tried, at)
        words[name] = refused.value.words
    assert "已经有人用过" in words["used"] and "2026年12月2日已过期" in words["late"] and "已经作废" in words["back"]
    assert bind(town, second, other, now).again is False  # spared is good for somebody else
    used = next(each for each, used in rows(town.database, Binding, "id", "used_by") if used)
    with pytest.raises(NoCode):
        town.database.writer.run(lambda work: bindings.revoke(work, CHEN, used, now))


def test_a_list_gives_every_row_a_code_or_none(town: Town, now: datetime) -> None:
    good = [Line(2, "shop", "主席", "王芳"), Line(3, "示例街道总工会", "财务")]
    bad = [
        Line(4, "nowhere", "主席"),
        Line(5, "shop", "厂长"),
        Line(6, "shop", "主席", "王芳"),
        Line(7, "city", "财务", "1"),
    ]

    def make(lines: list[Line], actor: Actor = CHEN) -> Any:
        return town.database.writer.run(lambda work: binding_lists.make_all(work, actor, lines, 7, now))

    made, wrong = make([*good, *bad])
    assert made == [] and [(each.row, each.key) for each in wrong] == [
        (4, "unit"),
        (5, "office"),
        (6, "unit"),
        (7, "name"),
    ]
    assert count(town.database, Binding) == 0
    shop = town.database.look(lambda work: orgs.by_code(work, "shop"))
    assert shop
    _, wrong = make(good, Actor("li", "approver", shop.id, shop.path))
    assert [each.row for each in wrong] == [3]
    made, wrong = make(good)
    assert (len({each.code for each in made}), wrong, count(town.database, Binding)) == (2, [], 2)
    assert bind(town, meet(town.database, "u1", now), made[1].code, now).org.code == "street"


def test_everything_of_a_leaver_goes_to_a_colleague_in_one_step(town: Town, now: datetime) -> None:
    old, new = town.cadre("u1", "shop", now), town.cadre("u2", "shop", now, office="副主席")
    town.issue(now)
    town.complete(old, 1, now)
    (waiting,) = open_duties(town, old)
    ask: dict[str, Any] = {
        "kind": "extend",
        "person_id": old.person_id,
        "wanted_on": date(2026, 12, 5),
        "created_at": now,
    }
    town.database.writer.run(lambda work: work.session.add(DutyRequest(id=work.new_id(), duty_id=waiting.id, **ask)))
    held = office_of(town, old, now.date())
    assert leave(town, held.id, new.person_id, now, with_office=True) == 1
    assert open_duties(town, old) == []
    moved = [each for each in open_duties(town, new) if each.id == waiting.id]
    assert [(each.person_id, each.appointment_id, each.number) for each in moved] == [(new.person_id, held.id, 3)]
    assert rows(town.database, DutyRequest, "state", "decided_by") == [("withdrawn", "staff:chen")]
    assert [what for duty, what in rows(town.database, DutyStep, "duty_id", "what") if duty == waiting.id] == [
        "reassigned"
    ]
    assert "职务从2026年11月25日起解除" in told(town, old)[0] and "1项任务已移交" in told(town, old)[0]
    assert "任务c｜11月30日前" in told(town, new)[0] and "起担任示例商店工会 主席" in told(town, new)[0]
    assert town.database.look(lambda work: orgs.offices_of(work, old.person_id, now.date())) == []
    assert town.issue(now)["issued"] == 0  # what the last chairman had is not issued to the next one again


def test_a_vacancy_keeps_the_duties_for_who_binds_next(town: Town, now: datetime) -> None:
    old = meet(town.database, "u1", now)
    code = code_for(town, now)
    bind(town, old, code, now)
    before = {each.id for each in open_duties(town, old)}
    held = office_of(town, old, now.date())
    assert leave(town, held.id, VACANCY, now) == len(before) == 2
    assert "等下一位接任" in told(town, old)[0]
    with pytest.raises(BadCode) as refused:
        bind(town, old, code, now)
    assert "已经解除" in refused.value.words
    new = meet(town.database, "u2", now)
    deputy = bind(town, meet(town.database, "u3", now), code_for(town, now, "副主席"), now)
    assert list(deputy.left) == []
    bound = bind(town, new, code_for(town, now), now)
    assert {duty.id for duty, _ in bound.left} == before == {each.id for each in open_duties(town, new)}
    assert "任务a｜11月27日前" in cadres.lines(bound.left)


def test_who_comes_back_to_the_same_office_has_it_again(town: Town, now: datetime) -> None:
    known = meet(town.database, "u1", now)
    bind(town, known, code_for(town, now), now)
    held = office_of(town, known, now.date())
    leave(town, held.id, VACANCY, now)
    later = now + timedelta(days=1)
    assert bind(town, known, code_for(town, later), later).again is False
    again = office_of(town, known, later.date())
    assert (again.id, again.since, again.until) == (held.id, later.date(), None)
    assert len(open_duties(town, known)) == 2


def test_duties_taken_over_go_along_with_the_last_office_or_back(town: Town, now: datetime) -> None:
    mine, other = town.cadre("u1", "shop", now), town.cadre("u2", "shop", now, office="副主席")
    town.issue(now)
    given = open_duties(town, other)[0]

    def give(work: Any) -> None:
        work.execute(table(Duty).update().where(table(Duty).c.id == given.id).values(person_id=mine.person_id))

    town.database.writer.run(give)
    held = office_of(town, mine, now.date())
    assert leave(town, held.id, VACANCY, now) == 3
    assert given.id in {each.id for each in open_duties(town, other)}
    assert len(open_duties(town, mine)) == 2  # its own wait


def test_what_cannot_be_handed_over_changes_nothing(town: Town, now: datetime) -> None:
    old, stranger = town.cadre("u1", "shop", now), meet(town.database, "u9", now)
    town.issue(now)
    held = office_of(town, old, now.date())
    tried: tuple[tuple[int | None, dict[str, str]], ...] = (
        (stranger.person_id, {}),
        (old.person_id, {}),
        (VACANCY, {"seen": "old"}),
    )
    for to, more in tried:
        with pytest.raises(NoHandover):
            leave(town, held.id, to, now, **more)
    assert len(open_duties(town, old)) == 2
    leave(town, held.id, VACANCY, now)
    with pytest.raises(NoHandover):
        leave(town, held.id, VACANCY, now)


def test_lists_show_each_side(town: Town, now: datetime) -> None:
    town.cadre("u1", "shop", now)
    code_for(town, now, "财务", "王芳")
    shop = town.database.look(lambda work: orgs.by_code(work, "shop"))
    assert shop

    def seen(view: str, **more: str) -> list[tuple[str, str]]:
        wanted = Wanted(view=view, **more)
        found = town.database.look(lambda work: rows_of.listed(work, wanted, now, now.date(), 50, 0))
        assert len(found) == town.database.look(lambda work: rows_of.count(work, wanted, now, now.date()))
        return [(each.unit, each.office) for each in found]

    assert seen("bound") == [("示例商店工会", "主席")] == seen("bound", path=shop.path, office="主席")
    assert seen("bound", office="财务") == seen("leave") == seen("unreachable") == seen("left") == []
    assert seen("waiting") == [("示例商店工会", "财务")]
    assert [unit for unit, _ in seen("vacant")] == ["示例市总工会", "示例街道总工会"]
    assert ("示例商店工会", "财务") in seen("vacant", office="财务")
