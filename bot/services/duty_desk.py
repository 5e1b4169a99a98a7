"""What is on the desk of each of many cadres: their open duties as items of the ladder, leave and substitutes.

While somebody is on leave and a substitute stands in, the duties are on the substitute's desk too. They stay on the
own desk, where nothing is said until the leave is over; so who comes back is armed for what is still open then. Who is
absent and who stands in is for `storage/absences.py: on_leave` to say.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from bot.calendar import at, period_of
from bot.clock import local
from bot.services.duty_ladder import Item, Policy, State, Step
from bot.services.duty_memo import Memo, item
from bot.services.house import House
from storage import absences, duty_rows, duty_templates
from storage.duty_rows import DutyRow
from storage.reminders import Armed
from storage.work import Work

OLD = timedelta(days=92)  # nobody is reminded of what was due longer ago


@dataclass(slots=True)
class Desk:
    """One cadre's. `rows`: the open duties, and all of this month; `names`: for whom a duty is done, by person ("" for
    who told none).

    `backs`: when they are back. `back`: on leave, back at that moment; `substitute`: who has the duties meanwhile.
    """

    rows: list[DutyRow] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    backs: dict[int, datetime] = field(default_factory=dict)
    back: datetime | None = None
    substitute: int | None = None


def policy_of(house: House) -> Policy:
    """The house's rules as the ladder takes them."""
    given = house.duties
    return Policy(
        hours=house.hours,
        catch_up=timedelta(hours=house.catch_up_hours),
        min_gap=timedelta(hours=given.min_gap_hours),
        per_week=given.per_week,
        list_window=timedelta(days=given.list_days),
    )


class Desks:
    """Desks of a batch of people as of now, loaded with a few statements. `memo`: shared by all batches of a run."""

    def __init__(
        self, work: Work, person_ids: Collection[int], house: House, now: datetime, memo: Memo | None = None
    ) -> None:
        self.house, self.policy, self.now = house, policy_of(house), now
        self.memo = memo if memo is not None else Memo()
        lines = duty_templates.ladders(work)
        self._titles = {each.id: each.title for each in lines}
        self._offsets = {each.id: house.duties.offsets(each.ladder) for each in lines}
        self.of: dict[int, Desk] = {each: Desk() for each in person_ids}
        self._load(work, local(now).date())

    def _load(self, work: Work, today: date) -> None:
        instead: dict[int, int] = {}
        for person_id, substitute, until_on, name in absences.on_leave(work, today, list(self.of)):
            back = at(until_on + timedelta(days=1), time())
            if person_id in self.of:
                self.of[person_id].back, self.of[person_id].substitute = back, substitute
            desk = self.of.get(substitute) if substitute is not None else None
            if substitute is not None and desk is not None:
                instead[person_id], desk.names[person_id], desk.backs[person_id] = substitute, name, back
        for row in duty_rows.of_people(work, [*self.of.keys() | instead], period_of(self.now), today, today - OLD):
            for whose in {row.person_id, instead.get(row.person_id, row.person_id)} & self.of.keys():
                self.of[whose].rows.append(row)

    def items(self, person_id: int) -> list[Item]:
        """A person's open duties for the ladder."""
        return [self.item(row) for row in self._open(person_id)]

    def item(self, row: DutyRow) -> Item:
        """A duty for the ladder."""
        return item(row, self._offsets, row.id)

    def step(self, person_id: int, armed: Armed) -> Step:
        """What the ladder says to a person now."""
        state = self.state(person_id, armed)
        return self.memo.step(self._open(person_id), self._offsets, state, self.now, self.policy)

    def _open(self, person_id: int) -> list[DutyRow]:
        return [row for row in self.of[person_id].rows if row.open]

    def state(self, person_id: int, armed: Armed | None) -> State:
        """What is known of a person for the ladder."""
        back = self.of[person_id].back
        if armed is None:
            return State(away=back)
        return State(armed.listed, armed.said_at, armed.week_on, armed.week_said, armed.next_fire_at, back)

    def next(self, person_id: int, armed: Armed | None, listed: str = "") -> datetime | None:
        """When something is to be said to a person next, from now on. `listed`: a month that needs no list."""
        state = self.state(person_id, armed)
        back = max(state.away or self.now, self.now)
        state = replace(state, armed=None, away=back, listed=max(state.listed, listed))
        return self.memo.next(self._open(person_id), self._offsets, state, self.policy)

    def title(self, row: DutyRow) -> str:
        """What a duty is called."""
        return self._titles[row.template_id]


def current(rows: Sequence[DutyRow], period: str) -> list[DutyRow]:
    """The duties of a period among them."""
    return [each for each in rows if each.period == period]
