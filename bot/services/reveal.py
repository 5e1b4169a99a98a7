"""Looking at a whole number: one value of one person, for a reason that is written down with the account's name."""

from collections.abc import Mapping
from datetime import datetime

from bot.errors import Refusal
from bot.forms.personal import telling
from bot.services import admissions, roster
from bot.services.actors import Actor, require
from storage import applications, audit, members
from storage.applications import Application
from storage.members import Member
from storage.seal import Unsealable
from storage.work import Work

FIELDS = {"id_number": "身份证号", "mobile": "手机号"}
PURPOSES: Mapping[str, Mapping[str, str]] = {
    "application": {"id_number": applications.ID_PURPOSE, "mobile": applications.MOBILE_PURPOSE},
    "member": {"id_number": members.ID_PURPOSE, "mobile": members.MOBILE_PURPOSE},
}
REASON_CHARS = (4, 100)


class BadReason(Refusal):
    """The reason is too short, too long, or holds personal data itself."""


class NotKept(Refusal):
    """There is no such value (any more), or its key is gone."""

    words = "这一项没有保存，或者已经按规定删除了。"


def open_value(work: Work, actor: Actor, kind: str, row_id: int, field: str, reason: str, now: datetime) -> str:
    """The clear value of a field of `FIELDS` of an application or a member; the audit line commits with it.

    `kind` is a key of `PURPOSES`. Raises NotAllowed (right, branch), BadReason, NotKept, NoApplication, NoRequest;
    KeyError for another kind or field.
    """
    require(actor, "reveal")
    purpose = PURPOSES[kind][field]
    row = _row(work, actor, kind, row_id)
    reason = checked_reason(reason, row.name)
    sealed = row.id_number if field == "id_number" else row.mobile
    if sealed is None:
        raise NotKept
    try:
        value = work.seal.open(sealed, purpose)
    except Unsealable:
        raise NotKept("这一项现在打不开：加密用的密钥换过了。请联系管理员。") from None
    audit.write(work, f"staff:{actor.name}", "reveal", f"{kind}:{row_id}", now, f"{FIELDS[field]}：{reason}")
    return value


def _row(work: Work, actor: Actor, kind: str, row_id: int) -> Application | Member:
    if kind == "application":
        return admissions.find(work, actor, row_id)
    return roster.seen(work, actor, row_id)[0]


def checked_reason(reason: str, name: str = "") -> str:
    """One line of 4 to 100 characters, without long numbers and without the person's name. Raises BadReason."""
    reason = " ".join("".join(each if each.isprintable() else " " for each in reason).split())
    shortest, longest = REASON_CHARS
    if not shortest <= len(reason) <= longest:
        raise BadReason(f"请写明原因，{shortest}到{longest}个字，现在是{len(reason)}个字。")
    if telling(reason, name):
        raise BadReason("原因会长期保存，里面请不要写姓名、身份证号、电话等个人信息。")
    return reason
