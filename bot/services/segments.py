"""Whom a broadcast is for: the rule that staff chose, checked."""

from collections.abc import Mapping
from typing import Any

from storage.audience import Rule, Term


def parse(raw: Mapping[str, Any]) -> Rule:
    """The rule of a segment as it is stored."""
    return Rule(tuple(_term(each) for each in raw.get("all", ())), tuple(_term(each) for each in raw.get("none", ())))


def _term(raw: Mapping[str, Any]) -> Term:
    ((kind, value),) = raw.items()
    return Term(kind, (value,))
