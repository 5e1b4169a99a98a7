"""All tables in one place, for migrations and tests: importing this module makes `METADATA` complete."""

from storage import (
    applications,
    audit,
    broadcasts,
    budgets,
    cases,
    conversations,
    duties,
    embeddings,
    inbox,
    jobs,
    knowledge,
    letters,
    misses,
    orgs,
    outbox,
    people,
    reminders,
    revisions,
    staff,
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
    embeddings,
    inbox,
    jobs,
    knowledge,
    letters,
    misses,
    orgs,
    outbox,
    people,
    reminders,
    revisions,
    staff,
    tokens,
)
METADATA = Row.metadata
