"""What notices are about. People may opt out of a topic; nobody can of `urgent` (safety, rights that would lapse)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Topic:
    """`label` is what people read and type (退订 文体活动); `exempt` ones cannot be opted out of."""

    label: str
    exempt: bool = False


TOPICS: Mapping[str, Topic] = MappingProxyType(
    {
        "activity": Topic("文体活动"),
        "welfare": Topic("福利帮扶"),
        "law": Topic("法律维权"),
        "training": Topic("技能培训"),
        "jobs": Topic("就业招聘"),
        "work": Topic("工会工作"),
        "urgent": Topic("重要通知", exempt=True),
    }
)


def by_label(words: str) -> str:
    """The key of a topic that is called so; empty when there is none."""
    return next((key for key, topic in TOPICS.items() if topic.label == words), "")
