"""How a notice looks on a phone by each route, with its size and what is lost on the way. Pure.

A customer message and a mass message hold title and text; a template and a consented notice have two fields of at
most 20 characters each (platform reference 5.2): they have no room for how to opt out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.services import delivery
from bot.services.broadcasts import MAX_TEXT_BYTES
from bot.services.notice_lines import say
from bot.services.reach_policy import ROUTE_NAMES

FIELD_CHARS = 20
SHORT = ("notice", "template")
FIELDS = (("thing1", "主题"), ("thing2", "内容"), ("time3", "时间"))


@dataclass(frozen=True, slots=True)
class Shown:
    """One route's message. `fields` are label and value of a template; else `text` is all of it, `size` its bytes."""

    route: str
    name: str
    text: str = ""
    size: int = 0
    limit: int = MAX_TEXT_BYTES
    fields: tuple[tuple[str, str], ...] = ()
    lost: str = ""

    @property
    def fits(self) -> bool:
        """Whether the platform takes it in one piece."""
        return self.size <= self.limit


def shown(title: str, text: str, receipt: bool, routes: Sequence[str], now: datetime, topic: str = "") -> list[Shown]:
    """The message by each of these routes, in their order. Consented notice and template look alike: shown once.

    `topic`: which one people can opt out of by it; empty for news of an event to those registered.
    """
    full = say(title, text, receipt, topic)
    made: list[Shown] = []
    for route in routes:
        if route not in SHORT:
            made.append(Shown(route, ROUTE_NAMES[route], full, len(full.encode())))
        elif not any(each.fields for each in made):
            names = "、".join(ROUTE_NAMES[each] for each in routes if each in SHORT)
            made.append(_short(route, names, title, text, now))
    return made


def _short(route: str, names: str, title: str, text: str, now: datetime) -> Shown:
    fields = delivery.template_fields(say(title, text, False), now)
    lost = "；".join(
        f"{label}只能看到前{FIELD_CHARS}个字，“{rest[:12]}{'…' if len(rest) > 12 else ''}”看不到"
        for (_, label), rest in zip(FIELDS, (title.strip()[FIELD_CHARS:], _rest(text)), strict=False)
        if rest
    )
    return Shown(route, names, fields=tuple((label, fields.get(key, "")) for key, label in FIELDS), lost=lost)


def _rest(text: str) -> str:
    return " ".join(text.split())[FIELD_CHARS:]
