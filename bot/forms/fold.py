"""One spelling for every way of typing: width, invisible characters, case and punctuation made one."""

import re
import unicodedata
from functools import lru_cache

MAX_CHARS = 4000  # what is longer is cut before anybody looks at it
HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"

_NOISE = re.compile(r"[\W_]+")
_BLANKS = re.compile(r"[ \t\xa0\u3000]+")
_DASHES = re.compile(r"[\s\-‐-―−_.·•,、~()]+")
_ALL_DIGITS = re.compile(r"[0-9X零〇一二三四五六七八九幺]+")
_SPOKEN_DIGITS = str.maketrans("零〇一二三四五六七八九幺", "001234567891")
# 么 alone is no sign: many riders work for a platform whose name ends with it
_QUESTION_END = re.compile(r"(?:[?？]|[吗呢嘛]|[什怎多是有行对好能以要]么)[\s?？!！。.~…]*$")
_QUESTION_START = re.compile(
    r"^(?:请问|想问|问一下|怎么|怎样|咋|为什么|为啥|为何|凭什么|干嘛|什么|啥|如何|能不能|能否|可不可以|可以不|是不是|是否|"
    r"有没有|要不要|会不会|必须要|多少|多久|多长|几天|几个|哪[里儿个些](?!.*都)|在哪|谁来|谁能)"
)
_QUESTION_INSIDE = re.compile(
    r"什么意思|啥意思|是什么|是啥|怎么|为什么|为啥|多少|多久|能不能|可不可以|可以吗|是不是|会不会|要不要|有没有|什么时候|请问|想问|想咨询|咨询一下"
)


def visible(text: str) -> str:
    """The text without control, format and broken characters (line ends stay), at most `MAX_CHARS`."""
    return "".join(
        each
        for each in text[:MAX_CHARS]
        if each in "\n\t" or unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Co")
    )


def width(text: str) -> str:
    """Full width made half, blanks and line ends single spaces, edges trimmed."""
    flat = unicodedata.normalize("NFKC", visible(text)).replace("\n", " ")
    return _BLANKS.sub(" ", flat).strip()


def fold(text: str) -> str:
    """For comparing: `width`, lower case, letters and digits only. May be empty."""
    return _NOISE.sub("", width(text).lower())


def words(text: str) -> frozenset[str]:
    """A list of words written with blanks between."""
    return frozenset(text.split())


def closed_up(text: str) -> str:
    """For numbers of people and firms: `width` without separators, capital letters, spoken digits as digits."""
    bare = _DASHES.sub("", width(text)).upper().rstrip("。!;:'\"”")
    return bare.translate(_SPOKEN_DIGITS) if _ALL_DIGITS.fullmatch(bare) else bare


def lead(labels: tuple[str, ...]) -> re.Pattern[str]:
    """Matches what people put before the answer itself: 我的手机号是…, 我叫…, 姓名：…"""
    any_label = "|".join(map(re.escape, sorted(labels, key=len, reverse=True))) or "(?!)"
    return re.compile(rf"^(?:(?:(?:我|本人)的?(?:{any_label})?|{any_label})\s*(?:(?:是|叫做?|为|[:=])+|\s)\s*)+")


@lru_cache(maxsize=8)  # many ask it of the same words
def looks_like_question(text: str) -> bool:
    """Whether the text is clearly a question: ends with ？/吗/呢, begins with 什么/谁来…, holds 怎么/为什么/多少…"""
    plain = width(text)
    return bool(_QUESTION_END.search(plain) or _QUESTION_START.search(plain) or _QUESTION_INSIDE.search(plain))
