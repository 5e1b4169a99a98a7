"""Sending again and asking for 收到 in pieces: everybody once, on from a stop, and never two of them at once."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from bot.jobs import resolve_broadcasts, settle_broadcasts
from bot.jobs.job import Moment
from bot.services import broadcast_again as again
from bot.services import broadcast_states as deeds
from bot.services.broadcasts import Moved
from bot.services.house import House
from storage import broadcast_again as pieces
from storage import topic_choices
from storage.base import table
from storage.database import Database
from storage.outbox import Outbox
from storage.recipients import Recipient
from tests.conftest import Opener
from tests.rules.notices import ANN, BEA, Notices, build
from tests.storage.kit import rows, together

HOUR = timedelta(hours=1)
SIX = ("failed", "unreachable", "sent", "expired", "failed", "failed")


@pytest.fixture
def notices(database: Database, house: House, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Notices:
    """Pieces of two people."""
    monkeypatch.setattr(pieces, "PIECE", 2)
    return in_order(build(database, house, now))


def in_order(notices: Notices) -> Notices:
    """The people as pieces take them."""
    return replace(notices, people=sorted(notices.people, key=lambda known: known.person_id))


def tick(notices: Notices, at: datetime | None = None) -> dict[str, int]:
    moment = Moment(at or notices.now, notices.now)
    return resolve_broadcasts.run(notices.database, notices.house, moment)


def ends(notices: Notices, broadcast_id: int) -> str:
    """How it is after the job that ends notices, when all that was written went through."""
    row = table(Recipient)
    through = sa.update(row).where(row.c.state == "queued").values(state="sent", settled_at=notices.now)
    notices.database.writer.run(lambda work: work.execute(through))
    settle_broadcasts.run(notices.database, notices.house, Moment(notices.now, notices.now))
    return notices.state(broadcast_id)


def asked(notices: Notices) -> list[int]:
    """Who has a reminder, by their place."""
    found = [row[0] for row in rows(notices.database, Outbox, "person_id", "state") if row[1] == "queued"]
    return sorted(place for place, known in enumerate(notices.people) for each in found if each == known.person_id)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 7])
def test_everybody_gets_it_again_once_whatever_the_size_of_the_pieces(
    notices: Notices, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(pieces, "PIECE", size)
    made = notices.sent(*SIX, end="partly_failed")
    assert notices.resend(ANN, made.id) == 5
    written = len(notices.states(made.id, attempt=2))
    assert written == len([state for state in SIX[:size] if state != "sent"])
    assert tick(notices)["again"] == 5 - written
    assert notices.states(made.id, attempt=2) == ["queued"] * 5
    assert notices.states(made.id) == ["queued", "queued", "sent", "queued", "queued", "queued"]
    assert notices.get(made.id).again is None
    assert tick(notices)["again"] == 0


def test_it_does_not_end_before_all_are_written(notices: Notices) -> None:
    made = notices.sent(*SIX, end="partly_failed")
    notices.resend(ANN, made.id)
    assert ends(notices, made.id) == "sending"
    tick(notices)
    assert ends(notices, made.id) == "done"


def test_a_pause_holds_it_and_it_goes_on_where_it_stopped(notices: Notices) -> None:
    made = notices.sent(*SIX, end="partly_failed")
    notices.resend(ANN, made.id)
    notices.do(deeds.pause, ANN, made.id)
    assert tick(notices)["again"] == 0 and len(notices.states(made.id, attempt=2)) == 2
    notices.do(deeds.resume, ANN, made.id)
    assert tick(notices)["again"] == 3


def test_cancelled_the_others_stay_as_they_were(notices: Notices) -> None:
    made = notices.sent(*SIX, end="partly_failed")
    notices.resend(ANN, made.id)
    notices.do(deeds.cancel, ANN, made.id)
    assert notices.get(made.id).again is None and tick(notices)["again"] == 0
    assert notices.states(made.id) == ["cancelled", "cancelled", *SIX[2:]]


def test_while_one_is_under_way_there_is_no_second(notices: Notices) -> None:
    made = notices.sent(*["sent"] * 6, end="done", wants_receipt=True)
    assert notices.nudge(ANN, made.id) == 6
    assert not {"nudge", "resend"} & notices.see(deeds.allowed, ANN, notices.get(made.id))
    for deed in (notices.nudge, notices.resend):
        with pytest.raises(Moved) as refused:
            deed(BEA, made.id)
        assert "还没有安排完" in refused.value.words
    assert asked(notices) == [0, 1]
    tick(notices)
    assert asked(notices) == [0, 1, 2, 3, 4, 5]
    assert "nudge" in notices.see(deeds.allowed, ANN, notices.get(made.id))


def test_who_answers_or_opts_out_before_their_piece_is_not_asked(notices: Notices) -> None:
    made = notices.sent(*["sent"] * 6, end="sending", wants_receipt=True)
    notices.nudge(ANN, made.id)
    row, (first, second) = table(Recipient), notices.people[3:5]
    said = sa.update(row).where(row.c.person_id == first.person_id).values(acked_at=notices.now)
    notices.database.writer.run(lambda work: work.execute(said))
    stop = partial(topic_choices.stop, person_id=second.person_id, topics=[made.topic], now=notices.now)
    notices.database.writer.run(stop)
    assert tick(notices)["again"] == 2
    assert asked(notices) == [0, 1, 2, 5]


def test_reminders_that_would_be_out_of_date_are_not_written(notices: Notices) -> None:
    made = notices.sent(*["sent"] * 6, end="done", wants_receipt=True)
    notices.nudge(ANN, made.id)
    late = notices.now + again.NUDGE_HOURS * HOUR
    assert tick(notices, late)["again"] == 0
    assert notices.progress(made.id).nudged == 2 and notices.get(made.id).again is None
    assert notices.nudge(ANN, made.id, at=late) == 4


@pytest.mark.parametrize("resend", [True, False])
def test_two_processes_write_each_piece_once(
    another: Opener, house: House, now: datetime, monkeypatch: pytest.MonkeyPatch, resend: bool
) -> None:
    monkeypatch.setattr(pieces, "PIECE", 1)
    one = in_order(build(another(), house, now))
    two = another()
    made = one.sent(*["failed" if resend else "sent"] * 6, end="partly_failed", wants_receipt=True)
    (one.resend if resend else one.nudge)(ANN, made.id)
    counted: list[int] = []
    jobs = [partial(_carry_on, each, made.id, now, counted) for each in (one.database, two)]
    assert together(*jobs) == []
    assert sum(counted) == 5  # the deed wrote the first
    assert one.get(made.id).again is None
    assert (one.states(made.id) == ["queued"] * 6) == resend
    assert asked(one) == ([] if resend else [0, 1, 2, 3, 4, 5])


def _carry_on(database: Database, broadcast_id: int, now: datetime, counted: list[int]) -> None:
    for _ in range(20):
        piece = database.writer.run(lambda work: pieces.carry_on(work, broadcast_id, now))
        counted.append(piece.people)
        if not piece.more:
            return


def test_one_that_raises_holds_up_no_other(notices: Notices) -> None:
    """One is being written, one is sent again: both have in them what nobody thought of."""
    bad, worse = notices.sent("failed", end="resolving"), notices.sent("failed", end="sending")
    notices.set(bad.id, routes=5, not_before=notices.now - HOUR)
    notices.set(worse.id, again={"kind": "resend"}, changed_at=notices.now - HOUR)
    good, more = notices.scheduled(), notices.sent(*SIX, end="partly_failed")
    notices.resend(ANN, more.id)
    counts = tick(notices)
    assert (counts["failed"], counts["ready"], counts["again"]) == (2, 1, 3)
    assert (notices.state(good.id), notices.state(bad.id)) == ("sending", "resolving")
    assert (notices.get(more.id).again, notices.get(worse.id).again) == (None, {"kind": "resend"})
