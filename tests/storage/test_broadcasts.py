"""A notice becomes one row for each person of its segment, at the address seen last, and never two."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from storage import broadcasts, orgs, people
from storage.base import table
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.orgs import Organisation
from storage.outbox import Outbox
from storage.people import Known, Person
from storage.work import Work
from tests.storage.kit import count, meet, rows

DAY = date(2026, 11, 25)


class Town:
    """A city with two districts; people in each; who is a member and who holds an office."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database, self.now = database, now
        self.city, self.east, self.west, self.shop = database.writer.run(self._orgs)
        self.people: dict[str, Known] = {}
        self.add("follower")
        self.add("member", member=True, org=self.east)
        self.add("shop member", member=True, org=self.shop)
        self.add("west cadre", office=self.west)
        self.add("shop cadre", member=True, org=self.west, office=self.shop)
        for user, gone in (("left", ""), ("refused", "block")):
            known = self.add(user, member=True, org=self.east)
            database.writer.run(
                lambda work, a=known.address_id, why=gone: (
                    people.refuse(work, a, why) if why else people.mark_unfollowed(work, a)
                )
            )

    @staticmethod
    def _orgs(work: Work) -> list[Organisation]:
        city = orgs.put(work, "c", "市总工会", "市", "", None)
        east, west = (orgs.put(work, code, code, "区县", "", city) for code in ("east", "west"))
        return [city, east, west, orgs.put(work, "shop", "商店工会", "基层", "商店", east)]

    def add(
        self, user: str, member: bool = False, org: Organisation | None = None, office: Organisation | None = None
    ) -> Known:
        known = self.people[user] = meet(self.database, user, self.now)

        def dress(work: Work) -> None:
            person = people.get(work, known.person_id)
            assert person is not None
            person.member_since = self.now if member else None
            person.org_id = org.id if org else None
            if office:
                orgs.appoint(work, office, known.person_id, "主席", DAY)

        self.database.writer.run(dress)
        return known

    def reached(self, audience: str, below: Organisation | None = None) -> set[str]:
        """Who gets a notice to this segment."""
        sent = expand(self.database, f"{audience}{below and below.id}", self.now, audience, below)
        names = {known.person_id: user for user, known in self.people.items()}
        found = [row for row in rows(self.database, Outbox, "broadcast_id", "person_id") if row[0] == sent.id]
        assert len(found) == sent.recipients
        return {names[person_id] for _, person_id in found}


def expand(
    database: Database, key: str, now: datetime, audience: str = "followers", below: Organisation | None = None
) -> Broadcast:
    def job(work: Work) -> Broadcast:
        broadcast = Broadcast(
            id=work.new_id(),
            key=key,
            title="讲座",
            text="【讲座】\n周六上午",
            segment={"audience": audience},
            state="sending",
            author="test",
            not_before=now + timedelta(hours=1),
            valid_until=now + timedelta(hours=48),
            created_at=now,
        )
        broadcasts.add(work, broadcast)
        wanted = broadcasts.count_recipients(work, audience, below)
        first = work.reserve_ids(wanted + 1)
        broadcast.recipients = broadcasts.expand(work, broadcast, audience, below, first, now)
        assert broadcast.recipients == wanted
        return broadcast

    return database.writer.run(job)


@pytest.fixture
def town(database: Database, now: datetime) -> Town:
    return Town(database, now)


def test_each_segment_reaches_its_people_and_nobody_who_left(town: Town) -> None:
    assert town.reached("followers") == {"follower", "member", "shop member", "west cadre", "shop cadre"}
    assert town.reached("members") == {"member", "shop member", "shop cadre"}
    assert town.reached("cadres") == {"west cadre", "shop cadre"}


def test_a_branch_is_everything_below_it_by_membership_or_office(town: Town) -> None:
    assert town.reached("followers", town.city) == {"member", "shop member", "west cadre", "shop cadre"}
    assert town.reached("followers", town.east) == {"member", "shop member", "shop cadre"}
    assert town.reached("members", town.shop) == {"shop member", "shop cadre"}
    assert town.reached("cadres", town.west) == {"west cadre", "shop cadre"}


def test_somebody_with_several_addresses_gets_it_once_where_they_were_seen_last(town: Town) -> None:
    known = town.people["follower"]
    place = {"person_id": known.person_id, "channel": "wecom", "user": "follower", "account": ""}

    def second(work: Work) -> int:
        address_id = work.new_id()
        seen = town.now + timedelta(days=1)
        work.append(people.Address, {"id": address_id, **place, "seen_at": seen, "created_at": town.now})
        return address_id

    newer = town.database.writer.run(second)
    expand(town.database, "k", town.now)
    mine = [row for row in rows(town.database, Outbox, "person_id", "address_id") if row[0] == known.person_id]
    assert mine == [(known.person_id, newer)]
    town.database.writer.run(lambda work: people.mark_unfollowed(work, newer))
    expand(town.database, "k2", town.now)
    mine = [row for row in rows(town.database, Outbox, "person_id", "address_id") if row[0] == known.person_id]
    assert sorted(address for _, address in mine) == sorted([newer, known.address_id])


def test_the_rows_are_complete_messages_in_the_lowest_lane(town: Town) -> None:
    sent = expand(town.database, "k", town.now, "cadres")
    columns = ("lane", "state", "text", "template", "due_at", "valid_until", "attempts", "inbound_id", "hand_over")
    text, until = "【讲座】\n周六上午", town.now + timedelta(hours=48)
    expected = (2, "queued", text, "notice", town.now + timedelta(hours=1), until, 0, None, False)
    assert set(rows(town.database, Outbox, *columns)) == {expected}
    keys = {f"b:{sent.id}:{town.people[user].person_id}" for user in ("west cadre", "shop cadre")}
    assert {key for (key,) in rows(town.database, Outbox, "dedupe")} == keys


def test_ids_of_the_rows_are_those_reserved_and_later_rows_get_others(town: Town) -> None:
    expand(town.database, "k", town.now)
    expand(town.database, "k2", town.now)
    meet(town.database, "next", town.now)
    ids = [row_id for (row_id,) in rows(town.database, Outbox, "id")]
    assert len(set(ids)) == 10
    assert ids[4] - ids[0] == 4


def test_a_second_expansion_or_the_same_key_is_refused_whole(town: Town) -> None:
    sent = expand(town.database, "k", town.now)
    before = count(town.database, Outbox)
    with pytest.raises(IntegrityError):
        town.database.writer.run(
            lambda work: broadcasts.expand(work, sent, "followers", None, work.reserve_ids(10), town.now)
        )
    with pytest.raises(IntegrityError):
        expand(town.database, "k", town.now)
    assert count(town.database, Outbox) == before
    assert count(town.database, Broadcast) == 1


def test_a_notice_to_nobody_is_a_notice(database: Database, now: datetime) -> None:
    assert expand(database, "k", now).recipients == 0
    assert database.look(lambda work: [each.key for each in broadcasts.newest(work)]) == ["k"]


def test_progress_counts_recipients_by_state(town: Town) -> None:
    sent = expand(town.database, "k", town.now)
    out = table(Outbox)
    known = town.people["member"]
    town.database.writer.run(
        lambda work: work.execute(out.update().where(out.c.person_id == known.person_id).values(state="sent"))
    )
    assert town.database.look(lambda work: broadcasts.progress(work, sent.id)) == {"queued": 4, "sent": 1}
    assert count(town.database, Person) == 7
