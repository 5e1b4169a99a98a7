"""How this union reminds of duties: its own choices, as the configuration gives them."""

from collections.abc import Sequence
from dataclasses import dataclass

LADDER = (-7, -3, -1, 0, 1)


@dataclass(frozen=True, slots=True)
class DutyPolicy:
    """`ladder`: days from a deadline at which silent cadres are reminded, where a template has none of its own.

    `min_gap_hours` between two messages of a person, at most `per_week` of them from Monday to Sunday; a month's list
    is worth saying for `list_days`; duties open `escalate_workdays` after the deadline are told to the superior union.
    `ranking`: whether people and units may be sorted by completion; off, as the rules against formalism want it.
    """

    ladder: tuple[int, ...] = LADDER
    min_gap_hours: int = 20
    per_week: int = 3
    list_days: int = 7
    escalate_workdays: int = 3
    ranking: bool = False

    def offsets(self, own: Sequence[int] | None) -> tuple[int, ...]:
        """The steps of a template, ascending; `own` null: the house's, empty: nobody is reminded."""
        return tuple(sorted({int(each) for each in (self.ladder if own is None else own)}))
