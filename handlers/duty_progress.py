"""进度 from a cadre who has no application: how far the duties are, not where an application stands."""

from bot import joining_texts
from bot.router import Filter, Router, Words
from bot.services import duty_answers, duty_words, membership
from bot.turn import Turn
from handlers.duty_asking import listing

router = Router("duty_progress")
WORDS = Words("进度", "查进度", "任务进度")


class OwnProgress(Filter[str]):
    """A cadre's 进度 in private, where there is no application to tell of."""

    def match(self, turn: Turn) -> str | None:
        """The word."""
        word = WORDS.match(turn)
        if word is None or not turn.private or turn.person.conversation is not None:
            return None
        if not duty_answers.is_cadre(turn.work, turn.person.person_id, turn.now):
            return None
        told = membership.progress_words(turn.work, turn.person.person_id)
        return word if told == joining_texts.NO_APPLICATION else None


@router.on(OwnProgress())
def progress(turn: Turn, word: str) -> None:
    """The list with its percentages."""
    turn.say(duty_words.list_words(turn.work, listing(turn), turn.now))
