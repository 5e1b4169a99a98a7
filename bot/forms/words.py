"""Fields of free words: text, names of people, names of organisations."""

import re
import unicodedata
from datetime import date

from bot.forms import texts
from bot.forms.fold import HAN, fold, lead, looks_like_question, visible, width, words
from bot.forms.model import Field, FieldError
from bot.forms.personal import holds_number

NAME_LABELS = ("姓名", "名字", "真实姓名", "本人姓名")
ORG_LABELS = ("工作单位", "单位", "单位名称", "单位全称", "公司", "公司名称", "所在单位")
NAME_LENGTH, ORG_LENGTH = (2, 30), (2, 60)

_DOTS = re.compile(r"\s*[·•‧∙⋅・･.]\s*")
_HAN_GAP = re.compile(rf"(?<=[{HAN}])\s+(?=[{HAN}])")
_HAN_DOT = re.compile(rf"(?<=[{HAN}])\s*[·•‧∙⋅・.]\s*(?=[{HAN}])")
_NAME_CHARS = re.compile(rf"[{HAN}A-Za-zÀ-ÖØ-öø-ɏ][{HAN}A-Za-zÀ-ÖØ-öø-ɏ·.' -]*")
_ORG_CHARS = re.compile(rf"[{HAN}A-Za-z0-9（）·&.,'#/+ \-—、“”《》]+")
_ORG_LETTER = re.compile(rf"[{HAN}A-Za-z]")
_AT_WORK = re.compile(r"^(?:我|本人)?(?:现在|目前)?在(.+?)(?:上班|工作|干活|打工)(?:的|了)?$")
# What people say to a bot and nobody is called.
_NOT_NAMES = words(
    "你好 您好 在吗 谢谢 谢谢您 好的 好 可以 是的 对的 确认 确定 继续 同意 不同意 入会 我要入会 不知道 "
    "没有 没有了 匿名 保密 不想说 不方便 不告诉你 不填 姓名 名字 我 本人 帮助 人工 客服 转人工 菜单 "
    "进度 测试 无 随便 随便写 不想填 没名字 没有名字 null none nil undefined true false test nan"
)
# how sentences begin and no surname or name does: 我要报名, 不去了, 没空, 取消, 几点
_CHATTER = re.compile(
    r"(?:[我不没请想嗯哦]|帮我|取消|报名|要得|晓得|几[点号]|怎么|什么).*|.*(?:去不了|来不了|不去了|不来了)"
)
_NOWHERE = words("不清楚 不确定 说不清")


def text(min: int = 1, max: int = 500) -> Field:
    """Anything written, `min` to `max` characters; line ends stay, invisible characters go."""

    def parse(raw: str, today: date) -> str:
        plain = unicodedata.normalize("NFC", visible(raw)).strip()
        if not plain:
            raise FieldError(texts.TEXT_EMPTY)
        if len(plain) < min:
            raise FieldError(texts.TEXT_SHORT.format(least=min))
        if len(plain) > max:
            raise FieldError(texts.TEXT_LONG.format(most=max))
        return plain

    return Field(parse, hint=texts.TEXT_HINT.format(most=max), free=True)


def person_name(wary: bool = False) -> Field:
    """A name of 2 to 30 characters: Han or Latin letters, · between parts; no digits, no emoji, no chatter.

    `wary`: nor what only begins or ends as sentences do (我要报名, 不去了).
    """
    before = lead(NAME_LABELS)

    def parse(raw: str, today: date) -> str:
        name = _name(_lead_off(before, _HAN_DOT.sub("·", _HAN_GAP.sub("", width(raw))).strip(" ,。;!~、")))
        if wary and _CHATTER.fullmatch(name):
            raise FieldError(texts.NAME_NOT)
        return name

    return Field(parse, hint=texts.NAME_HINT, labels=NAME_LABELS)


def organisation() -> Field:
    """The name of an employer as written, 2 to 60 characters, brackets and blanks made one. It is not looked up.

    Numbers of seven digits or more (phones, ID numbers) are refused: the name is not sealed.
    """
    before = lead(ORG_LABELS)

    def parse(raw: str, today: date) -> str:
        return _organisation(_lead_off(before, _HAN_GAP.sub("", width(raw)).strip(" ,。;!~、")), raw)

    return Field(parse, hint=texts.ORG_HINT, labels=ORG_LABELS)


def place() -> Field:
    """Where somebody is, in their own words, 2 to 60 characters with a letter, no long numbers. It is not looked up."""

    def parse(raw: str, today: date) -> str:
        name = width(raw).strip(" ,。;!~、").replace(",", "，")
        if looks_like_question(raw) or fold(name) in _NOT_NAMES | _NOWHERE or not _ORG_LETTER.search(name):
            raise FieldError(texts.PLACE_NOT)
        if holds_number(name):
            raise FieldError(texts.PLACE_NUMBER)
        if not ORG_LENGTH[0] <= len(name) <= ORG_LENGTH[1]:
            raise FieldError(texts.PLACE_LENGTH)
        return name

    return Field(parse, hint=texts.PLACE_HINT)


def _lead_off(before: re.Pattern[str], raw: str) -> str:
    return before.sub("", raw).strip(" ,。;!~、")


def _name(name: str) -> str:
    if any(each.isdigit() for each in name):
        raise FieldError(texts.NAME_DIGITS)
    if looks_like_question(name) or fold(name) in _NOT_NAMES:
        raise FieldError(texts.NAME_NOT)
    if not NAME_LENGTH[0] <= len(name) <= NAME_LENGTH[1]:
        raise FieldError(texts.NAME_LENGTH)
    if not _NAME_CHARS.fullmatch(name):
        raise FieldError(texts.NAME_CHARS)
    return name


def _organisation(name: str, raw: str) -> str:
    at_work = _AT_WORK.match(name)
    name = (at_work[1] if at_work else name).replace("(", "（").replace(")", "）").strip()
    if looks_like_question(raw) or fold(name) in _NOT_NAMES or not _ORG_LETTER.search(name):
        raise FieldError(texts.ORG_NOT)
    if holds_number(name):
        raise FieldError(texts.ORG_NUMBER)
    if not ORG_LENGTH[0] <= len(name) <= ORG_LENGTH[1]:
        raise FieldError(texts.ORG_LENGTH)
    if not _ORG_CHARS.fullmatch(name):
        raise FieldError(texts.ORG_CHARS)
    return name
