"""Which rules for a deadline there are: checking one before it is kept. What they mean: `bot/due_dates.py`."""

from collections.abc import Mapping
from typing import Any

from bot.festivals import ALIASES, NAMES

FIELDS = ("term_ends", "contract_signed", "contract_ends", "wage_signed", "wage_effective")  # as storage/org_dates.py
KINDS = ("day", "last_workday", "workday", "nth", "before", "after", "field")
_MORE: Mapping[str, tuple[str, ...]] = {
    "last_workday": ("workdays_before_end",),
    "nth": ("weekday",),
    "before": ("days", "workdays"),
    "after": ("days", "workdays"),
    "field": ("months_before", "days_before", "days_after"),
}
_ONE_OF = ("before", "after", "field")  # take exactly one of theirs
_RANGES: Mapping[str, tuple[int, int]] = {
    "day": (1, 31),
    "workday": (1, 23),
    "workdays_before_end": (0, 20),
    "weekday": (1, 7),
    "days": (0, 180),
    "workdays": (0, 60),
    "months_before": (0, 60),
    "days_before": (0, 400),
    "days_after": (0, 400),
}
_NTH = (1, 2, 3, 4, -1)


class BadRule(ValueError):
    """A rule that nobody can follow. The message is for whoever edits a file, `words` for whoever uses the console."""

    def __init__(self, message: str, words: str) -> None:
        super().__init__(message)
        self.words = words


def check_rule(rule: object) -> dict[str, Any]:
    """The rule itself when it can be followed. Raises BadRule."""
    if not isinstance(rule, dict):
        raise BadRule("a rule is a mapping like {day: 25}", "截止规则没有填写。")
    kinds = [kind for kind in KINDS if kind in rule]
    if len(kinds) != 1:
        raise BadRule(f"give exactly one of {', '.join(KINDS)}", "截止规则只能选一种。")
    kind = kinds[0]
    more = _MORE.get(kind, ())
    strange = sorted(str(key) for key in rule if key != kind and key not in more)
    if strange:
        raise BadRule(f"{kind} does not go with {', '.join(strange)}", "截止规则里有多余的内容。")
    if kind in _ONE_OF and len(rule) != 2:
        raise BadRule(f"{kind} needs one of {', '.join(more)}", "截止规则缺少提前或推后的天数。")
    _check_kind(kind, rule)
    for key, value in rule.items():
        if key in _RANGES:
            _check_number(key, value, *_RANGES[key])
    return rule


def _check_kind(kind: str, rule: Mapping[str, Any]) -> None:
    value = rule[kind]
    if kind == "last_workday" and value is not True:
        raise BadRule("last_workday is true or not there", "截止规则里的最后工作日填得不对。")
    if kind in ("before", "after") and value not in NAMES and value not in ALIASES:
        raise BadRule(f"no festival {value!r}; there are {', '.join(NAMES)}", f"没有这个节日：{value}。")
    if kind == "field" and value not in FIELDS:
        raise BadRule(f"no date {value!r} of a union; there are {', '.join(FIELDS)}", "没有这个日期字段。")
    if kind == "nth" and (value not in _NTH or isinstance(value, bool) or "weekday" not in rule):
        raise BadRule(
            "nth is 1, 2, 3, 4 or -1 (the last), with weekday 1 to 7", "请选第几个星期几（第1至第4个或最后一个）。"
        )


def _check_number(key: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadRule(f"{key} is a whole number from {least} to {most}", f"截止规则里的数字应在{least}到{most}之间。")
