"""Who of a notice got it, as staff look for them: filters, pages, and the file that leaves the house.

Names are masked on the page and in the file; there are no numbers in either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from bot.services import broadcasts, member_requests, reasons
from bot.services.actors import Actor, require
from bot.services.broadcast_results import RECIPIENT_WORDS, Progress, Result, in_words
from bot.services.reach_policy import ROUTE_NAMES
from storage import audit, broadcast_counts, notice_rows, orgs
from storage.broadcast_counts import Line
from storage.notice_rows import FIRST, Place
from storage.notice_rows import Wanted as Sought
from storage.recipients import NOT_REACHED, OPEN, REACHED
from storage.work import Work

PAGE = 50
MOST = 20_000  # people in one file
STATES: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "reached": ("送达（含平台已受理）", REACHED),
        "waiting": ("还没有发完", OPEN),
        "not_reached": ("没有送达", NOT_REACHED),
        **{state: (words, (state,)) for state, words in RECIPIENT_WORDS.items()},
    }
)
ACKED: Mapping[str, bool] = MappingProxyType({"yes": True, "no": False})


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of the page; empty is everything. `unit`: id of a union, its people and those of the ones below."""

    state: str = ""
    reason: str = ""
    route: str = ""
    unit: int | None = None
    acked: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the people meant. `before`, `after`: the recipients at its ends, where there is a page beyond them."""

    lines: list[Result]
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Amount:
    """How many people are meant; `more`: at least one more, counting stopped. `at`: as of when, None for just now."""

    people: int
    more: bool = False
    at: datetime | None = None


def page(work: Work, actor: Actor, broadcast_id: int, wanted: Wanted, place: Place = FIRST) -> Page:
    """The people meant, fifty a page; the first page where there is nobody any more. Raises NoBroadcast, NotAllowed
    (right `members`)."""
    sought = _sought(work, actor, broadcast_id, wanted)
    found = notice_rows.lines(work, broadcast_id, sought, PAGE + 1, place)
    if not found and place != FIRST:
        place, found = FIRST, notice_rows.lines(work, broadcast_id, sought, PAGE + 1)
    more = len(found) > PAGE
    shown = found[-PAGE:] if place.back else found[:PAGE]
    earlier, later = (more, True) if place.back else (place != FIRST, more)
    before, after = (shown[end].recipient_id if there else None for end, there in ((0, earlier), (-1, later)))
    return Page(_said(work, shown), before, after)


def amount(work: Work, actor: Actor, broadcast_id: int, wanted: Wanted, progress: Progress | None) -> Amount:
    """How many people are meant: as counted last of a notice to very many, where that says it; else counted now, up to
    MOST. Raises NoBroadcast, NotAllowed."""
    if progress is not None and progress.at is not None and not (wanted.route or wanted.unit or wanted.acked):
        if not wanted.reason:
            states = STATES[wanted.state][1] if wanted.state in STATES else tuple(progress.states)
            return Amount(sum(progress.states.get(each, 0) for each in states), at=progress.at)
        if not wanted.state:
            return Amount(progress.reasons.get(wanted.reason, 0), at=progress.at)
    people = total(work, actor, broadcast_id, wanted)
    return Amount(min(people, MOST), people > MOST)


def total(work: Work, actor: Actor, broadcast_id: int, wanted: Wanted) -> int:
    """How many people are meant; one more than MOST stands for all above. Raises NoBroadcast, NotAllowed."""
    return notice_rows.count(work, broadcast_id, _sought(work, actor, broadcast_id, wanted), MOST + 1)


def note_export(work: Work, actor: Actor, broadcast_id: int, people: int, reason: str, now: datetime) -> None:
    """Write down who takes how many people out of the house, and why. `people`: the `total`, which was asked before.

    Raises NoBroadcast, NotAllowed, NoRequest (a reason that cannot be taken).
    """
    require(actor, "export")
    broadcasts.seen(work, actor, broadcast_id)
    reason, count = member_requests.checked_reason(reason, ""), min(people, MOST)
    name = broadcasts.name_of(actor)
    audit.write(work, name, "broadcast_export", f"broadcast:{broadcast_id}", now, f"{count}人：{reason}")


def export(work: Work, actor: Actor, broadcast_id: int, wanted: Wanted) -> list[Result]:
    """The people meant, at most MOST of them. Call `note_export` before. Raises NoBroadcast, NotAllowed."""
    require(actor, "export")
    return _said(work, notice_rows.lines(work, broadcast_id, _sought(work, actor, broadcast_id, wanted), MOST))


def _sought(work: Work, actor: Actor, broadcast_id: int, wanted: Wanted) -> Sought:
    require(actor, "members")
    broadcasts.seen(work, actor, broadcast_id)
    unit = orgs.get(work, wanted.unit) if wanted.unit else None
    states = STATES[wanted.state][1] if wanted.state in STATES else ()
    return Sought(states, wanted.reason, wanted.route, unit.path if unit else None, ACKED.get(wanted.acked))


def _said(work: Work, found: Sequence[Line]) -> list[Result]:
    nameless = [each.person_id for each in found if not each.name]
    names: dict[int, str] = {}
    for first in range(0, len(nameless), 500):
        names |= broadcast_counts.registered_names(work, nameless[first : first + 500])
    return [in_words(each, names) for each in found]


def said(work: Work, wanted: Wanted) -> list[str]:
    """The filters in words."""
    unit = orgs.get(work, wanted.unit) if wanted.unit else None
    words = (
        ("状态", STATES[wanted.state][0] if wanted.state in STATES else ""),
        ("原因", reasons.words(wanted.reason)),
        ("渠道", ROUTE_NAMES.get(wanted.route, "")),
        ("工会", f"{unit.name}及下级" if unit else ""),
        ("收到", {"yes": "回复了", "no": "没有回复"}.get(wanted.acked, "")),
    )
    return [f"{name} {value}" for name, value in words if value]
