"""What is said: one module per noun. The table of contents is here; first match wins, top to bottom."""

from bot.dialogue import Aside
from bot.dispatcher import Conversation
from bot.turn import Turn
from handlers import (
    consents,
    duties,
    duty_courtesy,
    duty_numbers,
    duty_orders,
    duty_percent,
    duty_progress,
    duty_requests,
    duty_titled,
    duty_undoing,
    duty_which,
    event_clauses,
    event_company,
    event_door,
    event_form,
    event_lists,
    event_marks,
    event_named,
    event_near,
    event_others,
    event_renaming,
    event_spoken,
    event_titled,
    events,
    evidence,
    fallback,
    faq,
    help,
    human,
    joining_form,
    leave,
    members,
    membership,
    nothing_open,
    notice_nods,
    notice_picking,
    notices,
    numbers,
    opinions,
    picking,
    privacy,
    receipts,
    received,
    resuming,
    sensitive,
    staff_phone,
    subscription,
    topics,
    unbinding,
)

ROUTERS = (
    sensitive.router,
    numbers.router,
    staff_phone.router,
    event_lists.router,
    event_others.sure,
    event_company.router,
    events.router,
    event_clauses.router,
    event_marks.router,
    event_door.router,
    event_spoken.router,
    event_others.router,
    event_renaming.router,
    event_named.router,
    event_titled.router,
    event_near.router,
    subscription.router,
    consents.router,
    notice_nods.thankful,
    help.router,
    human.router,
    topics.router,
    privacy.router,
    duty_progress.router,
    membership.router,
    resuming.router,
    members.router,
    unbinding.router,
    leave.router,
    notices.router,
    duties.router,
    duty_percent.router,
    duty_undoing.router,
    duty_requests.router,
    duty_which.router,
    duty_titled.router,
    evidence.router,
    duty_numbers.router,
    notice_nods.router,
    nothing_open.router,
    notice_picking.router,
    picking.router,
    opinions.router,
    faq.router,
    fallback.router,
)
FLOWS = (
    joining_form.FLOW,
    joining_form.FLOW_AGAIN,
    *members.FLOWS,
    duty_numbers.FLOW,
    event_form.FLOW,
    event_lists.FLOW,
    event_renaming.FLOW,
)
COMMANDS = (
    members.COMMANDS
    | privacy.COMMANDS
    | frozenset(
        {
            *("我的任务", "本月任务", "任务", "入会", "我要入会", "有帮助", "没帮助", "都不是", "菜单"),
            *("进度", "查进度", "修改申请", "撤回申请", "确定撤回", "窗口办理", "线下办理", *resuming.ELSEWHERE),
        }
    )
)

NUMBERED = (
    *duty_percent.NUMBERED,
    duty_orders.REOPEN,
    duty_orders.REOPEN_OF,
    duties.DETAIL,
    *duty_requests.NUMBERED,
)
# With these the form about numbers is answered by nobody, and its own reminders ask for some of them.
BESIDE_NUMBERS = (
    duties.RECEIPT,
    duty_orders.RECEIVED,
    duty_orders.DONE_AFTER,
    duty_orders.UNSURE,
    evidence.WITHOUT,
    *duty_requests.COMMANDS,
    *duty_undoing.COMMANDS,
)


def _is_command(words: str, form: str) -> bool:
    """Whether these words are never an answer to this form."""
    about_duty = (any(digit in words for digit in "0123456789") and _names_duty(words)) or _of_duties(words)
    if words in COMMANDS or resuming.CODE.takes(words) or about_duty or leave.takes(words) or topics.takes(words):
        return True
    if any(each.takes(words) for each in (*notices.COMMANDS, *staff_phone.COMMANDS)):
        return True
    if any(each.takes(words) for each in (*events.COMMANDS, *event_marks.COMMANDS)):
        return True
    if event_others.takes(words) or event_company.takes(words) or event_clauses.takes(words):
        return True
    if _of_events(words, form) or event_lists.takes(words, form):
        return True
    if (said := received.read(words)) is not None and said.got:  # 好的，收到 in whatever kind words
        return True
    if form == event_renaming.FORM_NAME and event_spoken.ABOUT.takes(words):
        return True
    beside = any(each.takes(words) for each in BESIDE_NUMBERS) or duty_titled.beside_numbers(words)
    return form == duty_numbers.NAME and beside


def _of_events(words: str, form: str) -> bool:
    """Whether it is about an event, in a form that asks for nothing of the kind."""
    if event_marks.judges(words):
        return True
    if form in joining_form.NAMES:
        return event_spoken.takes(words) or event_named.joins(words)
    return form == event_form.FORM_NAME and event_spoken.takes(words)


def _of_duties(words: str) -> bool:
    """Whether it is about one's duties without naming one."""
    return any(
        each.takes(words) for each in (duties.LIST, duties.ASKED, duties.OTHER_MONTH, duty_orders.ALL, evidence.SUMMARY)
    )


def _names_duty(words: str) -> bool:
    """Whether it is an order about a duty that is named by its number."""
    if duty_courtesy.bare(words)[-1:].isdigit() and duty_orders.DONE.takes(words):
        return True
    return any((found := each.read(words)) and found["number"] for each in NUMBERED)


ASIDE = Aside(knows=faq.knows, answer=faq.aside, commands=_is_command, urgent=sensitive.urgent)


def _first(turn: Turn) -> None:
    """What is noted before a question is answered; beside bad news nothing is."""
    rest = receipts.before_a_question(turn)
    if rest and not sensitive.urgent(turn):
        receipts.note(turn, rest)


CONVERSATION = Conversation(routers=ROUTERS, flows=FLOWS, aside=ASIDE, first=_first)
