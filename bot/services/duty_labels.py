"""Which wanted number is meant by the words before it, and which units say the same. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.forms.fold import fold

# Units people use for a unit; whatever is not here fits itself only.
SAME = {
    "人": ("人", "名", "位", "个人", "个"),
    "家": ("家", "个"),
    "户": ("户",),
    "份": ("份", "个"),
    "条": ("条", "个"),
    "场": ("场", "场次", "次"),
    "处": ("处", "个"),
    "项": ("项", "个"),
    "个": ("个",),
    "件": ("件", "个"),
    "元": ("元", "元钱", "块", "块钱", "圆", "万元"),
    "万元": ("万元", "元"),
}
OTHERS = (
    "人次",
    "人民币",
    "小时",
    "天",
    "次",
    "张",
    "篇",
    "起",
    "台",
    "本",
    "亩",
    "期",
    "套",
    "袋",
    "箱",
    "桶",
    "间",
    "辆",
    "批",
)
WORDS = tuple(
    sorted({each for words in SAME.values() for each in words} - {"万元"} | set(OTHERS), key=len, reverse=True)
)
# Words for one and the same thing, where the unit is said and fits.
ALIKE = (
    re.compile("走访慰问|慰问|走访"),
    re.compile("新增会员|新发展会员|发展会员|新会员|新入会|入会"),
    re.compile("新建工会|新成立工会|建会|组建工会"),
)
_COUNT = r"的?(?:总?人数|总数|数量|数|人)"
_TAIL = re.compile(rf"(?:{_COUNT}|的?(?:户数|金额|场次|项目)|户)$")
_COUNTED = re.compile(r"(?:户数|金额|场次|项目|户)$")
_PLAIN_TAIL = re.compile(rf"{_COUNT}$")  # may be left out where no unit is said: it does not say what is counted
_END = re.compile(r"(?:[:=]|为|是|有|了|共计?|一共|总共|合计)+$")
START = re.compile(
    r"^(?:我们?(?:单位|工会)?|本单位|本会|您好|你好|另外|还有|以及|同时|和|及|已经|已|共|现?上报|报告?数?|数据|情况|如下)+"
)
# Such words change what is meant, so they must be in both or in none.
_TURNS = (
    *("没", "未", "不", "非", "无", "拟", "待", "拒", "去年", "全年", "今年", "年初", "累计", "计划", "预计", "目标"),
    *("应", "前", "净", "分之", "均", "每", "其中", "意向", "申请"),
)

# What turns a name when it stands behind it.
_QUALIFIED = re.compile(
    "(?:总?人数|户数|总数)?(?:[预估]计|计划|目标|任务|增|减|比|较|原|不|每|各|都|几|男|女|大约|大概|约|将近|未|没|拟|待|现在|改|第|以来|至|到)"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A number that a duty wants, with the duty's number in the list, its title and its month."""

    duty_id: int
    key: str
    label: str
    unit: str
    number: int = 0
    title: str = ""
    period: str = ""

    @property
    def signed(self) -> bool:
        """Whether it may be below zero: a net change."""
        return "净" in self.label


def fits(said: str, unit: str) -> bool:
    """Whether a unit as people say it means the unit that is wanted."""
    return said in SAME.get(unit, (unit,))


def money(said: str, unit: str) -> Decimal:
    """What a number said in a unit is multiplied by; 万 itself belongs to the number."""
    if unit == "万元" and said not in ("", "万元"):
        return Decimal(1) / 10_000
    return Decimal(1)


@dataclass(frozen=True, slots=True)
class Match:
    """What words may mean: surely one of `sure` (several: they must be told apart), else perhaps one of `near`."""

    sure: tuple[Wanted, ...] = ()
    near: tuple[Wanted, ...] = ()


def match(words: str, unit: str, wanted: Sequence[Wanted]) -> Match:
    """What the name of a number means, by the closest way that any fits: exact, without frills, another word for it.

    A unit that is said rules out what is counted in another one, unless nothing else has this name. What only holds
    a name, or a part of one, is near.
    """
    said = fold(_END.sub("", words.strip(" :=")))
    if not said:
        return Match()
    fitting = [each for each in wanted if not unit or fits(unit, each.unit)]
    for pool in (fitting, list(wanted)):
        for way in (_exact, _bare, _alike):
            found = tuple(each for each in pool if way(said, each, bool(unit)))
            if found:
                return Match(found)
    for pool in (fitting, list(wanted)):
        near = tuple(each for each in pool if _near(said, fold(each.label)))
        if near:
            return Match(near=near)
    return Match()


def names(words: str, wanted: Sequence[Wanted]) -> tuple[Wanted, ...]:
    """Those whose very name the words are, or their name without 人数."""
    said = fold(words)
    return tuple(each for each in wanted if said and (_exact(said, each, False) or _bare(said, each, False)))


def _exact(said: str, each: Wanted, unit: bool) -> bool:
    label = fold(each.label)
    return bool({said, START.sub("", said)} & {label, f"{fold(each.title)}{label}"})


def _bare(said: str, each: Wanted, unit: bool) -> bool:
    label, tail = fold(each.label), _TAIL if unit else _PLAIN_TAIL
    return _stem(said, tail) == _stem(label, tail) != "" and not _turned(said, label)


def _alike(said: str, each: Wanted, unit: bool) -> bool:
    label = fold(each.label)
    if not unit or _turned(said, label):
        return False
    one, other = _stem(said), _stem(label)
    return any(known.fullmatch(one) and known.fullmatch(other) for known in ALIKE)


def _near(said: str, label: str) -> bool:
    """慰问 of 拟慰问户数, 新增 of 新增会员, 累计入会 and 入会增加 of 入会; 入会资料 is something else."""
    one, other, plain = _stem(said), _stem(label), re.sub(r"[a-z※]+$", "", said)
    if said.endswith(label) or (other and said.endswith(other)) or (plain != said and plain.endswith(label)):
        return True
    if said.startswith(label) and _QUALIFIED.match(said, len(label)):
        return True
    if "净" in label and one.replace("减", "增") in label and len(one) > 1:
        return True
    alike = any(each.fullmatch(one) and each.fullmatch(other.removeprefix("拟")) for each in ALIKE)
    return alike or (len(one) > 1 and one in label) or (len(said) > 1 and said in label)


def _stem(words: str, tail: re.Pattern[str] = _TAIL) -> str:
    """Without what may be left out: 户数, 人数, 已."""
    return tail.sub("", _END.sub("", START.sub("", words)))


def _turned(said: str, label: str) -> bool:
    counted = _COUNTED.search(said)
    return (counted is not None and counted[0] not in label) or any((e in said) != (e in label) for e in _TURNS)
