"""What staff do with a duty in the console: excuse it, move its deadline, give it to a colleague, decide a request.

Everybody holds the row and looks again: what changed since the page was shown (`seen`, a mark of `mark_of`) is told as
`ShownBefore`, and nothing is done. Who is concerned is told by a letter.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot import duty_texts as texts
from bot.calendar import say_day
from bot.clock import local
from bot.errors import Refusal
from bot.services import duty_changes
from bot.services.actors import Actor, NotAllowed, require
from bot.services.house import House
from bot.services.reveal import checked_reason
from storage import absences, audit, duties, duty_course
from storage.duties import OPEN
from storage.duty_course import Held
from storage.duty_requests import DutyRequest
from storage.work import Work

FURTHEST = timedelta(days=180)  # from today


class NoDuty(Refusal):
    """There is no such duty."""

    words = "没有这项任务。"


class ShownBefore(Refusal):
    """Somebody did something with it after the page was shown."""

    words = "这项任务在您打开页面以后有了变化，请看清楚现在的情况再办。"


class BadDeed(Refusal):
    """What was filled in cannot be taken; `field` is where."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True)
class Page:
    """Which duty a form is about, and how the duty stood when the page was shown."""

    duty_id: int
    seen: str


def mark_of(found: Held, asked: list[DutyRequest]) -> str:
    """How a duty stands, as a form carries it: equal while nobody did anything that matters for a decision."""
    duty = found.duty
    pending = "-".join(str(each.id) for each in asked if each.state == "pending")
    return ".".join(map(str, (duty.state, duty.deadline, duty.person_id, duty.escalated, pending)))


def find(work: Work, actor: Actor, duty_id: int, lock: bool = False) -> Held:
    """A duty of the actor's branch. Raises NoDuty, NotAllowed."""
    require(actor, "duties")
    found = duty_course.held(work, duty_id, lock)
    if found is None:
        raise NoDuty
    if not actor.within(found.org.path):
        raise NotAllowed("这项任务不归您所在的工会管理。")
    return found


def _take(work: Work, actor: Actor, page: Page) -> tuple[Held, list[DutyRequest]]:
    """The duty as it was shown, held. Raises NoDuty, NotAllowed, ShownBefore."""
    require(actor, "decide")
    found = find(work, actor, page.duty_id, lock=True)
    asked = list(duty_course.requests_of(work, page.duty_id))
    if page.seen != mark_of(found, asked) or found.duty.state not in OPEN:
        raise ShownBefore
    return found, asked


def excuse(work: Work, actor: Actor, page: Page, reason: str, now: datetime, house: House) -> None:
    """It need not be done. Raises NoDuty, NotAllowed, ShownBefore, BadReason."""
    found, asked = _take(work, actor, page)
    reason = checked_reason(reason, found.person.name)
    _withdraw(work, asked, now)
    duty_changes.excuse(work, found.duty, f"staff:{actor.name}", now, house, reason)
    _tell(work, found, found.duty.person_id, texts.DESK_EXCUSED, now, reason=reason)


def move(work: Work, actor: Actor, page: Page, day: date | None, now: datetime, house: House) -> None:
    """Another last day. Raises NoDuty, NotAllowed, ShownBefore, BadDeed."""
    found, asked = _take(work, actor, page)
    today, before = local(now).date(), found.duty.deadline
    if day is None or not today <= day <= today + FURTHEST:
        raise BadDeed("day", f"请选今天到{say_day(today + FURTHEST)}之间的一天。")
    if day == before:
        raise BadDeed("day", "期限本来就是这一天。")
    _withdraw(work, asked, now)
    duty_changes.move_deadline(work, found.duty, day, f"staff:{actor.name}", now, house)
    _tell(work, found, found.duty.person_id, texts.DESK_MOVED, now, before=say_day(before))


def reassign(work: Work, actor: Actor, page: Page, to_person: int | None, now: datetime, house: House) -> None:
    """A colleague in office in the same union does it, unless they are on leave with nobody to stand in.

    Raises NoDuty, NotAllowed, ShownBefore, BadDeed.
    """
    found, asked = _take(work, actor, page)
    before, gone = found.duty.person_id, duties.is_vacant(work, found.duty, local(now).date())
    theirs = {person for person, _, _ in duty_course.holders(work, found.org.id, local(now).date())} - {before}
    if to_person not in theirs or to_person is None:
        raise BadDeed("to", "请选一位本工会的同事。")
    _demand_heard(work, to_person, now)
    _withdraw(work, asked, now)
    duty_changes.reassign(work, found.duty, to_person, f"staff:{actor.name}", now, house)
    _tell(work, found, to_person, texts.DESK_GIVEN, now)
    if not gone:
        _tell(work, found, before, texts.DESK_TAKEN, now)


def _demand_heard(work: Work, person_id: int, now: datetime) -> None:
    """Who is on leave with nobody to stand in would not hear of it until they are back. Raises BadDeed."""
    away = absences.on_leave(work, local(now).date(), [person_id])
    alone = next((each for each in away if each.person_id == person_id and each.substitute_id is None), None)
    if alone is not None:
        day = say_day(alone.until_on)
        raise BadDeed("to", f"这位同事请假到{day}，也没有人代，收不到这项任务。请选别的同事，或者先登记由谁代。")


def grant(work: Work, actor: Actor, page: Page, request_id: int, now: datetime, house: House) -> None:
    """What was asked for happens. Raises NoDuty, NotAllowed, ShownBefore, BadDeed.

    A day that is over by now is granted to nobody: it would only open the ladder again and count as late twice.
    """
    found, request = _asked(work, actor, page, request_id)
    if request.wanted_on is not None and request.wanted_on < local(now).date():
        raise BadDeed("day", f"申请延到的{say_day(request.wanted_on)}已经过了，请在下面另定一个期限，或者不批准。")
    before, who = found.duty.deadline, f"staff:{actor.name}"
    _decided(work, request, "granted", actor, now)
    if request.kind == "extend" and request.wanted_on is not None:
        duty_changes.move_deadline(work, found.duty, request.wanted_on, who, now, house)
        _tell(work, found, request.person_id, texts.DESK_GRANTED, now, before=say_day(before))
    elif request.to_person_id is not None:
        _demand_heard(work, request.to_person_id, now)
        duty_changes.reassign(work, found.duty, request.to_person_id, who, now, house)
        _tell(work, found, request.to_person_id, texts.DESK_GIVEN, now)
        _tell(work, found, request.person_id, texts.DESK_TAKEN, now)
    audit.write(work, who, "duty_grant", f"duty:{page.duty_id}", now)


def refuse(work: Work, actor: Actor, page: Page, request_id: int, reason: str, now: datetime) -> None:
    """It stays as it is; whoever asked reads why. Raises NoDuty, NotAllowed, ShownBefore, BadReason."""
    found, request = _asked(work, actor, page, request_id)
    reason = checked_reason(reason, found.person.name)
    _decided(work, request, "refused", actor, now)
    duties.step(work, page.duty_id, f"staff:{actor.name}", "refused", now, reason)
    audit.write(work, f"staff:{actor.name}", "duty_refuse", f"duty:{page.duty_id}", now, reason)
    _tell(work, found, request.person_id, texts.DESK_REFUSED, now, reason=reason)


def _asked(work: Work, actor: Actor, page: Page, request_id: int) -> tuple[Held, DutyRequest]:
    found, asked = _take(work, actor, page)
    request = next((each for each in asked if each.id == request_id and each.state == "pending"), None)
    if request is None:
        raise ShownBefore
    return found, request


def _decided(work: Work, request: DutyRequest, state: str, actor: Actor, now: datetime) -> None:
    request.state, request.decided_by, request.decided_at = state, actor.name, now
    work.session.add(request)
    work.session.flush()


def _withdraw(work: Work, asked: list[DutyRequest], now: datetime) -> None:
    """What staff do of their own accord leaves nothing to decide."""
    for each in asked:
        if each.state == "pending":
            each.state, each.decided_at = "withdrawn", now
            work.session.add(each)
    work.session.flush()


def _tell(work: Work, found: Held, person_id: int, words: str, now: datetime, **more: str) -> None:
    said = {"title": found.template.title, "unit": found.org.name, "day": say_day(found.duty.deadline), **more}
    duty_changes.tell(work, found.duty, person_id, words.format(**said), now)
