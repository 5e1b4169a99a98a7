"""Lists of members: all or nothing, the same again is an update, and no crash leaves half of it."""

from datetime import date, timedelta
from typing import Any

import pytest

from bot.clock import local
from bot.exchange import roster_work
from bot.services import member_deeds, roster_imports
from bot.services.actors import Actor, NotAllowed
from bot.services.roster_imports import NoImport
from storage import imports, people, switching
from storage.base import table
from storage.imports import RosterFile, RosterRow
from storage.members import ID_PURPOSE, Member, MemberEvent
from tests.members.people import id_number, mobile
from tests.members.world import CHEN, World, line, sheet
from tests.storage.kit import count


def test_a_list_makes_members_with_numbers_of_their_union(world: World) -> None:
    done = world.brought(sheet(line(1), line(2, "王五", 工会="西区纱厂工会"), line(3)))
    assert (done.state, done.fresh, done.changed, done.same) == ("done", 3, 0, 0)
    assert [(each.number, each.name) for each in world.everybody()] == [
        ("forge-2026-000001", "张三"),
        ("forge-2026-000002", "张三"),
        ("mill-2026-000001", "王五"),
    ]
    first = world.everybody()[0]
    assert first.id_number is not None
    assert world.database.seal.open(first.id_number, ID_PURPOSE) == id_number(1)
    assert (first.joined_on, first.migrant, first.source, first.work_status) == (
        date(2024, 3, 5),
        True,
        "import",
        "在岗",
    )
    event = world.event(first.id, "import")
    assert (event.on_day, event.to_org, event.actor) == (date(2024, 3, 5), world.places["forge"].id, "staff:chen")


def test_numbers_go_on_where_they_ended(world: World) -> None:
    world.enrolled(50)
    world.brought(sheet(line(1)))
    assert world.enrolled(51).number == "forge-2026-000003"
    assert {each.number for each in world.everybody()} == {f"forge-2026-00000{each}" for each in (1, 2, 3)}


def test_an_old_list_does_not_bring_back_who_left(world: World) -> None:
    data = sheet(line(1, "甲某"), line(2, "乙某"), line(3, "丙某"))
    world.brought(data)
    gone, expelled, stays = sorted(world.everybody(), key=lambda each: "甲乙丙".index(each.name[0]))
    for member, deed in ((gone, "leave"), (expelled, "expel")):
        world.database.writer.run(
            lambda work, who=member.id, what=deed: member_deeds.act(work, CHEN, who, what, "本人申请", world.now)
        )
    again = world.brought(data)
    assert (again.state, again.wrong) == ("wrong", 2)
    assert [(row, field) for row, field, _ in again.problems] == [(2, "入会日期"), (3, "入会日期")]
    assert "“东区铁厂工会”已退会" in again.problems[0][2] and "已除名" in again.problems[1][2]
    assert sorted(each.state for each in world.everybody()) == ["active", "expelled", "left"]
    back = world.brought(sheet(line(1, "甲某", 入会日期=local(world.now).date()), line(3, "丙某")))
    assert (back.state, back.fresh, back.same) == ("done", 1, 1)
    assert world.member(stays.id).state == "active"


def test_the_same_again_changes_nothing_and_other_facts_are_an_update(world: World) -> None:
    data = sheet(line(1), line(2))
    world.brought(data)
    again = world.brought(data)
    assert (again.state, again.fresh, again.changed, again.same) == ("done", 0, 0, 2)
    world.now += timedelta(minutes=1)
    other = world.brought(sheet(line(1, "张山", 手机号=mobile(77), 工作单位=None, 就业状况=None), line(2)))
    assert (other.fresh, other.changed, other.same) == (0, 1, 1)
    changed = next(each for each in world.everybody() if each.name == "张山")
    assert (changed.employer, changed.work_status) == ("东区铁厂", "在岗")
    assert world.events(changed.id) == ["import", "correct"]
    assert count(world.database, Member) == 2


def test_one_wrong_row_keeps_all_of_them_out(world: World) -> None:
    wrong = id_number(2)[:17] + ("0" if id_number(2)[17] != "0" else "1")
    done = world.brought(sheet(line(1), line(2, 身份证号=wrong), line(3, 工会="没有这个工会", 入会日期="春天")))
    assert (done.state, done.wrong, done.total) == ("wrong", 2, 3)
    assert [(row, column) for row, column, _ in done.problems] == [(3, "身份证号"), (4, "工会"), (4, "入会日期")]
    assert count(world.database, Member) == 0
    assert not any(number in str(done.problems) for number in (wrong, id_number(2), id_number(3)))


def test_the_same_number_twice_in_a_list_is_a_mistake_that_names_the_first_row(world: World) -> None:
    done = world.brought(sheet(line(1), line(2), line(1, "王五")))
    assert [list(each) for each in done.problems] == [[4, "身份证号", "和第2行是同一个号码"]]


def test_a_member_of_another_union_is_a_transfer_and_no_import(world: World) -> None:
    world.enrolled(9, "mill")
    east = world.actor("dong", "approver", "east")
    for actor, words in ((CHEN, "已经是“西区纱厂工会”的会员"), (east, "已经是其他工会的会员")):
        done = world.brought(sheet(line(9)), actor)
        assert done.state == "wrong"
        assert done.problems[0][2].startswith(words)
    assert count(world.database, Member) == 1


def test_somebody_who_left_may_come_back_by_a_list(world: World) -> None:
    member = world.enrolled(9, "mill")
    rows = table(Member)
    world.database.writer.run(lambda work: work.execute(rows.update().values(state="left")))
    assert world.brought(sheet(line(9, 入会日期=local(world.now).date()))).fresh == 1
    assert world.member(member.id).state == "left"
    assert count(world.database, Member) == 2


def test_a_branch_brings_in_only_its_own_unions(world: World) -> None:
    done = world.brought(sheet(line(1, 工会="mill")), world.actor("dong", "approver", "east"))
    assert done.state == "wrong"
    assert "在您管理的范围内" in done.problems[0][2]


def test_a_whole_list_may_be_of_one_union(world: World) -> None:
    data = sheet(
        *([each for place, each in enumerate(line(one)) if place != 3] for one in (1, 2)),
        head=("姓名", "身份证号", "手机号", "工作单位", "入会日期", "就业状况", "是否农民工"),
    )
    with pytest.raises(NoImport, match="NoImport"):
        world.uploaded(data)
    assert world.brought(data, org_id=world.places["mill"].id).fresh == 2
    assert {each.org_id for each in world.everybody()} == {world.places["mill"].id}


def test_headers_below_a_title_are_found(world: World) -> None:
    done = world.brought(sheet(line(1), before=(["示例市工会会员花名册"], ["填表日期：2026-11-25"])))
    assert (done.state, done.fresh, done.head) == ("done", 1, 3)


def test_a_change_between_check_and_switch_sends_the_list_back(world: World) -> None:
    import_id = world.uploaded(sheet(line(1), line(9)))
    assert world.step(import_id).state == "ready"
    world.enrolled(9, "mill")
    world.database.writer.run(lambda work: roster_imports.confirm(work, CHEN, import_id, world.now))
    done = world.step(import_id)
    assert (done.state, done.wrong) == ("wrong", 1)
    assert count(world.database, Member) == 1


def test_a_crash_in_the_switch_leaves_nothing_and_the_next_try_does_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = world.uploaded(sheet(line(1), line(2)))
    world.step(import_id)
    world.database.writer.run(lambda work: roster_imports.confirm(work, CHEN, import_id, world.now))
    with monkeypatch.context() as patch:
        patch.setattr(switching, "_note", _breaks)
        with pytest.raises(RuntimeError):
            world.step(import_id)
    assert (count(world.database, Member), count(world.database, MemberEvent)) == (0, 0)
    world.now += timedelta(minutes=3)
    assert world.step(import_id).state == "done"
    assert (count(world.database, Member), count(world.database, MemberEvent)) == (2, 2)


def _breaks(*given: Any) -> None:
    raise RuntimeError


def test_a_check_that_died_begins_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import_id = world.uploaded(sheet(*(line(each) for each in range(5))))
    with monkeypatch.context() as patch:
        patch.setattr(roster_work, "BATCH", 2)
        patch.setattr(roster_imports, "checked", _breaks)
        with pytest.raises(RuntimeError):
            world.step(import_id)
    assert count(world.database, RosterRow) == 5
    assert world.database.look(lambda work: imports.due(work, world.now)) == []
    world.now += timedelta(minutes=3)
    assert world.database.look(lambda work: imports.due(work, world.now)) == [import_id]
    assert world.step(import_id).fresh == 5


def test_what_fails_three_times_is_broken_and_forgotten(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import_id = world.uploaded(sheet(line(1)))
    monkeypatch.setattr(roster_imports, "checked", _breaks)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            world.step(import_id)
        world.now += timedelta(minutes=3)
    done = world.step(import_id)
    assert (done.state, done.error) == ("broken", roster_imports.BROKEN)
    assert (count(world.database, RosterRow), count(world.database, RosterFile)) == (0, 0)


def test_nothing_of_a_list_is_left_when_it_is_over(world: World) -> None:
    world.brought(sheet(line(1)))
    assert (count(world.database, RosterRow), count(world.database, RosterFile)) == (0, 0)


def test_only_who_brought_it_in_and_may_deals_with_it(world: World) -> None:
    import_id = world.uploaded(sheet(line(1)))
    world.step(import_id)
    for other in (Actor("li", "approver"), Actor("chen", "editor")):
        with pytest.raises(NotAllowed):
            world.database.writer.run(lambda work, who=other: roster_imports.confirm(work, who, import_id, world.now))


def test_an_approved_application_takes_over_who_a_list_brought_in(world: World) -> None:
    world.brought(sheet(line(7)))
    world.now += timedelta(days=1)
    member = world.enrolled(7)
    assert count(world.database, Member) == 1
    assert (member.number, member.source) == ("forge-2026-000001", "import")
    person = world.database.look(lambda work: people.get(work, member.person_id or 0))
    assert person is not None and person.member_since == world.now
    assert world.events(member.id) == ["import", "correct"]
