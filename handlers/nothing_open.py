"""Words that only mean something while a form is open, said when none is."""

from bot import texts
from bot.router import Router, Words
from bot.turn import Turn
from handlers import group

router = Router("nothing_open")


@router.on(Words("取消", "退出", "不填了", "算了", "继续", "稍后", "返回", "上一步", "跳过", "重来", "确认", "修改"))
def tell(turn: Turn, word: str) -> None:
    """Say that nothing is open, and what can be done; in a group not whether somebody is filling something in."""
    if group.elsewhere(turn, texts.GROUP_PRIVATE):
        return
    turn.say(texts.NOTHING_OPEN)
