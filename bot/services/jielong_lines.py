"""One line of a 接龙 list: its number, and what the words after it say (who, how many, the note)."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bot.forms.fold import HAN, visible
from bot.forms.numerals import whole
from bot.forms.personal import LONG_DIGITS, MASK, masked

LINE, NAME, NOTE = 200, 30, 60  # characters that are kept
MOST_TOGETHER = 20  # people one entry may stand for
TOO_MANY = "人数看不清或多于 20 人，按 1 人算"
NO_NAME = "没有看出名字，没有算"
NOT_COMING = "写着不来，没有算"
WHO_NOT_COMING = "写着不来，没有算；名单里要是还有他，请到工作台取消"
NUMBER_LEFT_OUT = "电话等号码没有保存"
SEVERAL = "一行有几个名字，分开算"

_HALF_WIDTH = str.maketrans("０１２３４５６７８９＋．＃　ｘ", "0123456789+.# x")
_KEYCAP = re.compile(r"^\s*((?:[0-9]\ufe0f?\u20e3)+|\U0001f51f)")
_CIRCLED = re.compile(r"^\s*([①-⒛㉑-㉟㊱-㊿❶-❿])(.*)")
_NUMBERED = re.compile(r"^\s*[(（【\[]?\s*([0-9]{1,4})\s*(?:[、)）】\]]|[.,，:：。](?![0-9])|$)\s*(.*)")
# 12 月, 3周岁 and 2时集合 are no numbers of the list, but 2 周杰 is: 周, 时, 年 and 元 are surnames as well
_NO_PERSON = (
    "周[末岁年边内后前会报期刊]|[周年]+[一二三四五六日天]|年[会货终度级底初前后内以]|时[间长候段刻集出开到整起前后]"
)
_PERSON = rf"(?!{_NO_PERSON})[周时年元](?=[{HAN}]{{1,2}}(?:[^{HAN}]|$|[带和不请共]))"
_BARE = re.compile(
    rf"^\s*([0-9]{{1,3}})(?:\s+(?![0-9])|(?=[{HAN}]))((?:(?<=\s)周(?![末岁年边内后前会报期刊])|{_PERSON}|[^月日号点个人名位年周时分元份岁楼层]).*)"
)
_EXAMPLE = re.compile(r"^\s*(?:例|例如|示例|范例|样例|格式)(?:[\s:：]|$)")

_MANY = "([0-9]{1,3}|[一两二三四五六七八九十]{1,3})"
_PLUS = re.compile(r"\+\s*([0-9]{1,3})(?![0-9])\s*[人位名个]?")
_WITH = re.compile(
    rf"(?<!不)(?:[带帶][着了]?|\+)\s*{_MANY}?\s*[个名位口]?\s*(人|家属|家人|孩子|小孩|小朋友|老人|娃|宝宝|老婆|老公|爱人|朋友|同事|父母|爸妈)"
    rf"(?:\s*{_MANY}\s*[个名位口人]+)?"
)
_ADULTS = re.compile(r"([0-9一两二三四五六七八九])大([0-9一两二三四五六七八九])小")
_TOTAL = re.compile(rf"(?:(?<![0-9])([0-9]{{1,3}})|(?:[共\s(（]|一?家){_MANY})\s*个?[人位口](?![{HAN}])")
_TIMES = re.compile(r"(?<![A-Za-z])[xX×*]\s*([0-9]{1,3})(?![0-9])\s*$")
_DECLINES = re.compile(r"不来|不参加|不去|不报|去不了|来不了|参加不了|请假|取消|退出|❌")
# all that stands behind the name of somebody who surely does not come: 李四（有事不来了）, but not 李四（老婆不来）
_AWAY = re.compile(
    rf"[\s(（\[【,，、:：;；\-—]*(?:(?:本人|已经?|临时|有事|因事|抱歉|今天|这次)[\s,，]*)*(?:{_DECLINES.pattern})(?:了|报名|啦|吧)*[\s)）\]】。.!！]*$"
)

# 代报：孙七、周八, 帮赵六报名: who is put down by somebody else; 代 alone is a surname
_FOR = re.compile(
    r"^\s*(?:[(（]?(?:代报名?|代填|帮填|[帮替]报名?)[)）]?\s*[:：]?|[帮替](?!班)|代\s*[:：])\s*(?P<who>[^\s:：].*?)(?:报名|报的?)?\s*$"
)
_FAMILIAR = re.compile(rf"[老小阿大]?[{HAN}]{{1,3}}")
_NOBODY = re.compile(r"代报|代填|帮|替我")
_UNIT_FIRST = re.compile(r"^\s*[(（【\[]([^()（）【】\[\]]{1,20})[)）】\]]\s*(?=[^\s()（）【】\[\]])")  # （二车间）王五
_BRACKETS = re.compile(r"[()（）【】\[\]+\s]+")
_NAME_ENDS = re.compile(r"[()（）【】\[\],，:：;；。!！?？〔]")
_GAPS = re.compile(r"[\s\-—–_|/~+&、]+")
_BETWEEN = re.compile(r"\s*[、/&+]\s*|(?<=.)\s*和\s*(?=.)")
_EDGES = " ,，:：;；。、-—–_|/~.·"
_SURNAMES = (  # how often they are borne is no matter here
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    "廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤施温康俞欧柳祁游柴文牛樊葛倪颜"
    "褚卫沈尤华戚谢喻水窦章云奚昌苗凤花任袁酆鲍岑薛殷滕毕安常乐时皮卞齐伍元卜穆萧姚湛舒屈项祝阮蓝闵席季麻强路娄危童盛梅刁骆蔡"
    "胡霍虞支柯管经房裘缪解应宗宣邓单杭洪包诸左吉钮龚嵇邢滑裴荣翁荀羊惠甄曲封芮储靳松富焦巴牧隗谷车侯班仰仲伊宫宁仇栾甘厉戎祖符"
    "景束龙叶司韶黎薄印宿怀蒲鄂索咸籍赖卓蔺屠蒙池乔阴能苍双闻党翟贡劳申扶堵冉宰郦雍桑桂牛边燕冀郏浦农柴瞿阎慕连茹习艾容古易廖庚"
    "终居衡步都耿满匡寇广禄阙东殴沃利蔚越隆师巩聂晁勾敖融冷辛阚简饶曾沙鞠丰关相查红竺权盖益桓公"
)
_LIKELY = re.compile(rf"(?:[{_SURNAMES}]|欧阳|上官|司马|诸葛)[{HAN}]{{1,2}}")
_UNIT = re.compile(rf"[{HAN}A-Za-z0-9]+(?:部|科|室|公司|工会|车间|工厂|厂|局|学校|医院|处|组|中心|班组|队)")


@dataclass(frozen=True, slots=True)
class Said:
    """What one entry says: the names (none when it does not count), how many come in all, the note, what is odd.

    `away`: the name of somebody who says that they do not come.
    """

    names: tuple[str, ...]
    count: int = 1
    note: str = ""
    flaws: tuple[str, ...] = ()
    away: str = ""


def clean(line: str) -> str:
    """The line with half-width digits, without what cannot be seen, at most `LINE` characters."""
    plain = visible(line[: 4 * LINE]).translate(_HALF_WIDTH)
    cap = _KEYCAP.match(plain)
    if cap:
        digits = "10" if cap[1] == "\U0001f51f" else "".join(re.findall("[0-9]", cap[1]))
        plain = f"{digits}. {plain[cap.end() :]}"
    return plain[:LINE].strip()


def numbered(line: str, expected: int) -> tuple[int, str] | None:
    """Number and words of a cleaned line. Without a point behind it, only the number that is due (or 1) is one."""
    circled = _CIRCLED.match(line)
    if circled:
        return int(unicodedata.numeric(circled[1])), circled[2].strip()
    found = _NUMBERED.match(line)
    if not found:
        found = _BARE.match(line)
        if not found or int(found[1]) not in (1, expected):
            return None
    return int(found[1]), found[2].strip()


def is_example(line: str) -> bool:
    """Whether the line shows how to write: 例 张三."""
    return bool(_EXAMPLE.match(line))


def is_name(words: str) -> bool:
    """Whether words without a number are surely somebody: a common surname with one or two characters, perhaps +1."""
    said = read(words)
    return len(said.names) == 1 and bool(_LIKELY.fullmatch(said.names[0])) and not said.note and not said.flaws


def read(words: str) -> Said:
    """What the words behind a number say."""
    plain = LONG_DIGITS.sub(MASK, words)
    flaws = [NUMBER_LEFT_OUT] if plain != words else []
    if _DECLINES.search(plain):
        away = _away(plain)
        return Said((), flaws=(NOT_COMING if away else WHO_NOT_COMING,), away=away)
    count, rest = _counted(_for_whom(plain))
    head, tail = _parted(rest)
    names, more = _names(head)
    note = note_of(f"{more} {tail}")
    if MASK in note and MASK not in rest:
        flaws = [NUMBER_LEFT_OUT]
    if not names or _NOBODY.match(names[0]):
        return Said((), flaws=(NO_NAME,))
    if not 1 <= count <= MOST_TOGETHER:
        count, flaws = 1, [*flaws, TOO_MANY]
    return Said(names, count, note, (*flaws, *((SEVERAL,) if len(names) > 1 else ())))


def _for_whom(words: str) -> str:
    """Without that somebody else put them down, where what is left begins with a name."""
    found = _FOR.match(words)
    if found is None:
        return words
    first = _BETWEEN.split(re.split(r"[\s(（+,，]", found["who"], maxsplit=1)[0])[0]
    return found["who"] if _LIKELY.fullmatch(first) or (first[0] in "老小阿" and _FAMILIAR.fullmatch(first)) else words


def _away(words: str) -> str:
    """Who does not come; empty where that is not clear."""
    end = _AWAY.search(words)
    if end is None or _DECLINES.search(words[: end.start()]):
        return ""
    said = read(words[: end.start()])
    return said.names[0] if len(said.names) == 1 and not said.note else ""


def note_of(words: str) -> str:
    """Words as a note: no brackets, one blank between, no numbers of people, at most `NOTE` characters."""
    plain = _BRACKETS.sub(" ", words).strip(_EDGES)[:NOTE]
    return _BRACKETS.sub(" ", masked(plain)).strip(_EDGES)[:NOTE].strip(_EDGES)


def _counted(words: str) -> tuple[int, str]:
    """How many come in all, and the words without what said only that. `+1` beats everything else."""
    pluses = _PLUS.findall(words)
    if pluses:
        return 1 + sum(map(int, pluses)), _PLUS.sub(" ", words)
    both = _ADULTS.search(words)
    if both:
        return _number(both[1]) + _number(both[2]), f"{words[: both.start()]} {words[both.start() :]}"
    together = list(_WITH.finditer(words))
    if together:
        return 1 + sum(map(_brought, together)), _taken_out(words, together)
    total = _TIMES.search(words) or _TOTAL.search(words)
    if total and words[: total.start()].strip():
        kept = total[0] if "家" in total[0] else ""
        return _number(next(filter(None, total.groups()))), f"{words[: total.start()]} {kept} {words[total.end() :]}"
    return 1, words


def _taken_out(words: str, found: list[re.Match[str]]) -> str:
    """带2人 says only how many; 带2个孩子 also who, and stays."""
    end, parts = 0, []
    for each in found:
        parts += [words[end : each.start()], " " if each[2] == "人" else f" {each[0]}"]
        end = each.end()
    return "".join([*parts, words[end:]])


def _brought(match: re.Match[str]) -> int:
    said = match[1] or match[3]  # 带2个家属, 带家属2人
    return _number(said) if said else 2 if match[2] in ("父母", "爸妈") else 1


def _number(words: str) -> int:
    return whole(words) or 0


def _parted(words: str) -> tuple[str, str]:
    """Where the name may be, and what is a note for sure."""
    words = words.lstrip(_EDGES)
    unit = _UNIT_FIRST.match(words)
    if unit:
        head, tail = _parted(words[unit.end() :])
        return head, f"{unit[1]} {tail}"
    end = _NAME_ENDS.search(words)
    return (words[: end.start()], words[end.start() :]) if end else (words, "")


def _names(head: str) -> tuple[tuple[str, ...], str]:
    """The names at the beginning, and the words after them."""
    pieces = [each for each in _BETWEEN.split(head) if each.strip()]
    last = _GAPS.split(pieces[-1].strip()) if pieces else [""]
    if len(pieces) > 1 and all(map(_LIKELY.fullmatch, [*map(str.strip, pieces[:-1]), last[0]])):
        return (*map(str.strip, pieces[:-1]), last[0]), " ".join(last[1:])
    tokens = [token for token in _tokens(head) if token]
    if not tokens:
        return (), ""
    name, used = _joined(tokens)
    return ((name,), " ".join(tokens[used:])) if 0 < len(name) <= NAME and any(map(str.isalpha, name)) else ((), "")


def _tokens(head: str) -> Iterator[str]:
    """Words of letters and digits; a unit written before the name changes places with it."""
    tokens = [token for each in _GAPS.split(head) if (token := _letters(each))]
    if len(tokens) > 1 and _UNIT.fullmatch(tokens[0]) and len(tokens[0]) > 2 and _LIKELY.fullmatch(tokens[1]):
        tokens[:2] = tokens[1], tokens[0]
    yield from tokens


def _letters(token: str) -> str:
    """Without emoji and signs; · stays between letters."""
    plain = unicodedata.normalize("NFKC", token)
    return "".join(each for each in plain if each.isalnum() or each == "·").strip("·")


def _joined(tokens: list[str]) -> tuple[str, int]:
    """张 三 and Li Ming are one name; how many tokens it takes."""
    if len(tokens) > 1 and tokens[0] in _SURNAMES and re.fullmatch(rf"[{HAN}]{{1,2}}", tokens[1]):
        return tokens[0] + tokens[1], 2
    latin = 0
    while latin < min(3, len(tokens)) and tokens[latin].isascii() and tokens[latin].istitle():
        latin += 1
    return " ".join(tokens[:latin]) if latin > 1 else tokens[0], max(latin, 1)
