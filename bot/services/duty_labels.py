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
    re.compile("拟?(?:走访慰问|慰问|走访)"),
    re.compile("新增会员|新发展会员|发展会员|新会员|新入会|入会"),
    re.compile("新建工会|新成立工会|建会|组建工会"),
)
_TAIL = re.compile(r"(?:的?(?:总?人数|户数|金额|总数|场次|项目|数量|数)|人|户)$")
_END = re.compile(r"(?:[:=]|为|是|有|了|共计?|一共|总共|合计)+$")
_START = re.compile(r"^(?:我们?(?:单位|工会)?|本单位|本会|本月|这个?月|当月|另外|还有|以及|同时|和|及|已经|已|共|报)+")
# Such words change what is meant, so they must be in the label too.
_TURNS = (
    "没",
    "未",
    "不",
    "非",
    "无",
    "拟",
    "上月",
    "上个月",
    "去年",
    "全年",
    "今年",
    "累计",
    "计划",
    "预计",
    "目标",
    "应",
    "前",
    "下月",
    "净",
    "分之",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A number that a duty wants. `number` is the duty's in the list, `title` what it is called there."""

    duty_id: int
    key: str
    label: str
    unit: str
    number: int = 0
    title: str = ""

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


def match(before: str, unit: str, wanted: Sequence[Wanted]) -> tuple[Wanted, ...]:
    """Those the words may mean, by the closest way that any fits: exact, without frills, contained, alike.

    A unit that is said rules out what is counted in another one, unless nothing else has this name.
    """
    said = _said(before)
    if not said:
        return ()
    fitting = [each for each in wanted if not unit or fits(unit, each.unit)]
    for pool in (fitting, list(wanted)):
        for way in (_exact, _bare, _contained, _alike):
            found = tuple(each for each in pool if way(said, fold(each.label), bool(unit)))
            if found:
                return found
    return ()


def _said(before: str) -> str:
    last = re.split(r"[,;。、!?]", before.strip(" ,;。、!?:="))[-1]
    return fold(_END.sub("", last.strip(" :=")))


def _exact(said: str, label: str, unit: bool) -> bool:
    return label in (said, fold(_START.sub("", said)))


def _bare(said: str, label: str, unit: bool) -> bool:
    return _stem(said) == _stem(label) != "" and not _turned(said, label)


def _contained(said: str, label: str, unit: bool) -> bool:
    stem = _stem(said)
    if _turned(said, label):
        return False
    return (unit and len(stem) >= 2 and stem in label) or (len(label) >= 2 and said.endswith(label))


def _alike(said: str, label: str, unit: bool) -> bool:
    if not unit or _turned(said, label.removeprefix("拟")):
        return False
    one, other = _stem(said), _stem(label)
    return any(each.fullmatch(one) and each.fullmatch(other) for each in ALIKE)


def _stem(words: str) -> str:
    """Without what may be left out: 户数, 人数, 本月."""
    return _TAIL.sub("", _END.sub("", _START.sub("", words)))


def _turned(said: str, label: str) -> bool:
    return any(each in said and each not in label for each in _TURNS)
