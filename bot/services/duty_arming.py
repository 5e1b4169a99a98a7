"""Arming: the one reminder of a cadre is due when the earliest thing is to be said. Who changes a duty calls it."""

from collections.abc import Collection
from datetime import datetime

from bot.services.duty_desk import Desks
from bot.services.duty_recall import withdraw
from bot.services.house import House
from storage import reminders
from storage.work import Work


def rearm(work: Work, person_ids: Collection[int], now: datetime, house: House) -> None:
    """Something about these people's duties has changed (done, moved, somebody else's, leave): arm them anew.

    A message that is queued for them, or for who stands in, may not be true any more: it is not sent, and what of it
    still holds is said by another one. What a sender has claimed already is beyond reach.
    """
    arm(work, person_ids, now, house, changed=True)


def arm(
    work: Work, person_ids: Collection[int], now: datetime, house: House, listed: str = "", changed: bool = False
) -> None:
    """Set the reminders of these people to the earliest moment anything is due, planting those that are missing.

    One that is due already is left: the next tick says it or lists it as missed. `listed`: a month whose list these
    people have just been shown. Whoever substitutes for somebody here is armed too. `changed`: as `rearm`.
    """
    wanted = set(person_ids)
    if not wanted:
        return
    if changed:
        withdraw(work, wanted, now, house)
    desks = Desks(work, wanted, house, now)
    more = {each.substitute for each in desks.of.values() if each.substitute is not None} - wanted
    armed = reminders.of_people(work, wanted)
    for person_id in sorted(wanted):
        mine = armed.get(person_id)
        if mine is None:
            reminders.plant(work, person_id, desks.next(person_id, None, listed), listed)
        elif listed or mine.next_fire_at is None or mine.next_fire_at > now:
            shown = max(mine.listed, listed)
            reminders.move(work, mine.id, desks.next(person_id, mine, listed), shown)
    arm(work, more, now, house, changed=changed)
