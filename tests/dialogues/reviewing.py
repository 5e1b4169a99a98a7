"""What a reviewer does between two turns of a dialogue, with the only application that the union has.

A step is `staff: {review: take | return | reject, fields: […], reason: …}`; `fields` are keys of the form.
"""

from typing import Any

import sqlalchemy as sa

from bot.services import letters, membership
from bot.testing import Talk
from storage import applications
from storage.applications import Application
from storage.base import table
from storage.work import Work

STATES = {"take": "in_review", "return": "returned", "reject": "rejected"}


def act(talk: Talk, step: dict[str, Any]) -> None:
    """Decide, write the step down, owe the applicant a letter; jobs deliver it when time goes by."""
    state, now = STATES[step["review"]], talk.clock.now()

    def decide(work: Work) -> None:
        rows = table(Application)
        query = sa.select(rows.c.id).where(rows.c.state.in_(("submitted", "in_review")))
        application = applications.held(work, work.look(query).scalar_one())
        assert application is not None
        application.returned, application.note = step.get("fields"), step.get("reason", "")
        applications.move(work, application, state, "staff:reviewer", now, step.get("reason", ""))
        if state == "returned":
            words = membership.returned_words(work, application)
            key = f"application:{application.id}:{application.round}:{state}"
            assert letters.plant(work, key, application.person_id, words, now)

    talk.database.writer.run(decide)
