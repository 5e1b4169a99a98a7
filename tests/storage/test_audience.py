"""Each condition of a rule means the people it says, on both databases; why somebody gets nothing is said once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from storage import audience
from storage.audience import Rule
from storage.base import table
from storage.database import Database
from storage.people import Address, Person
from tests.storage.audience_kit import DAY, Town, of, unfollow
from tests.storage.kit import count

ALL = of(("who", "followers"))


@pytest.fixture
def town(database: Database, now: datetime) -> Town:
    """Eight people; `gone` does not follow any more, `apart` is of no union."""
    town = Town(database, now)
    town.person("apart", days=50)
    town.person("member", town.east, since=True)
    town.person("by_row", town.shop)
    town.person("kept", town.shop)
    town.person("was", town.shop)
    town.person("chair", town.west, office=(town.shop, "主席"))
    town.person("former", town.west, office=(town.shop, "主席", DAY - timedelta(days=1)))
    town.person("gone", town.east, since=True)
    for name, state in (("by_row", "active"), ("kept", "kept"), ("was", "left")):
        town.member_row(name, state, employer="远方快递站" if name == "by_row" else "")
    unfollow(town, "gone")
    return town


EVERYBODY = {"apart", "member", "by_row", "kept", "was", "chair", "former", "gone"}
IN_SHOP = {"by_row", "kept", "was", "chair"}
MEANT: dict[str, tuple[Rule, set[str]]] = {
    "followers": (ALL, EVERYBODY - {"gone"}),
    "members by date or by an active or kept row": (
        of(("who", "members")),
        {"member", "by_row", "kept", "gone"},
    ),
    "cadres of today": (of(("who", "cadres")), {"chair"}),
    "any of two": (of(("who", ("cadres", "members"))), {"chair", "member", "by_row", "kept", "gone"}),
    "below a district, by union or by office": (of(("below", "east")), IN_SHOP | {"member", "gone"}),
    "below either": (of(("below", ("shop", "west"))), IN_SHOP | {"former"}),
    "below the city": (of(("below", "c")), EVERYBODY - {"apart"}),
    "a code nobody has": (of(("below", "%")), set()),
    "an office counts where it is held": (of(("office", "主席"), ("below", "east")), {"chair"}),
    "not where its holder happens to belong": (of(("office", "主席"), ("below", "west")), set()),
    "cadres of a branch likewise": (of(("who", "cadres"), ("below", "west")), set()),
    "another office": (of(("office", "经办人")), set()),
    "the employer of the union": (of(("employer", "好商店")), {"by_row", "kept", "was"}),
    "the employer a member wrote": (of(("employer", "快递")), {"by_row"}),
    "a joker is no joker": (of(("employer", "%")), set()),
    "seen lately": (of(("seen_days", 30)), EVERYBODY - {"apart"}),
    "not seen lately": (of(("not_seen_days", 30)), {"apart"}),
    "both": (of(("who", "members"), ("below", "shop")), {"by_row", "kept"}),
    "but not": (of(("who", "members"), none=(("below", "shop"), ("not_seen_days", 1))), {"member", "gone"}),
}


@pytest.mark.parametrize("name", MEANT)
def test_a_rule_means_whom_it_says(town: Town, name: str) -> None:
    rule, meant = MEANT[name]
    assert town.names(rule) == meant
    for person, person_id in town.ids.items():
        assert town.database.look(lambda work, it=person_id: audience.holds(work, rule, it, town.now)) == (
            person in meant
        )


def test_an_office_is_held_on_its_last_day_in_china_and_not_before_its_first(town: Town) -> None:
    chairs = of(("office", "主席"))
    town.now = datetime.combine(DAY - timedelta(days=1), datetime.max.time(), town.now.tzinfo).replace(microsecond=0)
    assert town.names(chairs) == {"chair"}, "half past midnight in Shanghai would be a day earlier in UTC"
    town.now -= timedelta(hours=8)
    assert town.names(chairs) == {"chair", "former"}
    town.now -= timedelta(days=500)
    assert town.names(chairs) == set()


def test_tags_and_events(town: Town) -> None:
    town.tag("志愿者", "apart", "chair")
    town.tag("一线", "chair", "member")
    town.event(12, "over", apart=("registered", True), member=("registered", False), chair=("waiting", False))
    town.event(13, "open", was=("registered", False), kept=("cancelled", False))
    assert town.names(of(("tag", "志愿者"))) == {"apart", "chair"}
    assert town.names(of(("tag", ("志愿者", "一线")))) == {"apart", "chair", "member"}
    assert town.names(of(("tag", "志愿者"), none=(("tag", "一线"),))) == {"apart"}
    assert town.names(of(("event", (12, "registered")))) == {"apart", "member"}
    assert town.names(of(("event", (12, "registered", "waiting")))) == {"apart", "member", "chair"}
    assert town.names(of(("event", (12, "attended")))) == {"apart"}
    assert town.names(of(("event", (12, "no_show")))) == {"member"}
    assert town.names(of(("event", (13, "no_show")))) == set(), "nobody missed what is not over"
    assert town.names(of(("who", "followers"), none=(("event", (12, "registered")),))) == {
        *("by_row", "kept", "was", "chair", "former")
    }


def test_within_is_a_wall(town: Town) -> None:
    """Whatever the rule says: a branch's staff reach those of their branch, and who holds an office there."""
    inside = {"member", "by_row", "kept", "was", "chair", "gone"}
    for name, (rule, meant) in MEANT.items():
        walled = Rule(rule.every, rule.none, town.east.path)
        assert town.names(walled) == meant & inside, name
        assert town.names(Rule(rule.every, rule.none, "nowhere")) == set(), name
        assert town.names(Rule(rule.every, rule.none, "%")) == set(), name


def test_a_branch_knows_only_who_was_at_its_own_events(town: Town) -> None:
    """Of another branch's event it would learn who of its own people went there."""
    came = {"member": ("registered", True), "kept": ("registered", True)}
    for number, home in ((21, town.shop), (22, town.west), (23, town.city), (24, None)):
        town.event(number, "over", home, **came)
    for number in (21, 22, 23, 24):
        there, apart = (
            of(("event", (number, "attended"))),
            of(("who", "members"), none=(("event", (number, "attended")),)),
        )
        assert town.names(there) == {"member", "kept"}
        assert town.names(Rule(there.every, (), town.east.path)) == ({"member", "kept"} if number == 21 else set())
        left = {"by_row", "gone"} if number == 21 else {"by_row", "gone", "member", "kept"}
        assert town.names(Rule(apart.every, apart.none, town.east.path)) == left


def test_who_moved_to_another_branch_is_within_it_no_more(town: Town) -> None:
    def there(path: str | None) -> set[str]:
        person = table(Person)
        query = sa.select(person.c.id).where(audience.still_within(path, town.now, person.c.id))
        found = set(town.database.look(lambda work: work.look(query).scalars().all()))
        return {name for name, person_id in town.ids.items() if person_id in found}

    assert there(None) == EVERYBODY
    assert there(town.shop.path) == IN_SHOP
    rows = table(Person)
    moved = rows.update().where(rows.c.id == town.ids["kept"]).values(org_id=town.west.id)
    town.database.writer.run(lambda work: work.execute(moved))
    assert there(town.shop.path) == IN_SHOP - {"kept"}
    assert there("nowhere") == set()


def test_who_gets_nothing_is_told_why_and_the_first_reason_counts(town: Town) -> None:
    town.tag("名单", "kept", "was", "gone")
    town.stop("activity", "kept", "member", "gone")
    town.stop("law", "chair")
    town.address("chair", refused="block")
    rule = of(("below", "east"), none=(("tag", "名单"),))
    found = town.database.look(lambda work: audience.count(work, rule, "activity", town.now))
    assert found == {"excluded": 3, "opted_out": 1, "refused": 1, "": 1}
    found = town.database.look(lambda work: audience.count(work, of(("below", "east")), "law", town.now))
    assert found == {"opted_out": 1, "not_following": 1, "": 4}
    found = town.database.look(lambda work: audience.count(work, of(("below", "shop")), "", town.now, "elsewhere"))
    assert found == {"not_following": 4}, "addresses of another channel do not count"


def test_the_best_address_follows_is_not_refused_and_was_seen_last(town: Town) -> None:
    person_id = town.ids["member"]
    more = {"old": (0, {}), "refused": (2, {"refused": "block"}), "left": (3, {"following": False}), "other": (1, {})}

    for name, (days, values) in more.items():
        when, channel = town.now + timedelta(days=days), "mini" if name == "other" else "oa"
        there = {"person_id": person_id, "channel": channel, "user": name, "seen_at": when, "created_at": when}
        row = Address(id=days + 1, **there, **values)
        town.database.writer.run(lambda work, row=row: work.session.add(row))
    users = {row.id: row.user for row in town.database.look(lambda work: work.look(sa.select(table(Address))).all())}

    def best(**narrow: Any) -> dict[int, str]:
        query = audience.best_address(**narrow)
        return {row.person_id: users[row.address_id] for row in town.database.look(lambda work: work.look(query).all())}

    assert best()[person_id] == "other"
    assert best(channel="oa")[person_id] in ("member", "old"), "both were seen at the same moment: one of them"
    assert len(best()) == count(town.database, Person) == len(best(channel="oa"))
    assert best(first=person_id, last=person_id) == {person_id: "other"}
    assert best(first=person_id + 1).keys() == {each for each in town.ids.values() if each > person_id}
    who = table(Person)
    query = sa.select(who.c.id, audience.address_of(who.c.id, "oa").label("best"))
    rows = town.database.look(lambda work: work.look(query).all())
    assert {row.id: users[row.best] for row in rows} == best(channel="oa")


def test_it_may_be_used_inside_another_query(town: Town) -> None:
    """Nothing of it gets mixed up with tables of the query around it."""
    who, address = table(Person), table(Address)
    meant = audience.included(of(("who", "members"), ("seen_days", 3)), town.now)
    why = audience.why_left_out(of(("who", "members"), none=(("who", "cadres"),)), "law", town.now, who.c.id)
    query = (
        sa.select(who.c.id, address.c.id, why.label("why"))
        .join(address, address.c.person_id == who.c.id)
        .where(who.c.id.in_(meant), who.c.id > 0)
        .order_by(who.c.id)
        .limit(20)
    )
    rows = town.database.look(lambda work: work.look(query).all())
    by_id = {person_id: name for name, person_id in town.ids.items()}
    assert {by_id[row[0]]: row.why for row in rows} == {"member": "", "by_row": "", "kept": "", "gone": "not_following"}
    excluded = audience.is_excluded(of(("who", "members"), none=(("below", "shop"),)), town.now, address.c.person_id)
    left = sa.select(address.c.person_id).where(address.c.person_id.in_(meant), ~excluded)
    assert {by_id[row[0]] for row in town.database.look(lambda work: work.look(left).all())} == {"member", "gone"}
    piece = meant.where(meant.selected_columns.person_id > min(town.ids.values())).order_by("person_id").limit(2)
    assert len(town.database.look(lambda work: work.look(piece).all())) == 2
