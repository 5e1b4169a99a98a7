"""The form of a notice: read into the shape that the rules check, and filled from what is kept.

Conditions are rows of three fields (kind, value, more), for who is meant (`all`) and who is left out (`none`). Buttons
add and remove rows, so it works without a script. What was typed is kept whether it can be used or not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any

from multidict import MultiDict

from bot.calendar import at
from bot.clock import local
from bot.console.addresses import number
from bot.services.broadcasts import Draft
from bot.services.repeat_rules import DAYS, LAST_WORKDAY
from bot.services.segments import AT_EVENT, WHO

Form = MultiDict[str]
SIDES = {"all": "发给", "none": "不发给"}
MAX_ROWS = 10  # of each side, as many as the rules take
SEVERAL = "、"  # a kept condition may name several things, of which any one counts
CHOICES: Mapping[str, Mapping[str, str]] = MappingProxyType({"who": WHO, "in": AT_EVENT})
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "who": "哪一类人",
        "below": "工会（含下级）",
        "office": "职务",
        "tag": "标签",
        "employer": "单位名称里有",
        "event": "活动",
        "seen_days": "多少天以内来过",
        "not_seen_days": "多少天没有来过",
    }
)
REPEATS = (("", "只发一次"), ("weekly", "每周"), ("monthly", "每月"))
WEEKDAYS = [(str(place), name) for place, name in enumerate(DAYS)]
MONTH_DAYS = [*((str(day), f"{day}日") for day in range(1, 32)), (LAST_WORKDAY, "最后一个工作日")]
TIMES = [f"{hour:02}:{minute:02}" for hour in range(7, 22) for minute in (0, 30)]


@dataclass(frozen=True, slots=True)
class Condition:
    """One row. `more` is only used by an event: in which way people belong to it."""

    kind: str
    value: str = ""
    more: str = ""

    def raw(self) -> dict[str, Any]:
        """As the rules of segments read it; a number that is none stays as it was typed, and they say so."""
        if self.kind == "event":
            return {"event": _number(self.value), "in": _several(self.more)}
        return {self.kind: _number(self.value) if self.kind.endswith("_days") else _several(self.value)}


@dataclass(frozen=True, slots=True)
class Sides:
    """The rows of both sides."""

    all: tuple[Condition, ...] = (Condition("who", "followers"),)
    none: tuple[Condition, ...] = ()

    @property
    def rule(self) -> dict[str, Any]:
        """The JSON of a segment."""
        return {side: [each.raw() for each in getattr(self, side)] for side in SIDES}


def blank(routes: Sequence[str]) -> dict[str, Any]:
    """A new notice that says nothing yet."""
    return {
        "title": "",
        "text": "",
        "topic": "activity",
        "sides": Sides(),
        "when": "now",
        "day": "",
        "time": "09:00",
        "hours": 48,
        "receipt": False,
        "urgent": False,
        "routes": list(routes),
        "repeat": "",
        "weekdays": [],
        "monthday": "1",
        "repeat_time": "09:00",
        "until": "",
    }


def read(form: Form) -> dict[str, Any]:
    """What was written, checked for nothing but its shape."""
    return {
        "title": _line(form, "title"),
        "text": "".join(each for each in form.get("text", "").replace("\r\n", "\n") if _fits(each)).strip(),
        "topic": _line(form, "topic"),
        "sides": Sides(*(_rows(form, side) for side in SIDES)),
        "when": "at" if form.get("when") == "at" else "now",
        "day": _line(form, "day")[:10],
        "time": _line(form, "time")[:5],
        "hours": _number(_line(form, "hours")),
        "receipt": "receipt" in form,
        "urgent": "urgent" in form,
        "routes": form.getall("route", [])[:8],
        "repeat": form.get("repeat", "") if form.get("repeat") in dict(REPEATS) else "",
        "weekdays": form.getall("weekday", [])[:7],
        "monthday": _line(form, "monthday")[:16],
        "repeat_time": _line(form, "repeat_time")[:5],
        "until": _line(form, "until")[:10],
    }


def changed(sides: Sides, action: str, form: Form) -> Sides:
    """The rows after one of their buttons: `add-all`, `drop-none-2`; anything else changes nothing."""
    verb, _, rest = action.partition("-")
    side, _, place = rest.partition("-")
    if side not in SIDES:
        return sides
    rows = list(getattr(sides, side))
    if verb == "add" and form.get(f"{side}-new") in KINDS and len(rows) < MAX_ROWS:
        rows.append(Condition(form[f"{side}-new"]))
    elif verb == "drop" and (found := number(place)) is not None and found < len(rows):
        del rows[found]
    return Sides(**{each: tuple(rows) if each == side else getattr(sides, each) for each in SIDES})


def of_rule(rule: Mapping[str, Any]) -> Sides:
    """The rows that a kept rule came from; a condition of no known kind is left away."""
    return Sides(*(tuple(filter(None, map(_condition, rule.get(side) or ())))[:MAX_ROWS] for side in SIDES))


def _condition(raw: Mapping[str, Any]) -> Condition | None:
    kind = next((each for each in KINDS if each in raw), "")
    return Condition(kind, _joined(raw[kind]), _joined(raw.get("in", ""))) if kind else None


def _joined(value: Any) -> str:
    return SEVERAL.join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _several(text: str) -> str | list[str]:
    parts = [each.strip() for each in text.replace("，", SEVERAL).replace(",", SEVERAL).split(SEVERAL) if each.strip()]
    return parts if len(parts) > 1 else "".join(parts)


def named(value: str, names: Mapping[str, str]) -> str:
    """What a choice is called, or several of them."""
    return SEVERAL.join(names.get(each, each) for each in value.split(SEVERAL))


def filled(draft: Draft, usual: Sequence[str]) -> dict[str, Any]:
    """A kept draft as the form shows it. `usual`: the routes that are meant when nobody chose any."""
    day, clock_time = day_and_time(draft.at)
    repeat = draft.repeat or {}
    every = {"week": "weekly", "month": "monthly"}.get(repeat.get("every", ""), "")
    return {
        **blank(draft.routes or usual),
        "title": draft.title,
        "text": draft.text,
        "topic": draft.topic,
        "sides": of_rule(draft.rule),
        "when": "at" if draft.at and not repeat else "now",
        "day": day,
        "time": clock_time,
        "hours": draft.hours,
        "receipt": draft.wants_receipt,
        "urgent": draft.urgent,
        "repeat": every,
        "weekdays": [str(each) for each in repeat.get("days", ())],
        "monthday": str(repeat.get("day", "1")),
        "repeat_time": str(repeat.get("time", "09:00")),
        "until": str(repeat.get("until", "")),
    }


def problems(values: Mapping[str, Any]) -> dict[str, str]:
    """What makes no draft at all; the rules say the rest."""
    found: dict[str, str] = {}
    if not isinstance(values["hours"], int):
        found["hours"] = "请写小时数，例如 48。"
    if values["when"] == "at" and not values["repeat"] and moment(values["day"], values["time"]) is None:
        found["at"] = "请选哪一天、几点发。"
    return found


def draft(values: Mapping[str, Any], usual: Sequence[str]) -> Draft:
    """What the form says, for the rules to check. Only for values without `problems`."""
    routes = tuple(values["routes"])
    return Draft(
        title=values["title"],
        text=values["text"],
        topic=values["topic"],
        rule=values["sides"].rule,
        at=moment(values["day"], values["time"]) if values["when"] == "at" and not values["repeat"] else None,
        hours=values["hours"],
        wants_receipt=values["receipt"],
        routes=None if routes == tuple(usual) else routes,
        repeat=_repeat(values),
        urgent=values["urgent"],
    )


def _repeat(values: Mapping[str, Any]) -> dict[str, Any] | None:
    when = {"time": values["repeat_time"], "until": values["until"]}
    if values["repeat"] == "weekly":
        return {"every": "week", "days": [_number(each) for each in values["weekdays"]], **when}
    if values["repeat"] == "monthly":
        return {"every": "month", "day": _number(values["monthday"]), **when}
    return None


def moment(day: str, clock_time: str) -> datetime | None:
    """A day and a time of Shanghai; None for what is none."""
    try:
        return at(date.fromisoformat(day), time.fromisoformat(clock_time))
    except ValueError:
        return None


def day_and_time(when: datetime | None) -> tuple[str, str]:
    """The reverse, as the form shows it."""
    return (f"{local(when):%Y-%m-%d}", f"{local(when):%H:%M}") if when else ("", "09:00")


def times(kept: str) -> list[tuple[str, str]]:
    """Every half hour of the day, and the time that is kept where it is another."""
    return [(each, each) for each in sorted({*TIMES, kept} - {""})]


def _rows(form: Form, side: str) -> tuple[Condition, ...]:
    columns = [form.getall(f"{side}-{part}", []) for part in ("kind", "value", "more")]
    rows = [Condition(kind, _clean(value), _clean(more)) for kind, value, more in zip(*columns, strict=False)]
    return tuple(row for row in rows if row.kind in KINDS)[:MAX_ROWS]


def _fits(sign: str) -> bool:
    return sign == "\n" or sign.isprintable()


def _line(form: Mapping[str, str], name: str) -> str:
    return _clean(form.get(name, ""))


def _clean(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _number(text: str) -> int | str:
    """A whole number, or what was written instead: the rules say what is wrong with it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
