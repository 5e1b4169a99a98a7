"""A crash between any two steps leaves nothing half-done: the step happened, or it never began."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.services import closing, drafts, letters, misses
from storage import audit, inbox, knowledge, outbox, people, revisions
from storage import letters as kept
from storage import misses as asked
from storage.people import Known
from storage.work import Work
from tests.rules.test_letters import owe
from tests.rules.upkeep import ANN, BEA, BUS, Desk, own, written

HOUR = timedelta(hours=1)


class Crash(Exception):
    """The process dies here."""


def after(call: Callable[..., Any], times: int) -> Callable[..., Any]:
    """A call that works and then breaks off, the `times`-th time."""
    left = [times]

    def wrapped(*args: Any, **more: Any) -> Any:
        made = call(*args, **more)
        left[0] -= 1
        if left[0] == 0:
            raise Crash
        return made

    return wrapped


PUBLISHING = [
    (knowledge, "put"),
    (asked, "held_gap"),
    (asked, "askers"),
    (kept, "plant_all"),
    (audit, "write"),
    (closing, "published"),
    (drafts, "_step"),
]


@pytest.mark.parametrize(("module", "name"), PUBLISHING, ids=[name for _, name in PUBLISHING])
def test_publishing(desk: Desk, now: datetime, module: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = desk.worker("u1", now)
    desk.asked(known, BUS[0], now)
    desk.group(now)
    pending = desk.handed_in(ANN, "bus-a", written(), now, gap_id=desk.the_gap().id)
    before = desk.everything()
    with monkeypatch.context() as broken, pytest.raises(Crash):
        broken.setattr(module, name, after(getattr(module, name), 1))
        desk.publish(BEA, pending, now)
    assert desk.everything() == before
    desk.publish(BEA, pending, now)
    assert (desk.states_of(known), desk.gaps()) == (["waiting"], [])


@pytest.mark.parametrize("name", ["put_override", "override_of", "overrides_of"])
def test_publishing_for_a_branch(desk: Desk, now: datetime, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.load(now, bus_a=written())
    desk.asked(desk.worker("u1", now, "shop"), BUS[0], now)
    desk.group(now)
    east, gap = desk.places["east"].id, desk.the_gap()
    pending = desk.handed_in(ANN, "bus-a", own("东区的班车七点整发车，请准时。"), now, east, gap_id=gap.id)
    before = desk.everything()
    with monkeypatch.context() as broken, pytest.raises(Crash):
        broken.setattr(knowledge, name, after(getattr(knowledge, name), 1))
        desk.publish(BEA, pending, now)
    assert desk.everything() == before


def drafting(desk: Desk, now: datetime) -> None:
    desk.draft(ANN, "bus-a", written(), now)


def handing_in(desk: Desk, now: datetime) -> None:
    revision = desk.database.look(lambda work: revisions.open_of(work, "bus-b"))
    assert revision is not None
    desk.hand_in(ANN, revision, now)


def answering(desk: Desk, now: datetime) -> None:
    desk.answer(ANN, desk.the_gap(), "bus-c", now)


def dismissing(desk: Desk, now: datetime) -> None:
    desk.dismiss(ANN, desk.the_gap(), "不处理", now)


def assigning(desk: Desk, now: datetime) -> None:
    desk.assign(ANN, desk.the_gap(), "ann", now)


@pytest.mark.parametrize("step", [drafting, handing_in, answering, dismissing, assigning])
def test_a_step_without_its_line_in_the_audit_is_none(
    desk: Desk, now: datetime, step: Callable[[Desk, datetime], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.load(now, bus_c=written("校车几点发车？"))
    desk.draft(ANN, "bus-b", written("饭卡丢了怎么办？"), now)
    desk.asked(desk.worker("u1", now), BUS[0], now)
    desk.group(now)
    before = desk.everything()
    with monkeypatch.context() as broken, pytest.raises(Crash):
        broken.setattr(audit, "write", after(audit.write, 1))
        step(desk, now)
    assert desk.everything() == before
    step(desk, now)
    assert desk.everything() != before


@pytest.mark.parametrize("name", ["add_gap", "join"])
def test_grouping(desk: Desk, now: datetime, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.asked(desk.worker("u1", now), BUS[0], now)
    before = desk.everything()
    with monkeypatch.context() as broken:
        broken.setattr(asked, name, after(getattr(asked, name), 1))
        assert desk.group(now) == {"failed": 1}
    assert desk.everything() == before
    assert desk.group(now) == {"opened": 1}


def test_a_miss_that_cannot_be_grouped_does_not_hold_up_the_others(
    desk: Desk, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, words in enumerate(("食堂的饭卡丢了怎么补办", BUS[0])):
        desk.asked(desk.worker(f"u{number}", now), words, now + number * HOUR)
    with monkeypatch.context() as broken:
        broken.setattr(asked, "join", after(asked.join, 1))
        assert desk.group(now + HOUR) == {"failed": 1, "opened": 1}
    assert desk.group(now + HOUR) == {"opened": 1}


def test_sending_a_letter(desk: Desk, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    known = desk.worker("u1", now)
    owe(desk, known, now)
    before = desk.everything()
    with monkeypatch.context() as broken:
        broken.setattr(outbox, "put", after(outbox.put, 1))
        assert desk.deliver(now) == {"failed": 1}
    assert desk.everything() == before
    assert desk.deliver(now) == {"sent": 1}


def test_telling_at_a_visit(desk: Desk, now: datetime) -> None:
    known = desk.worker("u1", now)
    desk.follow(known, False)
    owe(desk, known, now)
    desk.deliver(now)
    before = desk.everything()

    def visit(work: Work) -> None:
        assert letters.tell(work, known.person_id, now)
        raise Crash

    with pytest.raises(Crash):
        desk.database.writer.run(visit)
    assert desk.everything() == before
    assert len(desk.database.writer.run(lambda work: letters.tell(work, known.person_id, now))) == 2


def test_an_opinion(desk: Desk, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.load(now, bus_a=written())
    known = desk.worker("u1", now)
    answer(desk, known, now)
    before = desk.everything()

    def dislike(work: Work) -> str | None:
        return misses.keep_opinion(work, 1, known.person_id, False, now)

    for name in ("put_opinion", "record"):
        with monkeypatch.context() as broken, pytest.raises(Crash):
            broken.setattr(asked, name, after(getattr(asked, name), 1))
            desk.database.writer.run(dislike)
        assert desk.everything() == before
    assert desk.database.writer.run(dislike) == "bus-a"


def answer(desk: Desk, known: Known, now: datetime) -> None:
    """The bot has answered with an entry."""
    values = {"channel": "oa", "dedupe": "d", "person_id": known.person_id, "kind": "text", "topic": "faq:bus-a"}
    desk.database.writer.run(lambda work: inbox.record(work, text="班车", id=work.new_id(), received_at=now, **values))
    assert desk.database.look(lambda work: people.get(work, known.person_id)) is not None
