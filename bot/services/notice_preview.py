"""Trying a notice out: on one's own phone, or on a test list (the people of a tag), before it goes to everybody.

It goes out as an ordinary message marked 【预览】, whatever the segment says, by the routes that are open: inside the
window in full, else as a template. No recipient row is written, so it counts nowhere. Not to approve, but to look: the
list is short, a notice is tried at most `TESTS_A_DAY` times a day, and every time is in the trail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import notice_texts as texts
from bot.calendar import daytime
from bot.clock import local
from bot.errors import Refusal
from bot.services import broadcasts, delivery, reasons
from bot.services.actors import Actor, require
from bot.services.broadcast_results import masked
from bot.services.house import House
from storage import audit, outbox, previews, staff
from storage.broadcasts import Broadcast
from storage.previews import Tester
from storage.work import Work

ME = "me"
MOST = 20  # people of a test list
TESTS_A_DAY = 10
WORTH = timedelta(hours=12)
ACTION = "broadcast_preview"


class CannotTest(Refusal):
    """It cannot be tried so; the words say why."""


@dataclass(frozen=True, slots=True)
class Missed:
    """Somebody it could not be tried on: their masked name, and why in Chinese."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of it. `in_full` and `as_template` people get it, `due_at` says when; the others are `missed`."""

    in_full: int
    as_template: int
    due_at: datetime
    missed: Sequence[Missed]


def text_of(broadcast: Broadcast) -> str:
    """The message as it is tried."""
    return f"{texts.PREVIEW}\n{broadcast.text}"


def send_test(work: Work, actor: Actor, broadcast_id: int, to: str, now: datetime, house: House) -> Tested:
    """Send a notice as it is now to `me`, or to the people of a tag (at most `MOST`, in daytime).

    Raises NoBroadcast, NotAllowed (right `draft`, branch), CannotTest (no phone, no such people, too many, too often).
    """
    require(actor, "draft")
    broadcast = broadcasts.seen(work, actor, broadcast_id)
    subject = f"broadcast:{broadcast_id}"
    work.alone(f"preview:{broadcast_id}")
    if previews.count(work, ACTION, subject, now - timedelta(days=1)) >= TESTS_A_DAY:
        raise CannotTest(texts.PREVIEW_OFTEN.format(times=TESTS_A_DAY))
    testers = [_mine(work, actor, broadcast)] if to == ME else _listed(work, actor, broadcast, to)
    due = now if to == ME else daytime(now, house.hours)
    missed: list[Missed] = []
    routes = {"custom": 0, "template": 0}
    for each in testers:
        route, reason = _route(each, due, house)
        if route:
            routes[route] += 1
            _queue(work, broadcast, each, now, due)
        else:
            missed.append(Missed(masked(each.name), reason))
    audit.write(work, broadcasts.name_of(actor), ACTION, subject, now, f"{sum(routes.values())} of {len(testers)}")
    return Tested(routes["custom"], routes["template"], due, missed)


def _mine(work: Work, actor: Actor, broadcast: Broadcast) -> Tester:
    account = staff.by_name(work, actor.name)
    person_id = account.person_id if account else None
    found = previews.of_person(work, person_id, broadcast.topic) if person_id else None
    if found is None:
        raise CannotTest(texts.PREVIEW_NO_PHONE)
    return found._replace(opted_out=False)  # they ask for it


def _listed(work: Work, actor: Actor, broadcast: Broadcast, tag: str) -> list[Tester]:
    found = previews.of_tag(work, tag, actor.path, broadcast.topic, MOST + 1)
    if not found:
        raise CannotTest(texts.PREVIEW_NOBODY.format(tag=tag[:20]))
    if len(found) > MOST:
        raise CannotTest(texts.PREVIEW_MANY.format(tag=tag[:20], most=MOST))
    return found


def _route(tester: Tester, at: datetime, house: House) -> tuple[str, str]:
    """The route that is open for somebody at a moment, or why there is none."""
    if tester.opted_out:
        return "", reasons.words("opted_out")
    if tester.address_id is None or not tester.following:
        return "", reasons.words("not_following")
    if tester.refused:
        return "", reasons.words("refused")
    opened = tester.window_until is not None and tester.window_until > at and bool(tester.window_left)
    if opened or tester.channel != house.reach.channel:
        return "custom", ""
    return ("template", "") if house.reach.templates.get("notice") else ("", texts.PREVIEW_WINDOW)


def _queue(work: Work, broadcast: Broadcast, tester: Tester, now: datetime, due: datetime) -> None:
    short = f"{texts.PREVIEW_MARK}{broadcast.title}\n{broadcasts.body(broadcast)}"
    outbox.put(
        work,
        person_id=tester.person_id,
        address_id=tester.address_id or 0,
        text=text_of(broadcast),
        state="queued",
        now=now,
        lane=outbox.REMINDER,
        template="notice",
        fields=delivery.template_fields(short, local(due)),
        due_at=due,
        valid_until=due + WORTH,
    )
