"""Kind words around an order (好的，…，谢谢 [抱拳]): read without them, where it is none with them.

Whatever is said after 因为, and a 小结, is never cut at its end: an order with its reason is read as it stands first.
"""

import re
from functools import lru_cache

# [ok], [抱拳] and emoji; not ❶ to ➓, which are numbers
_MARK = r"\[[\u4e00-\u9fffa-z]{1,6}\]|[\u2600-\u2775\u2794-\u27bf\U0001f000-\U0001faff\ufe0f\u200d]+"
_THANKS = r"(?:谢谢|多谢|感谢|辛苦|麻烦|拜托|劳烦)(?:您|你|大家|各位)?(?:老师|领导|了|啦|哈|啊|呀)*"
_CALLED = r"[\u4e00-\u9fff]{0,3}(?:老师|主席|主任|书记|部长|科长|同志)"
_GREETING = r"(?:您|你|老师|领导|大家|各位|早上?|上午|中午|下午|晚上)好[呀啊]?"
_ASIDE = rf"(?:老师|领导)(?=\s)|(?:好|行|报告|老师|领导|{_CALLED})(?=[,!。;])"
_OPENS = rf"(?:{_MARK}|{_GREETING}|{_THANKS}|好[的滴哒嘞咧叻]|嗯+|ok|{_ASIDE})"
_CLOSES = rf"(?:{_MARK}|{_THANKS}|[啦哈哦呀啊喽噢]|请(?:查收|知悉|审阅)|(?<=[\s,。!~;])(?:好的|ok|老师|领导))"
LONGEST = 40  # so many characters at the end are looked at: whatever is typed is read in no time
_BETWEEN = r"[\s,。.!~、;:…]*"
_HEAD = re.compile(rf"^(?:{_OPENS}{_BETWEEN})+")
_TAIL = re.compile(rf"(?:{_BETWEEN}{_CLOSES})+{_BETWEEN}$")
_RECEIVED = re.compile(r"^(?:已?收到了?|知道了)[,。!;]\s*")  # 收到，4完成了


def headless(words: str) -> str:
    """Plain words without the kind ones before them."""
    return _HEAD.sub("", words, count=1)


def bare(words: str) -> str:
    """Plain words without the kind ones around them; empty when there are no others."""
    return headless(_tailless(words))


def _tailless(words: str) -> str:
    return words[:-LONGEST] + _TAIL.sub("", words[-LONGEST:], count=1)


@lru_cache(maxsize=8)  # dozens of patterns are tried on the same words
def ways(words: str) -> tuple[str, ...]:
    """How plain words may be read, the fullest way first; never empty."""
    begun = headless(words)
    heads = [words, begun, _RECEIVED.sub("", begun, count=1)]
    return tuple(filter(None, dict.fromkeys([*heads, *map(_tailless, heads)])))
