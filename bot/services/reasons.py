"""Why somebody did not get a notice: our few words for it, in Chinese, and what the platform's codes mean for people.

`recipient.reason` holds a key of `REASONS`; `recipient.code` the platform's code, which only staff with the page see.
"""

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, str] = MappingProxyType(
    {
        # left out, or nothing to send to
        "excluded": "在排除名单里",
        "opted_out": "本人退订了这类通知",
        "not_following": "没有关注公众号，或已取消关注",
        "refused": "本人拒收公众号消息，或被拉黑",
        "no_route": "48小时内没有互动，也没有别的渠道可用，等下次联系时告知",
        # what came of sending
        "blocked": "本人拒收或已取消关注",
        "window_closed": "可发消息的时间窗口已经关闭",
        "no_consent": "订阅通知的同意次数已用完",
        "quota": "当日接口额度用完，到期仍未轮到",
        "busy": "平台多次繁忙，重试后仍未成功",
        "content": "平台不接受这条内容（模板、字段或长度不符）",
        "account": "公众号权限或配置有问题，请联系管理员",
        "no_answer": "已发出，但没有收到平台回执，不确定是否送达",
        "sender_died": "发送时服务中断，不确定是否送达",
        "mass_unknown": "随群发发出，平台没有告知每个人的结果",
        "mass_failed": "平台没有送出这次群发（审核没有通过，或系统原因）",
        "filtered": "平台没有下发（对方关闭群发或本月次数已满）",
        "too_late": "过了有效时间，没有再发",
        "cancelled": "发送被停止",
    }
)

_BY_CODE: Mapping[str, str] = MappingProxyType(
    {
        "40003": "not_following",
        "43004": "not_following",
        "50005": "not_following",
        "not following": "not_following",
        "43019": "blocked",
        "48002": "blocked",
        "failed:user block": "blocked",
        "43101": "no_consent",
        "45015": "window_closed",
        "45047": "window_closed",
        "45009": "quota",
        "45028": "quota",
        "-1": "busy",
        "45011": "busy",
        "43117": "busy",
        "61450": "busy",
        "failed: system failed": "busy",
    }
)
_OF_CONTENT = frozenset({"40037", "41030", "43116", "44002", "44004", "45002", "47001", "47003", "40007", "40033"})


def of_code(code: str) -> str:
    """The key of the reason that a platform's code means; `account` for what is ours to mend, empty for no code."""
    if not code:
        return ""
    if code in _OF_CONTENT:
        return "content"
    return _BY_CODE.get(code, "account")


def words(reason: str) -> str:
    """What people read; a reason that is not ours is shown as it is."""
    return REASONS.get(reason, reason)
