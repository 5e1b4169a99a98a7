"""The audit trail as people read it: who did what, in Chinese, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.services.actors import Actor, require
from storage import audit, orgs, staff
from storage.audit import Audit
from storage.work import Work

PAGE = 50
_START = datetime(1970, 1, 1, tzinfo=UTC)
ACTIONS = {
    "login": "登录",
    "login_failed": "登录失败",
    "login_locked": "登录失败过多，账号锁定",
    "logout": "退出",
    "refused": "没有权限，被拒绝",
    "password_change": "修改密码",
    "totp_on": "启用动态口令",
    "totp_off": "停用动态口令",
    "phone_on": "绑定工作手机",
    "phone_off": "解除工作手机",
    "account_add": "新增账号",
    "account_change": "修改账号",
    "account_off": "停用账号",
    "account_on": "启用账号",
    "password_reset": "重置密码",
    "totp_dropped": "代为停用动态口令",
    "entry_draft": "起草内容",
    "entry_hand_in": "提交审核",
    "entry_publish": "发布内容",
    "entry_publish_despite_golden": "发布内容，明知有黄金问题会答错",
    "entry_reject": "退回修改",
    "entry_discard": "放弃草稿",
    "faq_shipped": "载入随软件附带的知识库",
    "faq_import": "导入知识库",
    "faq_import_despite_golden": "导入知识库，明知有黄金问题会答错",
    "gap_assign": "认领问题",
    "gap_dismiss": "问题不处理",
    "gap_answered": "问题已答复",
    "gap_merge": "合并问题",
    "gap_split": "拆分问题",
    "case_take": "认领人工事项",
    "case_reply": "回复服务对象",
    "case_close": "办结人工事项",
    "lead_pass": "转交建会线索",
    "lead_close": "办结建会线索",
    "broadcast": "发送通知",
    "segment_save": "保存通知对象",
    "segment_drop": "删除通知对象",
    "tag_create": "建立标签",
    "tag_rename": "标签改名",
    "tag_drop": "删除标签",
    "tag_on": "加上标签",
    "tag_off": "取下标签",
    "broadcast_draft": "起草通知",
    "broadcast_change": "修改通知",
    "broadcast_submit": "提交通知",
    "broadcast_withdraw": "撤回通知",
    "broadcast_outgrown": "到发送时人数超过，通知转为等待审核",
    "broadcast_approve": "批准通知",
    "broadcast_reject": "退回通知",
    "broadcast_schedule": "定下通知的发送时间",
    "broadcast_pause": "暂停通知",
    "broadcast_resume": "恢复发送通知",
    "broadcast_cancel": "取消通知",
    "broadcast_resend": "重发通知（只发没送达的）",
    "broadcast_preview": "预览通知",
    "broadcast_unask": "停止提醒回复收到",
    "broadcast_nudge": "再次请对方回复收到",
    "broadcast_group": "把通知贴到群里",
    "broadcast_export": "导出通知的送达明细",
    "broadcast_missed": "重复的通知错过了时间",
    "event_draft": "新建活动",
    "event_change": "修改活动",
    "event_open": "开放活动报名",
    "event_close": "截止活动报名",
    "event_cancel": "取消活动",
    "event_told": "活动有变动或取消，系统马上通知报名的人",
    "event_list": "登记接龙名单",
    "event_register": "代为报名活动",
    "event_unregister": "取消别人的活动报名",
    "event_export": "导出活动名单",
    "load_units": "导入组织",
    "new_binding": "生成绑定码",
    "revoke_binding": "作废绑定码",
    "unbind": "解除职务，移交任务",
    "leave": "登记请假",
    "leave_end": "结束请假",
    "org_date": "登记工会的日期",
    "bind": "绑定职务",
    "acknowledge": "确认任务",
    "complete": "完成任务",
    "duty_draft": "起草年历任务",
    "duty_publish": "发布年历任务",
    "duty_discard": "放弃年历任务的草稿",
    "duty_retire": "停用年历任务",
    "duty_revive": "恢复年历任务",
    "duty_date": "设定年历任务的日期",
    "duty_import": "导入年历",
    "duty_moved": "改任务的期限",
    "duty_excused": "免去任务",
    "duty_reassigned": "把任务转给别人",
    "duty_grant": "批准任务的申请",
    "duty_refuse": "不批准任务的申请",
    "evidence_look": "查看任务的佐证",
    "number_correct": "更正上报的数字",
    "set_target": "下达或改动目标",
    "hand_over": "转人工",
    "consent": "同意告知书",
    "submit": "提交入会申请",
    "application_claim": "领取入会申请",
    "application_release": "放回入会申请",
    "application_assign": "确定接收入会申请的工会",
    "application_first": "初审同意入会",
    "application_approved": "批准入会",
    "application_releasing": "同意接收，请原工会转出",
    "application_returned": "退回入会申请",
    "application_rejected": "入会申请不通过",
    "application_escalate": "上报超期的入会申请",
    "reveal": "查看完整号码",
    "withdraw": "撤回入会申请",
    "erase": "本人要求删除个人信息",
    "consent_end": "本人撤回同意",
    "person_export": "导出一个人的信息",
    "reseal": "更换加密密钥",
    "duplicate": "重复的入会申请，没有收下",
    "resume_code": "换手机接着填，拿数字",
    "resume": "在另一处接着填",
    "member_ask": "提出会籍申请",
    "member_withdraw": "撤回会籍申请",
    "member_deed": "办理会籍变动",
    "member_correct": "更正会员登记的信息",
    "request_direct": "选定转会去向",
    "request_first": "初审同意转出",
    "request_released": "同意转出",
    "request_done": "办结会籍申请",
    "request_refused": "不同意会籍申请",
    "card_show": "代会员出示会员卡",
    "card_look": "核验会员卡",
    "roster_export": "导出会员名册（号码打码）",
    "roster_export_full": "导出会员名册（完整号码）",
    "roster_upload": "上传会员名册",
    "roster_import": "导入会员名册",
    "roster_discard": "放弃导入名册",
    "orgs_import": "导入组织",
}
THINGS = {
    "staff": "账号",
    "entry": "知识",
    "gap": "问题组",
    "case": "人工事项",
    "lead": "建会线索",
    "duty": "任务",
    "duty_template": "年历任务",
    "organisation": "组织",
    "target": "目标",
    "appointment": "干部职务",
    "broadcast": "通知",
    "event": "活动",
    "application": "入会申请",
    "member": "会员",
    "request": "会籍申请",
    "roster": "会员名册",
    "notice": "告知书",
    "person": "服务对象",
    "job": "自动任务",
    "revision": "稿件",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One deed. `who` and `what` are words, `at` a moment in UTC."""

    at: datetime
    who: str
    action: str
    what: str
    note: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines; `older` asks for the next ones, empty at the end."""

    lines: list[Line]
    older: str


def page(work: Work, actor: Actor, action: str = "", name: str = "", before: str = "") -> Page:
    """Lines of an action and of an account when given. For a branch only what its own accounts did. NotAllowed."""
    require(actor, "approve")
    wanted = f"staff:{name}" if name else ""
    rows = audit.newest(work, PAGE + 1, _cursor(before), action, wanted, _visible(work, actor))
    older = _mark(rows[PAGE - 1]) if len(rows) > PAGE else ""
    return Page([_line(row) for row in rows[:PAGE]], older)


def _visible(work: Work, actor: Actor) -> Sequence[str] | None:
    if actor.path is None:
        return None
    accounts = staff.every(work)
    places = orgs.by_ids(work, {each.org_id for each in accounts if each.org_id is not None})
    return [
        f"staff:{each.name}" for each in accounts if each.org_id is not None and actor.within(places[each.org_id].path)
    ]


def _line(row: Audit) -> Line:
    return Line(row.at, say_who(row.actor), ACTIONS.get(row.action, row.action), say_what(row.subject), row.note)


def say_who(actor: str) -> str:
    """An actor in words: an account by its name, people only by a number."""
    kind, _, name = actor.partition(":")
    if actor == "staff:?":
        return "不存在的账号"
    known = {"cli": "命令行", "staff": name, "person": f"服务对象 {name[-6:]}", "job": f"自动任务 {name}"}
    return known.get(kind, actor)


def say_what(subject: str) -> str:
    """A subject in words."""
    kind, _, name = subject.partition(":")
    if subject == "staff:?" or not name:
        return "" if subject == "staff:?" else subject
    return f"{THINGS.get(kind, kind)} {name}"


def _mark(row: Audit) -> str:
    """Where a page ends, as part of an address: microseconds since 1970, and the id."""
    return f"{(row.at - _START) // timedelta(microseconds=1)}-{row.id}"


def _cursor(mark: str) -> tuple[datetime, int] | None:
    """The reverse of `_mark`; None for anything else."""
    at, _, line = mark.partition("-")
    if not (at.isdecimal() and line.isdecimal() and at.isascii() and line.isascii() and len(mark) < 40):
        return None
    try:
        return _START + timedelta(microseconds=int(at)), min(int(line), 2**63 - 1)
    except OverflowError:
        return None
