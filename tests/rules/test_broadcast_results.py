"""How a notice went, counted in people, and each of them with the reason; only to who may see it."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.services import broadcast_lists, overview
from bot.services import broadcast_results as results
from bot.services.actors import Actor, NotAllowed
from bot.services.house import House
from storage.base import table
from storage.database import Database
from storage.people import Person
from storage.recipients import Recipient
from tests.rules.notices import ANN, Notices, build

MINUTE = timedelta(minutes=1)


@pytest.fixture
def notices(database: Database, house: House, now: datetime) -> Notices:
    return build(database, house, now)


def test_progress_counts_people_by_their_newest_row(notices: Notices) -> None:
    made = notices.sent(wants_receipt=True)
    notices.reach(made.id, "sent", "accepted", "queued", "failed", "kept", "left_out", route="custom")
    row = table(Recipient)
    reasons = {"failed": "content", "left_out": "opted_out", "kept": "no_route"}

    def dress(work: results.Work) -> None:
        for state, reason in reasons.items():
            work.execute(sa.update(row).where(row.c.state == state).values(reason=reason))
        work.execute(sa.update(row).where(row.c.state == "sent").values(acked_at=notices.now))

    notices.database.writer.run(dress)
    done = notices.progress(made.id)
    assert (done.total, done.reached, done.waiting, done.not_reached, done.left_out) == (5, 2, 1, 1, 1)
    assert done.routes == {"custom": 2}
    assert done.reasons == {"content": 1, "opted_out": 1, "no_route": 1}
    assert (done.acked, done.silent, done.fraction) == (1, 1, 0.8)
    assert (done.per_minute, done.seconds_left) == (3, 20)  # three settled in this minute, one is open
    later = notices.see(results.progress, made.id, notices.now + 2 * MINUTE)
    assert (later.per_minute, later.seconds_left) == (0, None)


def test_totals_take_the_place_of_rows_that_are_gone(notices: Notices) -> None:
    made = notices.sent("sent", "sent", "failed", "left_out", end="partly_failed")
    before = notices.progress(made.id)
    notices.set(made.id, totals={**results.as_totals(before), "final": True})
    notices.database.writer.run(lambda work: work.execute(sa.delete(table(Recipient))))
    after = notices.progress(made.id)
    assert (after.total, after.states, after.silent) == (3, before.states, 2)
    assert (after.per_minute, after.seconds_left) == (0, None)


def test_a_draft_has_nothing_to_count(notices: Notices) -> None:
    done = notices.progress(notices.written().id)
    assert (done.total, done.fraction, done.states) == (0, 0.0, {})


def test_each_recipient_has_a_masked_name_a_unit_and_a_reason(notices: Notices) -> None:
    made = notices.sent()
    notices.reach(made.id, "unreachable", "sent", route="custom", reason="blocked", code="43019")
    row = table(Person)
    for known, name in zip(notices.people, ("欧阳一二三", "赵四"), strict=False):
        named = sa.update(row).where(row.c.id == known.person_id).values(name=name)
        notices.database.writer.run(lambda work, named=named: work.execute(named))
    found = notices.see(results.results, ANN, made.id)
    assert {each.name for each in found.lines} == {"欧＊＊", "赵＊"} and not found.more
    (failed,) = notices.see(results.results, ANN, made.id, "not_reached").lines
    assert (failed.name, failed.state_words, failed.reason) == ("欧＊＊", "无法送达", "本人拒收或已取消关注")
    assert (failed.route, failed.code) == ("客服消息（48小时内有互动）", "43019")
    assert results.masked("") == "（没有登记姓名）"


def test_results_have_pages_and_filters(notices: Notices) -> None:
    made = notices.sent("sent", "sent", "failed", "kept", "queued", "left_out", wants_receipt=True)
    for state, people in (("", 6), ("reached", 2), ("silent", 2), ("waiting", 1), ("not_reached", 1), ("kept", 1)):
        assert len(notices.see(results.results, ANN, made.id, state).lines) == people
    first, second, third = (notices.see(results.results, ANN, made.id, "", page, 2) for page in (1, 3, 4))
    assert (len(first.lines), first.more, len(second.lines), second.more, third.lines) == (2, True, 2, False, [])


def test_a_branch_does_not_see_the_people_of_another(notices: Notices) -> None:
    made = notices.sent("sent")
    with pytest.raises(NotAllowed):
        notices.see(results.results, notices.branch("shop"), made.id)
    mine = notices.sent("sent", actor=notices.branch("shop"))
    assert len(notices.see(results.results, notices.branch("street"), mine.id).lines) == 1


def test_the_overview_shows_what_went_out_last_in_people(notices: Notices) -> None:
    notices.written()
    notices.sent("sent", "sent", "failed", "queued", "left_out")
    page = notices.see(overview.numbers, Actor("ann", "editor"), notices.now - MINUTE, "2026-11")
    (line,) = page.broadcasts
    assert (line.title, line.recipients, line.sent, line.waiting, line.failed) == ("法律讲座", 4, 2, 1, 1)


def test_lists_count_with_one_statement(notices: Notices) -> None:
    for _ in range(3):
        notices.sent("sent", "failed")
    seen: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    sa.event.listen(notices.database.engine, "before_cursor_execute", note)
    found = notices.see(broadcast_lists.listing, ANN)
    sa.event.remove(notices.database.engine, "before_cursor_execute", note)
    assert [each.progress.reached for each in found.lines] == [1, 1, 1]
    assert len([each for each in seen if "FROM recipient" in each]) == 1
