"""How people say that the name at a registration is wrong: 名字写错了, 我叫张三不叫张山, 报名的名字改成张三."""

import re
from dataclasses import dataclass

from bot.forms.fold import looks_like_question, width, words
from bot.search import unify

_QUOTES = r"[“”\"'《》]?"
_ANY = r"[^\d,。!?;:、“”\"'《》 ]"
_NEW = rf"{_QUOTES}(?P<new>(?![的要需能可怎么吗不没是错]){_ANY}(?:{_ANY}| (?=[a-z])){{1,28}}?){_QUOTES}"
_OLD = rf"{_QUOTES}(?P<old>{_ANY}{{2,29}}?){_QUOTES}"
_NAME = r"(?:我的)?(?:真实)?(?:姓名|名字)"
_BEFORE = (
    r"(?:我们?|本人|你好|您好|不好意思|抱歉|请问|麻烦|帮我|给我|请|想要?|要|刚才|刚刚|刚|上次|之前|昨天|今天"
    r"|那个|好像|可能|把|[,。 ]){0,5}"
)
_OF = (
    r"(?P<of>(?:(?:活动|报名|签到|名单|接龙|参加){1,2}(?: ?(?P<number>\d{1,6})号?(?:活动)?)?"
    r"|(?P<number_too>\d{1,6})号?(?:活动|报名))"
    r"(?:的?时候?|表)?(?:填写?|写|登记|用|留)?(?:上|里|中)?的?)?(?:我的?|填写?的|写的|登记的|留的|的)?"
)
_SLIPS = r"(?:写|填|打|输|登记|弄|搞|报)"
_WRONG = (
    rf"(?:(?:好像|可能|被|给|我|都|是|也|有点){{0,3}}{_SLIPS}?(?:错|不对)(?:了|啦)?(?:一?个?字)?(?:了|啦)?"
    r"|有(?:一?个?)?(?:错别?字|字错|字不对)了?|(?:有)?(?:一?个)字(?:写|打)?错了?|有误|是错的|错别字|(?:少|漏|多)(?:写|打)?了?一?个字|不是我的?)"
)
_LEAD = (
    r"(?:应该|应为|正确的?|真名|实际上?|其实|我的?|本人|名字|姓名|是|叫|改成|改为|换成|请改"
    r"|麻烦|帮我|写成|[,。: ]){1,6}"
)
_CHANGE = r"(?:修改|更改|更正|纠正|重新?填写?|重新写|改|换)(?:一下|一?个|下)?"
_MAY = r"(?:还|可以|能|可不可以|能不能|想|要|需要|帮我|给我|请|麻烦|怎么){0,3}"
_ASKED = rf"(?:[,。 ]{{0,3}}(?:怎么办|咋办|怎么改|咋改|怎么弄|怎么处理|怎么更正|{_MAY}{_CHANGE}))?"
_TO = r"(?:改?成|改?为|叫|[:, ]){0,4}"
_END = r"(?:[吧了啊呀哈呢吗么]|一下|谢谢您?|谢谢你|麻烦了?|[,。 ]){0,4}"
_I_AM = r"(?:我|本人)(?:的?真名|的?名字|的?姓名)?(?:叫|是)"
_WRITTEN = rf"[被给]?{_SLIPS}(?:成了?|的是?)"
_PATTERNS = tuple(
    re.compile(each)
    for each in (
        rf"{_BEFORE}{_OF}{_BEFORE}{_NAME}{_WRONG}(?:{_LEAD}{_NEW})?{_ASKED}{_END}",
        rf"{_BEFORE}{_OF}{_BEFORE}{_SLIPS}错(?:了)?{_NAME}(?:{_LEAD}{_NEW})?{_ASKED}{_END}",
        rf"{_BEFORE}{_OF}{_BEFORE}{_NAME}{_MAY}{_CHANGE}(?:{_TO}{_NEW})?{_END}",
        rf"{_BEFORE}{_MAY}{_CHANGE}{_OF}{_NAME}(?:{_TO}{_NEW})?{_END}",
        rf"{_I_AM}{_NEW}[,。 ]{{0,2}}(?:我?并?不叫|而?不是叫?){_OLD}{_ASKED}{_END}",
        rf"{_I_AM}{_NEW}[,。 ]{{0,2}}{_WRITTEN}{_OLD}了?{_ASKED}{_END}",
        rf"(?:我|本人|名字|姓名){{0,2}}(?:不叫|不是叫?){_OLD}[,。 ]{{0,2}}(?:我|而|应该)?(?:叫|是){_NEW}{_ASKED}{_END}",
        rf"(?:应该)?是{_NEW}[,。 ]{{0,2}}而?不是{_OLD}{_END}",
        rf"(?:{_BEFORE}{_NAME}{_WRONG}[,。 ]{{0,3}})?(?:我|本人)?(?:不叫|不是叫){_OLD}{_END}",
        rf"{_BEFORE}{_OF}{_NAME}(?:不是|不叫){_OLD}{_ASKED}{_END}",
        rf"{_BEFORE}{_OF}{_BEFORE}(?:{_NAME})?{_WRITTEN}{_OLD}了?(?:{_LEAD}{_NEW})?{_ASKED}{_END}",
        rf"{_BEFORE}{_OF}{_BEFORE}{_NAME}(?:应该|其实|实际上?|真正){{1,2}}(?:是|叫|为){_NEW}{_END}",
        rf"把?{_QUOTES}(?P<old>{_ANY}{{2,6}}){_QUOTES}(?:改成|改为|换成){_NEW}{_END}",
    )
)
_ANSWER = re.compile(
    r"^(?:(?:应该|正确的?|真名|其实|我的?|本人|姓名|名字|是|叫|改成|改为|写成)[:, ]{0,3}){1,6}(?=[^:, ])"
)
KEEPS = words("不改了 不用改了 不用了 没写错 没错 没有写错 不用改 不改 对的 没有错")


@dataclass(frozen=True, slots=True)
class Said:
    """What was said: the right name and the wrong one, where they were. `sure`: a registration was spoken of.

    `number`: of the event, 0 where none was named.
    """

    new: str = ""
    old: str = ""
    sure: bool = False
    number: int = 0


def read(plain: str, text: str) -> Said | None:
    """The wish to have a name corrected in plain words; `text` is how they were written, for names are kept so."""
    for pattern in _PATTERNS:
        found = pattern.fullmatch(plain)
        if found is not None:
            return _said(found.groupdict(), plain, text)
    return None


def answer(plain: str, text: str) -> str:
    """What is meant by an answer to what the name is: the name alone, without 应该是; as it was written otherwise."""
    said = read(plain, text)
    return said.new if said is not None and said.new else _ANSWER.sub("", width(text), count=1)


def _said(parts: dict[str, str | None], plain: str, text: str) -> Said | None:
    new, old = (as_written(parts.get(each) or "", plain, text) for each in ("new", "old"))
    if looks_like_question(new):
        return None
    number = parts.get("number") or parts.get("number_too") or "0"
    return Said(new, old, bool(parts.get("of")), int(number))


def as_written(part: str, plain: str, text: str) -> str:
    """A part of the plain words with the characters and capitals it was written with."""
    written = width(text)
    same = unify(written)
    place = same.find(part, max(same.find(plain), 0)) if part and len(same) == len(written) else -1
    return written[place : place + len(part)] if place >= 0 else part
