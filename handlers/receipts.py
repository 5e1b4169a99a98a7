"""收到: for duties, for notices that ask for it, or for both at once."""

import re
from dataclasses import replace

from bot import duty_texts, notice_texts, texts
from bot.forms.fold import looks_like_question, width
from bot.router import SPOKEN
from bot.services import duty_answers, notice_items
from bot.turn import Turn, plain_words

FIRST = re.compile(
    r"\s*(?:好的?[,。!\s]*)?(?:通知)?(?:已经?)?(?:收到|知道|知悉|明白)了?[,。!~;\s]+(?:谢谢[,。!\s]+)?(?P<rest>\S.{1,300})",
    re.DOTALL,
)


def before_a_question(turn: Turn) -> str:
    """收到，请问可以带家属吗: the question, in private and in no form; empty for anything else."""
    if not turn.private or turn.message.key or turn.message.kind not in SPOKEN or turn.reask:
        return ""
    found = FIRST.fullmatch(width(turn.message.text))
    return found["rest"] if found and looks_like_question(found["rest"]) else ""


def note(turn: Turn, rest: str) -> None:
    """Note 收到 for the notices that ask for it; the rest is left to whoever knows the answer. Nothing without such."""
    if titles := notice_items.acknowledge(turn.work, turn.person.person_id, turn.now):
        turn.say(notices_words(titles))
        turn.message = replace(turn.message, text=rest)
        turn.words = plain_words(rest)


def take(turn: Turn, words: str = duty_texts.RECEIVED) -> None:
    """Note it for everything it may be about, and say for what in one message. `words` are for duties alone."""
    person_id = turn.person.person_id
    titles = notice_items.acknowledge(turn.work, person_id, turn.now)
    try:
        duties = duty_answers.acknowledge(turn.work, person_id, turn.now)
    except duty_answers.NotCadre:
        turn.say(notices_words(titles) if titles else texts.THANKS)
        return
    if titles and duties:
        said = notice_items.titles(titles)
        turn.say(notice_texts.RECEIVED_BOTH.format(duties=duties, count=len(titles), titles=said))
    elif titles:
        turn.say(notices_words(titles))
    else:
        turn.say(words.format(count=duties) if duties else duty_texts.RECEIVED_ALREADY)


def notices_words(titles: list[str]) -> str:
    """For which notices it was noted."""
    words = notice_texts.RECEIVED_ONE if len(titles) == 1 else notice_texts.RECEIVED
    return words.format(count=len(titles), titles=notice_items.titles(titles))
