"""Whom an invitation to an event goes to: those who may register, whoever writes it."""

from datetime import datetime
from typing import Any

import pytest

from bot.services import event_invitation, events, segments
from bot.services.house import House
from storage import orgs
from storage.database import Database
from storage.work import Work
from tests.events.kit import ADA, draft
from tests.rules.notices import Notices, build


@pytest.fixture
def notices(database: Database, house: House, now: datetime) -> Notices:
    return build(database, house, now)


@pytest.mark.parametrize(
    ("code", "segment", "people"),
    [
        ("shop", {"all": [{"who": "followers"}]}, 1),
        ("shop", None, 6),  # everybody may come, from wherever they are
        ("", {"all": [{"who": "followers"}]}, 6),
    ],
)
def test_the_city_invites_to_a_branch_s_event_only_whom_the_branch_would_let_in(
    notices: Notices, code: str, segment: dict[str, Any] | None, people: int
) -> None:
    def invited(work: Work) -> int:
        org = orgs.by_code(work, code) if code else None
        made = events.create(work, ADA, draft(notices.now, org_id=org.id if org else 0, segment=segment), notices.now)
        events.publish(work, ADA, made.id, notices.now)
        written = event_invitation.draft(work, ADA, made.id, notices.now)
        return segments.count(work, segments.parse(written.rule), written.topic, notices.now).reachable

    assert notices.database.writer.run(invited) == people
