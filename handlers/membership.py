"""入会: consent first, then the application form, then where it stands, changing it and taking it back."""

from bot import joining_texts as texts
from bot import texts as common
from bot.calendar import say_date
from bot.clock import local
from bot.contract import Choice
from bot.router import Key, Router, Words
from bot.services import membership, units
from bot.turn import Turn
from handlers import group
from handlers.joining_form import AGAIN, AGREE, DISAGREE, FORM, notice, office

router = Router("membership")
JOIN = ("入会", "我要入会", "加入工会", "申请入会", "我想入会", "我要加入工会", "入会申请")
PROGRESS = ("进度", "查进度", "办理进度", "入会进度", "我的申请")
CHANGE = ("修改申请", "修改入会申请", "补充申请", "补充材料", "修改资料")
WITHDRAW = ("撤回申请", "撤回入会申请", "撤销申请", "我要撤回", "撤回")
OFFLINE = ("窗口办理", "线下办理", "去窗口办", "现场办理", "窗口", "线下")
ASKED = "membership.ask_withdraw"


@router.on(Words(*JOIN), Key("join"))
def begin(turn: Turn, word: str) -> None:
    """Tell what is collected and why, and ask for consent first."""
    if group.elsewhere(turn, common.GROUP_PRIVATE):
        return
    if turn.person.conversation is not None:
        turn.say(texts.UNFINISHED, Choice("继续", "继续"), Choice("重来", "重来"))
        return
    membership.may_apply(turn.work, turn.person.person_id, turn.person.member_since)
    notice(turn)


@router.on(Words(*AGREE), Key("consent_yes"))
def consent(turn: Turn, word: str) -> None:
    """Consent given: open the form, with the unit whose code was scanned."""
    if group.elsewhere(turn, common.GROUP_PRIVATE):
        return
    person = turn.person
    if person.conversation is not None or not membership.notice_shown(turn.work, person.person_id, turn.now):
        begin(turn, word)
        return
    membership.may_apply(turn.work, person.person_id, person.member_since)
    membership.begin(turn.work, person.person_id, turn.house.consent_version, turn.now)
    unit = units.of_person(turn.work, person.org_id)
    turn.start(FORM, {"employer": unit.employer} if unit and unit.employer else {})


@router.on(Words(*DISAGREE), Key("consent_no"))
def refuse(turn: Turn, word: str) -> None:
    """No consent: nothing is collected, and there is another way."""
    if group.elsewhere(turn, common.GROUP_PRIVATE):
        return
    membership.decline(turn.work, turn.person.person_id, turn.now)
    turn.say(office(turn, texts.REFUSED))


@router.on(Words(*OFFLINE))
def offline(turn: Turn, word: str) -> None:
    """Where to go in person; a form that is open stays."""
    turn.say(office(turn, texts.OFFLINE_WAY))


@router.on(Words(*PROGRESS), Key("progress"))
def progress(turn: Turn, word: str) -> None:
    """Where the application stands."""
    if group.elsewhere(turn, common.GROUP_PRIVATE):
        return
    turn.say(membership.progress_words(turn.work, turn.person.person_id, local(turn.now).date()))


@router.on(Words(*CHANGE))
def change(turn: Turn, word: str) -> None:
    """Open the form again with what the reviewer gave back."""
    if group.elsewhere(turn, common.GROUP_PRIVATE):
        return
    application = membership.returned_of(turn.work, turn.person.person_id)
    if application is None:
        raise membership.NothingReturned
    if turn.person.conversation is not None:
        turn.say(texts.UNFINISHED, Choice("继续", "继续"))
        return
    fields = membership.field_names(application.returned)
    turn.say(texts.AGAIN.format(fields=fields, note=application.note or texts.NOTE_NONE))
    turn.start(AGAIN, membership.returned_answers(turn.work, application, turn.work.seal))


@router.on(Words(*WITHDRAW))
def ask_withdraw(turn: Turn, word: str) -> None:
    """Ask back before an application is taken back."""
    if group.elsewhere(turn, common.GROUP_PRIVATE):
        return
    number = membership.withdrawable(turn.work, turn.person.person_id)
    if number is not None:
        turn.say(texts.WITHDRAW_ASK.format(number=number), Choice("withdraw", texts.WITHDRAW_YES))
    elif turn.person.conversation is not None:
        turn.say(membership.progress_words(turn.work, turn.person.person_id))
    else:
        turn.say(texts.WITHDRAW_NOTHING)


@router.on(Words(texts.WITHDRAW_YES), Key("withdraw"))
def withdraw(turn: Turn, word: str) -> None:
    """Take it back, after it was asked."""
    if group.elsewhere(turn, common.GROUP_PRIVATE):
        return
    if not membership.said_lately(turn.work, turn.person.person_id, ASKED, turn.now):
        ask_withdraw(turn, word)
        return
    turn.reask = ()
    application = membership.withdraw(turn.work, turn.person.person_id, turn.now)
    if application is None:
        turn.say(texts.WITHDRAW_NOTHING)
        return
    words = texts.WITHDRAWN if application.number else texts.WITHDRAWN_UNSENT
    turn.say(words.format(number=application.number, day=say_date(local(turn.now).date())))
