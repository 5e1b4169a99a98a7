"""开启通知: how to be told of notices later than 48 hours after one's last message."""

from bot import notice_texts
from bot.router import Key, Router, Words
from bot.services import grants
from bot.turn import Turn

router = Router("consents")


WORDS = Words("开启通知", "开通通知", "打开通知", "接收通知", "开启通知提醒", "怎么收通知", "收不到通知")


@router.on(WORDS, Key("consents"))
def ask(turn: Turn, word: str) -> None:
    """The page to agree on, and how many notices are agreed to; where there is none, how notices come instead."""
    policy = turn.house.reach
    if not grants.can_ask(policy):
        turn.say(notice_texts.NO_CONSENTS)
        return
    count = grants.left(turn.work, policy, turn.person.address_id) if turn.private else 0
    words = notice_texts.CONSENTS_LEFT if count else notice_texts.ASK_CONSENT
    turn.say(words.format(count=count, link=policy.consent_link))
