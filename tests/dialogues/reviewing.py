"""What a reviewer does between two turns of a dialogue, with the only application that the union has.

A step is `staff: {review: take | return | reject | approve | both, fields: […], reason: …}`; `fields` are keys of
the form, `both` are two people who approve what is flagged.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.services import admissions
from bot.services.actors import Actor
from bot.services.house import House
from bot.testing import Talk
from storage.applications import Application
from storage.base import table
from storage.work import Work

REVIEWER = Actor("reviewer", "approver")
SECOND = Actor("second", "approver")


def act(talk: Talk, step: dict[str, Any]) -> None:
    """Decide as the console does; jobs deliver the letter when time goes by."""
    do, now = STEPS[step["review"]], talk.clock.now()
    talk.database.writer.run(lambda work: do(work, talk.house, _waiting(work), step, now))


def _waiting(work: Work) -> int:
    rows = table(Application)
    query = sa.select(rows.c.id).where(rows.c.state.in_(("submitted", "in_review")))
    found: int = work.look(query).scalar_one()
    return found


def _take(work: Work, house: House, application_id: int, step: dict[str, Any], now: datetime) -> None:
    admissions.claim(work, REVIEWER, application_id, now)


def _return(work: Work, house: House, application_id: int, step: dict[str, Any], now: datetime) -> None:
    admissions.give_back(work, REVIEWER, application_id, step["fields"], step["reason"], now)


def _reject(work: Work, house: House, application_id: int, step: dict[str, Any], now: datetime) -> None:
    admissions.reject(work, REVIEWER, application_id, "other", step["reason"], house, now)


def _approve(work: Work, house: House, application_id: int, step: dict[str, Any], now: datetime) -> None:
    admitted = admissions.approve(work, REVIEWER, application_id, now)
    assert admitted.state == "approved", "a flagged application takes two people"


def _both(work: Work, house: House, application_id: int, step: dict[str, Any], now: datetime) -> None:
    for each in (REVIEWER, SECOND):
        admissions.approve(work, each, application_id, now)


Step = Callable[[Work, House, int, dict[str, Any], datetime], None]
STEPS: dict[str, Step] = {"take": _take, "return": _return, "reject": _reject, "approve": _approve, "both": _both}
