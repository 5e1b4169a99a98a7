"""One spelling for every way of typing the same question: width, script, case, courtesy, punctuation, numerals."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import yaml

# What is longer than this is a letter, not a question; the rest is not looked at.
MAX_CHARS = 400
_SLICE = 256  # texts that are worked on in one go, so that a long build lets other threads have their turn
_TABLE = Path(__file__).with_name("simplified.yaml")


def _simplified() -> dict[int, str]:
    with _TABLE.open("rb") as lines:
        rows: list[tuple[str, str]] = yaml.load(lines, yaml.CSafeLoader)
    return {ord(old): new for above, below in rows for old, new in zip(above, below, strict=True)}


_SIMPLIFIED = _simplified()

# The first character decides quickly whether courtesy can begin here at all.
_COURTESY = re.compile(
    r"(?=[各律老领工你您大哈h在打我本就想要麻请咨问帮求有谁非十感谢多急那嗯额亲])(?:"
    r"(?:各位|律师|老师|领导|工会)?(?:老师)?(?:你好|您好|大家好)|各位好|哈喽|\bhello\b|\bhi\b|在吗|在不在|打扰(?:一下|了)"
    r"|(?:我|本人)?(?:就)?(?:想要?|想来|要)(?:请问|请教|咨询|了解|问)(?:一下|一问|问|下|个问题|个事)?"
    r"|(?:麻烦)?(?:请问|请教|咨询|问)(?:一下|下|个问题|个事|各位|老师)+|请问|麻烦(?:问|帮我|您|你)?(?:一下|下)?|问问"
    r"|(?:帮我|帮忙|请帮忙|求|请)(?:看看|解答|回答|指点)(?:一下|下)?|(?:有没有人|有人|谁)知道"
    r"|(?:非常|十分)?(?:感谢|谢谢|多谢)(?:您|你|了|啦|大家)?|急急+|在线等|(?<![\w])急(?![\w])|(?<![\w])(?:那个|嗯|额|亲)(?![\w]))"
)
_PARTICLES = re.compile(
    r"(?=[吗吧呢啊呀嘛啦哦哈呐哎唉诶喔噢咯喽嗯么呗])"
    r"(?:[吗吧呢啊呀嘛啦哦哈呐哎唉诶喔噢咯喽嗯]|(?<![什怎这那要多])(?<!饿了)么|(?<![借花])呗)+(?=[\W_]|$)"
)
_RANGE = re.compile(r"(?<=[\d一二三四五六七八九十])[^\S\n]*[-~—–到至][^\S\n]*(?=[\d一二三四五六七八九十])")
_NOISE = re.compile(r"[^\w%\n]+|_+")
_NUMERAL = re.compile(
    r"百分之([一二两三四五六七八九十]+)"
    r"|([一二两三四五六七八九十百]+)(?=个?(?:月|星期|小时|钟头|工作日)|[天年周倍岁级元块万号次]|至)(?!次性|块儿|年到头|天到晚|周岁以)"
)
# Who did not get it, and what little words stand between, do not change the matter: 没有给我们交过社保 is 没交社保.
_NEGATED = re.compile(
    r"(?<![给有])([没未不])有?[给跟和同与帮替为]{1,2}(?:我们|咱们|他们|我|咱|俺|你|员工|职工|大家|工人)?[给去来]?(?=[签交缴买上发结办批报开付补赔参])"
    r"|(?<!有)([没未])有(?=[签交缴买上发结办批报开付补赔参])"
)
_LOOSE = re.compile(r"(?<=[签交缴买])(?:过|任何|到|了)+(?=[的]?(?:合同|社保|保险|五险|公积金|书面|劳动))")
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}


def fold(text: str) -> str:
    """Width, script, case, punctuation and numerals made one; no word is left out."""
    return _squeeze(unify(_line(text)))


def normalise(text: str) -> str:
    """The form in which questions are compared: `fold` without greetings, thanks and closing particles.

    Looks at the first `MAX_CHARS` characters. A text that is nothing but courtesy keeps its words; one without any
    letter or digit becomes the empty string. Never raises.
    """
    return normalise_all([text])[0]


def normalise_all(texts: Sequence[str]) -> list[str]:
    """`normalise` of each text, quicker than one at a time."""
    found: list[str] = []
    for at in range(0, len(texts), _SLICE):
        unified = unify("\n".join(map(_line, texts[at : at + _SLICE])))
        bare = _squeeze(_PARTICLES.sub("", _COURTESY.sub(" ", unified))).split("\n")
        if "" in bare:
            bare = [line or _squeeze(whole) for line, whole in zip(bare, unified.split("\n"), strict=True)]
        found += bare
    return found


def _line(text: str) -> str:
    """What is looked at, on one line."""
    return text[:MAX_CHARS].replace("\n", " ")


def unify(text: str) -> str:
    """Width, script and case made one; nothing else is touched."""
    return unicodedata.normalize("NFKC", text).lower().translate(_SIMPLIFIED)


def _squeeze(text: str) -> str:
    bare = _NUMERAL.sub(_digits, _NOISE.sub("", _RANGE.sub("至", text)))
    return _LOOSE.sub("", _NEGATED.sub(r"\1\2", bare))


def _digits(match: re.Match[str]) -> str:
    numeral = match[1] or match[2]
    value = _value(numeral)
    if value is None:
        return match[0]
    return f"{value}%" if match[1] else str(value)


def _value(numeral: str) -> int | None:
    """The number a numeral below 1000 stands for; None for loose digits such as 七八, which mean a range."""
    total, digit, loose = 0, None, False
    for character in numeral:
        if character in "十百":
            total += (1 if digit is None else digit) * (10 if character == "十" else 100)
            digit = None
        else:
            loose = loose or digit is not None
            digit = _DIGITS[character]
    return None if loose else total + (digit or 0)
