"""All tables in one place, for migrations and tests: importing this module makes `METADATA` complete."""

from storage import (
    applications,
    audit,
    broadcasts,
    budgets,
    cases,
    conversations,
    duties,
    inbox,
    jobs,
    knowledge,
    orgs,
    outbox,
    people,
    reminders,
    tokens,
)
from storage.base import Row

MODULES = (
    applications,
    audit,
    broadcasts,
    budgets,
    cases,
    conversations,
    duties,
    inbox,
    jobs,
    knowledge,
    orgs,
    outbox,
    people,
    reminders,
    tokens,
)
METADATA = Row.metadata
