"""入会: consent first, then the application form, then where it stands."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot import texts
from bot.calendar import say_date
from bot.clock import local
from bot.contract import Choice
from bot.dialogue import Flow
from bot.forms.fields import choice, mobile, organisation, person_name, yes_no
from bot.forms.identity import id_number
from bot.forms.model import Confirm, Form, Question
from bot.router import Key, Router, Words
from bot.services import membership, units
from bot.turn import Turn
from handlers import group

router = Router("membership")
YES, NO = Choice("consent_yes", "同意"), Choice("consent_no", "不同意")
STATUSES = ("在岗", "灵活就业", "待岗", "失业", "退休", "其他")


def _willing(answers: Mapping[str, Any]) -> bool:
    return bool(answers.get("id_consent"))


FORM = Form(
    name="membership",
    version=1,
    title=texts.APPLICATION_TITLE,
    expires=timedelta(days=7),
    questions=(
        Question("name", texts.ASK_NAME, person_name(), labels=("姓名", "名字")),
        Question("id_consent", texts.ASK_ID_CONSENT, yes_no(yes="可以", no="不可以"), labels=("在线填身份证号",)),
        Question("id_number", texts.ASK_ID, id_number(), labels=("身份证号", "身份证", "证件号码"), when=_willing),
        Question("mobile", texts.ASK_MOBILE, mobile(), labels=("手机号", "电话", "手机", "联系电话"), when=_willing),
        Question("employer", texts.ASK_EMPLOYER, organisation(), labels=("工作单位", "单位", "公司"), when=_willing),
        Question("work_status", texts.ASK_STATUS, choice(*STATUSES), labels=("就业状况",), when=_willing),
        Question("migrant", texts.ASK_MIGRANT, yes_no(yes="是", no="不是"), labels=("是否农民工",), when=_willing),
    ),
    confirm=Confirm(texts.CONFIRM_APPLICATION, when=_willing),
)


@router.on(Words("入会", "我要入会", "加入工会", "申请入会", "我想入会", "我要加入工会", "入会申请"), Key("join"))
def begin(turn: Turn, word: str) -> None:
    """Tell what is collected and why, and ask for consent first."""
    if group.elsewhere(turn, texts.GROUP_PRIVATE):
        return
    if turn.person.conversation is not None:
        turn.say(texts.UNFINISHED, Choice("继续", "继续"), Choice("重来", "重来"))
        return
    membership.may_apply(turn.work, turn.person.person_id, turn.person.member_since)
    house = turn.house
    turn.topic = membership.NOTICE
    turn.say(texts.CONSENT.format(union=house.union, contact=house.contact, version=house.consent_version), YES, NO)


@router.on(Words("同意", "我同意"), Key("consent_yes"))
def consent(turn: Turn, word: str) -> None:
    """Consent given: open the form, with the unit whose code was scanned."""
    if group.elsewhere(turn, texts.GROUP_PRIVATE):
        return
    if turn.person.conversation is not None or not membership.notice_shown(turn.work, turn.person.person_id, turn.now):
        begin(turn, word)
        return
    membership.may_apply(turn.work, turn.person.person_id, turn.person.member_since)
    membership.note_consent(turn.work, turn.person.person_id, turn.house.consent_version, turn.now)
    unit = units.of_person(turn.work, turn.person.org_id)
    turn.start(FORM, {"employer": unit.employer} if unit and unit.employer else {})


@router.on(Words("不同意", "我不同意"), Key("consent_no"))
def refuse(turn: Turn, word: str) -> None:
    """No consent: nothing is collected, and there is another way."""
    if group.elsewhere(turn, texts.GROUP_PRIVATE):
        return
    house = turn.house
    turn.say(texts.REFUSED.format(contact=house.contact, hotline=house.hotline, office=house.office))


@router.on(Words("进度", "查进度", "办理进度", "入会进度", "我的申请"), Key("progress"))
def progress(turn: Turn, word: str) -> None:
    """Where the application stands."""
    if group.elsewhere(turn, texts.GROUP_PRIVATE):
        return
    turn.say(membership.progress_words(turn.work, turn.person.person_id))


def done(turn: Turn, answers: Mapping[str, Any]) -> None:
    """The form is confirmed."""
    house = turn.house
    if not answers.get("id_consent"):
        turn.say(texts.OFFLINE.format(contact=house.contact, hotline=house.hotline, office=house.office))
        return
    submitted = membership.submit(turn.work, turn.person.person_id, answers, turn.now)
    day = say_date(local(turn.now).date())
    turn.say(texts.SUBMITTED.format(number=submitted.number, day=day, unit=submitted.unit, days=house.review_workdays))


def watch(turn: Turn, answers: Mapping[str, Any]) -> None:
    """Stop at once where a form must not go on: under age."""
    if "id_number" in answers:
        membership.old_enough(str(answers["id_number"]), turn.now)


FLOW = Flow(FORM, done, watch)
