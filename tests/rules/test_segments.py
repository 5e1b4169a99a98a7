"""What staff may write as a rule, what it says in words, and that a branch never reaches beyond itself."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.services import segments
from bot.services.actors import NOWHERE, Actor
from bot.services.bindings import OFFICES
from bot.services.reasons import REASONS
from bot.services.segments import BadSegment
from storage.audience import Rule, Term
from storage.database import Database
from tests.storage.audience_kit import Town, unfollow

FOLLOWERS = {"who": "followers"}
GOOD: list[dict[str, Any]] = [
    {"who": "members"},
    {"who": ["members", "cadres"]},
    {"below": "east"},
    {"below": ["east", "west"]},
    {"office": "主席"},
    {"tag": "志愿者"},
    {"employer": "好商店"},
    {"event": 12, "in": "registered"},
    {"event": 12, "in": ["registered", "waiting"]},
    {"seen_days": 30},
    {"not_seen_days": 3650},
]
BAD: dict[str, Any] = {
    "not a rule": ["who"],
    "nothing": {},
    "no condition": {"all": [], "none": [{"who": "members"}]},
    "an unknown part": {"all": [FOLLOWERS], "any": []},
    "a part that is no text": {"all": [FOLLOWERS], 7: []},
    "conditions in no list": {"all": FOLLOWERS},
    "a text for a list": {"all": "who"},
    "too many": {"all": [{"seen_days": each} for each in range(1, 12)]},
    "too many to leave out": {"all": [FOLLOWERS], "none": [{"seen_days": each} for each in range(1, 12)]},
    "a condition that is a text": {"all": ["followers"]},
    "an empty one": {"all": [{}]},
    "an unknown one": {"all": [{"age": 50}]},
    "two in one": {"all": [{"who": "members", "below": "east"}]},
    "an event without a state": {"all": [{"event": 3}]},
    "a state without an event": {"all": [{"in": "registered"}]},
    "an event and more": {"all": [{"event": 3, "in": "registered", "tag": "x"}]},
    "an unknown state": {"all": [{"event": 3, "in": "dead"}]},
    "an event of a text": {"all": [{"event": "3", "in": "registered"}]},
    "an event too large for a column": {"all": [{"event": 10**10, "in": "registered"}]},
    "unknown people": {"all": [{"who": "everybody"}]},
    "no people": {"all": [{"who": []}]},
    "people of a number": {"all": [{"who": 1}]},
    "people of a mapping": {"all": [{"who": {"a": 1}}]},
    "an unknown office": {"all": [{"office": "皇帝"}]},
    "yes as days": {"all": [{"seen_days": True}]},
    "no days": {"all": [{"seen_days": 0}]},
    "half a day": {"all": [{"seen_days": 1.5}]},
    "days of a text": {"all": [{"not_seen_days": "30"}]},
    "days before the calendar": {"all": [{"not_seen_days": 10**9}]},
    "an empty tag": {"all": [{"tag": "  "}]},
    "a long tag": {"all": [{"tag": "长" * 21}]},
    "a tag PostgreSQL cannot hold": {"all": [{"tag": "a\x00b"}]},
    "many tags": {"all": [{"tag": [str(each) for each in range(21)]}]},
    "a long employer": {"all": [{"employer": "长" * 41}]},
    "a long code": {"all": [{"below": "c" * 33}]},
    "nothing as code": {"all": [{"below": None}]},
}


@pytest.mark.parametrize("condition", GOOD, ids=str)
def test_a_good_rule_comes_back_as_it_was(condition: dict[str, Any]) -> None:
    raw = {"all": [condition], "none": [condition]}
    rule = segments.parse(raw)
    assert segments.as_json(rule) == raw
    assert segments.parse(segments.as_json(rule)) == rule


def test_what_says_the_same_twice_is_one() -> None:
    rule = segments.parse({"all": [FOLLOWERS, FOLLOWERS, {"tag": [" 志愿者", "志愿者 "]}]})
    assert rule == Rule((Term("who", ("followers",)), Term("tag", ("志愿者",))))


@pytest.mark.parametrize("name", BAD)
def test_a_bad_rule_is_refused_in_chinese(name: str) -> None:
    with pytest.raises(BadSegment) as refused:
        segments.parse(BAD[name])
    assert refused.value.words.endswith("。") and len(refused.value.words) < 120
    assert not any(key in refused.value.words for key in ("followers", "registered", "None"))


def test_what_is_not_there_is_refused(database: Database, now: datetime) -> None:
    """An exclusion of a tag that is misspelt would exclude nobody."""
    town = Town(database, now)
    town.tag("志愿者")
    town.event(12, "open")

    def check(*conditions: dict[str, Any]) -> None:
        for raw in ({"all": conditions}, {"all": [FOLLOWERS], "none": conditions}):
            database.look(lambda work, raw=raw: segments.check(work, segments.parse(raw)))

    check({"below": ["east", "c"]}, {"tag": "志愿者"}, {"event": 12, "in": "waiting"})
    for condition, word in (
        ({"below": ["c", "nord"]}, "nord"),
        ({"tag": "志愿"}, "志愿"),
        ({"event": 13, "in": "attended"}, "13"),
    ):
        with pytest.raises(BadSegment) as refused:
            check(condition)
        assert f"“{word}”" in refused.value.words


def test_another_branch_s_event_is_none_to_a_branch(database: Database, now: datetime) -> None:
    town = Town(database, now)
    for number, home in ((21, town.shop), (22, town.west), (23, None)):
        town.event(number, "open", home)
    east = Actor("b", "editor", town.east.id, town.east.path)

    def check(actor: Actor, number: int, side: str = "all") -> None:
        raw = {"all": [FOLLOWERS], side: [{"event": number, "in": "registered"}]}
        database.look(lambda work: segments.check(work, segments.confine(segments.parse(raw), actor)))

    for number in (21, 22, 23):
        check(Actor("a", "editor"), number)
    check(east, 21)
    for number, side in ((22, "all"), (22, "none"), (23, "all")):
        with pytest.raises(BadSegment) as refused:
            check(east, number, side)
        assert f"没有编号为“{number}”的活动，别的工会的活动不能用" in refused.value.words


def test_every_rule_has_its_words(database: Database, now: datetime) -> None:
    town = Town(database, now)

    def words(raw: dict[str, Any], within: str | None = None) -> str:
        rule = replace(segments.parse(raw), within=within)
        return database.look(lambda work: segments.describe(work, rule))

    assert words({"all": [{"who": "members"}, {"below": "east"}]}) == "会员，并且城东区总工会及下属组织的人"
    assert words({"all": [FOLLOWERS], "none": [{"tag": "已领取"}, {"not_seen_days": 90}]}) == (
        "关注公众号的人；不发给：有标签“已领取”的人、最近90天没有联系过的人"
    )
    assert words({"all": [{"event": 12, "in": ["registered", "waiting"]}]}) == "活动12已报名或候补中的人"
    assert words({"all": [FOLLOWERS]}, town.east.path) == "关注公众号的人（只限城东区总工会范围内）"
    assert words({"all": [FOLLOWERS]}, NOWHERE) == "关注公众号的人（只限没有任何组织范围内）"
    for each in GOOD:
        assert words({"all": [each]})


def test_a_branch_is_confined_to_itself_whatever_it_had_before() -> None:
    rule = segments.parse({"all": [FOLLOWERS]})
    city, east = Actor("a", "admin"), Actor("b", "editor", 2, "/1/2/")
    assert segments.confine(rule, city) is rule
    assert segments.confine(rule, east).within == "/1/2/"
    assert segments.confine(replace(rule, within="/1/"), east).within == "/1/2/", "wider than theirs"
    assert segments.confine(replace(rule, within="/1/2/5/"), east).within == "/1/2/5/", "narrower stays"
    assert segments.confine(replace(rule, within="/1/3/"), east).within == NOWHERE, "somebody else's"
    assert segments.confine(replace(rule, within="/1/3/"), city).within == "/1/3/"
    assert segments.confine(rule, Actor("c", "admin", 9, NOWHERE)).within == NOWHERE


def test_what_a_branch_owns_reaches_that_branch(database: Database, now: datetime) -> None:
    town = Town(database, now)
    rule = segments.parse({"all": [FOLLOWERS]})

    def within(org_id: int | None) -> str | None:
        return database.look(lambda work: segments.confine_to(work, rule, org_id)).within

    assert (within(None), within(town.city.id)) == (None, None)
    assert within(town.east.id) == town.east.path
    assert within(12345) == NOWHERE


def test_the_count_says_who_is_left_out_and_why(database: Database, now: datetime) -> None:
    town = Town(database, now)
    for name in ("one", "two", "three", "four"):
        town.person(name, town.east, since=True)
    town.person("else", town.west, since=True)
    town.tag("已领取", "one")
    town.stop("activity", "two")
    unfollow(town, "three")
    rule = segments.parse({"all": [{"who": "members"}], "none": [{"tag": "已领取"}]})
    confined = segments.confine(rule, Actor("b", "editor", town.east.id, town.east.path))
    counts = database.look(lambda work: segments.count(work, confined, "activity", now))
    assert (counts.people, counts.reachable) == (4, 1)
    assert counts.left_out == {"excluded": 1, "opted_out": 1, "not_following": 1}
    assert counts.left_out.keys() <= REASONS.keys()
    everywhere = database.look(lambda work: segments.count(work, rule, "urgent", now))
    assert (everywhere.people, everywhere.reachable) == (5, 3), "nobody opts out of what is urgent"


def test_the_offices_of_a_rule_are_those_people_may_hold() -> None:
    for office in OFFICES:
        assert segments.parse({"all": [{"office": office}]}).every == (Term("office", (office,)),)
