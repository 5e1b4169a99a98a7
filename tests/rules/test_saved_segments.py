"""Saved segments belong to a branch; tags are the union's, but are put on people of one's own branch only."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from bot.services import segments, tags
from bot.services.actors import Actor, NotAllowed
from bot.services.segments import BadSegment
from bot.services.tags import BadTag
from storage import tags as stored
from storage.audit import Audit
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.members import Member
from storage.segments import PersonTag
from storage.work import Work
from tests.storage.audience_kit import DAY, Town
from tests.storage.kit import rows

RAW = {"all": [{"who": "members"}], "none": []}


@pytest.fixture
def town(database: Database, now: datetime) -> Town:
    town = Town(database, now)
    for name, org in (("one", town.east), ("two", town.east), ("else", town.west)):
        town.person(name, org, since=True)
        town.member_row(name)
    return town


def actors(town: Town) -> tuple[Actor, Actor, Actor]:
    """An editor of the city, one of the east, one of the west."""
    east = Actor("e", "editor", town.east.id, town.east.path)
    return Actor("c", "editor", town.city.id), east, Actor("w", "editor", town.west.id, town.west.path)


def run(town: Town, job: Any, *args: Any, **more: Any) -> Any:
    return town.database.writer.run(lambda work: job(work, *args, **more))


def put_on_rule(town: Town, actor: Actor, tag: int, raw: Any) -> int:
    """As the console does it: counted, then in pieces; how many did not have it."""
    people = town.database.look(lambda work: tags.lacking(work, actor, tag, raw, town.now))
    done = _pieces(town, lambda work, after: tags.put_on_some(work, actor, tag, raw, people, town.now, after))
    assert done == people
    return done


def clear(town: Town, actor: Actor, tag: int) -> int:
    """The same; how many had it."""
    people = town.database.look(lambda work: tags.one(work, actor, tag)).people
    done = _pieces(town, lambda work, after: tags.clear_some(work, actor, tag, people, town.now, after))
    assert done == people
    return done


def _pieces(town: Town, step: Callable[[Work, int], tags.Piece]) -> int:
    done, after = 0, tags.FIRST
    for _ in range(50):
        piece = town.database.writer.run(lambda work, after=after: step(work, after))
        done += piece.people
        if piece.last is None:
            return done
        after = piece.last
    raise AssertionError("it never ends")


def test_a_branch_sees_the_citys_and_its_own_and_changes_its_own(town: Town) -> None:
    city, east, west = actors(town)
    of_city = run(town, segments.save, city, " 全体 会员 ", RAW, town.now)
    of_east = run(town, segments.save, east, "全体 会员", RAW, town.now)
    names = {
        who.name: [(each.id, each.unit, each.mine) for each in run(town, segments.listing, who)] for who in actors(town)
    }
    assert names["w"] == [(of_city, "", False)]
    assert sorted(names["e"]) == sorted([(of_city, "", False), (of_east, "城东区总工会", True)])
    assert {each[2] for each in names["c"]} == {True} and len(names["c"]) == 2
    assert run(town, segments.one, east, of_east).words == "会员"
    for job, args in ((segments.rename, ("新名",)), (segments.drop, ()), (segments.one, ())):
        more = () if job is segments.one else (town.now,)
        with pytest.raises((NotAllowed, BadSegment)):
            run(town, job, west, of_east, *args, *more)
    with pytest.raises(NotAllowed):
        run(town, segments.save, east, "全体 会员", RAW, town.now, of_city)
    with pytest.raises(NotAllowed):
        run(town, segments.listing, Actor("s", "staff", town.east.id, town.east.path))
    run(town, segments.rename, east, of_east, "城东会员", town.now)
    run(town, segments.save, east, "城东干部", {"all": [{"who": "cadres"}]}, town.now, of_east)
    kept = run(town, segments.one, east, of_east)
    assert (kept.name, kept.words, kept.by) == ("城东干部", "任职的工会干部", "e")
    run(town, segments.drop, east, of_east, town.now)
    with pytest.raises(BadSegment):
        run(town, segments.one, east, of_east)
    actions = [row[0] for row in rows(town.database, Audit, "action")]
    assert sorted(actions) == ["segment_drop", *["segment_save"] * 4]


def test_a_name_is_taken_once_in_a_branch(town: Town) -> None:
    city, east, _ = actors(town)
    first = run(town, segments.save, city, "甲", RAW, town.now)
    run(town, segments.save, east, "甲", RAW, town.now)
    other = run(town, segments.save, city, "乙", RAW, town.now)
    for name in ("甲", "", "  ", "长" * 41, "a\x07b"):
        with pytest.raises(BadSegment):
            run(town, segments.rename, city, other, name, town.now)
    assert run(town, segments.save, city, "甲", RAW, town.now, first) == first
    with pytest.raises(BadSegment):
        run(town, segments.save, city, "丙", {"all": [{"tag": "没有"}]}, town.now)


@pytest.mark.parametrize("piece", [1, 2, 3, 10])
def test_a_tag_goes_on_and_off_many_in_pieces(town: Town, monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    """Each once, whatever the size; what was broken off is done by doing it again; the trail says how many at once."""
    monkeypatch.setattr(stored, "PIECE", piece)
    city, east, _ = actors(town)
    tag = run(town, tags.create, city, "志愿者", town.now)
    raw = {"all": [{"who": "members"}], "none": [{"tag": "没有的"}]}
    with pytest.raises(BadSegment):
        put_on_rule(town, city, tag, raw)
    raw["none"] = []
    run(town, tags.put_on_some, city, tag, raw, 3, town.now)  # and the process ends
    begun = len(rows(town.database, PersonTag, "person_id"))
    assert begun == min(piece, 3)
    assert put_on_rule(town, city, tag, raw) == 3 - begun
    assert clear(town, east, tag) == 2
    assert put_on_rule(town, east, tag, raw) == 2
    assert clear(town, city, tag) == 3
    found = [row for row in rows(town.database, Audit, "action", "note") if row[0] in ("tag_on", "tag_off")]
    counted = [("tag_on", 3), ("tag_on", 3 - begun), ("tag_off", 2), ("tag_on", 2), ("tag_off", 3)]
    assert sorted(found) == sorted((action, f"志愿者 {many}") for action, many in counted)


def test_a_tag_is_taken_off_many_before_it_is_dropped_and_stays_while_a_rule_names_it(town: Town) -> None:
    city, east, _ = actors(town)
    tag = run(town, tags.create, city, "志愿者", town.now)
    put_on_rule(town, city, tag, RAW)
    saved = run(town, segments.save, city, "志愿者们", {"all": [{"tag": "志愿者"}]}, town.now)
    for refused in (
        lambda: town.database.look(lambda work: tags.may_drop(work, city, tag)),
        lambda: run(town, tags.clear_some, city, tag, 3, town.now, to_drop=True),
    ):
        with pytest.raises(BadTag):
            refused()
    run(town, segments.drop, city, saved, town.now)
    with pytest.raises(NotAllowed):
        town.database.look(lambda work: tags.may_drop(work, east, tag))
    assert town.database.look(lambda work: tags.may_drop(work, city, tag)) == 3
    assert run(town, tags.clear_some, city, tag, 3, town.now, to_drop=True) == (3, None)
    assert run(town, tags.drop, city, tag, town.now) == 0


def test_tags_go_on_people_of_ones_own_branch(town: Town) -> None:
    city, east, west = actors(town)
    tag = run(town, tags.create, east, "志愿者", town.now)
    town.database.writer.run(lambda work: _silent(work, town))
    put = run(town, tags.put_on_numbers, east, tag, "n-one n-one\nn-else\nn-silent n-no", town.now)
    assert (put.done, sorted(put.unknown), put.silent) == (1, ["n-else", "n-no"], 1)
    assert put_on_rule(town, east, tag, {"all": [{"who": "members"}]}) == 1, "one had it"
    assert put_on_rule(town, west, tag, {"all": [{"who": "members"}]}) == 1
    people = [run(town, tags.listing, who)[0].people for who in (city, east, west)]
    assert people == [3, 2, 1]
    assert run(town, tags.of_person, town.ids["one"]) == ["志愿者"]
    put = run(town, tags.put_on_numbers, west, tag, "n-one n-else", town.now, take_off=True)
    assert (put.done, put.unknown) == (1, ["n-one"])
    assert clear(town, west, tag) == 0
    assert clear(town, east, tag) == 2
    assert rows(town.database, PersonTag, "person_id") == []
    for typed in ("", " ".join(map(str, range(2001)))):
        with pytest.raises(BadTag):
            run(town, tags.put_on_numbers, east, tag, typed, town.now)


def _silent(work: Work, town: Town) -> None:
    """A member whom only a list brought in."""
    member = {"number": "n-silent", "org_id": town.shop.id, "name": "乙", "source": "import"}
    when = {"joined_on": DAY, "since_on": DAY, "created_at": town.now, "updated_at": town.now}
    work.session.add(Member(id=work.new_id(), **member, **when))


def test_a_tag_that_a_rule_names_stays_as_it_is(town: Town) -> None:
    city, _, _ = actors(town)
    tag = run(town, tags.create, city, "劳模", town.now)
    raw = {"all": [{"who": "members"}], "none": [{"tag": ["劳模"]}]}
    saved = run(town, segments.save, city, "不含劳模", raw, town.now)
    told = {"title": "放映", "text": "t", "author": "staff:c", "created_at": town.now}
    for key, state in (("live", "draft"), ("over", "done")):
        row = Broadcast(id=8 if key == "over" else 9, key=key, state=state, segment={"all": [{"tag": "劳模"}]}, **told)
        town.database.writer.run(lambda work, row=row: work.session.add(row))
    old = Broadcast(id=77, key="old", state="sending", segment={"audience": "members", "below": ""}, **told)
    town.database.writer.run(lambda work: work.session.add(old))
    for job, args in ((tags.rename, ("劳动模范",)), (tags.drop, ())):
        with pytest.raises(BadTag) as refused:
            run(town, job, city, tag, *args, town.now)
        assert "对象“不含劳模”、通知“放映”使用" in refused.value.words
    run(town, segments.drop, city, saved, town.now)
    town.database.writer.run(lambda work: work.session.delete(work.session.get(Broadcast, 9)))
    run(town, tags.rename, city, tag, "劳动模范", town.now)
    run(town, tags.put_on_numbers, city, tag, "n-one n-else", town.now)
    assert run(town, tags.drop, city, tag, town.now) == 2
    assert run(town, tags.listing, city) == []


def test_a_branch_changes_only_what_is_its_own_tag(town: Town) -> None:
    city, east, west = actors(town)
    tag = run(town, tags.create, east, "骨干", town.now)
    with pytest.raises(NotAllowed):
        run(town, tags.rename, west, tag, "别的", town.now)
    run(town, tags.put_on_numbers, west, tag, "n-else", town.now)
    with pytest.raises(NotAllowed):
        run(town, tags.drop, east, tag, town.now)
    clear(town, west, tag)
    assert run(town, tags.drop, east, tag, town.now) == 0
    with pytest.raises(BadTag):
        run(town, tags.one, city, tag)


@pytest.mark.parametrize("name", ["", " ", "长" * 21, "癌症患者", "残疾人", "信教", "a,b", "甲、乙", "x\x00", "hiv"])
def test_some_words_are_no_tag(town: Town, name: str) -> None:
    with pytest.raises(BadTag):
        run(town, tags.create, actors(town)[0], name, town.now)


def test_a_tag_is_made_once(town: Town) -> None:
    city, east, _ = actors(town)
    run(town, tags.create, city, "志愿者", town.now)
    with pytest.raises(BadTag) as refused:
        run(town, tags.create, east, " 志愿者 ", town.now)
    assert "已经有" in refused.value.words
