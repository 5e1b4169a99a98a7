"""Yearly targets: set, broken down exactly, compared with the year, and never changed without right or trace."""

from datetime import date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services import actors, targets
from bot.services.actors import Actor, NotAllowed
from bot.services.targets import BadTarget, Progress
from storage.audit import Audit
from storage.indicators import Target
from tests.reports.test_indicators import moment
from tests.reports.tree import ADMIN, Tree
from tests.storage.kit import count, rows

MIDYEAR = date(2026, 6, 30)


def actor(tree: Tree, code: str, role: str = "approver") -> Actor:
    return tree.database.look(lambda work: actors.of_account(work, code, role, tree.ids[code]))


def look(tree: Tree, who: Actor = ADMIN, code: str = "city", as_of: date = MIDYEAR, ranking: bool = False) -> Progress:
    return tree.database.look(lambda work: targets.progress(work, who, "growth", 2026, tree.ids[code], as_of, ranking))


def set_own(tree: Tree, code: str, text: str, who: Actor = ADMIN, indicator: str = "growth") -> bool:
    return tree.database.writer.run(
        lambda work: targets.set_own(work, who, indicator, 2026, tree.ids[code], text, tree.now)
    )


def spread(tree: Tree, code: str, who: Actor = ADMIN, mark: str | None = None, **wanted: str) -> int:
    known = look(tree, ADMIN, code).mark if mark is None else mark
    typed = {tree.ids[each]: text for each, text in wanted.items()}
    return tree.database.writer.run(
        lambda work: targets.spread(work, who, "growth", 2026, tree.ids[code], typed, known, tree.now)
    )


def distribute(tree: Tree, code: str, basis: str, indicator: str = "growth") -> int:
    mark = targets.mark_of({})
    return tree.database.writer.run(
        lambda work: targets.distribute(work, ADMIN, indicator, 2026, tree.ids[code], basis, mark, tree.now)
    )


def given_to(tree: Tree) -> dict[str, int]:
    codes = {number: code for code, number in tree.ids.items()}
    return {codes[org]: number for org, number in rows(tree.database, Target, "org_id", "hundredths")}


def test_the_city_sets_and_the_sum_below_is_compared(tree: Tree) -> None:
    assert set_own(tree, "city", "1,000 人")
    assert spread(tree, "city", east="700", west="250") == 2
    seen = look(tree)
    assert (seen.own.target, seen.spread, seen.open_) == (100_000, 95_000, 5_000)
    assert [each.target for each in seen.below] == [70_000, 25_000]
    assert spread(tree, "city", west="350") == 1
    assert look(tree).open_ == -5_000  # more than the city's: shown as well


def test_time_and_progress_side_by_side_in_the_trees_order(tree: Tree) -> None:
    set_own(tree, "city", "365")
    spread(tree, "city", east="200", west="165")
    tree.told("mill", "2026-05", moment(5, 20), joined=60, left=0)
    tree.told("shop", "2026-05", moment(5, 20), joined=100, left=0)
    seen = look(tree)
    assert seen.elapsed == Fraction(181, 365)
    assert [each.measured.name for each in seen.below] == ["东区总工会", "西区总工会"]
    assert [each.share for each in seen.below] == [Fraction(60, 200), Fraction(100, 165)]
    assert seen.own.gap == 18_100 - 16_000
    east, west = (each.gap for each in seen.below)
    assert east == round(Fraction(200 * 181, 365)) * 100 - 6_000 > 0 > (west or 0)  # no part of a member
    ranked = look(tree, ranking=True)
    assert [each.measured.name for each in ranked.below] == ["西区总工会", "东区总工会"]


def test_without_a_target_or_a_number_nothing_is_claimed(tree: Tree) -> None:
    seen = look(tree)
    assert (seen.own.target, seen.own.share, seen.own.gap, seen.spread, seen.open_) == (None,) * 5
    set_own(tree, "city", "100")
    own = look(tree).own
    assert (own.measured.value, own.share, own.gap) == (None, None, None)


def test_who_has_not_told_is_not_said_to_be_behind(tree: Tree) -> None:
    for code in ("mill", "forge"):
        set_own(tree, code, "120")
    tree.told("mill", "2026-06", moment(6, 20), joined=0, left=0)
    tree.told("forge", "2026-06", moment(6, 20), state="issued")
    mill, forge = look(tree, code="east").below
    assert (mill.measured.value, mill.share, mill.gap) == (0, 0, 6_000)  # nought was told: it is behind
    assert (forge.measured.value, forge.share, forge.gap) == (None, None, None)


@pytest.mark.parametrize(
    ("day", "share"), [(date(2026, 1, 1), Fraction(1, 365)), (date(2025, 5, 1), 0), (date(2027, 1, 1), 1)]
)
def test_the_share_of_the_year(day: date, share: Fraction) -> None:
    assert targets.elapsed_of(2026, day) == share


@given(
    st.integers(0, 10**9),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any),
)
def test_a_total_in_proportion_sums_up_exactly(total: int, weights: list[int]) -> None:
    found = targets.parts(total, weights)
    assert sum(found) == total
    step = 100 if total % 100 == 0 else 1
    for part, weight in zip(found, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < step
        assert part % step == 0


def test_in_proportion_to_last_year(tree: Tree) -> None:
    tree.told("mill", "2025-05", moment(5, 20), joined=2, left=0)
    tree.told("shop", "2025-05", moment(5, 20), joined=1, left=0)
    set_own(tree, "city", "100")
    assert distribute(tree, "city", "last_year") == 2
    assert given_to(tree) == {"city": 10_000, "east": 6_700, "west": 3_300}
    with pytest.raises(BadTarget, match="BadTarget") as twice:
        distribute(tree, "city", "last_year")  # from a page that does not show them yet
    assert "刚才有人改过" in twice.value.words


def test_in_proportion_to_the_workers(tree: Tree) -> None:
    tree.told("mill", "2026-01", moment(1, 20), joined=300, left=0)
    tree.told("shop", "2026-01", moment(1, 20), joined=100, left=0)
    set_own(tree, "city", "10")
    distribute(tree, "city", "strength")
    assert given_to(tree) == {"city": 1_000, "east": 800, "west": 200}


def test_a_share_is_given_to_everybody_and_weighed_by_what_was_owed(tree: Tree) -> None:
    tree.told("mill", "2026-03", moment(3, 20), "funds", due=300, paid=30)
    tree.told("shop", "2026-03", moment(3, 20), "funds", due=100, paid=100)
    set_own(tree, "city", "95%", indicator="funds")
    distribute(tree, "city", "last_year", "funds")
    assert given_to(tree) == {"city": 9_500, "east": 9_500, "west": 9_500}
    seen = tree.database.look(lambda work: targets.progress(work, ADMIN, "funds", 2026, None, MIDYEAR))
    assert (seen.spread, seen.open_, seen.own.gap) == (9_500, 0, None)
    assert seen.own.share == Fraction(3_250, 9_500)


def test_without_numbers_nothing_is_invented(tree: Tree) -> None:
    for basis, words in (("last_year", "没有“会员净增”的数字"), ("strength", "没有“职工人数”"), ("luck", "请选一种")):
        set_own(tree, "city", "100")
        with pytest.raises(BadTarget) as refused:
            distribute(tree, "city", basis)
        assert words in refused.value.words
    assert given_to(tree) == {"city": 10_000}


def test_who_may_set_what(tree: Tree) -> None:
    east = actor(tree, "east")
    set_own(tree, "city", "100")
    spread(tree, "city", east="60")
    assert spread(tree, "east", east, mill="40") == 1
    for code, text in (("east", "10"), ("west", "10"), ("city", "10")):
        with pytest.raises(NotAllowed):
            set_own(tree, code, text, east)
    with pytest.raises(NotAllowed):
        spread(tree, "city", east, west="1")
    with pytest.raises(NotAllowed):
        spread(tree, "east", actor(tree, "east", "editor"), mill="1")
    with pytest.raises(NotAllowed):
        look(tree, east, "city")
    assert set_own(tree, "mill", "41", east)
    assert given_to(tree) == {"city": 10_000, "east": 6_000, "mill": 4_100}


def test_every_change_is_written_down_with_old_and_new(tree: Tree) -> None:
    set_own(tree, "city", "100")
    set_own(tree, "city", "100")
    set_own(tree, "city", "120.5")
    set_own(tree, "city", "")
    trail = rows(tree.database, Audit, "actor", "action", "subject", "note")
    subject = f"target:growth:2026:{tree.ids['city']}"
    notes = ["未定 → 100人", "100人 → 120.5人", "120.5人 → 未定"]
    assert sorted(trail) == sorted(("staff:chief", "set_target", subject, note) for note in notes)
    assert count(tree.database, Target) == 0


def test_somebody_elses_change_is_not_overwritten(tree: Tree) -> None:
    before = look(tree).mark
    assert spread(tree, "city", mark=before, east="5") == 1
    with pytest.raises(BadTarget):
        spread(tree, "city", mark=before, east="6")
    assert given_to(tree) == {"east": 500}


@pytest.mark.parametrize("text", ["-1", "一百", "1.234", "1e5", "12..5", "9" * 14, "٣", "1.²"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadTarget):
        targets.read(text, "人")


def test_what_is_a_number() -> None:
    assert [targets.read(text, "人") for text in ("", " 1,200人 ", "0", "95.5", "3.05")] == [
        None,
        120_000,
        0,
        9_550,
        305,
    ]
    assert targets.read("100%", "%") == 10_000
    with pytest.raises(BadTarget):
        targets.read("100.01", "%")


def test_nothing_of_a_wrong_form_is_kept(tree: Tree, now: datetime) -> None:
    with pytest.raises(BadTarget) as wrong:
        spread(tree, "city", east="5", west="五")
    assert "西区总工会" in wrong.value.words
    with pytest.raises(BadTarget):
        spread(tree, "city", mill="5")
    with pytest.raises(BadTarget):
        tree.database.look(lambda work: targets.progress(work, ADMIN, "growth", 26, None, now.date()))
    assert given_to(tree) == {}
