"""The rule of a segment as JSON, checked strictly: what is not known is refused, with words for staff.

`{"all": [condition, …], "none": [condition, …]}`. Conditions, where a list means any of them:
`{"who": "followers" | "members" | "cadres"}` · `{"below": code of a union}` · `{"office": name}` · `{"tag": name}` ·
`{"employer": part of a name}` · `{"event": number, "in": "registered" | "waiting" | "attended" | "no_show"}` ·
`{"seen_days": n}` · `{"not_seen_days": n}`. `all` holds at least one: to all who follow is said, not left open.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from bot.errors import Refusal
from bot.services.bindings import OFFICES
from storage.audience import Rule, Term

TERMS_MOST, VALUES_MOST, WORDS_MOST = 10, 20, 40
DAYS_MOST, NUMBER_MOST = 3650, 999_999_999
WHO = MappingProxyType({"followers": "关注公众号的人", "members": "会员", "cadres": "任职的工会干部"})
AT_EVENT = MappingProxyType(
    {"registered": "已报名", "waiting": "候补中", "attended": "已到场", "no_show": "报名未到场"}
)


class BadSegment(Refusal):
    """The rule cannot be taken; the words say why."""

    words = "发送对象没有写对，请重新选择。"


def parse(raw: object) -> Rule:
    """The rule of a JSON value. Raises BadSegment; whether unions, tags and events exist is asked by `check`."""
    if not isinstance(raw, Mapping):
        raise BadSegment
    if unknown := [str(key)[:20] for key in raw if key not in ("all", "none")]:
        raise BadSegment(f"发送对象里有不认识的部分：{'、'.join(unknown[:3])}。")
    every, none = _terms(raw.get("all", []), "条件"), _terms(raw.get("none", []), "排除条件")
    if not every:
        raise BadSegment("请至少选一个条件。要发给所有人，请选“关注公众号的人”。")
    return Rule(every, none)


def as_json(rule: Rule) -> dict[str, Any]:
    """The JSON of a rule, as `parse` takes it; which branch it is confined to is not in it."""
    return {"all": [_as_json(term) for term in rule.every], "none": [_as_json(term) for term in rule.none]}


def _as_json(term: Term) -> dict[str, Any]:
    if term.kind == "event":
        return {"event": term.values[0], "in": _plain(term.values[1:])}
    return {term.kind: _plain(term.values)}


def _plain(values: tuple[Any, ...]) -> Any:
    return values[0] if len(values) == 1 else list(values)


def _terms(raw: object, what: str) -> tuple[Term, ...]:
    if not isinstance(raw, list | tuple):
        raise BadSegment
    if len(raw) > TERMS_MOST:
        raise BadSegment(f"{what}最多{TERMS_MOST}条，现在是{len(raw)}条。")
    found = [_term(each) for each in raw]
    return tuple(each for place, each in enumerate(found) if each not in found[:place])


def _term(raw: object) -> Term:
    if not isinstance(raw, Mapping) or not all(isinstance(key, str) for key in raw):
        raise BadSegment
    if set(raw) == {"event", "in"}:
        return Term(
            "event", (_number(raw["event"], NUMBER_MOST, "活动编号"), *_one_of(AT_EVENT, raw["in"], "活动状态"))
        )
    kind = next(iter(raw), "")
    if len(raw) != 1 or kind not in _READ:
        raise BadSegment(f"发送对象里有不认识的条件：{'、'.join(str(key)[:20] for key in raw) or '空条件'}。")
    return Term(kind, _READ[kind](raw[kind]))


def _number(value: object, most: int, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise BadSegment(f"{what}要写1到{most}之间的数字。")
    return value


def _texts(value: object, what: str, most: int = WORDS_MOST) -> tuple[str, ...]:
    """One text or several, without doubles. Control characters would not even be stored by PostgreSQL."""
    values = list(value) if isinstance(value, list | tuple) else [value]
    if not 1 <= len(values) <= VALUES_MOST:
        raise BadSegment(f"一条{what}条件里要写1到{VALUES_MOST}个，现在是{len(values)}个。")
    found: list[str] = []
    for each in values:
        words = each.strip() if isinstance(each, str) else ""
        if not words or len(words) > most or not words.isprintable():
            raise BadSegment(f"{what}要写1到{most}个字。")
        found.append(words)
    return tuple(dict.fromkeys(found))


def _one_of(known: Mapping[str, str], value: object, what: str) -> tuple[str, ...]:
    found = _texts(value, what)
    if unknown := [each for each in found if each not in known]:
        raise BadSegment(f"{what}没有“{unknown[0]}”这一种，可以选：{'、'.join(known.values())}。")
    return found


_OFFICES = {office: office for office in OFFICES}
_READ: Mapping[str, Callable[[object], tuple[Any, ...]]] = MappingProxyType(
    {
        "who": lambda value: _one_of(WHO, value, "人群"),
        "below": lambda value: _texts(value, "组织编码", 32),
        "office": lambda value: _one_of(_OFFICES, value, "职务"),
        "tag": lambda value: _texts(value, "标签", 20),
        "employer": lambda value: _texts(value, "单位名称"),
        "seen_days": lambda value: (_number(value, DAYS_MOST, "天数"),),
        "not_seen_days": lambda value: (_number(value, DAYS_MOST, "天数"),),
    }
)
