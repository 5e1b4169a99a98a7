"""Union organisations as people meet them: the one whose QR code they scanned, the one they name."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from storage import audit, orgs, people
from storage.orgs import Organisation
from storage.work import Work


def visit(work: Work, person_id: int, code: str) -> Organisation | None:
    """Somebody scanned a unit's code: note the unit unless they have one. None when the code is not ours."""
    org = orgs.by_code(work, code)
    if org is None:
        return None
    person = people.get(work, person_id)
    if person is not None and person.member_since is None:
        person.org_id = org.id
        work.session.add(person)
    return org


def of_person(work: Work, org_id: int | None) -> Organisation | None:
    """The unit a person scanned or belongs to."""
    return orgs.get(work, org_id) if org_id is not None else None


def named(work: Work, words: str) -> Organisation | None:
    """The unit of exactly this name or employer, else the only one that contains the words, else None."""
    found = orgs.search(work, words, limit=5)
    exact = [org for org in found if words in (org.name, org.employer)]
    if exact:
        return exact[0]
    return found[0] if len(found) == 1 else None


def load(work: Work, units: Iterable[Mapping[str, Any]], now: datetime) -> int:
    """Bring an organisation tree (as `content/demo.yaml` has it, parents first) into the database; idempotent."""
    count = 0
    for unit in units:
        parent = orgs.by_code(work, unit["parent"]) if unit.get("parent") else None
        orgs.put(work, unit["code"], unit["name"], unit["level"], unit.get("employer") or "", parent)
        count += 1
    audit.write(work, "cli", "load_units", "organisation:*", now, f"{count} units")
    return count


def appoint(work: Work, person_id: int, code: str, office: str, since: date) -> bool:
    """Give a person an office in a unit; false when there is no such unit."""
    org = orgs.by_code(work, code)
    if org is not None:
        orgs.appoint(work, org, person_id, office, since)
    return org is not None
