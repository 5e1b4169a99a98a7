"""The application form: its questions, what happens on the way, and the same form again for what was given back."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot import joining_texts as texts
from bot.calendar import say_date
from bot.clock import local
from bot.contract import Choice
from bot.dialogue import Flow, Leave
from bot.forms.fields import Option, choice, mobile, organisation, person_name, place, yes_no
from bot.forms.identity import id_number
from bot.forms.model import Answers, Confirm, Form, Question
from bot.services import applying, membership
from bot.turn import Turn
from handlers import event_form

AGREE, DISAGREE = ("同意", "我同意"), ("不同意", "我不同意")
YES, NO = Choice("consent_yes", "同意"), Choice("consent_no", "不同意")
OFFERED, CITY = 3, "市"  # unions to choose from; the city's is nobody's employer
LIFE = timedelta(days=30)  # said in the notice
RIDERS = [
    "骑手",
    "外卖骑手",
    "外卖员",
    "送外卖",
    "跑外卖",
    "快递员",
    "送快递",
    "网约车司机",
    "货车司机",
    "主播",
    "跑滴滴",
    "新就业形态",
    "平台",
]
STATUSES = (
    "在岗",
    Option("劳务派遣", aliases=("派遣", "派遣工", "劳务派遣工", "劳务工")),
    Option("平台就业", aliases=tuple(RIDERS)),
    Option("灵活就业", aliases=("零工", "打零工", "自由职业", "非全日制", "小时工")),
    Option("待岗", aliases=("下岗", "待下岗")),
    Option("失业", aliases=("没工作", "没有工作")),
    Option("退休", aliases=("退休返聘", "返聘", "退休了")),
    "其他",
)
PAY = tuple(
    Option(key, words) for key, words in zip(("agency", "no_union", "employer", "unknown"), texts.PAY, strict=True)
)
NO_UNIT = Option("none", texts.UNIT_NONE, aliases=("都不对", "没有"))


def _willing(answers: Answers) -> bool:
    return bool(answers.get("id_consent"))


def _is(status: str) -> Any:
    return lambda answers: answers.get("work_status") == status


def _with_agency(answers: Answers) -> bool:
    return answers.get("pay") == "agency"


def _before(answers: Answers) -> bool:
    return bool(answers.get("before"))


QUESTIONS = (
    Question("name", texts.ASK_NAME, person_name(wary=True), labels=("姓名", "名字")),
    Question("id_consent", texts.ASK_ID_CONSENT, yes_no(yes="可以", no="不可以"), labels=("在线填身份证号",)),
    Question(
        "id_number",
        texts.ASK_ID,
        id_number(),
        labels=("身份证号", "身份证", "证件号码"),
        when=_willing,
        offer=texts.OFFER_ID,
    ),
    Question("mobile", texts.ASK_MOBILE, mobile(), labels=("手机号", "电话", "手机", "联系电话"), when=_willing),
    Question("employer", texts.ASK_EMPLOYER, organisation(), labels=("工作单位", "单位", "公司"), when=_willing),
    Question("work_status", texts.ASK_STATUS, choice(*STATUSES), labels=("就业状况",), when=_willing),
    Question("pay", texts.ASK_PAY, choice(*PAY), labels=("工资由谁发",), when=_is("劳务派遣")),
    Question("agency", texts.ASK_AGENCY, organisation(), labels=("派遣公司",), when=_with_agency),
    Question("area", texts.ASK_AREA, place(), labels=("平台和常在的区",), when=_is("平台就业")),
    Question(
        "fixed",
        texts.ASK_FIXED,
        yes_no(yes="有固定单位", no="没有固定单位"),
        labels=("有没有固定单位",),
        when=_is("灵活就业"),
    ),
    Question(
        "district",
        texts.ASK_DISTRICT,
        place(),
        optional=True,
        when=lambda answers: False,  # `shape` knows who is asked
        labels=("所在的区和街道", "区和街道", "街道", "上班地点", "工作地点"),
    ),
    Question("migrant", texts.ASK_MIGRANT, yes_no(yes="是", no="不是"), labels=("是否农民工",), when=_willing),
    Question("before", texts.ASK_BEFORE, yes_no(yes="入过", no="没入过"), labels=("以前入过会",), when=_willing),
    Question("from_unit", texts.ASK_FROM_UNIT, organisation(), optional=True, labels=("原来的工会单位",), when=_before),
)
FORM = Form(
    name="membership",
    version=3,
    title=texts.TITLE,
    expires=LIFE,
    questions=QUESTIONS,
    confirm=Confirm(texts.CONFIRM, when=_willing),
)
AGAIN = replace(FORM, name="membership_again", title=texts.TITLE_AGAIN, confirm=Confirm(texts.CONFIRM_AGAIN))

NAMES = (FORM.name, AGAIN.name)


def notice(turn: Turn) -> None:
    """Say the notice, with its two answers."""
    house = turn.house
    turn.topic = membership.NOTICE
    turn.say(texts.CONSENT.format(union=house.union, contact=house.contact, version=house.consent_version), YES, NO)


def office(turn: Turn, words: str) -> str:
    """Words with the way to the office in person."""
    house = turn.house
    return words.format(contact=house.contact, hotline=house.hotline, office=house.office)


def shape(turn: Turn, answers: Mapping[str, Any]) -> Form:
    """The form with the unions that the employer's name may mean, and the place of who is nowhere without it."""
    return replace(FORM, questions=_with_units(turn, answers, _placing(QUESTIONS, _homeless(turn))))


def shape_again(turn: Turn, answers: Mapping[str, Any]) -> Form:
    """Only what was given back may be changed."""
    application = membership.returned_of(turn.work, turn.person.person_id)
    opened = membership.opened(application) if application else frozenset[str]()
    questions = tuple(replace(each, fixed=each.key not in opened, why=texts.NOT_RETURNED) for each in QUESTIONS)
    told = "district" in answers
    questions = _placing(questions, _homeless(turn) if "district" in opened else lambda known: told)
    return replace(AGAIN, questions=_with_units(turn, answers, questions) if "employer" in opened else questions)


def _placing(questions: tuple[Question, ...], when: Callable[[Answers], bool]) -> tuple[Question, ...]:
    return tuple(replace(each, when=when) if each.key == "district" else each for each in questions)


def _homeless(turn: Turn) -> Callable[[Answers], bool]:
    """Whether no union is found by employer, scanned code or kind of work. Riders have named their district."""

    def when(answers: Answers) -> bool:
        known = dict(answers)  # a look at what is not there would count as undecided
        status = known.get("work_status")
        if status is None or status == "平台就业":
            return False
        return not applying.is_placed(turn.house.units, turn.person.org_id, known)

    return when


def _with_units(turn: Turn, answers: Mapping[str, Any], questions: tuple[Question, ...]) -> tuple[Question, ...]:
    employer = str(answers.get("employer", ""))
    found = turn.house.units.find(employer) if employer else []
    offered = [each for each in found if each.level != CITY][:OFFERED]
    if not offered or any(each.sure for each in found):
        return questions
    employers = Counter(each.employer for each in offered if each.employer)
    options = [
        Option(str(each.org_id), each.name, (each.employer,) if employers[each.employer] == 1 else ())
        for each in offered
    ]
    asked = Question("unit", texts.ASK_UNIT, choice(*options, NO_UNIT), labels=("对应的单位",), when=_willing)
    place = next(at for at, each in enumerate(questions, 1) if each.key == "employer")
    return (*questions[:place], asked, *questions[place:])


def leave(turn: Turn) -> Leave:
    """A form goes on only on consent to the notice as it is now: a new version is asked about first."""
    work, person_id, version = turn.work, turn.person.person_id, turn.house.consent_version
    if membership.agreed(work, person_id, version):
        return Leave.GRANTED
    if turn.words in DISAGREE:
        membership.refuse_consent(work, person_id, turn.now, "new notice refused")
        turn.say(office(turn, texts.REFUSED_RUNNING))
        return Leave.ENDED
    if turn.words in AGREE and membership.notice_shown(work, person_id, turn.now):
        membership.begin(work, person_id, version, turn.now)
        turn.say(texts.CONSENT_AGAIN)
        return Leave.RENEWED
    turn.say(texts.CONSENT_NEW)
    notice(turn)
    return Leave.ASKED


def leave_again(turn: Turn) -> Leave:
    """As `leave`, while the application still waits for changes."""
    if membership.returned_of(turn.work, turn.person.person_id) is None:
        turn.say(texts.NOTHING_RETURNED)
        return Leave.ENDED
    return leave(turn)


def watch(turn: Turn, answers: Mapping[str, Any]) -> None:
    """Stop at once where a form must not go on: under age, or a retired member. Note the consent to the ID number."""
    watch_again(turn, answers)
    if answers.get("work_status") == "退休" and answers.get("before"):
        membership.give_up(turn.work, turn.person.person_id, turn.now, "retired, keeps membership")
        raise membership.KeepInstead


def watch_again(turn: Turn, answers: Mapping[str, Any]) -> None:
    """Under age stops; the consent to the ID number is noted when it is about to be asked for."""
    work, person_id = turn.work, turn.person.person_id
    if "id_number" in answers:
        membership.stop_minor(work, person_id, str(answers["id_number"]), turn.now)
    elif answers.get("id_consent"):
        membership.consent_to_id(work, person_id, turn.house.consent_version, turn.now)


def reached(turn: Turn, outcome: str) -> None:
    """The summary is shown, or the form ended without being handed in."""
    if outcome == "confirming":
        membership.confirming(turn.work, turn.person.person_id, turn.now)
    elif outcome == "cancelled":
        membership.give_up(turn.work, turn.person.person_id, turn.now, "cancelled")
    elif outcome == "expired":
        membership.give_up(turn.work, turn.person.person_id, turn.now, "not handed in", state="expired")


def reached_again(turn: Turn, outcome: str) -> None:
    """The changes are not made now; the application stays where it is."""
    if outcome == "cancelled" and membership.returned_of(turn.work, turn.person.person_id):
        turn.say(texts.NOT_AGAIN)


def done(turn: Turn, answers: Mapping[str, Any]) -> None:
    """The form is confirmed, or ends before the ID number."""
    work, person_id, days = turn.work, turn.person.person_id, turn.house.review_workdays
    if not answers.get("id_consent"):
        membership.refuse_consent(work, person_id, turn.now, "ID number refused")
        turn.say(office(turn, texts.OFFLINE))
        return
    if _refused(turn, answers):
        return
    told = membership.submit(work, turn.house.units, person_id, answers, turn.now, days, FORM.version)
    _say(turn, texts.SUBMITTED, told)
    if told.kind == "transfer":
        turn.say(texts.TRANSFER)
    if told.young:
        turn.say(texts.YOUNG)


def done_again(turn: Turn, answers: Mapping[str, Any]) -> None:
    """What was given back is changed."""
    house = turn.house
    if _refused(turn, answers):
        return
    told = membership.resubmit(turn.work, house.units, turn.person.person_id, answers, turn.now, house.review_workdays)
    _say(turn, texts.RESUBMITTED, told)


def _refused(turn: Turn, answers: Mapping[str, Any]) -> bool:
    """Whether the ID number cannot be handed in; then that is said, and noted."""
    refused = membership.refused(turn.work, turn.person.person_id, answers, turn.now)
    if refused is not None:
        turn.topic = refused.topic
        turn.say(refused.words)
    return refused is not None


def _say(turn: Turn, words: str, told: membership.Submitted) -> None:
    day = say_date(local(turn.now).date())
    turn.say(words.format(number=told.number, day=day, unit=told.unit, days=turn.house.review_workdays, due=told.due))


FLOW = Flow(FORM, done, watch, shape, leave, reached, texts.PICTURE, yields=event_form.leaves)
FLOW_AGAIN = Flow(
    AGAIN, done_again, watch_again, shape_again, leave_again, reached_again, texts.PICTURE, yields=event_form.leaves
)
