"""The menu. A page that is reached from everywhere adds one line here."""

from typing import NamedTuple

from bot.services.actors import Actor


class Link(NamedTuple):
    """One entry; it is shown to who has the right."""

    path: str
    label: str
    right: str


LINKS = (
    Link("/", "今日概览", "see"),
    Link("/gaps", "没答上来", "gaps"),
    Link("/cases", "待办事项", "cases"),
    Link("/leads", "建会线索", "cases"),
    Link("/duties", "干部任务", "duties"),
    Link("/targets", "目标和报表", "duties"),
    Link("/notices", "通知", "see"),
    Link("/events", "活动", "see"),
    Link("/applications", "入会审核", "review"),
    Link("/members", "会员", "members"),
    Link("/card", "验会员卡", "members"),
    Link("/cadres", "干部", "cadres"),
    Link("/knowledge", "知识库", "see"),
    Link("/queue", "待审核", "approve"),
    Link("/segments", "通知对象", "draft"),
    Link("/statistics", "统计", "see"),
    Link("/accounts", "账号", "manage"),
    Link("/audit", "操作记录", "approve"),
)


def links_for(actor: Actor) -> list[Link]:
    """What this actor may open, in the order of the menu."""
    return [link for link in LINKS if actor.may(link.right)]


def is_current(link: Link, path: str) -> bool:
    """Whether a page belongs to this entry: the entry itself or a page below it."""
    return path == link.path or (link.path != "/" and path.startswith(f"{link.path}/"))
