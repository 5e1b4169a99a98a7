"""Handing a person over to a person, and what staff then do: take a case, answer, close it.

Staff see what a case is about, never what was written; a person is 访客 with four digits of an internal id.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import texts
from bot.calendar import working_time
from bot.errors import Refusal
from bot.services import letters
from bot.services.actors import Actor, NotAllowed, require
from bot.services.house import House
from storage import audit, cases, orgs, people
from storage import letters as planted
from storage.cases import Case
from storage.work import Work

TITLES = {
    "human": "要求转人工",
    "membership": "入会申请需要帮助",
    "minor": "未满16周岁的人申请入会",
    "id_used": "有人用这个人的证件号申请入会，没有收下，请向本人核对",
    "id_tried": "多次用已经登记的证件号申请入会，请核对是不是本人",
    "stepped_down": "干部自己解除了职务绑定，请核对并安排接任",
    "privacy": "要求删除个人信息或撤回同意，请核对后答复",
}
REPLY_CHARS = (2, 500)
OUTCOME_CHARS = 200
REPLY_PURPOSE = "case.reply"


class NoCase(Refusal):
    """There is no such open case, or what was written for it cannot be taken."""


def hand_over(work: Work, person_id: int, topic: str, now: datetime, urgent: bool = False) -> bool:
    """Open a case for the staff; returns whether it is new. One open case per person and topic."""
    case, fresh = cases.open_case(work, person_id, topic[:32], now, urgent)
    if fresh:
        audit.write(work, f"person:{person_id}", "hand_over", f"case:{case.id}", now, topic)
    return fresh


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case as staff see it. `waited` is working time since it was opened; `replies` are letters about it."""

    id: int
    title: str
    visitor: str
    sensitive: bool
    urgent: bool
    times: int
    state: str
    opened_at: datetime
    waited: timedelta
    assignee: str
    outcome: str
    closed_at: datetime | None
    replies: dict[str, int]


def listing(work: Work, actor: Actor, state: str, house: House, now: datetime) -> list[CaseLine]:
    """Cases of the actor's branch: open ones urgent first, then the oldest; closed ones the newest first."""
    require(actor, "cases")
    return [_line(work, each, house, now) for each in cases.listed(work, state, actor.path)]


def one(work: Work, actor: Actor, case_id: int, house: House, now: datetime) -> CaseLine:
    """One case. Raises NoCase, NotAllowed."""
    return _line(work, _mine(work, actor, case_id), house, now)


def _line(work: Work, case: Case, house: House, now: datetime) -> CaseLine:
    sensitive = house.sensitive.title(case.topic)
    return CaseLine(
        id=case.id,
        title=sensitive or _title(case.topic, house),
        visitor=f"访客{case.person_id % 10_000:04d}",
        sensitive=bool(sensitive),
        urgent=case.urgent,
        times=case.times,
        state=case.state,
        opened_at=case.opened_at,
        waited=working_time(case.opened_at, case.closed_at or now, house.hours),
        assignee=case.assignee,
        outcome=case.outcome,
        closed_at=case.closed_at,
        replies=planted.states_of(work, f"case:{case.id}:"),
    )


def _title(topic: str, house: House) -> str:
    entry = house.knowledge.get(topic)
    return TITLES.get(topic) or (f"问了“{entry.question}”" if entry else "需要人工帮助")


def take(work: Work, actor: Actor, case_id: int, now: datetime) -> Case:
    """The actor takes a case up, also from a colleague. Raises NoCase, NotAllowed."""
    case = _open(work, actor, case_id)
    case.assignee = actor.name
    work.session.add(case)
    audit.write(work, f"staff:{actor.name}", "case_take", f"case:{case_id}", now)
    return case


def close(work: Work, actor: Actor, case_id: int, outcome: str, now: datetime) -> Case:
    """It is dealt with; `outcome` says how, without personal data. Raises NoCase, NotAllowed."""
    outcome = " ".join(outcome.split())
    if not 2 <= len(outcome) <= OUTCOME_CHARS:
        raise NoCase(f"请写明处理结果，2到{OUTCOME_CHARS}个字，不要写姓名、电话等个人信息。")
    case = _open(work, actor, case_id)
    case.state, case.outcome, case.closed_at = "closed", outcome, now
    case.assignee = case.assignee or actor.name
    work.session.add(case)
    audit.write(work, f"staff:{actor.name}", "case_close", f"case:{case_id}", now)
    return case


def reply(work: Work, actor: Actor, case_id: int, words: str, now: datetime) -> bool:
    """Owe the person these words as a letter; the same words again are one letter. Raises NoCase, NotAllowed."""
    words = "".join(each for each in words.replace("\r\n", "\n") if each == "\n" or each.isprintable()).strip()
    shortest, longest = REPLY_CHARS
    if not shortest <= len(words) <= longest:
        raise NoCase(f"回复要写{shortest}到{longest}个字，现在是{len(words)}个字。")
    case = _open(work, actor, case_id)
    case.assignee = case.assignee or actor.name
    work.session.add(case)
    key = f"case:{case_id}:{work.seal.fingerprint(words, REPLY_PURPOSE)[:24]}"
    fresh = letters.plant(work, key, case.person_id, texts.LETTER_CASE.format(words=words), now)
    if fresh:
        audit.write(work, f"staff:{actor.name}", "case_reply", f"case:{case_id}", now)
    return fresh


def _open(work: Work, actor: Actor, case_id: int) -> Case:
    case = _mine(work, actor, case_id)
    if case.state != "open":
        raise NoCase("这件事已经办结了，请刷新页面看看。")
    return case


def _mine(work: Work, actor: Actor, case_id: int) -> Case:
    require(actor, "cases")
    case = cases.get(work, case_id)
    if case is None:
        raise NoCase("没有这件事。")
    if actor.path is not None:
        person = people.get(work, case.person_id)
        org_id = case.org_id or (person.org_id if person else None)
        org = orgs.get(work, org_id) if org_id else None
        if org is None or not actor.within(org.path):
            raise NotAllowed("这件事不归您所在的工会处理。")
    return case
