"""What a line of the yearly calendar must look like before it is kept, in words for whoever edits it in the console."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.due_rules import BadRule, check_rule
from bot.errors import Refusal

EVIDENCE = {"none": "不用交材料", "number": "报数字", "photo": "拍照片", "file": "交文件", "text": "写几句话"}
LEVELS = ("基层", "街道", "区县", "市")
FIELDS = {
    "title": "标题",
    "what": "做什么",
    "months": "月份",
    "deadline": "截止规则",
    "evidence": "佐证",
    "numbers": "数字",
    "levels": "适用层级",
    "basis": "依据",
    "role": "由谁办",
    "ladder": "提醒日",
}
STEPS = range(-60, 61)  # days from the deadline
MOST_STEPS = 10
_LENGTHS = {"title": (2, 60), "what": (2, 300), "basis": (2, 200), "role": (0, 16)}
_KEY = re.compile(r"[a-z][a-z_]{0,31}")
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class BadTemplate(Refusal):
    """A line that cannot be kept; `field` (of `FIELDS`) is where."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(f"{FIELDS[field]}：{words}")
        self.field = field


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a template, tidy. Raises BadTemplate for the first thing that is wrong."""
    values: dict[str, Any] = {key: _text(key, given.get(key)) for key in _LENGTHS}
    values["months"] = _months(given.get("months"))
    values["deadline"] = _rule(given.get("deadline"))
    values["levels"] = _levels(given.get("levels"))
    values["evidence"] = given.get("evidence")
    if values["evidence"] not in EVIDENCE:
        raise BadTemplate("evidence", "请选一种。")
    values["numbers"] = _numbers(given.get("numbers"), values["evidence"])
    values["ladder"] = _ladder(given.get("ladder"))
    return values


def _text(key: str, value: object) -> str:
    least, most = _LENGTHS[key]
    text = str(value or "").strip()
    if not least <= len(text) <= most:
        raise BadTemplate(key, f"请写{least}到{most}个字。" if least else f"最多{most}个字。")
    if _UNFIT.search(text) or (key != "what" and "\n" in text):
        raise BadTemplate(key, "有不能保存的字符，请改成普通文字。")
    return text


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _months(value: object) -> list[int]:
    months = value if isinstance(value, list | tuple) else []
    if not months or not all(_whole(each) and 1 <= each <= 12 for each in months):
        raise BadTemplate("months", "请至少选一个月（1到12）。")
    return sorted(set(months))


def _rule(value: object) -> dict[str, Any]:
    try:
        return dict(check_rule(value))
    except BadRule as error:
        raise BadTemplate("deadline", error.words) from None


def _levels(value: object) -> list[str]:
    levels = list(value) if isinstance(value, list | tuple) else []
    if not levels or any(each not in LEVELS for each in levels):
        raise BadTemplate("levels", "请至少选一级（基层、街道、区县、市）。")
    return [each for each in LEVELS if each in levels]


def _numbers(value: object, evidence: object) -> list[dict[str, str]] | None:
    numbers: Sequence[Any] = value if isinstance(value, list | tuple) else ()
    if evidence != "number":
        if numbers:
            raise BadTemplate("numbers", "只有佐证是“报数字”时才填。")
        return None
    if not 1 <= len(numbers) <= 12:
        raise BadTemplate("numbers", "请写1到12个要报的数字。")
    found = [_number(each) for each in numbers]
    if len({each["key"] for each in found}) < len(found):
        raise BadTemplate("numbers", "有两个数字用了同一个代号。")
    return found


def _number(each: Any) -> dict[str, str]:
    if not isinstance(each, Mapping) or set(each) != {"key", "label", "unit"}:
        raise BadTemplate("numbers", "每个数字要有代号、名称和单位。")
    found = {key: str(value).strip() for key, value in each.items()}
    if not _KEY.fullmatch(found["key"]):
        raise BadTemplate("numbers", "代号用小写字母和下划线。")
    if not 1 <= len(found["label"]) <= 20 or not 1 <= len(found["unit"]) <= 8:
        raise BadTemplate("numbers", "名称写1到20个字，单位写1到8个字。")
    return found


def _ladder(value: object) -> list[int] | None:
    if value is None or value == []:
        return None
    steps = list(value) if isinstance(value, list | tuple) else []
    if not all(_whole(each) and each in STEPS for each in steps) or not 1 <= len(set(steps)) <= MOST_STEPS:
        raise BadTemplate("ladder", f"提醒日是离截止日的天数，{STEPS[0]}到{STEPS[-1]}之间，最多{MOST_STEPS}个。")
    return sorted(set(steps))
