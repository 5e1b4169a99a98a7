"""Numbers, accounts and addresses of people inside free words: found, refused or blanked."""

import re
import unicodedata

LONG_DIGITS = re.compile(r"\d(?:[\s.·_—–－-]{0,3}[\dXxＸｘ]){6,}")
_DIGIT = "[\\d〇零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖①-⑨⓪❶-❾]"
_LETTER = "[A-Za-z0-9Ａ-Ｚａ-ｚ０-９_＿-]"
_SPELT = re.compile(rf"{_DIGIT}(?:[\W_]{{0,3}}{_DIGIT}){{6,}}")  # spelt out or strangely grouped
_SPELT_X = re.compile(rf"{_DIGIT}(?:[\W_]{{0,3}}(?:{_DIGIT}|X)){{6,}}")
_NUMBER = re.compile(rf"{_DIGIT}(?:[^\S\n]?[.·_—–－-]?[^\S\n]?(?:{_DIGIT}|X)){{6,}}")  # one number, not a list of them
_SPOKEN = str.maketrans("〇零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖", "0012345678912123456789")
_NOT_DIGITS = re.compile(r"[^0-9X]")
_MOBILE_OR_ID = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])|[0-9]{14}[0-9X]")
_CONTACTS = re.compile(
    r"[A-Za-z0-9Ａ-Ｚａ-ｚ０-９_＿.+%．-]{0,64}+\s?[@＠]\s?"
    + rf"{_LETTER}{{1,63}}(?:\s?[.．。点]\s?{_LETTER}{{1,63}}){{1,8}}"  # e-mail
    rf"|{_DIGIT}(?:[\s.·_—–－-]{{0,3}}{_DIGIT}){{6,}}"  # a number spelt out: 一三八零零一三八零零零
    rf"|(?P<label>(?<![A-Za-z])(?i:[qｑ][qｑ]|[wvｗｖ][xｘ]|wechat|weixin)号?|[微薇威]信号?|扣扣号?|加我)"
    rf"[\s:：是为]{{0,3}}{_LETTER}{{4,32}}"  # what follows 微信, QQ …
    rf"|(?<!{_LETTER})(?=[A-Za-z]{_LETTER}{{5,31}}(?!{_LETTER}))(?={_LETTER}*[0-9_]){_LETTER}+",  # zhang_san88
)
_DAY = re.compile(r"(?<!\d)20\d\d([-./])\d{1,2}\1\d{1,2}(?!\d)")
MASK = "〔号码〕"


def masked(text: str) -> str:
    """Free words as staff may read them: numbers of people (ID, mobile, card, also spelt out), e-mail
    addresses, WeChat and QQ accounts and control characters blanked. Names of people cannot be told from words."""
    plain = "".join(each if each.isprintable() else " " for each in text)
    return _CONTACTS.sub(lambda found: f"{found['label'] or ''}{MASK}", LONG_DIGITS.sub(MASK, plain))


def holds_number(text: str) -> bool:
    """Whether there is a number of seven digits or more in it, however grouped, spelt out or written in full width.

    A day of this century (2026-3-5) is none.
    """
    return bool(_SPELT.search(_dayless(unicodedata.normalize("NFKC", text))))


def of_person(text: str) -> bool:
    """Whether there is what is a mobile or an ID number by its shape; a public phone number is none."""
    plain = unicodedata.normalize("NFKC", text).upper()
    runs = [found[0] for found in _SPELT_X.finditer(plain)]
    spelt = [
        run.translate(_SPOKEN) for run in runs
    ]  # 张三 138…: the 三 belongs to the name, so both ways are looked at
    return any(_MOBILE_OR_ID.search(_NOT_DIGITS.sub("", run)) for run in (*runs, *spelt))


def blanked(text: str) -> str:
    """Words for many to read with mobile and ID numbers blanked; line breaks, dates and public numbers stay."""
    return _NUMBER.sub(lambda found: MASK if of_person(found[0]) else found[0], text)


def telling(text: str, *names: str) -> bool:
    """Whether free words hold a number or an account of somebody, or one of these names (of two characters or more)."""
    return MASK in masked(_dayless(text)) or holds_number(text) or any(len(name) > 1 and name in text for name in names)


def _dayless(text: str) -> str:
    return _DAY.sub("日", text)
