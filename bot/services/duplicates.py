"""An ID number that is known already: refused, and not a way to find out whose numbers are.

Whoever hears "known already" twice within 30 days is stopped the next time before anything is compared, in the same
words whatever they typed, and a case calls a person; closing that case lets them try again. Every refusal is a case of
the union concerned, and the person whose number it is hears of it, once in 30 days. An application and a membership are
looked up and answered alike. Source: PIPL art. 51 (nobody may get at data of others).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from bot import joining_texts as texts
from bot.calendar import say_date
from bot.clock import local
from bot.services import cases, letters
from storage import applications, audit, inbox, members
from storage import cases as rows
from storage import letters as planted
from storage.applications import ID_PURPOSE, IN_HAND, Application
from storage.work import Work

REFUSED, STOPPED = "refused:AlreadyKnown", "refused:TriedOften"  # topics of turns
TRIES, WITHIN = 2, timedelta(days=30)
USED, TRIED = "id_used", "id_tried"  # topics of cases: of the person whose number it is, of who typed it


class Known(NamedTuple):
    """Where a number is known: the person who chats (None: only on a list), and the union."""

    person_id: int | None
    org_id: int | None


def rivals(work: Work, answers: Mapping[str, Any], but: int | None) -> list[Application]:
    """Other applications with this ID number that are with the union."""
    id_hash = work.seal.fingerprint(str(answers["id_number"]), ID_PURPOSE)
    return [each for each in applications.by_id_hash(work, id_hash) if each.id != but and each.state in IN_HAND]


def known(work: Work, answers: Mapping[str, Any], but: int | None) -> list[Known]:
    """Applications and members with this ID number. A member who says so asks for a transfer: that is none."""
    member = members.by_id_hash(work, work.seal.fingerprint(str(answers["id_number"]), ID_PURPOSE))
    found = [Known(each.person_id, each.org_id) for each in rivals(work, answers, but)]
    return [*found, Known(member.person_id, member.org_id)] if member and not answers.get("before") else found


def stopped(work: Work, person_id: int, now: datetime) -> bool:
    """Whether this person has tried too often; then a person is called. Nothing is compared."""
    looked_at = rows.last_closed(work, person_id, TRIED)
    since = max(now - WITHIN, looked_at) if looked_at else now - WITHIN
    if inbox.count_topic(work, REFUSED, since, person_id) < TRIES:
        return False
    cases.hand_over(work, person_id, TRIED, now)
    return True


def report(work: Work, person_id: int, found: list[Known], now: datetime) -> None:
    """Staff of the unions concerned get a case each, and the people whose number it is hear of it."""
    for each in found:
        if each.person_id == person_id:
            continue
        holder, topic = (each.person_id, USED) if each.person_id is not None else (person_id, TRIED)
        case = rows.again(work, holder, topic, now, each.org_id)
        audit.write(work, f"person:{person_id}", "duplicate", f"case:{case.id}", now)
        if each.person_id is not None:
            _tell(work, each.person_id, now)


def _tell(work: Work, person_id: int, now: datetime) -> None:
    today = local(now).date()
    if not planted.planted_since(work, f"known:{person_id}:", now - WITHIN):
        words = texts.LETTER_ID_USED.format(day=say_date(today))
        letters.plant(work, f"known:{person_id}:{today:%Y%m%d}", person_id, words, now)
