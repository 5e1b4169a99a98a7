"""What the bot can do, and the menu's first page."""

import re

from bot import texts
from bot.contract import Choice
from bot.router import Key, Pattern, Router, Words
from bot.turn import Turn
from handlers import group

router = Router("help")
THANKS = Pattern(
    r"(?:好的?|嗯+|太好了|[,。! ])*(?:非常|太|十分)?(?:谢谢|多谢|感谢)(?:[您你]们?|老师|工会|大家)*"
    r"(?:的?(?:提醒|通知|告知|关心|回复))?"
    r"[了啦啊哈! ]*|谢了"
)


@router.on(Words("帮助", "help", "菜单", "功能", "你能做什么", "您能做什么", "使用说明"), Key("help"))
def show_help(turn: Turn, word: str) -> None:
    """List what can be done."""
    if group.elsewhere(turn, texts.GROUP_HELP):
        return
    turn.say(texts.HELP.format(hotline=turn.house.hotline, office=turn.house.office))


@router.on(Key("faq"), Words("问政策", "政策咨询"))
def ask_away(turn: Turn, word: str) -> None:
    """The menu item 问政策."""
    turn.say(texts.MENU_ASK, Choice("ask1", "年假有几天"), Choice("ask2", "加班费怎么算"))


@router.on(Words("你好", "您好", "在吗", "在么", "hi", "hello", "早上好", "下午好", "晚上好"))
def greet(turn: Turn, word: str) -> None:
    """Answer a greeting."""
    turn.say(texts.EMPTY)
    if turn.private and turn.person.conversation is not None:
        turn.say(texts.FORM_WAITS, Choice("继续", "继续"))


@router.on(THANKS)
def welcome_thanks(turn: Turn, found: re.Match[str]) -> None:
    """Answer thanks."""
    turn.say(texts.THANKS)
