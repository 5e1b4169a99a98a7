"""Numbers as people write them: 12, 1,200, 1.2万, 十二, 两千三, 三万五."""

import re
from datetime import date
from decimal import Decimal

from bot.forms import texts
from bot.forms.fold import width
from bot.forms.model import Field, FieldError
from bot.forms.values import MAX_NUMBER, Value

_DIGITS = {each: value for value, each in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万": 10**4, "亿": 10**8}
_UNIT_WORDS = {
    "元": ("块钱", "元钱", "块", "圆", "人民币"),
    "人": ("个人", "名", "位", "个"),
    "天": ("日",),
    "小时": ("个小时", "个钟头", "钟头"),
    "个月": ("月",),
}
_PLAIN = re.compile(r"([+-]?)(\d{1,15}(?:\.\d{1,9})?)([十百千]?)([万亿]?)", re.ASCII)
_GROUPED = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})+(?![\d,])", re.ASCII)
_ABOUT = re.compile(r"^(?:大概|大约|约|差不多|一共|总共|共|有)+")
_GROUP = re.compile(r"([零〇]*)([一二两俩三四五六七八九]?)([十百千]|$)")
_GROUPS = re.compile(rf"(?:{_GROUP.pattern.replace('(', '(?:')})+")
_ROUGHLY = re.compile(r"[一二两三四五六七八九]{2,}")  # 七八个 is no 78
_HAN_NUMBER = re.compile(r"[零〇一二两俩三四五六七八九十百千万亿]+")


def number(unit: str = "", min: int | None = None, max: int | None = None, places: int = 0) -> Field:
    """A number from `min` to `max` with at most `places` decimals: int when whole, else Decimal."""
    endings = sorted((unit, *_UNIT_WORDS.get(unit, ())), key=len, reverse=True)

    def parse(text: str, today: date) -> Value:
        value = _read(_without(endings, width(text)))
        _bounded(value, min, max, places)
        return int(value) if value == value.to_integral_value() else value.normalize()

    def show(value: Value) -> str:
        return f"{value}{unit}"

    return Field(parse, (int, Decimal), _plain, show, texts.NUMBER_HINT)


def whole(text: str) -> int | None:
    """A whole number from 0 on in digits or numerals; None when the text is something else."""
    if re.fullmatch(r"[0-9]{1,15}", text):
        return int(text)
    return _numeral(text)


def _plain(value: Value) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _without(endings: list[str], text: str) -> str:
    text = _ABOUT.sub("", text.replace(" ", "").rstrip("。.!左右多吧"))
    for each in endings:
        if each and text.endswith(each):
            return text.removesuffix(each)
    return text


def _bounded(value: Decimal, least: int | None, most: int | None, places: int) -> None:
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -places:
        raise FieldError(texts.NUMBER_PLACES.format(places=places) if places else texts.NUMBER_WHOLE)
    if least is not None and value < least:
        raise FieldError(texts.NUMBER_LOW.format(least=least))
    if value > (MAX_NUMBER if most is None else most) or value < -MAX_NUMBER:
        raise FieldError(texts.NUMBER_HIGH.format(most=MAX_NUMBER if most is None else most))


def _read(text: str) -> Decimal:
    text = _GROUPED.sub(lambda match: match[0].replace(",", ""), text).replace("负", "-", 1)
    match = _PLAIN.fullmatch(text)
    if match:
        sign, digits, small, big = match.groups()
        size = Decimal(digits) * _SMALL.get(small, 1) * _BIG.get(big, 1)
        return -size if sign == "-" else size
    value = _numeral(text.removeprefix("-"))
    if value is None or _ROUGHLY.search(text):
        raise FieldError(texts.NUMBER_UNCLEAR)
    return Decimal(-value if text.startswith("-") else value)


def _numeral(text: str) -> int | None:
    """Chinese numerals; digits alone (二〇二四) are read one by one, a last bare digit counts a tenth (三万五)."""
    if not _HAN_NUMBER.fullmatch(text) or len(text) > 20:
        return None
    if all(each in _DIGITS for each in text):
        return int("".join(str(_DIGITS[each]) for each in text))
    for size in ("亿", "万"):
        if size in text:
            head, _, tail = text.rpartition(size)
            return _joined(_numeral(head), _tail(tail, _BIG[size]), _BIG[size])
    return _below_ten_thousand(text)


def _joined(high: int | None, low: int | None, size: int) -> int | None:
    return None if not high or low is None or low >= size else high * size + low


def _tail(text: str, size: int) -> int | None:
    if not text:
        return 0
    if len(text) == 1 and text in _DIGITS:
        return _DIGITS[text] * size // 10
    return _numeral(text.lstrip("零〇"))


def _below_ten_thousand(text: str) -> int | None:
    if not _GROUPS.fullmatch(text):
        return None
    total, last = 0, 10000
    for match in _GROUP.finditer(text):
        zeros, digit, small = match.groups()
        if not (zeros or digit or small):
            continue
        size = _SMALL.get(small, 1)
        if not small and digit and not zeros and 10 < last < 10000:
            size = last // 10
        if size >= last or (not digit and small != "十") or (small == "十" and not digit and total):
            return None
        total, last = total + _DIGITS.get(digit, 1) * size, size
    return total
