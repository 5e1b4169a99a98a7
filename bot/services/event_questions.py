"""What staff ask at the registration for an event: checked when it is written, made into a form when it is asked.

`event.questions` is a list of objects: `key` (a–z, 0–9, _), `ask` (the question), `kind` (see KINDS), `label` (short,
for the roster), `options` (only of a choice), `optional`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date as Day
from typing import Any

from bot.event_texts import NOT_A_NAME
from bot.forms.fields import choice, date, mobile, number, organisation, person_name, place, text, yes_no
from bot.forms.model import Field, FieldError, Question
from bot.forms.values import Value
from bot.search.normal import unify
from bot.services.event_refusals import BadEvent
from bot.services.jielong_lines import is_name

MOST, OPTIONS = 8, 10
ASK_CHARS, LABEL_CHARS, OPTION_CHARS = 60, 12, 20
NAME, ABOUT = "name", "about"  # keys of what is asked of everybody
NOTE = "_note"  # among the answers: what stood behind a name of a list; no question can be called so
KINDS: Mapping[str, str] = {
    "text": "一句话",
    "choice": "选一项",
    "yes_no": "是或否",
    "number": "人数、数量",
    "mobile": "手机号",
    "org": "工作单位",
    "place": "地点",
    "date": "日期",
}
_FIELDS: Mapping[str, Callable[[], Field]] = {
    "text": lambda: text(max=100),
    "number": lambda: _count(),
    "mobile": mobile,
    "org": organisation,
    "place": place,
    "date": date,
}
_UNITS = re.compile(r"\s*(?:个人|人|个|位|名|份|张|件|辆|口)$")
_NONE = frozenset({"没有", "无", "不带", "不用", "不要", "一个也没有"})
# What people say at this place and nobody is called; names of peoples are long, so length alone tells nothing.
_NO_NAME = re.compile(
    r"[我不没请等稍].*|.*(?:[谁吗呢]|几[点号个时楼]|哪[里儿个天些]|在哪|时间|地[点址铁]|公交|班车|停车|接送|[收免]费|费用|要钱|花钱|名额|"
    r"活动|报名|评价|签到|候补|取消|退[订出]|退报|通知|[去来]不了|不[去来]了|怎么|怎样|多少|多久|多长|什么|可以|能不|能带|带[人娃家孩]|"
    r"家属|孩子|小孩|电影|需要|报上|结束|开始|入会|工会|转人工|截止|收到|谢谢).*"
    r"|.*(?:想想|想一?想|考虑|再说|[点按发搞打弄写填]错|错了|招聘|救命|工资|工伤|社保|退休|加班|接龙|不带|不参加)[了吧啊一下]*"
    r"|(?:都|已经?)?到[了啦]|停[止下掉]?[了吧]?|提交|撤[回销]|删除|放弃|有事|改天|下[次回]|好[嘞滴哒呢啊吧]|打扰了?|再见|拜拜|辛苦了?|"
    r"(?:早上?|上午|中午|下午|晚上?)好?|[今明后]天|周[一二三四五六日天末]|星期.|全家|夫妻|多人|自己|本人|同上|干啥|手滑|方便|高兴|[签实真匿]名"
)
# surnames that everyday words begin with as well: 都可以, 能来, 方便, 农民工
_WORDY = frozenset("都能时应全安成容包万相广步路车连查终利农党双居满宣项左经房解单管水钱关常别和空平")
# names of peoples as they are written in characters: 阿依古丽, 扎西次仁, 乌云其木格
_OF_PEOPLES = re.compile(
    "[阿依古丽买提艾力吐尔逊江汗克热木孜帕夏娜迪亚合麦哈斯努茹则祖姆萨比赛布卡沙娃玛扎西次仁卓旺多吉尼拉达瓦巴桑格央金丹增洛顿珠平"
    "措索朗白加才让图雅其乌云日勒那特宝音苏伊巧肯别库曼拜代地塔吾甫艳]{3,}"
)
_KEY = re.compile(r"[a-z][a-z0-9_]{0,19}")


def checked(raw: object) -> list[dict[str, Any]]:
    """The questions as they are kept. Raises BadEvent, with the place of what is wrong."""
    if not raw:
        return []
    if not isinstance(raw, Sequence) or isinstance(raw, str | bytes):
        raise BadEvent("报名时要问的问题格式不对。")
    if len(raw) > MOST:
        raise BadEvent(f"报名时最多问{MOST}个问题，现在是{len(raw)}个。")
    found = [_checked(each, place_) for place_, each in enumerate(raw, 1)]
    if len({each["key"] for each in found}) < len(found):
        raise BadEvent("有两个问题的代号一样，请改成不同的。")
    if len({each["label"] for each in found}) < len(found):
        raise BadEvent("有两个问题的简称一样，请改成不同的。")
    return found


def _checked(raw: object, place_: int) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        raise BadEvent(f"第{place_}个问题的格式不对。")
    key, kind = str(raw.get("key") or f"q{place_}"), str(raw.get("kind", "text"))
    ask = " ".join(str(raw.get("ask", "")).split())
    label = " ".join(str(raw.get("label") or ask).split())[:LABEL_CHARS]
    if not _KEY.fullmatch(key) or key in (NAME, ABOUT):
        raise BadEvent(f"第{place_}个问题的代号只能用小写字母和数字，也不能是 {NAME} 或 {ABOUT}。")
    if not 1 <= len(ask) <= ASK_CHARS:
        raise BadEvent(f"第{place_}个问题请写1到{ASK_CHARS}个字。")
    if kind not in KINDS:
        raise BadEvent(f"第{place_}个问题的类型不对。")
    kept: dict[str, Any] = {"key": key, "ask": ask, "kind": kind, "label": label, "optional": bool(raw.get("optional"))}
    if kind == "choice":
        kept["options"] = _options(raw.get("options"), place_)
    return kept


def _options(raw: object, place_: int) -> list[str]:
    given = raw if isinstance(raw, Sequence) and not isinstance(raw, str | bytes) else ()
    options = [each for each in (" ".join(str(each).split()) for each in given) if each]
    if not 2 <= len(options) <= OPTIONS or any(len(each) > OPTION_CHARS for each in options):
        raise BadEvent(f"第{place_}个问题请给2到{OPTIONS}个选项，每个最多{OPTION_CHARS}个字。")
    try:
        choice(*options)
    except ValueError:
        raise BadEvent(f"第{place_}个问题的选项有重复的，请改一下。") from None
    return options


def questions(kept: object) -> list[Question]:
    """The questions of a form, of what `checked` made."""
    return [
        Question(str(each["key"]), str(each["ask"]), _field(each), bool(each["optional"]), labels=(str(each["label"]),))
        for each in (kept if isinstance(kept, list) else ())
    ]


def _field(kept: Mapping[str, Any]) -> Field:
    if kept["kind"] == "yes_no":
        return yes_no(asked=str(kept["ask"]))
    return choice(*kept["options"]) if kept["kind"] == "choice" else _FIELDS[str(kept["kind"])]()


def _count() -> Field:
    """How many of something, in whatever unit people say it."""
    bare = number(min=0, max=9999)

    def parse(text_: str, today: Day) -> Value:
        said = text_.strip(" 。，！")
        return 0 if said in _NONE else bare.parse(_UNITS.sub("", said), today)

    return replace(bare, parse=parse)


def name_question(ask: str, label: str, wrong: str = NOT_A_NAME) -> Question:
    """What somebody is called whom the union does not know by name; no question and no order is taken for it.

    `wrong` is said to what is none.
    """
    return Question(NAME, ask, _name(wrong), labels=(label,))


def _name(wrong: str) -> Field:
    bare = person_name()

    def parse(said: str, today: Day) -> Value:
        name = bare.parse(said, today)
        if _NO_NAME.fullmatch(str(name)):
            raise FieldError(wrong)
        return name

    return replace(bare, parse=parse)


def is_surely_name(said: str) -> bool:
    """Whether somebody is surely called so; whatever else is taken for a name is shown once more before it counts."""
    latin = said.isascii() and said.istitle() and " " in said
    return (
        latin
        or "·" in said
        or _OF_PEOPLES.fullmatch(said) is not None
        or (said[:1] not in _WORDY and is_name(unify(said)))
    )


def plain(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers of a form as JSON can hold them."""
    return {key: each if isinstance(each, str | int | bool) else str(each) for key, each in answers.items()}


def shown(kept: object, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and answer as people read them, in the order of the questions; questions without answer are left out."""
    found: list[tuple[str, str]] = []
    for each in kept if isinstance(kept, list) else ():
        value = answers.get(str(each["key"]))
        if value is not None:
            yes_or_no = {True: "是", False: "否"}.get(value) if isinstance(value, bool) else None
            found.append((str(each["label"]), yes_or_no or str(value)))
    return found
