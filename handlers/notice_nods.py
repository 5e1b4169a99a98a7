"""好的, 👌 and OK right after a notice that asks for 收到, from who was asked: it is meant as 收到.

Only where nothing was said between, so that it can be no answer to anything else; whoever else waits for such a word
(a duty, a form, 停止发送) comes first. With thanks in it it is taken before the thanks are.
"""

from collections.abc import Sequence

from bot import texts
from bot.router import Filter, Router
from bot.services import notice_items
from bot.turn import Turn
from handlers import notices, receipts
from handlers.duty_asking import last_said
from handlers.received import Said
from storage.notices_told import Told

thankful, router = Router("notice_nods"), Router("notice_nods")


class Nod(Filter[tuple[Said, Sequence[Told]]]):
    """Such a word, and the notices it is about. `thanks`: only with thanks."""

    def __init__(self, thanks: bool) -> None:
        self._thanks = thanks

    def match(self, turn: Turn) -> tuple[Said, Sequence[Told]] | None:
        """Asks the database only when the words fit."""
        said = notices.heard(turn)
        if said is None or (self._thanks and "谢" not in turn.words) or turn.words == "请假":  # a question about leave
            return None
        found = self._about(turn)
        return (said, found) if found else None

    def _about(self, turn: Turn) -> Sequence[Told]:
        """The notice that was just read in full, or those that were just told."""
        read = last_said(turn).topic
        if read.startswith(notices.READ):
            found = notice_items.asking(turn.work, turn.person.person_id, turn.now)
            return [each for each in found if f"{notices.READ}{each.broadcast_id}" == read]
        return notice_items.just_told(turn.work, turn.person.person_id, turn.now)


def nod(turn: Turn, found: tuple[Said, Sequence[Told]]) -> None:
    """Note it for these notices, by name."""
    said, meant = found
    titles = notice_items.acknowledge_these(turn.work, meant, turn.now)
    turn.say(receipts.notices_words(titles))
    if said.absent:
        notices.not_coming(turn, meant)


class Again(Filter[Said]):
    """收到 in whatever words where nothing asks for it any more."""

    def match(self, turn: Turn) -> Said | None:
        """What is said; it can be no question."""
        said = notices.heard(turn)
        return said if said is not None and said.got and not said.absent else None


def again(turn: Turn, said: Said) -> None:
    """It is politeness, or about duties."""
    receipts.take(turn)


class After(Filter[tuple[Said, Sequence[Told]]]):
    """好的 or 没空 right after what asks for nothing: a reminder, a change, 轮到您了."""

    def match(self, turn: Turn) -> tuple[Said, Sequence[Told]] | None:
        """What is said, and the notice if it was one; asks the database only when the words fit."""
        said = notices.heard(turn)
        if said is None or turn.words == "请假":
            return None
        work, person_id = turn.work, turn.person.person_id
        told = notice_items.last_told(work, person_id, turn.now, unanswered=True)
        if said.absent:
            about = told is not None and told.event_id in {each.id for each in notices.to_come(turn)}
            return (said, (told,)) if told is not None and about else None
        return (said, ()) if told is not None or notice_items.last_written(work, person_id, turn.now) else None


def after(turn: Turn, found: tuple[Said, Sequence[Told]]) -> None:
    """Kind words for kind words; whoever cannot come to what they registered for hears how to cancel it."""
    said, told = found
    if said.absent:
        notices.not_coming(turn, told)
    else:
        turn.say(texts.FINE)


thankful.on(Nod(thanks=True))(nod)
router.on(Nod(thanks=False))(nod)
router.on(After())(after)
router.on(Again())(again)
