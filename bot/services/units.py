"""Union organisations as people meet them: the one whose QR code they scanned, the tree that is brought in."""

from collections.abc import Iterable, Mapping
from datetime import datetime
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


def load(work: Work, units: Iterable[Mapping[str, Any]], now: datetime) -> int:
    """Bring an organisation tree (as `content/demo.yaml` has it, parents first) into the database; idempotent."""
    count = 0
    for unit in units:
        parent = orgs.by_code(work, unit["parent"]) if unit.get("parent") else None
        orgs.put(
            work, unit["code"], unit["name"], unit["level"], unit.get("employer") or "", parent, unit.get("trade") or ""
        )
        count += 1
    audit.write(work, "cli", "load_units", "organisation:*", now, f"{count} units")
    return count
