"""Following the account, leaving it, scanning a union's QR code."""

import re

from bot import cadre_texts, texts
from bot.contract import Choice, Kind
from bot.router import Event, Pattern, Router, Scene
from bot.services import bindings, cadres, duty_answers, duty_words, units
from bot.turn import Turn

router = Router("subscription")
FIRST_CHOICES = (Choice("ask", "年假有几天"), Choice("join", "入会"), Choice("help", "帮助"))


SIGN = f"[{bindings.SIGNS}]"
TYPED = Pattern(r"(?:绑定码?[:：]?|bind_)\s*(?P<code>[0-9a-z_][0-9a-z_ -]{6,59})")  # where the camera does not help
BARE = Pattern(rf"(?P<code>(?=[a-z -]*\d){SIGN}{{4}}(?:[ -]?{SIGN}{{4}}){{4}})")  # the code alone, as it is shown
HOW = Pattern(r"(?:我要|怎么|如何)?(?:干部|职务)?绑定(?:码|职务|干部)?[:：]?\s*[0-9a-z_ -]{0,6}")


@router.on(Scene("bind_"))
def bind_cadre(turn: Turn, code: str) -> None:
    """A cadre scanned the binding code of their union."""
    _bind(turn, code)


def _bind(turn: Turn, code: str, typed: bool = False) -> None:
    bound = bindings.bind(turn.work, turn.person.person_id, code, turn.now, turn.house, typed)
    words = {"unit": bound.org.name, "office": bound.office}
    if bound.again:
        turn.say((cadre_texts.BOUND_SPARED if bound.spared else cadre_texts.BOUND_ALREADY).format(**words))
    else:
        turn.say(texts.BOUND.format(**words))
    if bound.left:
        turn.say(cadre_texts.INHERITED.format(count=len(bound.left), lines=cadres.lines(bound.left)))
    if bound.others:
        turn.say(cadre_texts.SHARED.format(count=bound.others, **words))
    mine = duty_answers.listing(turn.work, turn.person.person_id, turn.now)
    turn.say(duty_words.list_words(turn.work, mine, turn.now))


@router.on(TYPED, BARE)
def bind_typed(turn: Turn, found: re.Match[str]) -> None:
    """The same code, typed or pasted; in a group it is somebody's to steal."""
    if not turn.private:
        turn.say(cadre_texts.CODE_PRIVATE)
        return
    _bind(turn, found["code"], typed=True)


@router.on(HOW)
def how_to_bind(turn: Turn, found: re.Match[str]) -> None:
    """绑定 without a code, or with a piece of one."""
    turn.say(cadre_texts.BIND_HOW)


@router.on(Scene("unit_"))
def scan_unit(turn: Turn, code: str) -> None:
    """Somebody scanned a union's code: remember the unit and offer to join it."""
    org = units.visit(turn.work, turn.person.person_id, code)
    if turn.message.kind is Kind.FOLLOW or org is None:
        welcome(turn, Kind.FOLLOW)
    if org is not None:
        turn.say(texts.WELCOME_UNIT.format(unit=org.name), Choice("join", "入会"))


@router.on(Event(Kind.FOLLOW))
def welcome(turn: Turn, kind: Kind) -> None:
    """Somebody follows the account (again)."""
    turn.say(texts.WELCOME.format(union=turn.house.union), *FIRST_CHOICES)


@router.on(Event(Kind.SCAN))
def welcome_back(turn: Turn, kind: Kind) -> None:
    """A follower scanned a code that is not ours to act on."""
    turn.say(texts.WELCOME_BACK)
