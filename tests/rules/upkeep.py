"""The upkeep loop for tests: a small tree of unions, workers who ask, staff who write and publish, the jobs between."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.jobs import deliver_letters, group_misses, review_entries
from bot.jobs.job import Moment
from bot.services import closing, drafts, entries
from bot.services.actors import Actor
from bot.services.golden import Golden
from bot.services.house import House
from storage import knowledge, letters, misses, orgs, people
from storage.base import table
from storage.database import Database
from storage.letters import Letter
from storage.misses import Gap
from storage.people import Known, Person
from storage.revisions import CITY, Revision
from storage.schema import METADATA
from storage.staff import Staff
from storage.work import Work
from tests.storage.kit import meet

ORGS = (("city", ""), ("east", "city"), ("shop", "east"), ("west", "city"))
ANN, BEA, ADA = Actor("ann", "editor"), Actor("bea", "approver"), Actor("ada", "admin")
BUS = ("厂里的班车几点发车", "请问厂里班车早上几点发车啊", "班车发车时间是几点")


def written(question: str = "班车几点发车？", **more: Any) -> dict[str, Any]:
    """An entry as an editor writes it."""
    values = {
        "question": question,
        "phrasings": [f"请问{question}"],
        "answer": "早班车六点半从东门发车，每半小时一班。",
        "category": "生活服务",
        "citations": [{"law": "示例市总工会班车通知", "article": "第二条", "version": "2026-01-01施行"}],
        "as_of": "2026-11-01",
        "review_by": "2027-11-01",
    }
    return {**values, **more}


def own(answer: str = "", **more: Any) -> dict[str, Any]:
    """A branch's own version as an editor writes it."""
    cited = [{"law": "示例东区工会通知", "article": "全文", "version": "2026-06-01施行"}]
    return {"answer": answer, "citations": cited, "as_of": "2026-11-01", "review_by": "2027-06-01", **more}


@dataclass(slots=True)
class Desk:
    """The union in a database; `places` are its organisations by code."""

    database: Database
    house: House
    places: dict[str, orgs.Organisation] = field(default_factory=dict)

    def build(self, now: datetime) -> "Desk":
        def job(work: Work) -> None:
            for code, parent in ORGS:
                self.places[code] = orgs.put(work, code, code, "市", "", self.places.get(parent))
            for name in ("ann", "bea", "eve"):
                work.session.add(
                    Staff(id=work.new_id(), name=name, display=name, role="editor", password="-", created_at=now)
                )

        self.database.writer.run(job)
        return self

    def actor(self, name: str, role: str, code: str) -> Actor:
        """Staff of a branch."""
        return Actor(name, role, self.places[code].id, self.places[code].path)

    def worker(self, user: str, now: datetime, code: str = "") -> Known:
        """Somebody who has written before, perhaps of a union."""
        known = meet(self.database, user, now)
        if code:
            belong = sa.update(table(Person)).where(table(Person).c.id == known.person_id)
            self.database.writer.run(lambda work: work.execute(belong.values(org_id=self.places[code].id)))
        return known

    def load(self, now: datetime, **written_: dict[str, Any]) -> None:
        """Entries from a file; underscores of the names are hyphens of the ids."""
        made = [{"id": key.replace("_", "-"), **each} for key, each in written_.items()]
        self.database.writer.run(lambda work: entries.load(work, made, now))

    def asked(self, known: Known, words: str, now: datetime, decision: str = "decline", **more: Any) -> None:
        """A question without a good answer."""
        inbound_id = 1
        values = {"suggested": None, "entry_id": "", **more}
        self.database.writer.run(
            lambda work: misses.record(work, inbound_id, known.person_id, words, decision, now, **values)
        )

    def group(self, now: datetime) -> dict[str, int]:
        return happened(group_misses.run(self.database, self.house, Moment(now, now)))

    def review(self, now: datetime) -> dict[str, int]:
        return happened(review_entries.run(self.database, self.house, Moment(now, now)))

    def deliver(self, now: datetime) -> dict[str, int]:
        return happened(deliver_letters.run(self.database, self.house, Moment(now, now)))

    def gaps(self, state: str = "open") -> list[Gap]:
        """Gaps of a state, by their first question."""
        found = self.database.look(lambda work: [gap for gap, _ in misses.gaps_within(work, None, state)])
        return sorted(found, key=lambda gap: (gap.first_at, gap.words))

    def the_gap(self) -> Gap:
        """The only open one."""
        (gap,) = self.gaps()
        return gap

    def people_of(self, gap: Gap) -> set[int]:
        return {each.person_id for each in self.database.look(lambda work: misses.askers(work, gap.id))}

    def draft(
        self, actor: Actor, entry_id: str, data: dict[str, Any], now: datetime, org_id: int = CITY, **more: Any
    ) -> Revision:
        return self.database.writer.run(lambda work: drafts.save(work, actor, entry_id, org_id, data, now, **more))

    def hand_in(self, actor: Actor, revision: Revision, now: datetime) -> Revision:
        return self.database.writer.run(lambda work: drafts.hand_in(work, actor, revision.id, now))

    def handed_in(
        self, actor: Actor, entry_id: str, data: dict[str, Any], now: datetime, org_id: int = CITY, **more: Any
    ) -> Revision:
        """A draft that waits for somebody else."""
        return self.hand_in(actor, self.draft(actor, entry_id, data, now, org_id, **more), now)

    def publish(self, actor: Actor, revision: Revision, now: datetime, questions: Golden | None = None) -> Revision:
        """As the console does: try, run the golden questions, publish."""
        tried = self.database.look(lambda work: drafts.trial(work, revision.id))
        drafts.examine(tried, questions or Golden())
        return self.database.writer.run(lambda work: drafts.publish(work, actor, revision.id, tried, now))

    def put_out(self, entry_id: str, data: dict[str, Any], now: datetime, org_id: int = CITY, **more: Any) -> Revision:
        """Written by one, published by another, both of the city."""
        return self.publish(BEA, self.handed_in(ANN, entry_id, data, now, org_id, **more), now)

    def answer(self, actor: Actor, gap: Gap, entry_id: str, now: datetime) -> int:
        return self.database.writer.run(lambda work: closing.answer_with(work, actor, gap.id, entry_id, now))

    def dismiss(self, actor: Actor, gap: Gap, reason: str, now: datetime) -> Gap:
        return self.database.writer.run(lambda work: closing.dismiss(work, actor, gap.id, reason, now))

    def assign(self, actor: Actor, gap: Gap, name: str, now: datetime) -> Gap:
        return self.database.writer.run(lambda work: closing.assign(work, actor, gap.id, name, now))

    def letters_of(self, known: Known) -> list[tuple[str, str]]:
        """(state, words) of a person's letters, oldest first."""

        def job(work: Work) -> list[tuple[str, str]]:
            mine = sa.select(table(Letter)).where(table(Letter).c.person_id == known.person_id)
            found = [Letter(**row) for row in work.look(mine).mappings()]
            return [(each.state, letters.words(work, each)) for each in sorted(found, key=lambda one: one.created_at)]

        return self.database.look(job)

    def states_of(self, known: Known) -> list[str]:
        return [state for state, _ in self.letters_of(known)]

    def entry(self, entry_id: str) -> knowledge.Entry:
        found = self.database.look(lambda work: knowledge.get(work, entry_id))
        assert found is not None
        return found

    def follow(self, known: Known, follows: bool = True) -> None:
        rows = table(people.Address)
        change = sa.update(rows).where(rows.c.id == known.address_id).values(following=follows)
        self.database.writer.run(lambda work: work.execute(change))

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table: what a failed step must leave as it was."""

        def job(work: Work) -> dict[str, list[tuple[Any, ...]]]:
            return {
                name: sorted(tuple(map(str, row)) for row in work.look(sa.select(rows)).all())
                for name, rows in METADATA.tables.items()
            }

        return self.database.look(job)


def happened(counts: dict[str, int]) -> dict[str, int]:
    """Only what happened."""
    return {key: value for key, value in counts.items() if value}
