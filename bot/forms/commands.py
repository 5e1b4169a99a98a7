"""Words that mean the same in every form: 取消, 返回, 跳过, 稍后, 修改 3 … Recognised whole, never inside an answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.forms.fold import fold, width, words
from bot.forms.model import Question
from bot.forms.numerals import whole


class Command(StrEnum):
    """What a person wants of the form itself."""

    CANCEL = "cancel"
    BACK = "back"
    SKIP = "skip"
    LATER = "later"
    GO_ON = "go_on"
    RESTART = "restart"
    KEEP = "keep"
    HELP = "help"
    CONFIRM = "confirm"
    WRONG = "wrong"
    CHANGE = "change"
    PERSON = "person"


_WORDS = {
    Command.CANCEL: "取消 退出 算了 算了吧 不填了 我不填了 不办了 不想填了 不弄了 放弃 取消填写 退出填写 我要取消 "
    "我要退出 取消吧 取消申请 不申请了 exit quit cancel",
    Command.BACK: "返回 上一步 上一题 上一项 上一个 回上一步 回到上一步 返回上一步 返回上一项 返回上一题 退回 "
    "后退 back",
    Command.SKIP: "跳过 略过 略 不填 先不填 跳过这题 跳过这项 跳过这一项 跳过吧 这项不填 下一题 下一项 skip",
    Command.LATER: "稍后 稍后再说 稍后再填 晚点 晚点再说 晚点再填 等一下 等下 等会 等会儿 等会儿再填 待会 待会儿 "
    "待会再填 一会儿再填 过会儿 以后再说 以后再填 回头再填 先不填了 暂停 先放一放 稍等",
    Command.GO_ON: "继续 继续填 继续填写 接着填 接着 接着来 我要继续 继续吧 继续入会 接着办 继续办理",
    Command.RESTART: "重来 重新来 重填 重新填 重新填写 重新开始 从头来 从头填 从头开始 全部重填",
    Command.KEEP: "不改 不改了 保留 保持 保持不变 不变 不用改 不用改了 不修改 不修改了 没变",
    Command.HELP: "帮助 help 怎么填 这个怎么填 这题怎么填 这项怎么填 怎么写 怎么选 举例 举个例子 例子 什么意思 "
    "这是什么意思 不懂 不明白 看不懂 没看懂 不会填 说明",
    Command.CONFIRM: "确认 确认提交 确认无误 提交 是 是的 对 对的 都对 没问题 没错 正确 无误 确定 好 好的 可以 "
    "可以的 行 嗯 ok okay yes y",
    Command.WRONG: "不对 不是 否 错了 填错了 写错了 有错 有误 不正确 信息不对 no n",
    Command.CHANGE: "修改 更改 改 改一下 要改 我要改 我要修改 修改一下 需要修改 想改",
    Command.PERSON: "转人工 人工 人工客服 人工服务 找人工 客服 真人",
}
_MEANING = {word: command for command, listed in _WORDS.items() for word in words(listed)}
# 算了 may mean either when asked whether to give up.
_SURE = frozenset({Command.CONFIRM, Command.CANCEL})
_UNSURE_WORDS = frozenset({"算了", "算了吧"})

_VERB = r"(?:修改|更改|更正|改一下|改)"
_CHANGE = re.compile(
    rf"^(?:请|帮我|我要|我想|我想要)*(?:{_VERB}|把)\s*(?P<what>.+?)"
    r"(?:\s*(?:改成|改为|换成|更正为|修改为|为|成|[:=])\s*(?P<value>.+))?$"
)
_TURNED = re.compile(rf"^(?P<what>.+?)\s*(?:应该)?(?:改成|改为|换成|{_VERB}成|{_VERB}为|应该是)\s*(?P<value>.+)$")
_IS_WRONG = re.compile(r"^(?P<what>.+?)(?:是|好像)?(?:填错|写错|错|不对|有误|要改|需要改|改一下|修改)了?$")
_ITEM = re.compile(r"^第?\s*(\d{1,3}|[一二三四五六七八九十]{1,3})\s*(?:项|个|条|题|点)?$")


@dataclass(frozen=True, slots=True)
class Change:
    """A wish to change the answer called `what`, perhaps with the new one. `question` is None when there is no such."""

    question: Question | None
    value: str = ""
    what: str = ""


def read(text: str) -> Command | None:
    """The command the text is, as a whole."""
    return _MEANING.get(fold(text))


def is_sure(text: str) -> bool:
    """Whether the answer to 确定不填了吗 is a clear yes."""
    said = fold(text)
    return said == "确定取消" or (_MEANING.get(said) in _SURE and said not in _UNSURE_WORDS)


def read_change(text: str, items: Sequence[Question]) -> Change | None:
    """A wish to change one of the numbered items, by number or name. None when the text is something else."""
    plain = width(text)[:200].strip(" 。.!")
    for pattern in (_CHANGE, _TURNED, _IS_WRONG):
        match = pattern.match(plain)
        if match is None:
            continue
        what = match["what"].strip(" “”\"'的")
        question = _item(what, items)
        value = (match.groupdict().get("value") or "").strip()
        if question or (pattern is _CHANGE and _ITEM.match(what)):
            return Change(question, value, what)
    return None


def _item(what: str, items: Sequence[Question]) -> Question | None:
    match = _ITEM.match(what)
    place = whole(match[1]) if match else None
    if place is not None:
        return items[place - 1] if 1 <= place <= len(items) else None
    name = fold(what)
    return next((each for each in items if name in map(fold, each.names)), None)
