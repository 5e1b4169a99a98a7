"""The form of an entry: read into the shape that the rules check, and problems put beside the fields they are about."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from multidict import MultiDict

from bot.services.entries import NAMES

MAX_ROWS = 12
CITATION = ("law", "article", "version")
FIELD = ("key", "label", "hint", "value")
PLACES = (
    *("id", "question", "phrasings", "answer", "category", "citations", "as_of", "review_by"),
    *("scope", "audience", "related", "hand_over", "status", "fields", "values"),
)


def blank(today: date) -> dict[str, Any]:
    """A new entry; its review is asked for in a year."""
    return {
        "question": "",
        "phrasings": [],
        "answer": "",
        "category": "",
        "citations": [],
        "as_of": today.isoformat(),
        "review_by": _next_year(today).isoformat(),
        "scope": "national",
        "audience": ["worker"],
        "related": [],
        "hand_over": False,
        "status": "published",
        "fields": [],
    }


def blank_override(today: date) -> dict[str, Any]:
    """A branch's version that says nothing of its own yet."""
    dates = {"as_of": today.isoformat(), "review_by": _next_year(today).isoformat()}
    return {"answer": "", "values": {}, "citations": [], "active": True, **dates}


def _next_year(today: date) -> date:
    return date(today.year + 1, today.month, min(today.day, 28))


def read_city(form: MultiDict[str]) -> dict[str, Any]:
    """What was written about a city's entry, checked for nothing but its shape; all of it is kept."""
    return {
        "question": _line(form, "question"),
        "phrasings": _merged(_lines(form.get("phrasings", "")), form.getall("pick", [])),
        "answer": _text(form, "answer"),
        "category": _line(form, "category"),
        "citations": _rows(form, "citation", CITATION),
        "as_of": _line(form, "as_of"),
        "review_by": _line(form, "review_by"),
        "scope": _line(form, "scope"),
        "audience": form.getall("audience", []),
        "related": re.split(r"[\s,，、;；]+", form.get("related", "").strip())
        if form.get("related", "").strip()
        else [],
        "hand_over": "hand_over" in form,
        "status": _line(form, "status"),
        "fields": _rows(form, "field", FIELD),
    }


def read_override(form: MultiDict[str], keys: Sequence[str]) -> dict[str, Any]:
    """What was written about a branch's version; `keys` are the entry's local fields."""
    return {
        "answer": _text(form, "answer"),
        "values": {key: said for key in keys if (said := _line(form, f"value-{key}"))},
        "citations": _rows(form, "citation", CITATION),
        "as_of": _line(form, "as_of"),
        "review_by": _line(form, "review_by"),
        "active": "active" in form,
    }


def beside(problems: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Problems by the name of their field; what belongs to none is under `whole`."""
    found: dict[str, list[str]] = {}
    for place, reason in problems:
        name = next((each for each in PLACES if place.startswith(NAMES[each])), "whole")
        rest = place.removeprefix(NAMES[name]) if name != "whole" else place
        found.setdefault(name, []).append(f"{rest}{reason}" if name != "whole" else f"{rest}：{reason}")
    return {name: "；".join(reasons) for name, reasons in found.items()}


def _line(form: Mapping[str, str], name: str) -> str:
    return " ".join(_clean(form.get(name, "")).split())


def _text(form: Mapping[str, str], name: str) -> str:
    return _clean(form.get(name, "")).strip()


def _lines(text: str) -> list[str]:
    return [line for each in _clean(text).split("\n") if (line := " ".join(each.split()))]


def _merged(lines: list[str], picked: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*lines, *(line for each in picked for line in _lines(each))]))


def _clean(text: str) -> str:
    """One kind of line end, no control characters."""
    return "".join(each for each in text.replace("\r\n", "\n") if each == "\n" or each.isprintable())


def _rows(form: MultiDict[str], name: str, parts: Sequence[str]) -> list[dict[str, str]]:
    """Repeated rows; one that was left empty is none."""
    columns = [form.getall(f"{name}-{part}", []) for part in parts]
    rows = [
        dict(zip(parts, (" ".join(_clean(each).split()) for each in row), strict=True))
        for row in zip(*columns, strict=False)
    ]
    return [row for row in rows if any(row.values())][:MAX_ROWS]
