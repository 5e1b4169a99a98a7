"""解除绑定: a cadre gives up an office. Asked once more; the union above hears of it."""

import re
from datetime import timedelta

from bot import cadre_texts as texts
from bot import texts as common
from bot.calendar import say_date
from bot.clock import local
from bot.contract import Choice
from bot.router import Pattern, Router, Words
from bot.services import cadres, duty_answers
from bot.turn import Turn
from handlers import group
from handlers.duty_asking import last_said
from storage import orgs
from storage.orgs import Appointment, Organisation

router = Router("unbinding")
ASKED = "unbinding.ask:"
PATIENCE = timedelta(minutes=30)
UNBIND = Pattern(
    r"(?:我要|我想|申请)?(?:(?:解除|取消)(?:我的)?(?:职务|干部)?绑定(?:职务)?|解绑)\s*(?:第?\s*(?P<number>\d{1,2})\s*个?)?"
)


def _offices(turn: Turn) -> list[tuple[Appointment, Organisation]]:
    """What the person holds now. Raises NotCadre for nothing."""
    held = list(orgs.offices_of(turn.work, turn.person.person_id, local(turn.now).date()))
    if not held:
        raise duty_answers.NotCadre
    return held


@router.on(UNBIND)
def ask(turn: Turn, found: re.Match[str]) -> None:
    """Say what follows, and ask; of several offices first which one."""
    if group.elsewhere(turn, common.GROUP_DUTIES):
        return
    held, said = _offices(turn), found["number"]
    lines = "\n".join(
        texts.UNBIND_LINE.format(number=number, unit=org.name, office=each.office)
        for number, (each, org) in enumerate(held, 1)
    )
    if said and not 1 <= int(said) <= len(held):
        turn.say(texts.UNBIND_NUMBER.format(number=int(said), lines=lines))
    elif not said and len(held) > 1:
        turn.say(texts.UNBIND_WHICH.format(count=len(held), lines=lines))
    else:
        _ask_one(turn, *held[int(said) - 1 if said else 0])


def _ask_one(turn: Turn, held: Appointment, org: Organisation) -> None:
    turn.topic = f"{ASKED}{held.id}"
    count = len(cadres.to_move(turn.work, held, local(turn.now).date()))
    rest = texts.UNBIND_REST.format(count=count) if count else ""
    words = texts.UNBIND_ASK.format(unit=org.name, office=held.office, rest=rest)
    turn.say(words, Choice("unbind_yes", texts.UNBIND_YES))


@router.on(Words(texts.UNBIND_YES))
def unbind(turn: Turn, word: str) -> None:
    """The office ends, when it was asked about right before."""
    if group.elsewhere(turn, common.GROUP_DUTIES):
        return
    topic, held = last_said(turn, PATIENCE).topic, _offices(turn)
    asked = next(((each, org) for each, org in held if topic == f"{ASKED}{each.id}"), None)
    if asked is None:
        turn.say(texts.UNBIND_AGAIN)
        return
    each, org = asked
    count = cadres.step_down(turn.work, turn.person.person_id, each.id, turn.now, turn.house)
    day = say_date(local(turn.now).date())
    turn.say(texts.UNBOUND.format(unit=org.name, office=each.office, day=day))
    if count:
        turn.say(texts.UNBOUND_LEFT.format(count=count))
