"""The form of an event: read into the shape that the rules check, and filled from what is kept.

Questions are rows; an empty row asks nothing, which is how one is taken away. A row keeps its key as long as it is
there, for answers are kept by key. What was typed is kept whether it can be used or not.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from multidict import MultiDict

from bot.calendar import at
from bot.clock import local
from bot.services.event_questions import KINDS, MOST
from bot.services.events import Draft
from bot.services.segments import WHO
from storage.events import Event

Form = MultiDict[str]
MORE_ROWS = 2  # empty ones below those that ask something
MOMENTS = {"starts": "开始", "ends": "结束", "opens": "报名开始", "closes": "报名截止"}
YEARS = range(2000, 2100)
KEPT = "kept"  # a rule that this form cannot show stays as it is
AUDIENCES: Mapping[str, str] = MappingProxyType({"": "所有人", **WHO})
QUESTION_KINDS = list(KINDS.items())
_PARTS = ("key", "ask", "label", "kind", "options", "required")


def blank(now: datetime, unit: str) -> dict[str, Any]:
    """A new event that says nothing yet, a week ahead."""
    day = local(now).date() + timedelta(days=7)
    return {
        **dict.fromkeys(("title", "place", "about", "capacity", "below", "tag"), ""),
        **{f"{each}_{part}": "" for each in MOMENTS for part in ("day", "time")},
        "starts_day": day.isoformat(),
        "starts_time": "14:00",
        "ends_day": day.isoformat(),
        "ends_time": "16:00",
        "topic": "activity",
        "unit": unit,
        "who": "",
        "questions": [],
        "reminds": True,
        "asks_opinion": True,
    }


def read(form: Form) -> dict[str, Any]:
    """What was written, checked for nothing but its shape."""
    kept = ("title", "place", "capacity", "topic", "unit", "who", "below", "tag")
    return {
        **{key: _line(form.get(key, ""), 200) for key in kept},
        **{f"{each}_{part}": _line(form.get(f"{each}_{part}", ""), 10) for each in MOMENTS for part in ("day", "time")},
        "about": "".join(each for each in form.get("about", "").replace("\r\n", "\n") if _fits(each)).strip()[:2000],
        "questions": _rows(form),
        "reminds": "reminds" in form,
        "asks_opinion": "asks_opinion" in form,
    }


def _fits(sign: str) -> bool:
    return sign == "\n" or sign.isprintable()


def _line(words: str, most: int) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in words).split())[:most]


def _rows(form: Form) -> list[dict[str, Any]]:
    """Rows with a question in them. Each says by number whether it must be answered."""
    columns = [form.getall(f"q-{part}", []) for part in _PARTS[:-1]]
    required = set(form.getall("q-required", []))
    rows = [
        {**dict(zip(_PARTS, (_line(each, 300) for each in row), strict=False)), "required": str(place) in required}
        for place, row in enumerate(zip(*columns, strict=False))
    ]
    return [row for row in rows if row["ask"] or row["label"]][:MOST]


def shown_rows(questions: list[dict[str, Any]], version: int) -> list[dict[str, Any]]:
    """The rows of the page: the questions, and empty ones with keys nobody has used."""
    used = {each["key"] for each in questions}
    fresh = (f"v{version}_{number}" for number in range(1, 3 * MOST))
    free = [key for key in fresh if key not in used][: min(MORE_ROWS, MOST - len(questions))]
    empty = [{"key": key, "ask": "", "label": "", "kind": "text", "options": "", "required": True} for key in free]
    return [*questions, *empty]


def filled(event: Event, unit: str) -> dict[str, Any]:
    """A kept event as the form shows it."""
    moments = {"starts": event.starts_at, "ends": event.ends_at, "opens": event.opens_at, "closes": event.closes_at}
    if event.closes_at == event.starts_at:
        moments["closes"] = None
    return {
        **{key: getattr(event, key) for key in ("title", "place", "about", "topic", "reminds", "asks_opinion")},
        **{f"{key}_day": f"{local(each):%Y-%m-%d}" if each else "" for key, each in moments.items()},
        **{f"{key}_time": f"{local(each):%H:%M}" if each else "" for key, each in moments.items()},
        "capacity": "" if event.capacity is None else str(event.capacity),
        "unit": unit,
        **_audience(event.segment),
        "questions": [_row(each) for each in event.questions or ()],
    }


def _row(kept: Mapping[str, Any]) -> dict[str, Any]:
    options = "、".join(kept.get("options", ()))
    return {
        **{key: kept[key] for key in ("key", "ask", "label", "kind")},
        "options": options,
        "required": not kept["optional"],
    }


def _audience(segment: Mapping[str, Any] | None) -> dict[str, str]:
    """Who may register as the three fields say it, or that they cannot."""
    found = {"who": "", "below": "", "tag": ""}
    for term in (segment or {}).get("all", ()):
        key = next(iter(term), "")
        if key not in found or not isinstance(term[key], str) or found[key]:
            return {**found, "who": KEPT}
        found[key] = term[key]
    return {**found, "who": KEPT} if (segment or {}).get("none") else found


def problems(values: Mapping[str, Any]) -> dict[str, str]:
    """What makes no draft at all; the rules say the rest."""
    wrong = {}
    for key, words in MOMENTS.items():
        day, clock_time = values[f"{key}_day"], values[f"{key}_time"]
        if (key in ("starts", "ends") or day or clock_time) and moment(day, clock_time) is None:
            wrong[f"{key}_day"] = f"请选{words}的日期和时间。"
    if values["capacity"] and not (values["capacity"].isascii() and values["capacity"].isdigit()):
        wrong["capacity"] = "请写数字，不限名额就空着。"
    return wrong


def draft(values: Mapping[str, Any], org_id: int, below: str, kept: Mapping[str, Any] | None) -> Draft:
    """What the form says, for the rules to check. Only for values without `problems`.

    `below` is the code of the union that may register, `kept` the rule that stays where the form cannot show it.
    """
    starts, ends = moment(values["starts_day"], values["starts_time"]), moment(values["ends_day"], values["ends_time"])
    if starts is None or ends is None:
        raise ValueError("a draft without its times")
    return Draft(
        title=values["title"],
        place=values["place"],
        about=values["about"],
        starts_at=starts,
        ends_at=ends,
        opens_at=moment(values["opens_day"], values["opens_time"]),
        closes_at=moment(values["closes_day"], values["closes_time"]),
        capacity=int(values["capacity"][:9]) if values["capacity"] else None,
        topic=values["topic"],
        org_id=org_id,
        questions=[_question(each) for each in values["questions"]],
        segment=kept if values["who"] == KEPT else _rule(values["who"], below, values["tag"]),
        reminds=values["reminds"],
        asks_opinion=values["asks_opinion"],
    )


def _question(row: Mapping[str, Any]) -> dict[str, Any]:
    ask = row["ask"] or row["label"]
    options = [
        each.strip() for each in row["options"].replace("，", "、").replace(",", "、").split("、") if each.strip()
    ]
    more = {"options": options} if row["kind"] == "choice" else {}
    return {
        "key": row["key"],
        "ask": ask,
        "label": row["label"],
        "kind": row["kind"],
        "optional": not row["required"],
        **more,
    }


def _rule(who: str, below: str, tag: str) -> dict[str, Any] | None:
    terms = [{key: value} for key, value in (("who", who), ("below", below), ("tag", tag)) if value]
    return {"all": terms, "none": []} if terms else None


def moment(day: str, clock_time: str) -> datetime | None:
    """A day of this century and a time of Shanghai; None for what is none."""
    try:
        found = at(date.fromisoformat(day), time.fromisoformat(clock_time))
    except ValueError:
        return None
    return found if found.year in YEARS else None
