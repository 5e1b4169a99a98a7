"""One number as people write it, with its sign, unit and whatever makes it inexact. Pure."""

import re
from datetime import date
from decimal import Decimal

from bot import duty_texts as texts
from bot.forms.model import FieldError
from bot.forms.numerals import number
from bot.services.duty_labels import WORDS, fits, money

HAN = "零〇一二两三四五六七八九十百千万亿"
ABOUT = r"(?:大约|大概|差不多|将近|接近|超过|超|不到|不足|至少|最多|左右|上下|(?<![签合预契条公])约|(?<!附)近)"
GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,.])", re.ASCII)
# More than a union of a district can have; a number of a phone is above it.
MOST = {"元": 10**10, "万元": 10**6, "人": 10**7}
MOST_ELSE = 10**6
MANY = 10**4  # so many 万元, without the unit said, are rather 元
_NUM = rf"(?:[0-9]++(?:\.[0-9]++)?|[{HAN}])++"
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SHORT = re.compile(r"[百千万亿][一二两三四五六七八九]")  # 一百二: 120, or 102 with a slip
_TIMES = re.compile(r"\s*(?:个?月|年|岁|点|时|届|号|日|级|周|季)")
_EXACT = number(places=9)
_DAY = date(2000, 1, 1)  # numbers do not depend on the day


def item(units: tuple[str, ...]) -> re.Pattern[str]:
    """What finds numbers in text that has half width: groups about, sign, num, more, unit, range, late."""
    unit = "|".join(map(re.escape, sorted({*WORDS, *units, "%"} - {""}, key=len, reverse=True)))
    return re.compile(
        rf"(?P<about>{ABOUT}\s*)?(?P<sign>[-−—–负+]+\s*)?(?P<num>{_NUM})(?P<more>[多余几来])?\s*"
        rf"(?P<unit>{unit})?(?P<range>\s*[-~至到/—.]\s*[\d{HAN}]+)?(?P<late>左右|上下|以上|以下|以内|多|余|不到)?"
    )


def is_number(found: re.Match[str], plain: str) -> bool:
    """一线, 统一 and 三方 hold no number: a numeral needs a unit, or nothing more behind it. 3年 and 25日 are none."""
    if (not found["unit"] and _TIMES.match(plain, found.end("num"))) or plain.startswith("月", found.end()):
        return False
    if found["num"][0].isdigit() or found["unit"]:
        return True
    return found[0][-1].isspace() or not plain[found.end() : found.end() + 1].strip()


def value(found: re.Match[str], unit: str, signed: bool) -> Decimal:
    """The number in the unit that is wanted. Raises FieldError with the words for people."""
    words, digits, said = found[0].strip(), found["num"], found["unit"] or ""
    if found["about"] or found["more"] or found["late"] or found["range"]:
        raise FieldError(texts.NUMBER_ABOUT.format(said=words))
    if _MOBILE.fullmatch(digits):
        raise FieldError(texts.NUMBER_PHONE)
    if _SHORT.fullmatch(digits[-2:]) or re.match(r"0[0-9]", digits):
        raise FieldError(texts.NUMBER_UNCLEAR_OF.format(said=words))
    read = _exact(digits, words) * _sign(found, signed)
    bare = unit == "万元" and not said and (digits[-1] in "万亿" or read >= MANY)
    if bare or (said and not fits(said, unit)):
        raise FieldError(texts.NUMBER_UNIT.format(said=words, unit=unit))
    return _bounded(read * money(said, unit), unit)


def _exact(digits: str, words: str) -> Decimal:
    try:
        return Decimal(str(_EXACT.parse(digits, _DAY)))
    except FieldError:
        raise FieldError(texts.NUMBER_UNCLEAR_OF.format(said=words)) from None


def _sign(found: re.Match[str], signed: bool) -> int:
    """1 or -1. A sign where nothing can be below zero, or two of them, may mean anything."""
    sign = (found["sign"] or "").strip()
    if not sign:
        return 1
    if not signed:
        raise FieldError(texts.NUMBER_NEGATIVE.format(said=found[0].strip()))
    if len(sign) > 1:
        raise FieldError(texts.NUMBER_UNCLEAR_OF.format(said=found[0].strip()))
    return 1 if sign == "+" else -1


def _bounded(read: Decimal, unit: str) -> Decimal:
    broken = read * (100 if unit in texts.BROKEN_UNITS else 1)
    if broken != broken.to_integral_value():
        raise FieldError((texts.NUMBER_PLACES if unit in texts.BROKEN_UNITS else texts.NUMBER_WHOLE).format(unit=unit))
    if abs(read) > MOST.get(unit, MOST_ELSE):
        raise FieldError(texts.NUMBER_HIGH)
    return read
