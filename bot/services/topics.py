"""What notices are about. People may opt out of a topic; nobody can of `urgent` (safety, rights that would lapse)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Topic:
    """`label` is what people read and type (退订 文体活动), `words` what they type instead, `about` what they get.

    `exempt` ones cannot be opted out of.
    """

    label: str
    exempt: bool = False
    about: str = ""
    words: tuple[str, ...] = ()


TOPICS: Mapping[str, Topic] = MappingProxyType(
    {
        "activity": Topic(
            "文体活动",
            about="电影放映、比赛、联谊、兴趣班",
            words=("文体", "活动", "文化活动", "体育活动", "文娱活动", "电影", "比赛", "联谊"),
        ),
        "welfare": Topic(
            "福利帮扶",
            about="慰问、清凉饮品、体检、困难帮扶",
            words=("福利", "帮扶", "慰问", "送清凉", "送温暖", "体检"),
        ),
        "law": Topic("法律维权", about="普法讲座、法律援助日", words=("法律", "维权", "普法", "法律援助", "法律讲座")),
        "training": Topic("技能培训", about="培训班、技能比武、求学圆梦", words=("培训", "技能", "培训班", "学习")),
        "jobs": Topic("就业招聘", about="招聘会、岗位信息", words=("就业", "招聘", "招工", "招聘会", "岗位", "找工作")),
        "work": Topic("工会工作", about="会议、工作安排、问卷", words=("工作", "工会", "会议", "开会", "问卷")),
        "urgent": Topic("重要通知", exempt=True, about="人身安全、马上到期的权益", words=("重要", "紧急", "紧急通知")),
    }
)
OPTIONAL = tuple(key for key, topic in TOPICS.items() if not topic.exempt)


def by_label(words: str) -> str:
    """The key of a topic that is called so; empty when there is none."""
    return next((key for key, topic in TOPICS.items() if topic.label == words), "")


def by_words(words: str) -> str:
    """The key of a topic as people may type it: by label, by another word for it, with 类, 通知 or 信息 behind."""
    for said in (words, words.removesuffix("了"), *(words.removesuffix(end) for end in _ENDS)):
        for key, topic in TOPICS.items():
            if said in (topic.label, *topic.words):
                return key
    return ""


_ENDS = ("类", "通知", "类通知", "信息", "类信息", "消息", "类消息", "的通知", "的信息", "的消息", "方面的通知")
