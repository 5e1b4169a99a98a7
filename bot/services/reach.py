"""What the routes may do for one notice right now: the policy of the house, made ready for `storage/reach.py`."""

from collections.abc import Sequence
from datetime import date, datetime, time

from bot import calendar
from bot.clock import local
from bot.services.reach_policy import ReachPolicy
from storage import quotas
from storage.reach import Means
from storage.work import Work


def purpose(kind: str) -> str:
    """Which templates a broadcast of a kind uses: `event` has its own, all others use those of `notice`."""
    return "event" if kind == "event" else "notice"


def routes(policy: ReachPolicy, kind: str, allowed: Sequence[str] | None) -> tuple[str, ...]:
    """The routes of a notice in the order they are tried: those staff chose, as far as they are set up.

    Without a choice it is the usual order without mass sends: a person gets few of them a month, so they are only
    taken where somebody chose them.
    """
    have = {"custom": True, "notice": _notice(policy, kind), "template": _template(policy, kind), "mass": policy.mass}
    wanted = [each for each in policy.routes if each != "mass"] if allowed is None else allowed
    return tuple(dict.fromkeys(route for route in wanted if have.get(route)))


def means(
    work: Work, policy: ReachPolicy, kind: str, allowed: Sequence[str] | None, now: datetime, worth_until: datetime
) -> Means:
    """What the routes of a notice may do now. `worth_until`: until when it is worth sending."""
    return Means(
        month=month_start(now),
        channel=policy.channel,
        routes=routes(policy, kind, allowed),
        notice=_notice(policy, kind),
        mass_per_month=policy.mass_per_month,
        stops=quotas.stops(work, policy.channel, now),
        worth_until=worth_until,
    )


def _notice(policy: ReachPolicy, kind: str) -> str:
    return policy.notices.get(purpose(kind), "")


def _template(policy: ReachPolicy, kind: str) -> str:
    return policy.templates.get(purpose(kind), "")


def first_of_month(now: datetime) -> date:
    """The first day of the month that it is in Shanghai."""
    return local(now).date().replace(day=1)


def month_start(now: datetime) -> datetime:
    """When this calendar month began in Shanghai; the platform counts mass sends by it."""
    return calendar.at(first_of_month(now), time())
