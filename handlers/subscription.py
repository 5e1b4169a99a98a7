"""Following the account, leaving it, scanning a union's QR code."""

from bot import texts
from bot.contract import Choice, Kind
from bot.router import Event, Router, Scene
from bot.services import duties, units
from bot.turn import Turn

router = Router("subscription")
FIRST_CHOICES = (Choice("ask", "年假有几天"), Choice("join", "入会"), Choice("help", "帮助"))


@router.on(Scene("bind_"))
def bind_cadre(turn: Turn, code: str) -> None:
    """A cadre scanned the binding code of their union."""
    org, office = duties.bind(turn.work, turn.person.person_id, code, turn.now, turn.house)
    turn.say(texts.BOUND.format(unit=org.name, office=office))
    _, mine = duties.of_month(turn.work, turn.person.person_id, turn.now)
    turn.say(duties.list_words(org, mine, turn.now))


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
