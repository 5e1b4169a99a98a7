"""Whose duty a line of the calendar is: one rule, for giving out and for every preview of it.

A line of a level is for everybody in office in unions of that level. One that names an office is for who holds it, and
where a union has nobody of that office, for everybody in office there.
"""

from collections.abc import Collection, Iterable


def held_by_others(
    roles: Iterable[str], org_id: int, office: str, filled: Collection[tuple[int, str]]
) -> frozenset[str]:
    """Which offices that lines name are other ones of this union, and filled: their lines are not for this office."""
    return frozenset(each for each in roles if each and each != office and (org_id, each) in filled)


def applies(levels: Collection[str], role: str, level: str, others: Collection[str]) -> bool:
    """Whether a line is for an office of a level. `others`: from `held_by_others`."""
    return level in levels and role not in others
