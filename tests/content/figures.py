"""Figures with units in Chinese text, in one canonical form: 五天, 5日 and ５天 are all `5天`; 百分之二百 is `200%`.

Used on both sides of the comparison, the answers and the articles, so that a figure can only be missed on both.
"""

import re
import unicodedata
from decimal import Decimal

_DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_UNITS = {
    "个工作日": "工作日",
    "工作日": "工作日",
    "个工资支付周期": "周期",
    "整天": "天",
    "天": "天",
    "日": "天",
    "个月": "月",
    "月": "月",
    "周岁": "岁",
    "岁": "岁",
    "年": "年",
    "个小时": "时",
    "小时": "时",
    "倍": "倍",
    "元": "元",
    "人": "人",
    "名": "人",
    "次": "次",
    "级": "级",
    "公斤": "公斤",
    "周": "周",
    "%": "%",
    "‱": "‱",
    "℃": "℃",
}
_NUMBER = r"(?:\d+(?:\.\d+)?[千万]?|[零一二两三四五六七八九十百千万]+|半)"
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_FIGURE = re.compile(rf"(第?)({_NUMBER})({_UNIT})(?!性)")
_RANGE = re.compile(rf"({_NUMBER})(?:到|至|或)(?=({_NUMBER})({_UNIT}))")
_SHARE = re.compile(rf"(百|万)分之({_NUMBER})")
_FRACTION = re.compile(r"([二三四五])分之([一二三四])")
_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_FEAST = re.compile(r"(\d{1,2})月(\d{1,2})日")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})年")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_NOT_A_FIGURE = re.compile(r"上一级|[上下]半年|(?:周|星期)[六日](?![十百个天小])")


def value(numeral: str) -> Decimal:
    """The number that Arabic or Chinese numerals mean (`二十五`, `两千`, `3万`, `半`). Raises KeyError on others."""
    if numeral == "半":
        return Decimal("0.5")
    arabic = re.fullmatch(r"(\d+(?:\.\d+)?)([千万]?)", numeral)
    if arabic:
        return Decimal(arabic[1]) * {"": 1, "千": 1000, "万": 10000}[arabic[2]]
    if "万" in numeral:
        high, low = numeral.split("万", 1)
        return value(high) * 10000 + (value(low) if low else 0)
    return Decimal(_below_ten_thousand(numeral))


def _below_ten_thousand(numeral: str) -> int:
    total = digit = 0
    for character in numeral:
        if character in _PLACES:
            total += (digit or 1) * _PLACES[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit


def figures(text: str) -> frozenset[str]:
    """Every figure with a unit in `text`: `5天`, `0.5月`, `150%`, `2/3`, `第2月`, dates as `2025-01-01` or `5-1`."""
    text = re.sub(r"\s", "", text.replace("℃", "度C"))
    text = unicodedata.normalize("NFKC", text).replace("°C", "℃").replace("度C", "℃")
    text = _NOT_A_FIGURE.sub("", text)
    found = set(_ISO.findall(text))
    found |= {f"{int(y)}-{int(m):02}-{int(d):02}" for y, m, d in _DAY.findall(text)}
    text = _DAY.sub("。", text)
    found |= {f"{int(m)}-{int(d)}" for m, d in _FEAST.findall(text)}
    text = _FEAST.sub("。", text)
    found |= {f"{year}年份" for year in _YEAR.findall(text)}
    text = _YEAR.sub("。", text)
    found |= {f"{value(part)}/{value(whole)}" for whole, part in _FRACTION.findall(text)}
    text = _SHARE.sub(lambda m: f"{_plain(value(m[2]))}{'%' if m[1] == '百' else '‱'}。", text)
    text = _RANGE.sub(lambda m: f"{m[1]}{m[3]}。", text)
    return frozenset(found | {f"{m[1]}{_plain(value(m[2]))}{_UNITS[m[3]]}" for m in _FIGURE.finditer(text)})


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
