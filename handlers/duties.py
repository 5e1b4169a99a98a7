"""任务: what a cadre has to do this month, receipts and completion."""

import re

from bot import texts
from bot.router import Filter, Key, Pattern, Router, Words
from bot.services import duties
from bot.turn import Turn
from handlers import group

router = Router("duties")


LIST = Words("我的任务", "任务", "本月", "本月任务", "工作任务", "我的工作")
RECEIPT = Words("收到", "已收到", "收到了", "知道了", "已阅", "好的收到", "收到谢谢")
DONE = Pattern(r"(?:已?完成|办完|做完)了?\s*(?:第|任务)?\s*(?P<number>\d{1,3})?\s*[项号、.]?(?:了|任务)?")
MENU = Key("duties")


class InGroup(Filter[bool]):
    """A cadre's command in a group: duties are talked about in private."""

    def match(self, turn: Turn) -> bool | None:
        """True for a command where somebody reads along."""
        commands = (LIST, RECEIPT, DONE, MENU)
        return True if not turn.private and any(each.match(turn) is not None for each in commands) else None


@router.on(InGroup())
def hop(turn: Turn, found: bool) -> None:
    """Ask to talk in private."""
    group.elsewhere(turn, texts.GROUP_DUTIES)


@router.on(LIST, MENU)
def show(turn: Turn, word: str) -> None:
    """This month's list."""
    org, mine = duties.of_month(turn.work, turn.person.person_id, turn.now)
    turn.say(duties.list_words(org, mine, turn.now))


@router.on(RECEIPT)
def acknowledge(turn: Turn, word: str) -> None:
    """Receipt for everything issued. From somebody without an office it is just politeness."""
    try:
        count = duties.acknowledge(turn.work, turn.person.person_id, turn.now)
    except duties.NotCadre:
        turn.say(texts.THANKS)
        return
    turn.say(texts.RECEIVED.format(count=count) if count else texts.RECEIVED_ALREADY)


@router.on(DONE)
def complete(turn: Turn, found: re.Match[str]) -> None:
    """完成 N."""
    number = int(found["number"]) if found["number"] else None
    turn.say(duties.done_words(duties.complete(turn.work, turn.person.person_id, number, turn.now)))
