"""A changed date of the calendar: open duties follow it in bulk, and whoever knew the old one is told once.

Batches are transactions of their own that know where they were; a crash leaves the rest to the next one, and a person
is told in the transaction that notes they were. People are told in office hours, when staff have stopped changing dates
for a while: one letter for all that changed; what changed back meanwhile, or was done, is not mentioned.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from bot import duty_texts as texts
from bot.calendar import not_quiet, say_date, say_day
from bot.clock import local
from bot.services import letters
from bot.services.actors import Actor
from bot.services.duty_arming import rearm
from bot.services.duty_ladder import reached_by
from bot.services.house import House
from storage import duty_moves, duty_rows, duty_templates
from storage.duties import OPEN
from storage.duty_moves import NOT_NEEDED, SKIPPED, Behind, Change, DutyMove
from storage.work import Work

BATCH = 250  # duties, or people, of one transaction
QUIET = timedelta(minutes=10)  # staff may change several dates in a row; duties issued by an old date turn up meanwhile
LINES = 12  # a message holds 2048 bytes


def plan(
    work: Work,
    actor: Actor,
    template_id: str,
    period: str,
    deadline: date | None,
    now: datetime,
    house: House,
    skip: bool = False,
) -> None:
    """Open duties of a template and period are due on another day, or need not be done; the first batch follows now.

    Without a day, and not skipped: what a skipped month excused is to be done again, each by its own day.
    """
    move_id = duty_moves.plant(work, template_id, period, deadline, skip, f"staff:{actor.name}", now)
    follow(work, move_id, now, house)


def follow(work: Work, move_id: int, now: datetime, house: House, limit: int = BATCH) -> int:
    """The next duties follow a change; how many. 0: none is left, and after a while the change is through."""
    move = duty_moves.hold(work, move_id)
    if move is None:
        return 0
    found = duty_moves.behind(work, move, move.at - QUIET, limit)
    if not found:
        if now >= move.at + QUIET:
            duty_moves.drop(work, move)
        return 0
    duty_rows.hold(work, {each.person_id for each in found})
    found_still = duty_moves.still_behind(work, move, [each.id for each in found])
    for before, mine in groupby(sorted(found_still, key=_alike), key=_alike):
        _change(work, move, before, [each.id for each in mine], now, house)
    move.after = max(move.after or 0, found[-1].appointment_id)
    work.session.add(move)
    work.session.flush()
    rearm(work, {each.person_id for each in found_still}, now, house)
    return len(found)


def _alike(each: Behind) -> tuple[date, bool]:
    return each.deadline, each.state in OPEN


def _change(
    work: Work, move: DutyMove, before: tuple[date, bool], ids: Collection[int], now: datetime, house: House
) -> None:
    """What happens to duties that stand alike: all of them have this deadline, and are open or not."""
    old, is_open = before
    day = move.deadline or old
    if move.skip:
        duty_moves.excuse(work, ids, now)
        return duty_moves.step_all(work, ids, move.by, "excused", now, SKIPPED)
    template = duty_templates.get(work, move.template_id)
    offsets = house.duties.offsets(template.ladder if template else None)
    reached = reached_by(day, offsets, now, house.hours)
    if is_open:
        duty_moves.move(work, ids, day, reached, now)
        return duty_moves.step_all(work, ids, move.by, "moved", now, f"{say_date(old)}→{say_date(day)}")
    duty_moves.reopen(work, ids, day, reached)
    return duty_moves.step_all(work, ids, move.by, "reopened", now, say_date(day))


def may_tell(work: Work, now: datetime, house: House) -> bool:
    """Whether people may be told now: in office hours, with no change under way or just made."""
    moves = duty_moves.every(work)
    return not_quiet(now, house.hours) <= now and all(each.at + QUIET <= now for each in moves)


def tell(work: Work, now: datetime, limit: int = BATCH) -> int:
    """One letter to each of the next people who know a date that does not hold any more; how many people."""
    people = duty_moves.to_tell(work, limit)
    if not people:
        return 0
    duty_rows.hold(work, people)
    found = duty_moves.changes(work, people, local(now).date())
    owed = {}
    for person_id, mine in groupby(found, key=lambda each: each.person_id):
        if words := letter(list(mine)):
            owed[f"duties-moved:{work.new_id()}"] = (person_id, words)
    letters.plant_all(work, owed, now)
    duty_moves.told(work, [each.id for each in found])
    return len(people)


def letter(found: Sequence[Change]) -> str:
    """What one person is told; nothing when all of it is as they know it, done, or not theirs any more."""
    lines = [line for each in found if (line := _line(each))]
    if not lines:
        return ""
    more = [texts.MOVED_MORE.format(count=len(lines) - LINES)] if len(lines) > LINES else []
    return "\n".join([texts.MOVED.format(count=len(lines)), *lines[:LINES], *more, texts.MOVED_HOW])


def _line(each: Change) -> str:
    said = {"title": each.title, "day": say_day(each.deadline), "before": say_day(each.told_on)}
    if not each.theirs:
        return ""
    if each.state == "excused":
        return "" if each.told_on == NOT_NEEDED else texts.MOVED_OFF.format(**said)
    if each.state not in OPEN or each.told_on == each.deadline:
        return ""
    return (texts.MOVED_ON if each.told_on == NOT_NEEDED else texts.MOVED_LINE).format(**said)
