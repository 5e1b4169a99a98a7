"""Whom a rule means, as conditions of a query: no list of people is ever held, whatever the size of the union.

A `Rule` is what `bot/services/segments.py` has checked. Every function gives SQL for SQLite and PostgreSQL alike. A
rule looks at persons, not at addresses: who has none that may be written to is told by `why_left_out`.

Membership: `person.member_since` is set, or a member row of theirs is `active` or `kept` (`storage/members.py`). An
office is held as `storage/orgs.py` has it, on the day in China. With `within` (the branch of who sends) only people of
that branch are meant, whatever else the rule says: whose union it is, or who holds an office there. Events count where
that branch holds them: who was at another branch's event is not its to know.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from storage.base import table, tally
from storage.events import Event, Registration
from storage.members import HERE, Member
from storage.orgs import Appointment, Organisation
from storage.people import Address, Person
from storage.segments import PersonTag, Tag, TopicChoice
from storage.work import Work

CHINA = ZoneInfo("Asia/Shanghai")
Condition = sa.ColumnElement[bool]
Ids = sa.Select[Any]
Check = Callable[[sa.FromClause], Condition]


@dataclass(frozen=True, slots=True)
class Term:
    """One condition. `values`: any of them will do; of an event the first is its number, the others are states."""

    kind: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Everybody whom all terms of `every` hold for and none of `none`. `within`: a path of the tree, None for all."""

    every: tuple[Term, ...]
    none: tuple[Term, ...] = ()
    within: str | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a term may need beside itself: when, and the branches (an office counts where it is held).

    `whole`: everybody is looked at in one go; else a piece of the persons, or one. `within`: as the rule has it.
    """

    now: datetime
    branches: tuple[Ids, ...] = ()
    whole: bool = False
    within: str | None = None

    @property
    def day(self) -> date:
        return self.now.astimezone(CHINA).date()

    def there(self, *where: Condition) -> Condition:
        """That there is such a row.

        For a piece PostgreSQL must look it up person by person: it would merge two tables from their beginning, again
        for every piece. The offset, which changes nothing, keeps it from turning EXISTS into a join.
        """
        found = sa.select(sa.literal(1)).where(*where)
        return (found if self.whole else found.offset(0)).exists()


def included(rule: Rule, now: datetime, whole: bool = False) -> Ids:
    """`person_id` of everybody the rule means, excluded ones among them.

    Selects from `person`, so it can be narrowed and ordered by that table's columns. `whole`: it will be read to its
    end in one statement, not in pieces.
    """
    who = table(Person)
    branches = tuple(_below(term.values) for term in rule.every if term.kind == "below")
    asked = _Asked(now, branches, whole, rule.within)
    where = [_met(term, who, asked) for term in rule.every]
    if rule.within is not None:
        where.append(_of_branch(who, _beneath(rule.within), asked))
    return sa.select(who.c.id.label("person_id")).where(*where)


def ahead(work: Work, after: int, many: int) -> int | None:
    """The id of the person who is so many further on in the order of ids; None where there are fewer.

    Who goes through everybody in pieces ends a piece there at the latest: looking for the next ones whom a rule means
    would read the whole city where it means few.
    """
    who = table(Person)
    query = sa.select(who.c.id).where(who.c.id > after).order_by(who.c.id).offset(many - 1).limit(1)
    found: int | None = work.execute(query).scalar()
    return found


def is_excluded(rule: Rule, now: datetime, person_id: sa.ColumnElement[int]) -> Condition:
    """That a person of `included` is to be left out, because the rule says so."""
    if not rule.none:
        return sa.false()
    person = table(Person)
    who: sa.FromClause = person if person_id is person.c.id else person.alias()
    met = sa.or_(*(_met(term, who, _Asked(now, within=rule.within)) for term in rule.none))
    return met if who is person else sa.exists().where(who.c.id == person_id, met)


def still_within(path: str | None, now: datetime, person_id: sa.ColumnElement[int]) -> Condition:
    """That a person is of the branch at a path now, by their union or an office; of None is everybody.

    For who was chosen before and is written to again: a branch's notice does not follow those who moved away.
    """
    if path is None:
        return sa.true()
    who = table(Person).alias()
    return sa.exists().where(who.c.id == person_id, _of_branch(who, _beneath(path), _Asked(now)))


def opted_out(topic: str | sa.ColumnElement[str], person_id: sa.ColumnElement[int]) -> Condition:
    """That a person does not want notices of a topic."""
    choice = table(TopicChoice).alias()
    return sa.exists().where(choice.c.person_id == person_id, choice.c.topic == topic)


def why_left_out(
    rule: Rule, topic: str, now: datetime, person_id: sa.ColumnElement[int], channel: str = ""
) -> sa.ColumnElement[str]:
    """Why a person of `included` gets nothing: excluded, opted_out, not_following, refused; empty for those who do.

    The first that holds, in this order. `channel`: only addresses there count; empty for any.
    """
    cases = [(opted_out(topic, person_id), sa.literal("opted_out"))]
    if rule.none:
        cases.insert(0, (is_excluded(rule, now, person_id), sa.literal("excluded")))
    asked = _Asked(now)
    allowed, there = (_addresses(asked, person_id, channel, each) for each in (_allows, _follows))
    return sa.case(*cases, (allowed, sa.literal("")), (there, sa.literal("refused")), else_=sa.literal("not_following"))


def best_address(first: int | None = None, last: int | None = None, channel: str = "") -> Ids:
    """`person_id`, `address_id`: the address of each person to write to, following first, not refused, seen last.

    Persons with ids from `first` to `last`, both included. For single rows of another query see `address_of`.
    """
    address = table(Address).alias()
    ours, within = address.c.person_id, []
    if first is not None:
        within.append(ours >= first)
    if last is not None:
        within.append(ours <= last)
    if channel:
        within.append(_on(address, channel))
    place = sa.func.row_number().over(partition_by=ours, order_by=_best_first(address)).label("place")
    ranked = sa.select(ours, address.c.id.label("address_id"), place).where(*within).subquery()
    return sa.select(ranked.c.person_id, ranked.c.address_id).where(ranked.c.place == 1)


def address_of(person_id: sa.ColumnElement[int], channel: str = "") -> sa.ScalarSelect[Any]:
    """The id of the address `best_address` would choose for a person, null without any."""
    address = table(Address).alias()
    query = sa.select(address.c.id).where(address.c.person_id == person_id)
    if channel:
        query = query.where(_on(address, channel))
    return query.order_by(*_best_first(address)).limit(1).scalar_subquery()


def _on(address: sa.FromClause, channel: str) -> Condition:
    """On this channel; said so that no index of channels is looked into: nearly all addresses are on the same one, and
    both databases would read them all for every person."""
    return address.c.channel.concat("") == channel


def _best_first(address: sa.FromClause) -> tuple[Any, ...]:
    return address.c.following.desc(), (address.c.refused == "").desc(), address.c.seen_at.desc(), address.c.id


def _addresses(asked: _Asked, person_id: sa.ColumnElement[int], channel: str, *more: Check) -> Condition:
    """That a person has an address that meets the conditions."""
    address = table(Address).alias()
    there = [address.c.channel == channel] if channel else []
    return asked.there(address.c.person_id == person_id, *there, *(each(address) for each in more))


def _follows(address: sa.FromClause) -> Condition:
    return address.c.following


def _allows(address: sa.FromClause) -> Condition:
    return sa.and_(address.c.following, address.c.refused == "")


def _seen(term: Term, who: sa.FromClause, asked: _Asked) -> Condition:
    since = asked.now - timedelta(days=term.values[0])
    return _addresses(asked, who.c.id, "", lambda address: address.c.seen_at >= since)


def _beneath(path: str) -> Ids:
    org = table(Organisation).alias()
    return sa.select(org.c.id).where(org.c.path.startswith(path, autoescape=True))


def _below(codes: tuple[str, ...]) -> Ids:
    org, top = table(Organisation).alias(), table(Organisation).alias()
    return sa.select(org.c.id).where(top.c.code.in_(codes), org.c.path.like(top.c.path + "%"))  # a path has no % nor _


def _in_office(asked: _Asked, *more: Check) -> Ids:
    """The persons who hold an office today that meets the conditions, and is in every branch meant."""
    held = table(Appointment).alias()
    today = (held.c.since <= asked.day, sa.or_(held.c.until.is_(None), held.c.until >= asked.day))
    there = (held.c.org_id.in_(branch) for branch in asked.branches)
    return sa.select(held.c.person_id).where(*today, *there, *(each(held) for each in more))


def _of_branch(who: sa.FromClause, branch: Ids, asked: _Asked) -> Condition:
    serves = _in_office(_Asked(asked.now, (branch,)))
    return sa.or_(who.c.org_id.in_(branch), who.c.id.in_(serves))


def _who(term: Term, who: sa.FromClause, asked: _Asked) -> Condition:
    kinds: dict[str, Callable[[], Condition]] = {
        "followers": lambda: _addresses(asked, who.c.id, "", _follows),
        "members": lambda: sa.or_(who.c.member_since.is_not(None), _is_member(who, asked)),
        "cadres": lambda: who.c.id.in_(_in_office(asked)),
    }
    return sa.or_(*(kinds[value]() for value in term.values))


def _is_member(who: sa.FromClause, asked: _Asked, *more: Check) -> Condition:
    member = table(Member).alias()
    return asked.there(member.c.person_id == who.c.id, member.c.state.in_(HERE), *(each(member) for each in more))


def _tagged(term: Term, who: sa.FromClause, asked: _Asked) -> Condition:
    tag, tagged = table(Tag).alias(), table(PersonTag).alias()
    wanted = sa.select(tag.c.id).where(tag.c.name.in_(term.values))
    return asked.there(tagged.c.person_id == who.c.id, tagged.c.tag_id.in_(wanted))


def _employed(term: Term, who: sa.FromClause, asked: _Asked) -> Condition:
    org = table(Organisation).alias()

    def named(column: sa.ColumnElement[str]) -> Condition:
        return sa.or_(*(column.icontains(words, autoescape=True) for words in term.values))

    theirs = _is_member(who, asked, lambda member: named(member.c.employer))
    return sa.or_(who.c.org_id.in_(sa.select(org.c.id).where(named(org.c.employer))), theirs)


def _at_event(term: Term, who: sa.FromClause, asked: _Asked) -> Condition:
    row, event = table(Registration).alias(), table(Event).alias()
    in_, came = row.c.state == "registered", row.c.attended_at.is_not(None)
    states = {
        "registered": in_,
        "waiting": row.c.state == "waiting",
        "attended": came,
        "no_show": sa.and_(in_, ~came, event.c.state == "over"),
    }
    any_of = sa.or_(*(states[state] for state in term.values[1:]))
    ours = [event.c.number == term.values[0], row.c.event_id == event.c.id, row.c.person_id.is_not(None)]
    ours += [] if asked.within is None else [event.c.org_id.in_(_beneath(asked.within))]
    return who.c.id.in_(sa.select(row.c.person_id).where(*ours, any_of))


_TERMS: Mapping[str, Callable[[Term, sa.FromClause, _Asked], Condition]] = MappingProxyType(
    {
        "who": _who,
        "below": lambda term, who, asked: _of_branch(who, _below(term.values), asked),
        "office": lambda term, who, asked: who.c.id.in_(
            _in_office(asked, lambda held: held.c.office.in_(term.values)),
        ),
        "tag": _tagged,
        "employer": _employed,
        "event": _at_event,
        "seen_days": _seen,
        "not_seen_days": lambda term, who, asked: ~_seen(term, who, asked),
    }
)


def _met(term: Term, who: sa.FromClause, asked: _Asked) -> Condition:
    return _TERMS[term.kind](term, who, asked)


def count(
    work: Work, rule: Rule, topic: str, now: datetime, channel: str = "", most: int | None = None
) -> dict[str, int]:
    """How many persons the rule means now, by why they are left out (empty: they are not). One statement, one pass.

    It stops after `most` persons: nobody knows then how many there are, nor how those would divide.
    """
    who = table(Person)
    why = why_left_out(rule, topic, now, who.c.id, channel).label("why")
    counted = included(rule, now, whole=True).add_columns(why).limit(most).subquery()
    return tally(work.look(sa.select(counted.c.why, sa.func.count()).group_by(counted.c.why)).all())


def holds(work: Work, rule: Rule, person_id: int, now: datetime) -> bool:
    """Whether one person is meant by the rule and not excluded."""
    who = table(Person)
    query = included(rule, now).where(who.c.id == person_id, ~is_excluded(rule, now, who.c.id))
    return work.look(query).first() is not None
