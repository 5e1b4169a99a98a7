"""Employers without a union that people wanted to join at (建会线索): who looks into it, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from bot.errors import Refusal
from bot.services.actors import Actor, NotAllowed, require, require_branch
from storage import audit, leads, orgs
from storage.leads import Lead
from storage.orgs import Organisation
from storage.work import Work

OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "founded": "已经建会",
        "joined": "职工并入联合工会",
        "known": "原来就有工会，已补录",
        "not_yet": "走访过，暂时建不了",
        "wrong": "单位不存在或不在本地",
    }
)
REMARK_CHARS = 100


class NoLead(Refusal):
    """There is no such open lead, or what was written for it cannot be taken."""


@dataclass(frozen=True, slots=True)
class LeadLine:
    """One employer as staff see it. `asked`: applications that named it; `union` looks into it, may be empty."""

    id: int
    employer: str
    asked: int
    union: str
    org_id: int | None
    state: str
    outcome: str
    first_at: datetime
    last_at: datetime
    closed_at: datetime | None


def listing(work: Work, actor: Actor, state: str, branch: int | None = None) -> list[LeadLine]:
    """Leads of the actor's branch, or of one below it: open ones the most asked first, closed ones the last first."""
    require(actor, "cases")
    return [_line(lead, org) for lead, org in leads.listed(work, state, _path(work, actor, branch))]


def totals(work: Work, actor: Actor, branch: int | None = None) -> tuple[int, int]:
    """How many leads are open, and in how many applications their employers were named."""
    require(actor, "cases")
    return leads.totals(work, _path(work, actor, branch))


def _path(work: Work, actor: Actor, branch: int | None) -> str | None:
    org = orgs.get(work, branch) if branch else None
    return org.path if org is not None and actor.within(org.path) else actor.path


def branches(work: Work, actor: Actor) -> list[tuple[int, str]]:
    """The districts and streets of the actor's branch, by id and name."""
    return [(org.id, org.name) for org in orgs.branches(work, actor.path or "/")]


def one(work: Work, actor: Actor, lead_id: int) -> LeadLine:
    """One lead. Raises NoLead, NotAllowed."""
    lead = _mine(work, actor, leads.get(work, lead_id))
    return _line(lead, orgs.get(work, lead.org_id) if lead.org_id else None)


def pass_on(work: Work, actor: Actor, lead_id: int, org_id: int, now: datetime) -> None:
    """Another union of the actor's branch looks into it. Raises NoLead, NotAllowed."""
    lead = _open(work, actor, lead_id)
    if not org_id:
        raise NoLead("请选择由哪个工会跟进。")
    require_branch(work, actor, org_id)
    lead.org_id = org_id
    work.session.add(lead)
    audit.write(work, f"staff:{actor.name}", "lead_pass", f"lead:{lead_id}", now, f"organisation:{org_id}")


def close(work: Work, actor: Actor, lead_id: int, outcome: str, remark: str, now: datetime) -> None:
    """How it ended: a key of OUTCOMES, and perhaps a remark without personal data. Raises NoLead, NotAllowed."""
    remark = " ".join("".join(each if each.isprintable() else " " for each in remark).split())
    if outcome not in OUTCOMES:
        raise NoLead("请选择结果。")
    if len(remark) > REMARK_CHARS:
        raise NoLead(f"说明最多{REMARK_CHARS}个字，现在是{len(remark)}个字。")
    lead = _open(work, actor, lead_id)
    words = OUTCOMES[outcome]
    lead.state, lead.closed_at, lead.outcome = "closed", now, f"{words}：{remark}" if remark else words
    work.session.add(lead)
    audit.write(work, f"staff:{actor.name}", "lead_close", f"lead:{lead_id}", now, words)


def _open(work: Work, actor: Actor, lead_id: int) -> Lead:
    lead = _mine(work, actor, leads.for_change(work, lead_id))
    if lead.state != "open":
        raise NoLead("这条线索已经办结了，请刷新页面看看。")
    return lead


def _mine(work: Work, actor: Actor, lead: Lead | None) -> Lead:
    require(actor, "cases")
    if lead is None:
        raise NoLead("没有这条线索。")
    if actor.path is not None:
        org = orgs.get(work, lead.org_id) if lead.org_id else None
        if org is None or not actor.within(org.path):
            raise NotAllowed("这条线索不归您所在的工会跟进。")
    return lead


def _line(lead: Lead, org: Organisation | None) -> LeadLine:
    return LeadLine(
        id=lead.id,
        employer=lead.employer,
        asked=lead.asked,
        union=org.name if org else "",
        org_id=lead.org_id,
        state=lead.state,
        outcome=lead.outcome,
        first_at=lead.first_at,
        last_at=lead.last_at,
        closed_at=lead.closed_at,
    )
