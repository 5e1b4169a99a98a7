"""Application numbers: every one once, in order, also where two processes hand in at the same time."""

import asyncio
import logging
from datetime import date, datetime

import pytest

from bot.services import membership
from bot.services.unit_book import UnitBook
from storage import applications, people
from storage.applications import Application
from storage.database import Database
from storage.work import Work
from tests.conftest import Opener
from tests.joining.kit import all_of, id_of

EACH = 40
ANSWERS = {"name": "张三", "employer": "远方公司", "work_status": "在岗", "migrant": False, "before": False}


async def test_two_processes_hand_in_at_once(another: Opener, now: datetime, caplog: pytest.LogCaptureFixture) -> None:
    processes = [another(), another()]

    def hand_in(place: int) -> "asyncio.Future[membership.Submitted]":
        answers = {**ANSWERS, "id_number": id_of("19900307", place), "mobile": f"138001{place:05d}"}

        def job(work: Work) -> membership.Submitted:
            known = people.create(work, "talk", f"u{place}", "", now)
            membership.begin(work, known.person_id, "v", now)
            return membership.submit(work, UnitBook(), known.person_id, answers, now)

        return processes[place % 2].writer.write(job)

    caplog.set_level(logging.INFO)
    told = await asyncio.gather(*(hand_in(place) for place in range(2 * EACH)))
    assert sorted(each.number for each in told) == [f"20261125-{place:04d}" for place in range(1, 2 * EACH + 1)]
    assert {each.state for each in all_of(processes[0])} == {"submitted"}
    assert [each for each in caplog.records if "repeated" in each.message] == []


def test_the_ten_thousandth_of_a_day_and_the_first_of_the_next(database: Database, now: datetime) -> None:
    def count(work: Work) -> list[str]:
        for place, number in enumerate(("20261125-9999", "20261126-0003")):
            person_id = people.create(work, "talk", f"u{place}", "", now).person_id
            made = {"id": work.new_id(), "person_id": person_id, "consent": "v", "consent_at": now}
            row = Application(**made, number=number, state="rejected", created_at=now, updated_at=now)
            applications.add(work, row)
        days = (date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 27))
        return [applications.next_number(work, day) for day in days]

    assert database.writer.run(count) == ["20261125-10000", "20261126-0004", "20261127-0001"]
