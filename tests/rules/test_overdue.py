"""What is past its review date is not offered to anybody, and says so where nothing else is left."""

from datetime import datetime
from typing import Any

import pytest

from bot.search import Decision, Hit, Result
from bot.services import asking
from bot.services.knowledge import Knowledge
from bot.testing import Talk
from storage import catalogue
from tests.rules.upkeep import Desk, own, written

OVERDUE: dict[str, Any] = {"as_of": "2026-01-01", "review_by": "2026-11-24"}
PAIR = {"a": written("班车几点发车？", phrasings=["班车时刻"]), "b": written("班车停在哪里？", phrasings=["班车时刻"])}


def talk(desk: Desk, now: datetime, a: dict[str, Any], b: dict[str, Any]) -> Talk:
    """Two entries with the same words, so that both are offered."""
    desk.load(now, bus_a={**PAIR["a"], **a}, bus_b={**PAIR["b"], **b})
    return Talk(desk.database, desk.house, now)


@pytest.mark.parametrize("private", [True, False])
def test_a_choice_leaves_out_what_is_overdue(desk: Desk, now: datetime, private: bool) -> None:
    where = {} if private else {"chat": "room", "mentioned": True}
    fresh = talk(desk, now, {}, {})
    (both,) = fresh.says("班车时刻", **where)
    assert "1. 班车" in both and "2. 班车" in both
    (one,) = talk(desk, now, OVERDUE, {}).says("班车时刻", "u2", **where)
    assert "1. 班车停在哪里" in one and "几点发车" not in one and "2." not in one


def test_when_all_are_overdue_it_says_so(desk: Desk, now: datetime) -> None:
    (said,) = talk(desk, now, OVERDUE, OVERDUE).says("班车时刻")
    assert said.startswith("这条内容正在更新")
    desk.group(now)
    assert desk.the_gap().kind == "review"


def test_a_branchs_own_words_may_still_stand(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    desk.put_out("bus-a", own("东区班车七点从西门发车，请准时。"), now, desk.places["east"].id)
    desk.load(now, bus_a=written(**OVERDUE))
    known = Knowledge()
    desk.database.look(known.refresh)
    result = Result(Decision.SUGGEST, (Hit("bus-a", "班车几点发车？", 0.5),))

    def kept(org_id: int | None) -> int:
        return desk.database.look(lambda work: len(asking.in_force(work, known, result, org_id, now).hits))

    assert (kept(None), kept(desk.places["west"].id), kept(desk.places["east"].id)) == (0, 0, 1)


def test_what_falls_due_is_counted(desk: Desk, now: datetime) -> None:
    dates = {"a": "2026-11-24", "b": "2026-12-25", "c": "2026-12-26"}
    made = {f"bus_{key}": written(as_of="2026-01-01", review_by=day) for key, day in dates.items()}
    desk.load(now, **made, bus_d=written(**OVERDUE, status="retired"))
    assert desk.database.look(lambda work: catalogue.due(work, now.date())) == (3, 2)
