"""A message as clauses, each with the month it speaks of. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.forms.fold import width
from bot.forms.numerals import whole
from bot.services.duty_amounts import ABOUT, GROUPED, HAN
from bot.services.duty_labels import START, WORDS

STUCK = "※"  # stands between two numbers that may be one, or a range: the clause cannot be read
_KEPT = str.maketrans(",、", "，﹑")  # so that no clause ends there
_HEAD = re.compile(r"^\s*[0-9]{1,2}\s*[.、)．）]\s*(?=[^\s0-9])")  # 1. 入会：12人
_OPEN_LINE = re.compile(r"[:：=]\s*\n\s*")
_DECIMAL = re.compile(r"(?<![0-9.])[0-9]+\.[0-9]+(?![0-9.])")
_TOGETHER = re.compile(rf"(?<=[0-9])(?:\s*[^\w\s;。!?]+\s*|\s+)(?=[0-9])|(?<=[\d{HAN}])\s*[,、\s]\s*(?=[\d{HAN}])")
_UNIT_IN = re.compile(rf"\(\s*(?:单位:?)?\s*(?:{'|'.join(map(re.escape, (*WORDS, '万元')))})\s*\)")  # 入会（人）：12
_SENTENCE = re.compile(r"[;。!?]+")
_CLAUSE = re.compile(r"[,、]+")
_MONTH = re.compile(
    rf"(?:(?P<year>[0-9]{{4}})年)?(?P<month>[0-9]{{1,2}}|[一二三四五六七八九十]{{1,3}})月(?:份)?(?![0-9{HAN}]+[日号])的?"
    r"|(?P<this>本月|这个?月|当月)(?:份)?的?|(?P<past>上个?月)(?:份)?的?|(?P<next>下个?月)(?:份)?的?"
)
# A part without a number that says so makes every number beside it something else.
_SWAYS = re.compile(
    rf"{ABOUT}|预计|预估|估计|可能|计划|目标|打算|截[至止]|累计|合计|至今|目前|以来|年初|年度|季度|半年|全年|今年|去年|"
    r"[上下本]周|昨天|今天|每|均|至[0-9]+月|第|※|不对|不是|不准|有误|错|[0-9]+[日号]|更正"
)


@dataclass(frozen=True, slots=True)
class Month:
    """A month that was named; without a year any such one."""

    year: int
    month: int

    def has(self, period: str) -> bool:
        """Whether a period is this month."""
        if self == EVERY:
            return True
        return bool(period) and int(period[5:7]) == self.month and self.year in (0, int(period[:4]))


EVERY = Month(0, 0)  # none was named
NEVER = Month(-1, 0)  # one that cannot be reported


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a message: as it was said, without what comes before its name, its month, whether a sentence begins."""

    said: str
    text: str
    month: Month = EVERY
    first: bool = True


def clauses(text: str, period: str = "") -> list[Clause]:
    """The parts of a message. `period` is the month in which it is said, for 本月 and 上月."""
    found: list[Clause] = []
    month = EVERY
    for sentence in _SENTENCE.split(_plain(text)):
        first = True
        for part in _CLAUSE.split(sentence):
            if part.strip(" :="):
                clause = _clause(part.strip(" :="), period)
                month = month if clause.month == EVERY else clause.month
                found.append(replace(clause, month=month, first=first))
                first = False
    return found


def sways(parts: Sequence[Clause]) -> bool:
    """Whether one of these parts says that the numbers beside it are no exact numbers of the month."""
    return any(_SWAYS.search(each.said) for each in parts)


def _plain(text: str) -> str:
    """Half width, lines as sentences, numbers without commas; numbers that may belong together are stuck together."""
    lines = [_HEAD.sub("", each) for each in _OPEN_LINE.sub(":", text).splitlines()]
    flat = width("".join(map(_odd, "\n".join(lines).replace("\n", " ; "))))
    flat = _UNIT_IN.sub("", flat)
    flat = GROUPED.sub(lambda each: each[0].replace(",", ""), flat)
    points = _DECIMAL.sub(lambda each: each[0].replace(".", "点点"), flat)
    return _TOGETHER.sub(lambda each: STUCK + each[0].translate(_KEPT), points).replace("点点", ".")


def _odd(each: str) -> str:
    """① opens a sentence; other digits that are none of ours (², ½) make what they stand in unreadable."""
    if each.isascii() or not (each.isnumeric() and unicodedata.category(each) != "Lo"):
        return each
    if "①" <= each <= "⒛":
        return " ; "
    return each if "０" <= each <= "９" or each == "〇" else STUCK


def _clause(said: str, period: str) -> Clause:
    """Without the month before the name, and what comes before it: 我们单位11月的. A second month stays: 11月和12月."""
    bare = START.sub("", said).lstrip(" :=")
    named = _MONTH.match(bare)
    if named is None:
        return Clause(said, said)
    return Clause(said, bare[named.end() :].lstrip(" :="), _month(named, period))


def _month(named: re.Match[str], period: str) -> Month:
    if named["month"]:
        month = whole(named["month"]) or 0
        return Month(int(named["year"] or 0), month) if 1 <= month <= 12 else NEVER
    if named["next"] or not period:
        return EVERY if named["this"] else NEVER
    year, month = int(period[:4]), int(period[5:7])
    if named["past"]:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return Month(year, month)
