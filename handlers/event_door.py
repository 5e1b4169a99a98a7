"""到了, 2468: at the door of an event one is registered for, and only while its check-in is open."""

import re

from bot import event_texts as texts
from bot.router import SPOKEN, Filter, Router
from bot.services import attendance
from bot.services.attendance import BEFORE, Attended
from bot.turn import Turn
from handlers import event_marks, events
from storage.events import Event, Registration

router = Router("event_door")
CODE = re.compile(r"\d(?: ?\d){3}|[零〇一二三四五六七八九]{4}")
HERE = re.compile(
    r"(?:我们?|已经?|都|人|[, ]){0,4}"
    r"(?:到[了啦]|已到|到达了?|到现场了?|到场了?|到门口了?|来了|在门口了?|在现场了?|打卡)(?:啊|呀|哦)?"
    r"|我?(?:是不是|有没有|已经?)?签(?:到|上)?(?:了|上|成功|好)*(?:吗|没有?|么)"
)


class AtDoor(Filter[list[tuple[Registration, Event]]]):
    """Such words from somebody who is registered where the check-in is open now, in private."""

    def __init__(self, words: re.Pattern[str]) -> None:
        self._words = words

    def match(self, turn: Turn) -> list[tuple[Registration, Event]] | None:
        """Registration and event, the next one first; asks the database only when the words fit."""
        if not turn.private or turn.message.kind not in SPOKEN or not self._words.fullmatch(turn.words):
            return None
        mine = ((each, event) for each, event in events.own(turn) if each.state == "registered")
        return [each for each in mine if each[1].starts_at - BEFORE <= turn.now] or None


@router.on(AtDoor(CODE))
def by_code(turn: Turn, found: list[tuple[Registration, Event]]) -> None:
    """The code alone."""
    event_marks.say_checked_in(
        turn, attendance.by_code(turn.work, event_marks.code_of(turn.words), turn.person.person_id, turn.now)
    )


@router.on(AtDoor(HERE))
def here(turn: Turn, found: list[tuple[Registration, Event]]) -> None:
    """到了: how one checks in; the word alone proves nothing."""
    missing = [event for each, event in found if each.attended_at is None]
    if missing:
        turn.say(texts.AT_DOOR.format(title=missing[0].title))
    else:
        mine, event = found[0]
        turn.say(attendance.already_words(Attended(event, again=True, at=mine.attended_at)))
