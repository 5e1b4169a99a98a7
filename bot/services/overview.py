"""Today in numbers, for the console: counts only, each with its unit."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.clock import local
from bot.services import broadcast_lists
from bot.services.actors import Actor, require
from storage import (
    catalogue,
    duty_board,
    duty_course,
    jobs,
    letters,
    misses,
    outbox,
    reminders,
    revisions,
    tallies,
)
from storage.work import Work

FAILED = ("failed", "unreachable", "unknown", "expired", "cancelled")
STATES = {
    "sent": "已送达",
    "accepted": "平台已受理",
    "queued": "等待发送",
    "sending": "正在发送",
    "answering": "正在回复",
    "unknown": "结果不明",
    "failed": "发送失败",
    "unreachable": "无法送达",
    "expired": "过期未发",
    "cancelled": "已取消",
}
DUTIES = {"issued": "待送达", "delivered": "待确认", "acknowledged": "已收到", "done": "已完成", "excused": "已免"}
FIRINGS = {
    "said": "已提醒",
    "merged": "并进下一次",
    "moot": "无需提醒",
    "missed": "错过",
    "unreachable": "联系不上",
}
JOBS = {
    "repeat_broadcasts": "发出重复的通知",
    "clean_up": "清理过期内容",
    "deliver_letters": "送出回复",
    "escalate_applications": "上报超期的入会申请",
    "fire_reminders": "发提醒",
    "group_misses": "归并没答上来的问题",
    "issue_duties": "下发当月任务",
    "refresh_knowledge": "刷新知识库",
    "review_entries": "提请复核到期内容",
    "settle_outbox": "核对发送结果",
}
COUNTS = {
    **FIRINGS,
    "put_off": "推迟",
    "gone": "已不需要",
    "failed": "失败",
    "issued": "下发",
    "forms": "过期表单",
    "texts": "清空来信",
    "replies": "清空回复",
    "summaries": "清空摘要",
    "misses": "清空提问",
    "letters": "清空回信",
    "sessions": "过期登录",
    "asked": "提请",
    "heard": "确认送达",
    "unknown": "结果不明",
    "expired": "过期",
    "broadcasts": "完成通知",
    "rebuilt": "重建",
    "queued": "排队",
    "dated": "定下期限",
    "escalated": "上报上级",
    "kept": "留待来访",
    "made": "生成",
    "recipients": "清理发送名单",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One number with its unit."""

    label: str
    value: int
    unit: str


@dataclass(frozen=True, slots=True)
class Group:
    """Numbers that belong together."""

    title: str
    items: list[Item]


@dataclass(frozen=True, slots=True)
class Notice:
    """A broadcast with its progress, in people. `waiting`: also those who are told at their next contact.

    None: to very many, and never counted yet.
    """

    title: str
    recipients: int
    sent: int | None
    waiting: int | None
    failed: int | None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A job's last run as staff read it."""

    name: str
    title: str
    finished: str
    result: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """Everything on the page. `whole`: of the whole union; else of a branch, without what is not any branch's."""

    groups: list[Group]
    broadcasts: list[Notice]
    jobs: list[Run]
    whole: bool = True


def numbers(work: Work, actor: Actor, since: datetime, period: str) -> Numbers:
    """Counts of the actor's branch since a moment, and the duties of a month. Raises NotAllowed."""
    require(actor, "see")
    path = actor.path
    asked = tallies.topics(work, since, path)
    today = [
        Item("收到消息", sum(asked.values()), "条"),
        Item("直接回答", asked.get("answered", 0), "条"),
        Item("给出选项", asked.get("suggest", 0), "条"),
        Item("没答上来", asked.get("miss", 0), "条"),
        Item("等待人工", tallies.open_cases(work, path), "件"),
        Item("待审核入会", tallies.open_applications(work, path), "份"),
        Item("入会审核超期", tallies.overdue_applications(work, local(since).date(), path), "份"),
    ]
    return Numbers(
        groups=[
            Group("今天的对话", today),
            Group("知识库待办", _upkeep(work, local(since).date(), path)),
            _group("今天发出的消息", STATES, outbox.counts(work, since, path), "条"),
            Group(f"{period[:4]}年{int(period[5:])}月的干部任务", _duties(work, period, local(since).date(), path)),
            _group("今天的提醒", FIRINGS, reminders.firing_counts(work, since, path), "次"),
        ],
        broadcasts=[_notice(each) for each in broadcast_lists.newest(work, 5)] if path is None else [],
        jobs=[_run(each) for each in jobs.all_runs(work)] if path is None else [],
        whole=path is None,
    )


def _upkeep(work: Work, today: date, path: str | None) -> list[Item]:
    """What the knowledge base waits for; the city's own entries are no branch's."""
    drafts = revisions.counts(work, path)
    expiring = [Item(f"{catalogue.SOON.days}天内到期", catalogue.expiring(work, today), "条")] if path is None else []
    return [
        Item("没提交的草稿", drafts.get("draft", 0), "份"),
        Item("等待审核", drafts.get("pending", 0), "份"),
        Item("没答上来的问题", misses.count_open(work, path), "组"),
        *expiring,
        Item("本地版本过期", catalogue.lapsed(work, today, path), "条"),
        Item("来访时告知的回复", letters.count_kept(work, path), "封"),
    ]


def _duties(work: Work, period: str, today: date, path: str | None) -> list[Item]:
    """Where the month's duties stand, and what of them waits for staff."""
    sums = duty_board.sums(work, path, period, today)
    numbers = [
        *(Item(DUTIES[key], number, "项") for key, number in (("issued", sums.deliver), ("delivered", sums.waiting))),
        Item(DUTIES["acknowledged"], sums.received, "项"),
        Item("按时完成" if sums.late else DUTIES["done"], sums.done, "项"),
        Item("逾期完成", sums.late, "项"),
        Item(DUTIES["excused"], sums.excused, "项"),
        Item("已逾期", sums.overdue, "项"),
        Item("已上报上级", sums.escalated, "项"),
    ]
    waiting = Item("等待决定的申请", duty_course.count_waiting(work, path), "件")
    return [*([each for each in numbers if each.value] or [Item("合计", 0, "项")]), waiting]


def _group(title: str, names: dict[str, str], counts: dict[str, int], unit: str) -> Group:
    shown = [Item(label, counts[key], unit) for key, label in names.items() if counts.get(key)]
    return Group(title, shown or [Item("合计", 0, unit)])


def _notice(line: broadcast_lists.Line) -> Notice:
    done = line.progress
    if done is None:
        return Notice(line.title, line.recipients, None, None, None, line.id)
    failed = sum(done.states.get(state, 0) for state in FAILED)
    return Notice(line.title, done.total, done.reached, done.total - done.reached - failed, failed, line.id)


def _run(run: jobs.JobRun) -> Run:
    finished = local(run.finished_at).strftime("%m-%d %H:%M:%S") if run.finished_at else "—"
    counts = (run.counts or {}).items()
    done = "，".join(f"{COUNTS.get(key, key)} {value} 个" for key, value in counts if value) or "没有要做的"
    return Run(run.name, JOBS.get(run.name, run.name), finished, f"出错：{run.error}" if run.error else done)
