"""Several answers in one message: 姓名:张三 电话:138… 单位：…"""

import re
from collections.abc import Mapping

from bot.forms.fold import width
from bot.forms.model import Form, Question

_EDGE = r"(?:^|[\s,;、。|/])\s*"
_MOST = 1000  # longer is a letter
_PARTS = re.compile(r"[\s,;、。|/]+")
_NUMBER = re.compile(r"[0-9]+[0-9Xx]")
_TRIM = " \t,;、。|/"


def split(form: Form, text: str, current: Question | None) -> Mapping[str, str]:
    """Raw answers by question key; empty when the text is no such list, or only labels the current answer.

    Free text is never taken apart unless it labels the current question too.
    """
    if len(text) > _MOST:
        return {}
    plain = width(text.replace("\n", " ; "))
    owners = {name: each.key for each in reversed(form.questions) for name in each.names}
    said = tuple(name for name in owners if name in plain)
    found = list(_labelled(said).finditer(plain)) if said else []
    if not found or not _is_list(found, plain):
        return _by_shape(form, plain, current)
    parts: dict[str, str] = {}
    ends = [*(match.start() for match in found[1:]), len(plain)]
    for match, end in zip(found, ends, strict=True):
        raw = plain[match.end() : end].strip(_TRIM)
        if raw:
            parts.setdefault(owners[_name(match)], raw)
    head = plain[: found[0].start()].strip(_TRIM)
    if head and (current is None or current.key in parts):
        return {}
    if head and current is not None:
        parts[current.key] = head
    return parts if _worth(parts, current, bool(head)) else {}


def _by_shape(form: Form, plain: str, current: Question | None) -> Mapping[str, str]:
    """Numbers of people without labels among other words, while one of them is asked for: 张三 1101… 138…"""
    if current is None or not current.field.masks:
        return {}
    numbers = [each for each in _PARTS.split(plain) if _NUMBER.fullmatch(each)]
    parts: dict[str, str] = {}
    for question in form.questions:
        fits = [each for each in numbers if question.field.masks and len(each) == question.field.size]
        if len(fits) == 1:
            parts[question.key] = fits[0]
    return parts if current.key in parts and len(parts) > 1 else {}


def _labelled(names: tuple[str, ...]) -> re.Pattern[str]:
    """A label at the beginning of a part, or anywhere when a colon follows."""
    label = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.compile(rf"{_EDGE}(?:我的)?({label})\s*(?:([:=]|是|为)+|(?=\S))\s*|({label})\s*([:=])\s*")


def _name(match: re.Match[str]) -> str:
    return match[1] or match[3]


def _is_list(found: list[re.Match[str]], plain: str) -> bool:
    """One label needs a colon; several count also without, when the text begins with one."""
    return any(match[2] or match[4] for match in found) or (len(found) > 1 and found[0].start() == 0)


def _worth(parts: Mapping[str, str], current: Question | None, head: bool) -> bool:
    if current is None:
        return bool(parts)
    if current.field.free:
        return current.key in parts and len(parts) > 1 and not head
    return any(key != current.key for key in parts)
