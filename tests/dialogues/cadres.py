"""What happens to cadres outside the chat in a dialogue: they get a name, an office, a leave with a substitute."""

from datetime import date
from typing import Any

from bot.testing import Talk
from storage import orgs, people
from storage.absences import Absence
from storage.work import Work


def happen(talk: Talk, user: str, what: dict[str, Any]) -> None:
    """`{name: 张三}` names the one who speaks, `{office: 经办人, union: jixie}` appoints them, and
    `{leave: [2026-11-25, 2026-11-30], substitute: 李四}` sends them on leave.
    """

    def job(work: Work) -> None:
        person_id = _person(work, user)
        if "name" in what:
            person = people.get(work, person_id)
            assert person is not None
            person.name = what["name"]
            work.session.add(person)
        if "office" in what:
            org = orgs.by_code(work, what.get("union", "jixie"))
            assert org is not None
            orgs.appoint(work, org, person_id, what["office"], date(2026, 1, 1))
        if "leave" in what:
            first, last = (date.fromisoformat(str(day)) for day in what["leave"])
            _leave(talk, work, person_id, _person(work, what["substitute"]), first, last)

    talk.database.writer.run(job)


def _person(work: Work, user: str) -> int:
    address = people.find(work, "talk", user)
    assert address is not None
    return address.person_id


def _leave(talk: Talk, work: Work, person_id: int, substitute_id: int, first: date, last: date) -> None:
    values = {"person_id": person_id, "substitute_id": substitute_id, "from_on": first, "until_on": last}
    work.append(Absence, {"id": work.new_id(), "state": "open", "by": "test", "at": talk.clock.now(), **values})
