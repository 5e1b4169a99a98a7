"""What staff may do to a notice, as the console asks and tells it; the rules are those of `broadcast_states.py`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.console.addresses import number
from bot.console.notice_form import moment
from bot.services import broadcast_again as again
from bot.services import broadcast_expected, broadcast_recall, group_copies
from bot.services import broadcast_states as states
from bot.services.actors import Actor
from bot.services.broadcast_again import Counted
from bot.services.broadcast_expected import Expected
from bot.services.broadcast_results import Progress
from bot.services.broadcasts import BadNotice
from bot.services.house import House
from storage.work import Work

Form = Mapping[str, str]
Do = Callable[..., str]  # (work, actor, notice, form, now, house), and `counted` where that was asked
Count = Callable[[Work, Actor, int, Form, datetime], Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """A deed: `label` leads to the page that asks (`title`, `words`), `button` does it. `do` gives the flash's key.

    `direct`: its form stands on another page and nothing asks first. `about`: what it means for how many people.
    `count`: what `do` must know of the people, asked before it and beside the writer, because it may take seconds.
    """

    name: str
    do: Do
    label: str
    title: str = ""
    words: str = ""
    button: str = ""
    kind: str = "quiet"
    direct: bool = False
    back: str = ""
    about: Callable[[Progress], str] | None = None
    count: Count | None = None
    useful: Callable[[Progress], object] = lambda progress: True  # whether there is anybody to do it for

    @property
    def right(self) -> str:
        """The right it takes, a key of `actors.RIGHTS`."""
        return states.DEEDS[self.name].right


def _read(form: Form, name: str) -> int:
    """A number of the page that was read; what is none, or is missing, is of no page."""
    found = number(form.get(name, ""))
    return -1 if found is None else found


def _expected(work: Work, actor: Actor, notice_id: int, form: Form, now: datetime) -> Expected:
    return broadcast_expected.of_notice(work, actor, notice_id, now)


def _submit(
    work: Work, actor: Actor, notice_id: int, form: Form, now: datetime, house: House, counted: Expected
) -> str:
    made = states.submit(work, actor, notice_id, now, house, counted, _read(form, "version"))
    return "notice_submitted" if made.state == "pending" else "notice_going"


def _approve(work: Work, actor: Actor, notice_id: int, form: Form, now: datetime, house: House) -> str:
    made = states.approve(work, actor, notice_id, now, house, _read(form, "version"), _read(form, "people"))
    return "notice_approved" if made.state == "scheduled" else "notice_choose"


def _reject(work: Work, actor: Actor, notice_id: int, form: Form, now: datetime, house: House) -> str:
    states.reject(work, actor, notice_id, form.get("note", ""), now, house, _read(form, "version"))
    return "notice_rejected"


def _schedule(work: Work, actor: Actor, notice_id: int, form: Form, now: datetime, house: House) -> str:
    at = moment(form.get("day", ""), form.get("time", "")) if form.get("when") == "at" else None
    if at is None and form.get("when") == "at":
        raise BadNotice("请选哪一天、几点发。")
    states.schedule(work, actor, notice_id, at, now, house)
    return "notice_scheduled"


def _resume(work: Work, actor: Actor, notice_id: int, form: Form, now: datetime, house: House) -> str:
    hours = form.get("hours", "").strip()
    if hours and not (hours.isascii() and hours.isdigit() and len(hours) < 5):
        raise BadNotice("请写小时数，例如 24。")
    states.resume(work, actor, notice_id, now, house, int(hours) if hours else None)
    return "notice_resumed"


def _missed(work: Work, actor: Actor, notice_id: int, form: Form, now: datetime) -> Counted:
    return again.missed(work, actor, notice_id, now, "unknown" in form)


def _resend(work: Work, actor: Actor, notice_id: int, form: Form, now: datetime, house: House, counted: Counted) -> str:
    again.resend_failed(work, actor, notice_id, now, house, counted, "unknown" in form)
    return "notice_resent"


def _to_nudge(work: Work, actor: Actor, notice_id: int, form: Form, now: datetime) -> Counted:
    return again.silent(work, actor, notice_id, now)


def _nudge(work: Work, actor: Actor, notice_id: int, form: Form, now: datetime, house: House, counted: Counted) -> str:
    again.nudge_silent(work, actor, notice_id, now, house, counted)
    return "notice_nudged"


def _group(work: Work, actor: Actor, notice_id: int, form: Form, now: datetime, house: House) -> str:
    group_copies.mark(work, actor, notice_id, number(form.get("groups", "")) or 0, now)
    return "notice_grouped"


def _plain(deed: Callable[..., object], flash: str) -> Do:
    def do(work: Work, actor: Actor, notice_id: int, form: Form, now: datetime, house: House) -> str:
        deed(work, actor, notice_id, now, house)
        return flash

    return do


def _still_waiting(progress: Progress) -> str:
    return f"现在送达 {progress.reached} 人，还有 {progress.waiting} 人没有发。"


def _kept(progress: Progress) -> str:
    return f"已经送达 {progress.reached} 人；{progress.states.get('kept', 0)} 人还没看到，要等下次联系时告知。"


def _not_reached(progress: Progress) -> str:
    unsure = progress.states.get("unknown", 0)
    return f"没有送达的 {progress.not_reached} 人" + (f"，另有 {unsure} 人结果不明。" if unsure else "。")


def _silent(progress: Progress) -> str:
    before = f"，其中 {progress.nudged} 人提醒过，不再提醒" if progress.nudged else ""
    return f"已经送达、还没有回复“收到”的 {progress.silent} 人{before}。"


_ALL = (
    Shown("submit", _submit, "提交", kind="primary", direct=True, count=_expected),
    Shown("approve", _approve, "批准", direct=True, back="/notices/approvals"),
    Shown("reject", _reject, "退回", direct=True, back="/notices/approvals"),
    Shown(
        "withdraw",
        _plain(states.withdraw, "notice_withdrawn"),
        "撤回",
        "要撤回这条通知吗？",
        "撤回以后变回草稿，改好再提交。要审核的，得重新审核。",
        "撤回",
    ),
    Shown(
        "schedule",
        _schedule,
        "定时间",
        "什么时候发？",
        "这条通知已经批准，但定好的时间过了。请另选一个时间。",
        "定下来",
        "primary",
    ),
    Shown(
        "pause",
        _plain(states.pause, "notice_paused"),
        "暂停",
        "要暂停吗？",
        "暂停以后，几秒钟内就不再有新的发出；已经发出的收不回来。要接着发，点“继续”。",
        "暂停",
        "danger",
        about=_still_waiting,
    ),
    Shown(
        "resume",
        _resume,
        "继续",
        "要接着发吗？",
        "从停下的地方接着发，已经收到的人不会再收到一次。",
        "继续发",
        "primary",
        about=_still_waiting,
    ),
    Shown(
        "cancel",
        _plain(states.cancel, "notice_cancelled"),
        "取消",
        "要取消这条通知吗？",
        "取消以后不能恢复：没有发出的都不再发，已经发出的收不回来。",
        "取消这条通知",
        "danger",
        about=_still_waiting,
    ),
    Shown(
        "recall",
        _plain(broadcast_recall.recall, "notice_recalled"),
        "不再告知",
        "不再告知还没看到的人吗？",
        "这条通知已经发完，有的人要等下次联系时才看到。停下以后，他们不会再看到，不能恢复；已经收到的收不回来。",
        "不再告知",
        "danger",
        about=_kept,
    ),
    Shown(
        "resend",
        _resend,
        "重发给没送达的",
        "要重发给没有送达的人吗？",
        "只发给没有送达的人，已经收到的不会再收到。退订了的、转到别的工会的不发；夜里不发，等到早上。",
        "重发",
        "primary",
        about=_not_reached,
        count=_missed,
        useful=lambda progress: progress.not_reached or progress.states.get("unknown"),
    ),
    Shown(
        "nudge",
        _nudge,
        "提醒没回复的",
        "要提醒没有回复“收到”的人吗？",
        "只提醒已经送达、还没有回复“收到”的人，每人只提醒一次。退订了的、转到别的工会的不提醒；夜里不提醒，等到早上。",
        "提醒",
        "primary",
        about=_silent,
        count=_to_nudge,
        useful=lambda progress: progress.silent > progress.nudged,
    ),
    Shown("group", _group, "记下已贴到群里", direct=True),
)
DEEDS: Mapping[str, Shown] = MappingProxyType({each.name: each for each in _ALL})


def offered(deeds: Sequence[str], progress: Progress | None) -> list[Shown]:
    """Those of a notice's deeds that have a page of their own and anybody to be done for."""
    known = [DEEDS[name] for name in deeds if name in DEEDS]
    return [each for each in known if not each.direct and (progress is None or each.useful(progress))]
