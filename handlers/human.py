"""转人工: a person instead of the bot."""

from bot import texts
from bot.router import Key, Router, Words
from bot.services import cases
from bot.turn import Turn
from handlers import group

router = Router("human")


@router.on(Words("转人工", "人工", "人工客服", "人工服务", "找人工", "客服", "真人", "我要投诉", "投诉"), Key("human"))
def hand_over(turn: Turn, word: str) -> None:
    """Open a case for the staff and tell when somebody answers; not where others read who needs help."""
    if group.elsewhere(turn, texts.GROUP_HUMAN.format(office=turn.house.office, hotline=turn.house.hotline)):
        return
    fresh = cases.hand_over(turn.work, turn.person.person_id, "human", turn.now)
    words = texts.HAND_OVER if fresh else texts.HAND_OVER_AGAIN
    turn.say(words.format(office=turn.house.office, hotline=turn.house.hotline))
