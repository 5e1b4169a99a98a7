"""The roster, growth, the card and the export: within the branch, masked, and counted right."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from bot.exchange import roster_export
from bot.services import cards, member_deeds, member_requests, own_membership, roster
from bot.services.actors import Actor, NotAllowed
from bot.services.cards import BadCard
from bot.services.member_requests import NoRequest
from storage import audit, orgs, rosters
from storage.members import MemberEvent
from storage.rosters import Wanted
from tests.members.people import id_number, mobile
from tests.members.world import CHEN, World, cells, line, sheet
from tests.storage.kit import rows


def found(world: World, wanted: Wanted, actor: Actor = CHEN) -> list[str]:
    listing = world.database.look(lambda work: roster.listing(work, actor, wanted, 1))
    return [each.name for each in listing.lines]


def test_filters(world: World) -> None:
    world.brought(sheet(line(1, "张三"), line(2, "王五", 工会="mill", 是否农民工="否", 入会日期="2020-05-01")))
    world.enrolled(3)
    seal, west = world.database.seal, world.places["west"].path
    assert found(world, Wanted()) == ["张三", "李四", "王五"] or len(found(world, Wanted())) == 3
    assert found(world, Wanted(name="王")) == ["王五"]
    assert found(world, Wanted(name="%")) == []
    assert found(world, Wanted(id_hash=seal.fingerprint(id_number(1), "application.id_number"))) == ["张三"]
    assert found(world, Wanted(mobile_hash=seal.fingerprint(mobile(2), "application.mobile"))) == ["王五"]
    assert found(world, Wanted(path=west)) == ["王五"]
    assert found(world, Wanted(migrant=False)) == ["王五"]
    assert found(world, Wanted(source="chat")) == ["李四"]
    assert found(world, Wanted(joined_from=date(2020, 1, 1), joined_to=date(2020, 12, 31))) == ["王五"]
    assert found(world, Wanted(), world.actor("dong", "staff", "east")).count("王五") == 0
    assert found(world, Wanted(path=west), world.actor("dong", "staff", "east")) == []


def test_a_sheet_masks_numbers_and_stays_in_the_branch(world: World) -> None:
    member = world.enrolled(1)
    shown = world.database.look(lambda work: roster.sheet(work, CHEN, member.id))
    assert (shown.id_number[3:-4], shown.mobile[3:-4]) == ("*" * 11, "****")
    assert id_number(1) not in repr(shown) and mobile(1) not in repr(shown)
    west = world.actor("xi", "approver", "west")
    with pytest.raises(NotAllowed):
        world.database.look(lambda work: roster.sheet(work, west, member.id))
    request = world.database.writer.run(
        lambda work: (
            member_requests.ask(
                work, member.person_id or 0, "transfer", {"employer": "纱厂"}, world.now, world.places["mill"]
            ).id
        )
    )
    world.database.writer.run(lambda work: member_requests.accept(work, CHEN, request, world.now))
    assert world.database.look(lambda work: roster.sheet(work, west, member.id)).line.name == "李四"
    assert [each.step for each in world.database.look(lambda work: roster.waiting(work, west))] == ["接收"]
    assert world.database.look(lambda work: roster.waiting(work, world.actor("dong", "staff", "east"))) == []


def test_growth_counts_by_branch_and_year_in_one_statement(world: World) -> None:
    world.brought(sheet(line(1, 入会日期="2024-02-01"), line(2), line(3, 工会="mill", 入会日期="2025-02-01")))
    gone, moved = world.enrolled(4), world.enrolled(5)
    for member, deed in ((gone, "leave"), (moved, "move_out")):
        world.database.writer.run(
            lambda work, m=member, d=deed: member_deeds.act(work, CHEN, m.id, d, "本人要求", world.now)
        )
    statements: list[str] = []

    def note(conn: object, cursor: object, statement: str, *more: object) -> None:
        statements.append(statement)

    root = world.places["city"]
    sa.event.listen(world.database.engine, "before_cursor_execute", note)
    counted = world.database.look(lambda work: rosters.growth(work, root, 2022))
    sa.event.remove(world.database.engine, "before_cursor_execute", note)
    assert len([each for each in statements if each.lstrip().upper().startswith("SELECT")]) == 1
    got = {(each["name"], each["year"]): (each["joined"], each["left"], each["moved"]) for each in counted}
    assert got == {
        ("示例市总工会", 2024): (2, 0, 0),
        ("示例市总工会", 2025): (1, 0, 0),
        ("示例市总工会", 2026): (2, 1, 1),
        ("东区总工会", 2024): (2, 0, 0),
        ("东区总工会", 2026): (2, 1, 1),
        ("西区总工会", 2025): (1, 0, 0),
    }


def test_a_transfer_is_nothing_to_who_has_both_unions(world: World) -> None:
    member = world.enrolled(1)
    request = world.database.writer.run(
        lambda work: (
            member_requests.ask(
                work, member.person_id or 0, "transfer", {"employer": "纱厂"}, world.now, world.places["mill"]
            ).id
        )
    )
    for _ in range(2):
        world.database.writer.run(lambda work: member_requests.accept(work, CHEN, request, world.now))
    name, strength, mine, below = world.database.look(lambda work: roster.growth(work, CHEN, world.now))
    assert (name, strength, [each.net for each in mine]) == ("示例市总工会", {"active": 1}, [1])
    assert {each.name: each.net for each in below} == {"东区总工会": 0, "西区总工会": 1}


def test_an_export_is_masked_audited_and_runs_nothing(world: World) -> None:
    world.brought(sheet(line(1), line(2)))
    formula = '=HYPERLINK("x")'
    place = world.places["forge"]
    world.database.writer.run(lambda work: orgs.put(work, place.code, formula, "基层", "", None))
    count = world.database.look(lambda work: roster.to_export(work, CHEN, Wanted(), False))
    world.database.writer.run(lambda work: roster.note_export(work, CHEN, count, False, "年终统计", world.now))
    members = world.database.look(lambda work: roster.export(work, CHEN, Wanted(), False))
    table = cells(roster_export.write(members))
    assert table[0][:4] == ["会员编号", "姓名", "身份证号", "手机号"]
    assert table[1][2][3:-4] == "*" * 11
    assert id_number(1) not in str(table)
    assert [each[4] for each in table[1:]] == [formula, formula]
    assert rows(world.database, audit.Audit, "action", "note")[-1] == ("roster_export", "2人：年终统计")
    full = world.database.look(lambda work: roster.export(work, CHEN, Wanted(), True))
    assert {each["id_number"] for each in full} == {id_number(1), id_number(2)}


def test_who_may_export(world: World) -> None:
    with pytest.raises(NotAllowed):
        world.database.look(lambda work: roster.export(work, Actor("li", "editor"), Wanted(), False))
    with pytest.raises(NotAllowed):
        world.database.look(lambda work: roster.to_export(work, Actor("li", "editor"), Wanted(), False))
    with pytest.raises(NoRequest):
        world.database.writer.run(lambda work: roster.note_export(work, CHEN, 2, False, "", world.now))


def test_an_export_is_a_list_that_can_be_brought_in_again(world: World) -> None:
    world.brought(sheet(line(1), line(2)))
    members = world.database.look(lambda work: roster.export(work, CHEN, Wanted(), True))
    again = world.brought(roster_export.write(members))
    assert (again.state, again.same, again.fresh) == ("done", 2, 0)


def test_a_card_opens_for_ten_minutes_and_only_the_last_one(world: World) -> None:
    member = world.enrolled(1)
    clerk = Actor("wang", "staff")

    def issue() -> str:
        return world.database.writer.run(lambda work: cards.issue(work, world.member(member.id), world.now)[0])

    def look(code: str, later: int = 0) -> cards.Shown:
        at = world.now + timedelta(minutes=later)
        return world.database.writer.run(lambda work: cards.look(work, clerk, code, at))

    first = issue()
    shown = look(first.lower().replace("-", " "), 9)
    assert (shown.name, shown.unit, shown.state, shown.valid) == ("李四", "东区铁厂工会", "在册", True)
    assert str(member.number) not in first and mobile(1) not in first
    second = issue()
    for code, later in ((first, 0), (second, 10), ("", 0), ("AAAAA-AAAAA", 0), (second[:-1], 0), ("码" * 10, 0)):
        with pytest.raises(BadCard):
            look(code, later)
    assert rows(world.database, audit.Audit, "action").count(("card_look",)) == 1


def test_a_member_reads_the_own_record_masked(world: World) -> None:
    member = world.enrolled(1)
    said = "\n".join(world.database.look(lambda work: own_membership.record(work, member.person_id or 0, world.now)[0]))
    assert member.number in said and "东区铁厂工会" in said and "2026年11月25日" in said
    assert id_number(1) not in said and mobile(1) not in said


def test_events_of_the_database_hold_no_numbers(world: World) -> None:
    world.brought(sheet(line(1)))
    world.enrolled(2)
    kept = rows(world.database, MemberEvent, "reason", "actor")
    assert not any(each in str(kept) for each in (id_number(1), id_number(2), mobile(1), mobile(2)))
