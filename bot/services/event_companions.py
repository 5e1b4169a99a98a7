"""Who comes along with somebody of a 接龙 list: rows of their own, named after whom they come with (张三带的人1)."""

from collections.abc import Iterable

from bot import event_texts as texts
from bot.services import registration_names
from bot.services.jielong_lines import MOST_TOGETHER
from storage import registrations as rows
from storage.events import Event, Registration
from storage.registrations import ACTIVE
from storage.work import Work


def of(work: Work, event: Event, names: Iterable[str]) -> list[tuple[str, Registration]]:
    """Those in or waiting who come along with somebody called so, and have not been checked in; the event is held."""
    called = [
        texts.COMPANION.format(name=name, place=place)
        for name in dict.fromkeys(names)
        for place in range(1, MOST_TOGETHER)
    ]
    keys = {registration_names.key(work, each): each for each in called}
    found = rows.named(work, event.id, keys) if keys else {}
    return [
        (keys[key], each)
        for key, each in sorted(found.items(), key=lambda pair: pair[1].place)
        if each.state in ACTIVE and each.person_id is None and each.attended_at is None
    ]
