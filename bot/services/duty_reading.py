"""Numbers in a cadre's own words: 新增会员12人，慰问3户. Pure; what is not certain is refused or asked, never guessed.

A number counts when exactly one wanted label fits the words before it and its unit fits too. 约, 左右, 七八个 and 12-15
are refused kindly. Only 万元 and 元 are converted into each other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bot import duty_texts as texts
from bot.forms.fold import fold, width
from bot.forms.model import FieldError
from bot.forms.numerals import number
from bot.services.duty_labels import WORDS, Wanted, fits, match, money

MOST = 10**11
LONGEST = 300
_HAN = "零〇一二两三四五六七八九十百千万亿"
_ABOUT = r"(?:大约|大概|差不多|将近|接近|超过|不到|不足|至少|最多|左右|(?<![签合预契条公])约|(?<!附)近)"
_NUM = rf"(?:\d++(?:\.\d++)?|[{_HAN}])++"
_GROUPED = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})+(?![\d,])")
_DATE = re.compile(r"(?:\d{4}年)?\d{1,2}月(?:份|\d{1,2}[日号])?|\d{1,2}[日号]|\d{4}年|第[\d" + _HAN + r"]+\w?")
_EXACT = number(places=9)
_NONE = re.compile(r"(?:没有|没|无)(?P<after>[^\d,;。]+)|(?P<before>[^\d,;。]+?)(?:没有|为零|是零|无)")
_PARTS = re.compile(r"[,;。、\s]+")
_DAY = date(2000, 1, 1)  # numbers do not depend on the day
NO_CHANGE = re.compile(
    r"(?:本月|这个?月|上月)?(?:没有?|无|未发生)(?:任何)?(?:会员)?(?:变动|变化|增减|异动)(?:情况)?|(?:本月)?报零|零报告"
)
LIKELY = re.compile(rf"\d|[{_HAN}]\s*(?:{'|'.join(map(re.escape, WORDS))})|(?:没有|无)\w{{2}}|[零〇]")


@dataclass(slots=True)
class Reading:
    """What a message says: numbers in hundredths by what they are of, and what could not be taken, with the reason.

    `doubtful`: words that fit several. `labels` counts the known labels in it; without any it is no report.
    """

    given: dict[Wanted, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    doubtful: dict[str, tuple[Wanted, ...]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    @property
    def labels(self) -> int:
        """How many known things are named."""
        return len(self.given) + len(self.refused) + len(self.doubtful)


def value_of(text: str, unit: str, signed: bool = False) -> Decimal:
    """One number in a unit, as the answer to the question for it. Raises FieldError with the words for it."""
    plain = _GROUPED.sub(lambda found: found[0].replace(",", ""), width(text)).replace(" ", "").rstrip("。.!")
    if fold(plain) in ("没有", "无", "没", "没有变动", "无变动"):
        return Decimal(0)
    found = _item((unit,)).fullmatch(plain)
    if found is None:
        raise FieldError(texts.NUMBER_UNCLEAR.format(unit=unit))
    return _value(found, unit, signed)


def read(text: str, wanted: Sequence[Wanted]) -> Reading:
    """Take a message apart. Nothing is taken from a message that names nothing wanted."""
    found = Reading()
    plain = _GROUPED.sub(lambda each: each[0].replace(",", ""), width(text[:LONGEST]))
    plain = _DATE.sub(lambda each: " ", plain)
    items = list(_item(tuple({each.unit for each in wanted})).finditer(plain))
    items = [each for each in items if _is_number(each, plain)]
    ends = [each.end() for each in items]
    for place, item in enumerate(items):
        before = plain[ends[place - 1] if place else 0 : item.start()]
        after = plain[item.end() : items[place + 1].start() if place + 1 < len(items) else len(plain)]
        _take(found, before, item, after, wanted)
    _take_nothing(found, plain, wanted)
    return found


def _item(units: tuple[str, ...]) -> re.Pattern[str]:
    unit = "|".join(map(re.escape, sorted({*WORDS, *units, "%"} - {""}, key=len, reverse=True)))
    return re.compile(
        rf"(?P<about>{_ABOUT}\s*)?(?P<sign>[-负+])?(?P<num>{_NUM})(?P<more>[多余几来])?\s*"
        rf"(?P<unit>{unit})?(?P<range>\s*[-~至到/—.]\s*[\d{_HAN}]+)?(?P<late>左右|上下|以上|以下|多|余|不到)?"
    )


def _is_number(item: re.Match[str], plain: str) -> bool:
    """一线, 统一 and 三方 hold no number: a numeral needs a unit, or nothing more behind it."""
    if item["num"][0].isdigit() or item["unit"]:
        return True
    return not plain[item.end() : item.end() + 1].strip(" ,;。、!:")


def _value(item: re.Match[str], unit: str, signed: bool) -> Decimal:
    """The number of an item in the unit that is wanted. Raises FieldError."""
    if item["about"] or item["more"] or item["late"] or item["range"]:
        raise FieldError(texts.NUMBER_ABOUT.format(said=item[0].strip()))
    read_value = Decimal(str(_EXACT.parse(item["num"], _DAY)))
    if item["sign"] and item["sign"] != "+":
        if not signed:
            raise FieldError(texts.NUMBER_NEGATIVE.format(said=item[0].strip()))
        read_value = -read_value
    said = item["unit"] or ""
    if said and not fits(said, unit):
        raise FieldError(texts.NUMBER_UNIT.format(said=item[0].strip(), unit=unit))
    read_value *= money(said, unit)
    if unit == "万元" and not said and item["num"][-1] in "万亿":
        raise FieldError(texts.NUMBER_UNIT.format(said=item[0].strip(), unit=unit))
    return _bounded(read_value, unit)


def _bounded(value: Decimal, unit: str) -> Decimal:
    broken = value * (100 if unit in texts.BROKEN_UNITS else 1)
    if broken != broken.to_integral_value():
        raise FieldError((texts.NUMBER_PLACES if unit in texts.BROKEN_UNITS else texts.NUMBER_WHOLE).format(unit=unit))
    if abs(value) > MOST:
        raise FieldError(texts.NUMBER_HIGH)
    return value


def _take(found: Reading, before: str, item: re.Match[str], after: str, wanted: Sequence[Wanted]) -> None:
    """One number with the words around it."""
    said = item["unit"] or ""
    fitting = match(before, said, wanted)
    words = f"{before.strip(' ,;。、')}{item[0].strip()}"
    if not fitting:
        found.unknown.append(words)
    elif len(fitting) > 1:
        found.doubtful[words] = fitting
    elif not said and not _ends(after, wanted):
        found.refused.append(texts.NUMBER_UNCLEAR_OF.format(said=f"{words}{after.strip()}"[:40]))
    else:
        _keep(found, fitting[0], item)


def _keep(found: Reading, one: Wanted, item: re.Match[str]) -> None:
    try:
        value = int(_value(item, one.unit, one.signed) * 100)
    except FieldError as error:
        found.refused.append(error.words)
        return
    if found.given.setdefault(one, value) != value:
        del found.given[one]
        found.refused.append(texts.NUMBER_TWICE.format(label=one.label))


def _ends(after: str, wanted: Sequence[Wanted]) -> bool:
    """Whether what follows a number without a unit is not one: nothing, a separator, or the next label."""
    rest = after.strip()
    if not rest or not after[0].isalnum():
        return True
    return bool(match(rest, "", wanted))


def _take_nothing(found: Reading, plain: str, wanted: Sequence[Wanted]) -> None:
    """没有退会, 转出无: zero, where the whole part says so of one label."""
    for part in _PARTS.split(plain):
        said = _NONE.fullmatch(part)
        exact = fold(said["after"] or said["before"]) if said else ""
        ones = [each for each in wanted if exact and fold(each.label) == exact]
        if len(ones) == 1 and ones[0] not in found.given:
            found.given[ones[0]] = 0
        elif len(ones) > 1:
            found.doubtful[part] = tuple(ones)
