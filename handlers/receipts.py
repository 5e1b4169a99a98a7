"""收到: for duties, for notices that ask for it, or for both at once."""

from bot import duty_texts, notice_texts, texts
from bot.services import duty_answers, notice_items
from bot.turn import Turn


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
