"""Staff correct what is registered of a member against a document: checked, sealed, audited masked, the member told.

What members may ask for by chat (mobile, employer) goes through `member_requests`; both end in `members.correct`.
"""

from collections.abc import Mapping
from datetime import date, datetime

from bot import member_texts as texts
from bot.calendar import say_date
from bot.clock import local
from bot.errors import Refusal
from bot.forms.fields import id_number, mobile, organisation, person_name
from bot.forms.model import Field, FieldError
from bot.services import letters, members, reveal, roster
from bot.services.actors import Actor, NotAllowed, require
from bot.services.member_deeds import ShownBefore, theirs
from storage import audit
from storage.members import ID_PURPOSE, MOBILE_PURPOSE, Member
from storage.seal import Unsealable
from storage.work import Work

STATUSES = ("在岗", "劳务派遣", "平台就业", "灵活就业", "待岗", "失业", "退休", "退职", "退养", "病休", "其他")
YES_NO = {True: "是", False: "否", None: ""}
LABELS = {
    "name": "姓名",
    "id_number": "身份证号",
    "mobile": "手机号",
    "employer": "工作单位",
    "work_status": "就业状况",
    "migrant": "是否农民工",
}
_TYPED: Mapping[str, Field] = {
    "name": person_name(),
    "id_number": id_number(),
    "mobile": mobile(),
    "employer": organisation(),
}
_PICKED: Mapping[str, tuple[str, ...]] = {"work_status": STATUSES, "migrant": ("是", "否")}


class BadFacts(Refusal):
    """Something typed cannot be taken; `problems` has a Chinese sentence for each such field."""

    words = "有几项没有填对，请看下面。"

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__()
        self.problems = dict(problems)


def facts(work: Work, actor: Actor, member_id: int) -> tuple[Member, dict[str, str], str]:
    """A member of the actor's branch, what is registered with numbers masked, and its mark. Raises as `correct`."""
    require(actor, "decide")
    member, org = roster.seen(work, actor, member_id)
    if not actor.within(org.path):
        raise NotAllowed(texts.NOT_YOURS)
    return member, _shown(_facts(work, member)), members.mark_of(member)


def _facts(work: Work, member: Member) -> dict[str, str]:
    return {
        "name": member.name,
        "id_number": _opened(work, member.id_number, ID_PURPOSE),
        "mobile": _opened(work, member.mobile, MOBILE_PURPOSE),
        "employer": member.employer,
        "work_status": member.work_status,
        "migrant": YES_NO[member.migrant],
    }


def _opened(work: Work, sealed: bytes | None, purpose: str) -> str:
    """The number, empty where there is none, or where its key is gone: then it can be typed anew."""
    try:
        return work.seal.open(sealed, purpose) if sealed else ""
    except Unsealable:
        return ""


def _shown(known: Mapping[str, str]) -> dict[str, str]:
    """Facts as pages show them."""
    return {key: _TYPED[key].show(value) if key in _TYPED and value else value for key, value in known.items()}


def correct(
    work: Work, actor: Actor, member_id: int, given: Mapping[str, str], reason: str, seen: str, now: datetime
) -> None:
    """Change what was typed anew; empty is left as it is. One audit line a field: masked before, after, the reason.

    Raises NoRequest, NotAllowed, ShownBefore, BadFacts, NotNow, AlreadyMember.
    """
    require(actor, "decide")
    member, unit = theirs(work, actor, member_id)
    if seen != members.mark_of(member):
        raise ShownBefore
    before = _facts(work, member)
    changes = _changes(given, before, local(now).date(), _wrong_reason(reason, member.name, given.get("name", "")))
    reason, who = reveal.checked_reason(reason), f"staff:{actor.name}"
    named = "、".join(LABELS[key] for key in changes)
    members.correct(work, member, changes, f"{named}：{reason}", who, now)
    for key, value in changes.items():
        note = f"{LABELS[key]} {_hidden(key, before[key])} → {_hidden(key, value)}：{reason}"
        audit.write(work, who, "member_correct", f"member:{member.id}", now, note)
    if member.person_id is not None:
        day = say_date(local(now).date())
        words = texts.LETTER_CORRECTED.format(unit=unit, day=day, fields=named, reason=reason)
        letters.plant(work, f"member:{member.id}:correct:{int(now.timestamp())}", member.person_id, words, now)


def _changes(given: Mapping[str, str], before: Mapping[str, str], today: date, wrong: dict[str, str]) -> dict[str, str]:
    """What is new of what was typed. Raises BadFacts, together with what is `wrong` already."""
    changes, problems = {}, dict(wrong)
    for key in LABELS:
        typed = given.get(key, "").strip()
        if not typed:
            continue
        try:
            changes[key] = typed if typed == before[key] else _value(key, typed, today)
        except FieldError as error:
            problems[key] = error.words
    if problems:
        raise BadFacts(problems)
    return {key: value for key, value in changes.items() if value != before[key]}


def _value(key: str, typed: str, today: date) -> str:
    if key in _TYPED:
        return str(_TYPED[key].parse(typed, today))
    if typed not in _PICKED[key]:
        raise FieldError("请从列出的里面选。")
    return typed


def _wrong_reason(reason: str, *names: str) -> dict[str, str]:
    """The reason is kept for good and read by the member: no names, no numbers."""
    try:
        for name in names:
            reveal.checked_reason(reason, name.strip())
    except reveal.BadReason as refusal:
        return {"reason": refusal.words}
    return {}


def _hidden(key: str, value: str) -> str:
    """A fact as the audit trail may keep it: numbers masked, of names and employers the first letter."""
    if not value:
        return "（空）"
    return f"{value[0]}**" if key in ("name", "employer") else _shown({key: value})[key]
