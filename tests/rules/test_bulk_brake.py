"""The brake of the bulk sender: refusals in a row, by route."""

from datetime import datetime

import pytest

from bot.contract import Outcome, Result
from bot.services.bulk_brake import REFUSALS, Brake
from bot.services.house import House
from storage.database import Database
from storage.work import Work
from tests.rules.notices import Notices, build

REFUSED, TAKEN = Outcome(Result.REJECTED, "40037", ours=True), Outcome(Result.OK)


@pytest.fixture
def notices(database: Database, house: House, now: datetime) -> Notices:
    return build(database, house, now)


@pytest.mark.parametrize(
    ("taken_by", "state"),
    [("custom", "paused"), ("template", "sending")],
)
def test_a_wrong_template_is_noticed_beside_messages_that_go_through(
    notices: Notices, taken_by: str, state: str
) -> None:
    made, brake = notices.sent("queued"), Brake()

    def hear(work: Work) -> None:
        for _ in range(REFUSALS):
            brake.heard(work, made.id, "template", REFUSED, notices.now)
            brake.heard(work, made.id, taken_by, TAKEN, notices.now)

    notices.database.writer.run(hear)
    assert notices.state(made.id) == state
