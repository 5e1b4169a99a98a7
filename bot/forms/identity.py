"""Numbers that belong to a person or a firm: ID card (GB 11643), mobile, credit code (GB 32100). Checked, masked."""

import re
from datetime import date

from bot.forms import texts
from bot.forms.fold import closed_up, lead, width
from bot.forms.model import Field, FieldError
from bot.forms.values import Value

ID_LABELS = ("身份证号", "身份证号码", "居民身份证号码", "身份证", "证件号", "证件号码")
MOBILE_LABELS = ("手机号", "手机号码", "手机", "电话", "电话号码", "联系电话", "联系方式", "移动电话")
CARD_LABELS = ("银行卡号", "银行卡", "卡号")
USCC_LABELS = ("统一社会信用代码", "社会信用代码", "信用代码", "统一信用代码")

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
# 81-83 are residence permits for Hong Kong, Macao and Taiwan residents.
_REGIONS = frozenset(
    f"{n}" for n in (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71)
) | {"81", "82", "83"}
_EARLIEST = date(1900, 1, 1)

_USCC_CHARS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
# All departments of the code table: 3 are law firms and notaries, 8 trade unions, 9 firms.
_USCC_HEAD = re.compile(r"[1-9ANY][1-9]")
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def id_number() -> Field:
    """18 digits with a real region, birthday (1900 to today) and check digit; x is made X. The value is the number.

    Foreigners' permanent residence cards (9…) count too; their region is not looked at.
    """
    before = lead(ID_LABELS)

    def parse(text: str, today: date) -> str:
        return _checked_id(closed_up(before.sub("", width(text))), today)

    return Field(parse, show=_mask_id, hint=texts.ID_HINT, labels=ID_LABELS, masks=True, size=18)


def birth_date(idno: str) -> date:
    """The birthday in a number that `id_number` accepted. Raises ValueError for others."""
    return date(int(idno[6:10]), int(idno[10:12]), int(idno[12:14]))


def sex(idno: str) -> str:
    """男 or 女, from a number that `id_number` accepted."""
    return "男" if int(idno[16]) % 2 else "女"


def age_on(idno: str, day: date) -> int:
    """Full years of life on a day (in China); a birthday counts from that day on."""
    born = birth_date(idno)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def mobile() -> Field:
    """A mobile number of mainland China as 11 digits; +86 and separators are dropped. No table of number ranges."""
    before = lead(MOBILE_LABELS)

    def parse(text: str, today: date) -> str:
        return _checked_mobile(closed_up(before.sub("", width(text))))

    return Field(parse, show=_mask_mobile, hint=texts.MOBILE_HINT, labels=MOBILE_LABELS, masks=True, size=11)


def uscc() -> Field:
    """A unified social credit code, upper case, with its check character. See `org_code_fits` for the inner one."""
    before = lead(USCC_LABELS)

    def parse(text: str, today: date) -> str:
        return _checked_uscc(closed_up(before.sub("", width(text))))

    return Field(parse, hint=texts.USCC_HINT, labels=USCC_LABELS)


def bank_card() -> Field:
    """A bank card number of 16 to 19 digits, for payments of help, never for joining. See `luhn_fits`."""
    before = lead(CARD_LABELS)

    def parse(text: str, today: date) -> str:
        return _checked_card(closed_up(before.sub("", width(text))))

    return Field(parse, show=_mask_card, hint=texts.CARD_HINT, labels=CARD_LABELS, masks=True)


def luhn_fits(number: str) -> bool:
    """Whether a card number satisfies Luhn (ISO/IEC 7812-1). A few real cards do not: warn, never refuse."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(each // 10 + each % 10 for each in doubled) % 10 == 0


def org_code_fits(code: str) -> bool:
    """Whether characters 9-17 of an accepted code satisfy GB 11714. Some old units' do not: warn, never refuse."""
    total = sum(int(each, 36) * weight for each, weight in zip(code[8:16], _ORG_WEIGHTS, strict=True))
    return code[16] == "0123456789X"[-total % 11]


def _checked_id(number: str, today: date) -> str:
    _shaped_id(number)
    if number[0] != "9" and number[:2] not in _REGIONS:
        raise FieldError(texts.ID_REGION)
    if not _born_by(number, today):
        raise FieldError(texts.ID_BIRTH)
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    if _CHECKS[total % 11] != number[17]:
        raise FieldError(texts.ID_CHECK)
    return number


def _shaped_id(number: str) -> None:
    if not any(each in "0123456789" for each in number):
        raise FieldError(texts.ID_EMPTY)
    if any("\u4e00" <= each <= "\u9fff" for each in number):
        raise FieldError(texts.ID_WORDS)
    for place, each in enumerate(number[:18], 1):
        if not (each in "0123456789" or (place == 18 and each == "X")):
            raise FieldError(texts.ID_CHARS.format(place=place))
    if len(number) == 15:
        raise FieldError(texts.ID_OLD)
    if len(number) != 18:
        raise FieldError(texts.ID_LENGTH.format(wrong=_wrong(number, 18)))
    if number[0] == "0":
        raise FieldError(texts.ID_FIRST)


def _born_by(number: str, today: date) -> bool:
    try:
        return _EARLIEST <= birth_date(number) <= today
    except ValueError:
        return False


def _checked_mobile(number: str) -> str:
    number = re.sub(r"^(?:\+86|0086|86(?=1[3-9]\d{9}$))", "", number, flags=re.ASCII)
    if not re.fullmatch(r"[0-9]+", number):
        raise FieldError(texts.MOBILE_CHARS)
    if len(number) == 13 and number.startswith("10"):
        raise FieldError(texts.MOBILE_THING)
    if len(number) != 11:
        raise FieldError(texts.MOBILE_LENGTH.format(wrong=_wrong(number, 11)))
    if not re.match(r"1[3-9]", number):
        raise FieldError(texts.MOBILE_START)
    return number


def _checked_card(number: str) -> str:
    if not re.fullmatch(r"[0-9]+", number):
        raise FieldError(texts.CARD_CHARS)
    if not 16 <= len(number) <= 19:
        raise FieldError(texts.CARD_LENGTH.format(count=len(number)))
    return number


def _checked_uscc(code: str) -> str:
    for place, each in enumerate(code[:18], 1):
        if each not in _USCC_CHARS:
            raise FieldError(texts.USCC_CHARS.format(place=place))
    if len(code) != 18:
        raise FieldError(texts.USCC_LENGTH.format(wrong=_wrong(code, 18)))
    if not _USCC_HEAD.match(code):
        raise FieldError(texts.USCC_HEAD)
    if not re.fullmatch(r"[0-9]{6}", code[2:8]):
        raise FieldError(texts.USCC_REGION)
    total = sum(_USCC_CHARS.index(each) * weight for each, weight in zip(code, _USCC_WEIGHTS, strict=False))
    if _USCC_CHARS[-total % 31] != code[17]:
        raise FieldError(texts.USCC_CHECK)
    return code


def _wrong(number: str, right: int) -> str:
    return texts.MORE if len(number) > right else texts.LESS


def _mask_id(value: Value) -> str:
    return str(value)[:3] + "*" * 11 + str(value)[-4:]


def _mask_mobile(value: Value) -> str:
    return str(value)[:3] + "****" + str(value)[-4:]


def _mask_card(value: Value) -> str:
    return "**** " + str(value)[-4:]
