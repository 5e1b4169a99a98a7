"""A branch of the organisation tree as conditions of a query: what belongs to people or places below a path."""

from typing import Any

import sqlalchemy as sa

from storage.base import table
from storage.orgs import Organisation
from storage.people import Person

Conditions = list[sa.ColumnElement[bool]]


def of_people(person_id: sa.ColumnElement[Any], path: str | None) -> Conditions:
    """That a person is of a union below a path; nothing to demand without one."""
    person = table(Person)
    return [] if path is None else [person_id.in_(sa.select(person.c.id).where(*of_places(person.c.org_id, path)))]


def of_places(org_id: sa.ColumnElement[Any], path: str | None) -> Conditions:
    """That an organisation is below a path; nothing to demand without one."""
    org = table(Organisation)
    below = org.c.path.startswith(path, autoescape=True) if path is not None else None
    return [] if below is None else [org_id.in_(sa.select(org.c.id).where(below))]
