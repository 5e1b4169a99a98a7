"""Before a notice is sent: by which route how many people are reached, what it costs of the quotas, how long it takes.

The plan is what is true at the moment it would begin: a window that closes before counts as closed. The sender chooses
again for every message, so that what changes meanwhile (somebody writes, a consent is given) is made use of.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.calendar import daytime
from bot.clock import local
from bot.services import plan_words, reach, route_costs
from bot.services.house import House
from bot.services.plans import Plan, Words
from bot.services.reach_policy import MASS_LEAST, ReachPolicy
from bot.services.route_costs import Frame, Spent
from storage import quotas
from storage import reach as reaching
from storage.audience import Rule
from storage.reach import Group, Means
from storage.work import Work


def plan(
    work: Work,
    rule: Rule,
    topic: str,
    allowed: Sequence[str] | None,
    house: House,
    now: datetime,
    *,
    words: Words | None = None,
    kind: str = "notice",
    at: datetime | None = None,
    hours: int = 48,
    any_hour: bool = False,
) -> Plan:
    """What would come of a notice to `rule` by the `allowed` routes (None: the usual ones).

    `words`: what it says, for the warnings. `at`: when it is to go out, None is now; outside the hours it waits for
    them unless `any_hour`. `hours`: how long it is worth sending from then on.
    """
    moment = max(now, at or now)
    starts = moment if any_hour else daytime(moment, house.hours)
    policy, frame = house.reach, Frame(starts, starts + timedelta(hours=hours), house.hours, any_hour)
    means = reach.means(work, policy, kind, allowed, starts, frame.until)
    more = [each for each in reach.routes(policy, kind, policy.routes) if each not in means.routes]
    groups = reaching.survey(work, rule, topic, means, more, starts)
    people = _by_route(groups)
    costs = route_costs.of(
        {route: people[route] for route in means.routes}, policy, _spent(work, policy, now, means, starts), frame
    )
    made = Plan(
        people=sum(group.people for group in groups),
        costs=costs,
        kept=people[""],
        left_out=_left_out(groups),
        starts=starts,
        ends=max((cost.ends for cost in costs), default=starts),
        instead=_instead(groups),
        last_mass=sum(group.people for group in groups if _is_last(group, policy.mass_per_month)),
        shown=plan_words.shown(words, starts) if words and people["template"] + people["notice"] else {},
    )
    return replace(made, warnings=tuple(plan_words.warnings(made, words, policy)))


def _spent(work: Work, policy: ReachPolicy, now: datetime, means: Means, starts: datetime) -> Spent:
    """What the routes have used up when it starts; on a later day nothing of that day is used yet."""
    today, first = local(now).date(), reach.first_of_month(starts)
    used = quotas.used(work, policy.channel, today, today) if local(starts).date() == today else {}
    return Spent(used, quotas.used(work, policy.channel, first, today), means.stops)


def _by_route(groups: Sequence[Group]) -> Counter[str]:
    """People who are not left out by their route; one alone is no mass send."""
    counted = Counter[str]()
    for group in groups:
        counted[group.route] += 0 if group.why else group.people
    if counted["mass"] < MASS_LEAST:
        counted[""] += counted.pop("mass", 0)
    return counted


def _instead(groups: Sequence[Group]) -> dict[str, int]:
    """How many of those without a route the routes that were not chosen would reach."""
    counted = Counter[str]()
    for group in groups:
        if group.instead and not group.route:
            counted[group.instead] += group.people
    return dict(counted)


def _left_out(groups: Sequence[Group]) -> dict[str, int]:
    counted = Counter[str]()
    for group in groups:
        if group.why:
            counted[group.why] += group.people
    return dict(counted)


def _is_last(group: Group, per_month: int) -> bool:
    """Whether the month's last mass send of these people would be this one."""
    return group.route == "mass" and group.massed == per_month - 1
