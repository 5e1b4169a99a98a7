"""The form of a line of the calendar: read into the shape that the rules check, and filled from what is kept."""

from collections.abc import Mapping
from typing import Any

from multidict import MultiDict

from bot.due_rules import FIELDS as DATE_FIELDS
from bot.festivals import NAMES as FESTIVALS
from storage.org_dates import FIELDS as DATE_NAMES

Form = MultiDict[str]
MAX_ROWS = 12
KINDS = {
    "day": "每月固定一天",
    "last_workday": "月底的工作日",
    "workday": "月初的工作日",
    "nth": "第几个星期几",
    "festival": "节日前后",
    "field": "各工会自己的日期前后",
}
NTH = [("1", "第一个"), ("2", "第二个"), ("3", "第三个"), ("4", "第四个"), ("-1", "最后一个")]
WEEKDAYS = [(str(number), f"星期{name}") for number, name in enumerate("一二三四五六日", 1)]
SIDES = [("before", "之前"), ("after", "之后")]
FAR_UNITS = [("workdays", "个工作日"), ("days", "天")]
FIELD_WAYS = [("months_before", "个月以前"), ("days_before", "天以前"), ("days_after", "天以后")]
CHOICES: Mapping[str, list[tuple[str, str]]] = {
    "nth": NTH,
    "weekday": WEEKDAYS,
    "festival": [(each, each) for each in FESTIVALS],
    "side": SIDES,
    "far_unit": FAR_UNITS,
    "field": [(each, DATE_NAMES[each]) for each in DATE_FIELDS],
    "field_way": FIELD_WAYS,
}


def blank() -> dict[str, Any]:
    """A new line that says nothing yet."""
    return {
        "title": "",
        "what": "",
        "months": [],
        "deadline": {"day": 25},
        "evidence": "none",
        "numbers": [],
        "levels": ["基层"],
        "basis": "惯例：以当年上级通知为准",
        "role": "",
        "ladder": None,
    }


def read(form: Form) -> dict[str, Any]:
    """What was written, checked for nothing but its shape; all of it is kept."""
    return {
        "title": _line(form, "title"),
        "what": "".join(each for each in form.get("what", "").replace("\r\n", "\n") if _fits(each)).strip(),
        "months": [int(each) for each in form.getall("month", []) if each.isdecimal() and len(each) < 3],
        "deadline": _rule(form),
        "evidence": _line(form, "evidence"),
        "numbers": _numbers(form),
        "levels": form.getall("level", []),
        "basis": _line(form, "basis"),
        "role": _line(form, "role"),
        "ladder": _ladder(form.get("ladder", "")),
    }


def _fits(sign: str) -> bool:
    return sign == "\n" or sign.isprintable()


def _line(form: Mapping[str, str], name: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in form.get(name, "")).split())


def _number(form: Mapping[str, str], name: str) -> int | str:
    """A whole number, or what was written instead: the rules say what is wrong with it."""
    text = form.get(name, "").strip()
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 5 else text


def _rule(form: Mapping[str, str]) -> dict[str, Any]:
    kind = form.get("kind", "")
    if kind in ("day", "workday"):
        return {kind: _number(form, kind)}
    if kind == "last_workday":
        early = _number(form, "early") or 0
        return {"last_workday": True, **({"workdays_before_end": early} if early else {})}
    if kind == "nth":
        return {"nth": _number(form, "nth"), "weekday": _number(form, "weekday")}
    if kind == "festival":
        side = "after" if form.get("side") == "after" else "before"
        unit = "days" if form.get("far_unit") == "days" else "workdays"
        return {side: form.get("festival", ""), unit: _number(form, "far")}
    if kind == "field":
        way = form.get("field_way", "")
        way = way if way in dict(FIELD_WAYS) else "months_before"
        return {"field": form.get("field", ""), way: _number(form, "field_far")}
    return {}


def _numbers(form: Form) -> list[dict[str, str]] | None:
    columns = [form.getall(f"number-{part}", []) for part in ("key", "label", "unit")]
    rows = [
        dict(zip(("key", "label", "unit"), map(str.strip, row), strict=True)) for row in zip(*columns, strict=False)
    ]
    return [row for row in rows if any(row.values())][:MAX_ROWS] or None


def _ladder(text: str) -> list[int | str] | None:
    words = text.replace("，", " ").replace(",", " ").replace("、", " ").split()[:20]
    return [_number({"each": word}, "each") for word in words] or None


def filled(values: Mapping[str, Any]) -> dict[str, str]:
    """The fields of the deadline as the form shows them, and the ladder in a line."""
    rule, shown = values["deadline"] or {}, {"day": "25", "early": "0", "workday": "3", "far": "7", "field_far": "3"}
    kind = next((each for each in ("day", "last_workday", "workday", "nth", "field") if each in rule), "festival")
    shown["kind"] = kind if rule else ""
    shown |= {key: str(rule[key]) for key in ("day", "workday", "nth", "weekday", "field") if key in rule}
    shown["early"] = str(rule.get("workdays_before_end", shown["early"]))
    side = next((each for each in ("before", "after") if each in rule), "")
    if side:
        unit = "days" if "days" in rule else "workdays"
        shown |= {"side": side, "festival": str(rule[side]), "far_unit": unit, "far": str(rule.get(unit, ""))}
    way = next((each for each, _ in FIELD_WAYS if each in rule), "")
    if way:
        shown |= {"field_way": way, "field_far": str(rule[way])}
    shown["ladder"] = " ".join(map(str, values["ladder"] or ()))
    return shown
