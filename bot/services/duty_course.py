"""One duty as staff see it: what happened to it so far, what is asked, its numbers and its evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.calendar import say_day
from bot.clock import local
from bot.services import catalogue
from bot.services.actors import Actor, require
from bot.services.duty_deeds import NoDuty, find, mark_of
from bot.services.duty_evidence import WITHOUT_PROOF
from bot.services.house import House
from bot.services.overview import DUTIES, STATES
from bot.services.reveal import NotKept, checked_reason
from storage import absences, audit, duties, duty_course
from storage.absences import Away
from storage.duties import OPEN
from storage.duty_course import Held
from storage.duty_requests import REASON, DutyRequest
from storage.evidence import BODY, Evidence
from storage.reminders import Firing
from storage.seal import Unsealable
from storage.work import Work

LOST = "（打不开，加密用的密钥换过了）"
STEPS = {
    "acknowledged": "收到",
    "progress": "报进度",
    "number": "报数字",
    "evidence": "交佐证",
    "done": "完成",
    "reopened": "改回没有完成",
    "asked": "提出申请",
    "withdrawn": "撤回申请",
    "moved": "改期限",
    "refused": "申请没有批准",
    "reassigned": "转给同事",
    "excused": "免去",
    "escalated": "上报上级",
    "untold": "该上报了，上级没有在任干部，未通报",
}
FIRED = {
    "said": "提醒",
    "merged": "提醒，并进下一次一起说",
    "missed": "错过的提醒，没有补发",
    "moot": "不用再提醒",
    "unreachable": "提醒不了，联系不上",
}
ASKS = {"extend": "延期", "hand_over": "转给同事"}
ASK_STATES = {"pending": "等待决定", "granted": "已批准", "refused": "没有批准", "withdrawn": "已失效"}
TAKEN_BACK = "本人已撤回"
KINDS = {"photo": "照片", "file": "文件", "text": "文字"}
KEPT = {
    "waiting": "正在取回",
    "kept": "已保存",
    "lost": "平台已删除，取不回",
    "refused": "没有收下",
    "erased": "已按规定删除",
}
NOTES = KINDS | {"reason": "没有佐证的原因", WITHOUT_PROOF: "没有佐证"}
HIDDEN_NOTES = ("reassigned", "asked", "withdrawn")  # they hold ids of rows


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `who` is empty where nobody did it."""

    at: datetime
    what: str
    who: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request about the duty."""

    id: int
    kind: str
    state: str
    wanted: str
    reason: str
    created_at: datetime
    decided: str
    pending: bool


@dataclass(frozen=True, slots=True)
class Course:
    """Everything on the page of a duty. `mark` is how it stands; `colleagues` could do it instead.

    `vacant`: its holder left, and nobody has it.
    """

    held: Held
    state: str
    mark: str
    today: date
    open: bool
    overdue: bool
    events: Sequence[Event]
    asks: Sequence[Ask]
    numbers: Sequence[tuple[str, str, str]]
    evidence: Sequence[Any]
    colleagues: Sequence[tuple[int, str]]
    vacant: bool


def course(work: Work, actor: Actor, duty_id: int, house: House, now: datetime) -> Course:
    """One duty of the actor's branch. Raises NoDuty, NotAllowed."""
    found, today = find(work, actor, duty_id), local(now).date()
    duty, asked = found.duty, list(duty_course.requests_of(work, duty_id))
    holders = duty_course.holders(work, found.org.id, today)
    still = duty.state in OPEN
    return Course(
        held=found,
        state=state_words(duty.state, duty.deadline, duty.done_at, today),
        mark=mark_of(found, asked),
        today=today,
        open=still,
        overdue=still and duty.deadline < today,
        events=_events(work, found, asked),
        asks=[_ask(work, each) for each in asked],
        numbers=_numbers(work, found),
        evidence=duty_course.evidence_of(work, duty_id),
        vacant=duties.is_vacant(work, duty, today),
        colleagues=_colleagues(work, [each for each in holders if each[0] != duty.person_id], today),
    )


def _colleagues(work: Work, holders: Sequence[tuple[int, str, str]], today: date) -> list[tuple[int, str]]:
    """Who could do it, with who is on leave until when."""
    away = {each.person_id: each for each in absences.on_leave(work, today, [who for who, _, _ in holders])}
    return [(who, f"{office} {name}".strip() + _say_away(away.get(who))) for who, office, name in holders]


def _say_away(away: Away | None) -> str:
    if away is None:
        return ""
    return f"（请假到{say_day(away.until_on)}，{'有人代' if away.substitute_id is not None else '没有人代'}）"


def state_words(state: str, deadline: date, done_at: datetime | None, today: date) -> str:
    """How a duty stands, in words."""
    if state == "done" and done_at is not None and local(done_at).date() > deadline:
        return "逾期完成"
    late = state in OPEN and deadline < today
    return f"{DUTIES[state]}，已逾期" if late else DUTIES[state]


def _events(work: Work, found: Held, asked: Sequence[DutyRequest]) -> list[Event]:
    duty, names = found.duty, catalogue.names(work)
    events = [Event(duty.created_at, "下发")]
    told = duty_course.told(work, duty.told_id) if duty.told_id is not None else None
    if told is not None:
        events.append(Event(told[0], "随当月清单发给本人", note=STATES.get(told[1], told[1])))
    if duty.delivered_at is not None:
        events.append(Event(duty.delivered_at, "平台送达"))
    steps = duties.steps_of(work, duty.id)
    for each in steps:
        note = "" if each.what in HIDDEN_NOTES else NOTES.get(each.note, each.note)
        events.append(Event(each.at, STEPS.get(each.what, each.what), _who(each.actor, duty.person_id, names), note))
    for what, moment in (("acknowledged", duty.acknowledged_at), ("done", duty.done_at)):
        if moment is not None and not any(each.what == what for each in steps):
            events.append(Event(moment, STEPS[what], "干部本人"))
    people = {duty.person_id, found.office.person_id, *(each.person_id for each in asked)}
    events += [_fired(each, duty.id) for each in duty_course.firings_of(work, people, duty.id, duty.created_at)]
    return sorted(events, key=lambda each: each.at)


def _who(actor: str, person_id: int, names: Mapping[str, str]) -> str:
    kind, _, name = actor.partition(":")
    if kind == "person":
        return "干部本人" if name == str(person_id) else "同事"
    return names.get(name, name) if kind == "staff" else "自动任务"


def _fired(firing: Firing, duty_id: int) -> Event:
    step = next(part[1] for part in firing.parts if part[0] == duty_id)
    return Event(firing.at, FIRED.get(firing.result, firing.result), note=_say_step(step))


def _say_step(step: object) -> str:
    if not isinstance(step, int):
        return "月初清单"
    if step == 0:
        return "到期当天"
    return f"到期前{-step}天" if step < 0 else f"到期后{step}天"


def _ask(work: Work, row: DutyRequest) -> Ask:
    decided = f"{local(row.decided_at):%Y-%m-%d %H:%M}" if row.decided_at else ""
    return Ask(
        row.id,
        ASKS.get(row.kind, row.kind),
        TAKEN_BACK if row.state == "withdrawn" and row.decided_by.startswith("person:") else ASK_STATES[row.state],
        f"到{say_day(row.wanted_on)}" if row.wanted_on else "",
        work.seal.open_or(LOST, row.reason, REASON),
        row.created_at,
        decided,
        row.state == "pending",
    )


def _numbers(work: Work, found: Held) -> list[tuple[str, str, str]]:
    """What was asked for, with what was reported: label, number with unit, when."""
    kept = duty_course.values_of(work, found.duty.id)
    lines = []
    for each in found.template.numbers or ():
        value = kept.get(each["key"])
        said = f"{say_number(value.hundredths)} {each['unit']}" if value else "还没有报"
        lines.append((each["label"], said, f"{local(value.at):%Y-%m-%d %H:%M}" if value else ""))
    return lines


def say_number(hundredths: int) -> str:
    """A number kept in hundredths as people write it: 1200 is 12, 50 is 0.5."""
    whole, rest = divmod(abs(hundredths), 100)
    sign = "-" if hundredths < 0 else ""
    return f"{sign}{whole}" + (f".{rest:02}".rstrip("0") if rest else "")


def open_evidence(
    work: Work, actor: Actor, duty_id: int, evidence_id: int, reason: str, now: datetime
) -> tuple[Evidence, str]:
    """One kept piece with its content: words, or base64 of a picture or file. The audit line commits with it.

    Raises NotAllowed, NoDuty, BadReason, NotKept.
    """
    require(actor, "reveal")
    found = find(work, actor, duty_id)
    piece = duty_course.evidence(work, evidence_id)
    if piece is None or piece.duty_id != duty_id:
        raise NoDuty
    reason = checked_reason(reason, found.person.name)
    if piece.state != "kept" or piece.body is None:
        raise NotKept
    try:
        body = work.seal.open(piece.body, BODY)
    except Unsealable:
        raise NotKept("这一项现在打不开：加密用的密钥换过了。请联系管理员。") from None
    audit.write(work, f"staff:{actor.name}", "evidence_look", f"duty:{duty_id}", now, f"{KINDS[piece.kind]}：{reason}")
    return piece, body
