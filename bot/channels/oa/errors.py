"""What each errcode of the platform means for a send (platform.md 7.1), as a frozen table and one function."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from types import MappingProxyType
from typing import Any, Final, Literal

from bot.contract import Outcome, Result

Answer = dict[str, Any]
Reaction = Literal["T", "B", "Q", "P", "F", "D"]

TOKEN_REFUSED: Final = frozenset({40001, 40014, 42001})
CHINA: Final = timezone(timedelta(hours=8), "Asia/Shanghai")  # no daylight saving since 1991
NEXT_DAY: Final = -1


@dataclass(frozen=True, slots=True)
class Rule:
    """`reaction`: the class of platform.md 7 (T token, B back off, Q quota, P person, F ours, D done).

    `wait`: seconds after which the route may be tried again, NEXT_DAY for the next midnight in China, 0 for unknown.
    """

    reaction: Reaction
    result: Result
    wait: int = 0

    @property
    def ours(self) -> bool:
        """Whether this calls for an alarm: our mistake or configuration."""
        return self.result is Result.REJECTED


_TOKEN: Final = Rule("T", Result.REJECTED)  # what is left when one renewal did not help
_BUSY: Final = Rule("B", Result.THROTTLED)
_OURS: Final = Rule("F", Result.REJECTED)
_GONE: Final = Rule("P", Result.UNREACHABLE)
_REFUSED: Final = Rule("P", Result.OPTED_OUT)
_DONE: Final = Rule("D", Result.ACCEPTED)
_WINDOW: Final = Rule("Q", Result.QUOTA)
_TODAY: Final = Rule("Q", Result.QUOTA, NEXT_DAY)

_BY_RULE: Final[tuple[tuple[Rule, tuple[int, ...]], ...]] = (
    (_TOKEN, tuple(sorted(TOKEN_REFUSED))),
    (_BUSY, (-1, 45011, 61450)),
    (Rule("B", Result.THROTTLED, 60), (45066,)),
    (Rule("B", Result.THROTTLED, 600), (43117,)),
    (_TODAY, (45009, 45028)),
    (_WINDOW, (45015, 45047)),
    (_GONE, (40003, 43004, 43019, 50005)),
    (_REFUSED, (43101, 48002)),
    (_DONE, (40241, 45065, 46003)),
    (_OURS, (40002, 40013, 40125, 40164, 40243, 41001, 41002, 41004, 50007)),  # credentials
    (_OURS, (40004, 40005, 40006, 40007, 40008, 40009, 40010, 40011)),  # media
    (_OURS, (40033, 40037, 40130, 41030, 43116, 44002, 44004, 45067, 47001, 47003, 61451, 61452)),  # parameters
    (_OURS, (45002, 45003, 45004, 45005, 45006, 45007, 45008)),  # too long
    (_OURS, (45056, 45057, 45058, 45059, 45157, 45158, 45159)),  # tags
    (_OURS, (48001, 48004, 48008, 50002)),  # rights
)
RULES: Final[Mapping[int, Rule]] = MappingProxyType({code: rule for rule, codes in _BY_RULE for code in codes})


class Refused(Exception):
    """A call of the API that did not end with errcode 0; the outcome says how. Never holds tokens or addresses."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"{outcome.result} {outcome.code}")
        self.outcome = outcome


def code_of(answer: Answer) -> int:
    """The errcode, 0 when there is none, also when it comes as a string. Raises Refused (UNKNOWN) for other things."""
    given = answer.get("errcode", 0)
    if isinstance(given, int | str) and not isinstance(given, bool):
        try:
            return int(given)
        except ValueError:
            pass
    raise Refused(Outcome(Result.UNKNOWN, "errcode"))


def outcome_of(code: int, now: datetime, message_id: str = "") -> Outcome:
    """How an attempt ended that was answered with this errcode (not 0). Codes we do not know are ours to look at."""
    rule = RULES.get(code, _OURS)
    return Outcome(rule.result, str(code), _until(rule.wait, now), rule.ours, message_id)


def _until(wait: int, now: datetime) -> datetime | None:
    if wait == NEXT_DAY:
        tomorrow = now.astimezone(CHINA).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(), CHINA).astimezone(UTC)
    return now + timedelta(seconds=wait) if wait else None


def message_id_of(answer: Answer) -> str:
    """The platform's id of an accepted message (`msgid`, or `msg_id` of mass sends); empty when there is none."""
    found = answer.get("msgid") or answer.get("msg_id") or ""
    return str(found) if isinstance(found, int | str) else ""
