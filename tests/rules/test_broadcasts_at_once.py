"""Two accounts at the same notice at the same moment, in two processes: one of them is told that it has moved."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.calendar import Hours
from bot.jobs import resolve_broadcasts
from bot.jobs.job import Moment
from bot.services import broadcast_states as deeds
from bot.services import broadcasts, reach
from bot.services.broadcasts import Moved
from bot.services.house import House
from storage import broadcasts as stored
from storage import resolving
from storage.recipients import Recipient
from tests.conftest import Opener
from tests.rules.notices import ANN, BEA, EVE, TALK, Notices, build
from tests.storage.kit import count, rows, together

DAY = timedelta(days=1)


@pytest.fixture
def both(another: Opener, house: House, now: datetime) -> tuple[Notices, Notices]:
    """Two processes."""
    one = build(another(), house, now)
    return one, replace(one, database=another())


def lost(*jobs: Callable[[], Any]) -> list[type[BaseException]]:
    """The errors of jobs that began at the same moment."""
    return [type(each) for each in together(*jobs)]


def test_approving_while_the_author_edits(both: tuple[Notices, Notices]) -> None:
    one, two = both
    made = one.pending()
    anew = replace(TALK, text="改过的", urgent=True)
    errors = lost(
        lambda: one.do(deeds.approve, BEA, made.id, version=made.version),
        lambda: two.do(broadcasts.change, ANN, made.id, anew, made.version),
    )
    # Approved first, then written anew: a draft again. Written first: the approver is told. Nobody approves unread.
    assert errors in ([], [Moved])
    after = one.get(made.id)
    assert (after.state, after.approver, broadcasts.body(after)) == ("draft", "", "改过的")
    assert (("staff:bea", "broadcast_approve") in one.trail(made.id)) == (errors == [])


def test_two_approvers_are_one_decision(both: tuple[Notices, Notices]) -> None:
    one, two = both
    made = one.pending()
    errors = lost(lambda: one.do(deeds.approve, BEA, made.id), lambda: two.do(deeds.approve, EVE, made.id))
    assert errors == [Moved]
    assert len([each for each in one.trail(made.id) if each[1] == "broadcast_approve"]) == 1
    assert (one.get(made.id).approver, "broadcast_approve") in one.trail(made.id)


def test_approved_and_rejected_at_once_is_one_of_them(both: tuple[Notices, Notices]) -> None:
    one, two = both
    made = one.pending()
    errors = lost(lambda: one.do(deeds.approve, BEA, made.id), lambda: two.do(deeds.reject, EVE, made.id, "不合适"))
    assert errors == [Moved]
    after = one.get(made.id)
    assert (after.state, after.approver) in (("scheduled", "staff:bea"), ("rejected", "staff:eve"))


def test_the_stop_word_while_an_editor_lets_it_go_on_is_what_holds(
    both: tuple[Notices, Notices], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said between reading that it is an ordinary pause and going on: the approver hears that it is stopped."""
    one, two = both
    made = one.sent("queued")
    one.do(deeds.pause, ANN, made.id)
    going, stopped, morning = threading.Event(), threading.Event(), deeds.daytime

    def first(now: datetime, hours: Hours) -> datetime:
        going.set()
        stopped.wait(0.5)
        return morning(now, hours)

    monkeypatch.setattr(deeds, "daytime", first)

    def stop() -> None:
        assert going.wait(20)
        two.database.writer.run(lambda work: deeds.stop_all(work, BEA, two.now))
        stopped.set()

    assert lost(lambda: one.do(deeds.resume, ANN, made.id, hours=3), stop) == []
    held = one.get(made.id)
    assert (held.state, held.emergency) == ("paused", True)


def test_pausing_while_it_ends(both: tuple[Notices, Notices]) -> None:
    one, two = both
    made = one.sent("sent")

    def end() -> None:
        moved = two.database.writer.run(
            lambda work: stored.move(work, made.id, ("sending",), "done", two.now, ended_at=two.now)
        )
        if not moved:
            raise Moved

    assert lost(lambda: one.do(deeds.pause, ANN, made.id), end) == [Moved]
    after = one.get(made.id)
    assert (after.state, after.ended_at is None, after.paused_from) in (
        ("paused", True, "sending"),
        ("done", False, ""),
    )


def test_paused_and_cancelled_at_once_it_is_cancelled(both: tuple[Notices, Notices]) -> None:
    one, two = both
    made = one.sent("queued", "queued")
    errors = lost(lambda: one.do(deeds.pause, ANN, made.id), lambda: two.do(deeds.cancel, ANN, made.id))
    assert errors in ([], [Moved])
    assert (one.state(made.id), one.states(made.id)) == ("cancelled", ["cancelled", "cancelled"])


def test_cancelling_while_recipients_are_written(both: tuple[Notices, Notices]) -> None:
    one, two = both
    made = one.scheduled()
    moment = Moment(two.now, two.now)
    errors = lost(
        lambda: resolve_broadcasts.run(two.database, two.house, moment),
        lambda: one.do(deeds.cancel, ANN, made.id),
    )
    assert errors == []
    assert one.state(made.id) == "cancelled"
    written = one.states(made.id)
    assert set(written) <= {"cancelled"}  # whatever was written before, nothing after
    assert resolve_broadcasts.run(two.database, two.house, moment)["people"] == 0
    assert one.states(made.id) == written


@pytest.mark.parametrize("pieces", [0, 1, 3])
def test_cancelled_in_the_middle_of_the_list_nobody_gets_it(both: tuple[Notices, Notices], pieces: int) -> None:
    one, two = both
    made = one.scheduled()
    two.database.writer.run(lambda work: resolving.begin(work, made.id, two.now))
    rule, means = (
        one.see(broadcasts.rule_of, made),
        one.see(reach.means, one.house.reach, "notice", None, one.now, one.now + DAY),
    )
    for _ in range(pieces):
        (what,) = one.database.look(resolving.open_ones)
        two.database.writer.run(lambda work, what=what: resolving.write(work, what, rule, means, two.now, 1))
    stale = one.database.look(resolving.open_ones)[0]
    assert len(one.states(made.id)) == pieces
    one.do(deeds.cancel, ANN, made.id)
    piece = two.database.writer.run(lambda work: resolving.write(work, stale, rule, means, two.now, 1))
    assert piece.last is None and not two.database.writer.run(lambda work: resolving.finish(work, stale, two.now))
    assert (one.state(made.id), one.states(made.id)) == ("cancelled", ["cancelled"] * pieces)


def test_sending_again_twice_at_once_is_sending_again_once(both: tuple[Notices, Notices]) -> None:
    one, two = both
    made = one.sent("sent", "failed", "unreachable", end="partly_failed")
    jobs = [lambda each=each: each.resend(ANN, made.id) for each in both]
    assert lost(*jobs) == [Moved]
    assert (one.get(made.id).attempt, one.states(made.id)) == (2, ["sent", "queued", "queued"])
    assert count(two.database, Recipient) == 5


def test_asking_for_an_answer_twice_at_once_is_asking_once(both: tuple[Notices, Notices]) -> None:
    one, two = both
    made = one.sent("sent", "sent", "failed", end="partly_failed", wants_receipt=True)
    jobs = [lambda each=each: each.nudge(ANN, made.id) for each in (one, two)]
    assert lost(*jobs) == [broadcasts.BadNotice]
    assert [nudged for (nudged,) in rows(one.database, Recipient, "nudged_at")].count(None) == 1
    assert one.progress(made.id).nudged == 2
