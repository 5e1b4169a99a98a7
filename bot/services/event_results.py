"""How an event went: opinions without names, and the roster as a file."""

from dataclasses import dataclass
from datetime import datetime

from bot.clock import local
from bot.forms.personal import masked
from bot.services import event_desk, events
from bot.services.actors import Actor, require
from bot.services.event_desk import VIEWS
from storage import attendance, audit, registrations
from storage.events import COMMENT, Event, Registration
from storage.registrations import ACTIVE
from storage.work import Work

STARS = (5, 4, 3, 2, 1)
STATES = {state: VIEWS[state] for state in (*ACTIVE, "cancelled")}
LOST = "（无法读取）"
HEADS = ("序号", "姓名", "状态", "怎么报的", "报名时间", "签到时间", "怎么签的")


@dataclass(frozen=True, slots=True)
class Opinions:
    """`counts`: stars, 5 first, with how many gave them; `words`: stars and what was said, numbers masked."""

    event: Event
    counts: list[tuple[int, int]]
    words: list[tuple[int, str]]

    @property
    def total(self) -> int:
        """How many gave stars."""
        return sum(count for _, count in self.counts)

    @property
    def average(self) -> float:
        """Of the stars, 0 when nobody gave any."""
        return sum(stars * count for stars, count in self.counts) / self.total if self.total else 0.0


def opinions(work: Work, actor: Actor, event_id: int) -> Opinions:
    """What people thought of it; nobody is named, and the order tells nothing. Raises NoEvent, NotAllowed."""
    require(actor, "members")
    event = events.seen(work, actor, event_id)
    given = attendance.stars(work, event.id)
    said = [
        (each.stars or 0, masked(work.seal.open_or(LOST, each.comment, COMMENT)))
        for each, _ in registrations.roster(work, event.id, tuple(STATES))
        if each.comment
    ]
    return Opinions(event, [(stars, given.get(stars, 0)) for stars in STARS], sorted(said, reverse=True))


def note_export(work: Work, actor: Actor, event_id: int, now: datetime) -> None:
    """Write down that the roster was taken out. Raises NoEvent, NotAllowed (right `export`)."""
    require(actor, "export")
    event = events.seen(work, actor, event_id)
    audit.write(work, f"staff:{actor.name}", "event_export", f"event:{event.number}", now)


def roster(work: Work, actor: Actor, event_id: int) -> tuple[list[str], list[list[str | int]]]:
    """Heads and rows of the roster with whole names and answers, a column a question. Raises NoEvent, NotAllowed."""
    require(actor, "export")
    event = events.seen(work, actor, event_id)
    asked = [str(each["label"]) for each in event.questions or ()] + ["备注"]
    found = registrations.roster(work, event.id, tuple(STATES))
    order = list(STATES)
    found = sorted(found, key=lambda each: (order.index(each[0].state), each[0].place))
    lines = [_line(work, event, asked, place, *each) for place, each in enumerate(found, 1)]
    return [*HEADS, *asked], lines


def _line(
    work: Work, event: Event, asked: list[str], place: int, registration: Registration, known_as: str
) -> list[str | int]:
    one = event_desk.who(work, event, registration, known_as, full=True)
    said = dict(one.answers)
    return [
        place,
        one.name,
        STATES[one.state],
        one.via,
        _time(one.at),
        _time(one.came_at),
        one.came_by,
        *(said.get(label, "") for label in asked),
    ]


def _time(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else ""
