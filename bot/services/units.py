"""Union organisations as people meet them: the one whose QR code they scanned, the tree that is brought in."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.errors import Refusal
from storage import audit, orgs, people
from storage.orgs import Organisation
from storage.work import Work


class UnknownUnit(Refusal):
    """There is no organisation of that code."""


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


def new_binding(work: Work, code: str, office: str, days: int, now: datetime) -> str:
    """A fresh one-time binding code (120 random bits). Raises UnknownUnit."""
    if not 1 <= len(office.strip()) <= 16:
        raise UnknownUnit("职务要写 1 到 16 个字。")
    org = orgs.by_code(work, code)
    if org is None:
        raise UnknownUnit(f"没有编码为 {code} 的组织。")
    binding = secrets.token_hex(15)
    orgs.put_binding(work, binding, org, office, now + timedelta(days=days))
    audit.write(work, "cli", "new_binding", f"organisation:{org.id}", now, office)
    return binding
