"""What is said: one module per noun. The table of contents is here; first match wins, top to bottom."""

from bot.dialogue import Aside
from bot.dispatcher import Conversation
from handlers import (
    duties,
    fallback,
    faq,
    help,
    human,
    membership,
    nothing_open,
    opinions,
    picking,
    sensitive,
    subscription,
)

ROUTERS = (
    sensitive.router,
    subscription.router,
    help.router,
    human.router,
    membership.router,
    duties.router,
    nothing_open.router,
    picking.router,
    opinions.router,
    faq.router,
    fallback.router,
)
FLOWS = (membership.FLOW,)
COMMANDS = frozenset(
    {"我的任务", "本月任务", "任务", "进度", "查进度", "入会", "我要入会", "有帮助", "没帮助", "都不是", "菜单"}
)
ASIDE = Aside(knows=faq.knows, answer=faq.aside, commands=COMMANDS, urgent=sensitive.urgent)
CONVERSATION = Conversation(routers=ROUTERS, flows=FLOWS, aside=ASIDE)
