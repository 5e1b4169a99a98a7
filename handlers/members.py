"""我的会籍: the record, the card, and what a member can ask for. Staff decide; the answer comes as a letter."""

import re
from collections.abc import Mapping
from typing import Any

from bot import member_texts as texts
from bot.calendar import say_date
from bot.clock import local
from bot.contract import Choice
from bot.dialogue import Flow
from bot.forms.fields import choice, mobile, organisation, yes_no
from bot.forms.model import Confirm, Form, Question
from bot.router import Key, Pattern, Router, Words
from bot.services import cards, member_requests, own_membership, units
from bot.turn import Turn
from handlers import group

router = Router("members")
RECORD = ("我的会籍", "会籍", "会员信息", "我的会员信息", "我是会员吗", "会员编号")
CORRECT = ("更正", "更正信息", "信息更正", "换手机号", "改手机号", "我换手机号了")
TRANSFER = ("转会", "转会籍", "会籍转移", "接转会籍", "换单位", "我换单位了", "我要转会")
KEEP = ("保留会籍", "我要保留会籍", "会籍保留")
RESUME = ("恢复会籍", "我要恢复会籍")
LEAVE = ("退会", "我要退会", "退出工会", "我想退会")
CARD = ("会员卡", "电子会员卡", "我的会员卡", "会员证", "电子会员证", "出示会员卡")
COMMANDS = frozenset({*RECORD, *CORRECT, *TRANSFER, *KEEP, *RESUME, *LEAVE, *CARD})


def _wants(what: str) -> Any:
    return lambda answers: answers.get("what") == what


CORRECT_FORM = Form(
    name="member_correct",
    version=1,
    title=texts.CORRECT_TITLE,
    questions=(
        Question("what", texts.ASK_WHAT, choice(texts.MOBILE, texts.EMPLOYER), labels=("更正什么",)),
        Question("mobile", texts.ASK_MOBILE, mobile(), labels=("新手机号", "手机号"), when=_wants(texts.MOBILE)),
        Question(
            "employer", texts.ASK_EMPLOYER, organisation(), labels=("新单位", "工作单位"), when=_wants(texts.EMPLOYER)
        ),
    ),
    confirm=Confirm(texts.CONFIRM),
)
TRANSFER_FORM = Form(
    name="member_transfer",
    version=1,
    title=texts.TRANSFER_TITLE,
    questions=(Question("employer", texts.ASK_NEW_EMPLOYER, organisation(), labels=("新单位", "单位")),),
    confirm=Confirm(texts.CONFIRM),
)
KEEP_FORM = Form(
    name="member_keep",
    version=1,
    title=texts.KEEP_TITLE,
    questions=(Question("reason", texts.ASK_KEEP, choice(*texts.KEEP_REASONS), labels=("原因",)),),
    confirm=Confirm(texts.CONFIRM),
)
LEAVE_FORM = Form(
    name="member_leave",
    version=1,
    title=texts.LEAVE_TITLE,
    questions=(
        Question("reason", texts.ASK_LEAVE, choice(*texts.LEAVE_REASONS), labels=("原因",)),
        Question("sure", texts.ASK_SURE, yes_no(texts.SURE, texts.NOT_SURE), labels=("是否退会",)),
    ),
    confirm=Confirm(texts.CONFIRM, when=lambda answers: bool(answers.get("sure"))),
)


@router.on(Words(*RECORD), Key("member"))
def record(turn: Turn, word: str) -> None:
    """Everything that is registered, numbers masked, and what is under way."""
    if group.elsewhere(turn, texts.GROUP):
        return
    said, ways = own_membership.record(turn.work, turn.person.person_id, turn.now)
    for words in said:
        turn.say(words)
    turn.offer(*(Choice(each, each) for each in ways))


@router.on(Words(*CARD), Key("member_card"))
def card(turn: Turn, word: str) -> None:
    """A card with a fresh code."""
    if group.elsewhere(turn, texts.GROUP):
        return
    member = member_requests.mine(turn.work, turn.person.person_id)
    code, until = cards.issue(turn.work, member, turn.now)
    unit = units.of_person(turn.work, member.org_id)
    turn.say(
        texts.CARD.format(
            name=member.name,
            unit=unit.name if unit else "",
            state=texts.STATES[member.state],
            code=code,
            minutes=cards.MINUTES,
            until=f"{local(until):%H:%M}",
        )
    )


@router.on(Words(*CORRECT), Key("member_correct"))
def correct(turn: Turn, word: str) -> None:
    """Another mobile or employer."""
    _begin(turn, "correct", CORRECT_FORM, word)


@router.on(Words(*TRANSFER), Key("member_transfer"))
def transfer(turn: Turn, word: str) -> None:
    """To another union."""
    _begin(turn, "transfer", TRANSFER_FORM, word)


@router.on(Words(*KEEP), Key("member_keep"))
def keep(turn: Turn, word: str) -> None:
    """Retired, unemployed, in the army, the unit dissolved."""
    _begin(turn, "keep", KEEP_FORM, word)


@router.on(Words(*LEAVE), Key("member_leave"))
def leave(turn: Turn, word: str) -> None:
    """Ask why, tell what else there is, ask twice."""
    _begin(turn, "leave", LEAVE_FORM, word)


@router.on(Words(*RESUME), Key("member_resume"))
def resume(turn: Turn, word: str) -> None:
    """Working again."""
    if group.elsewhere(turn, texts.GROUP):
        return
    _ask(turn, "resume", {})


@router.on(Pattern("撤回(?P<kind>转会|保留会籍|恢复会籍|退会|更正|更正信息)(?:申请)?"))
def withdraw(turn: Turn, found: re.Match[str]) -> None:
    """Take a request back."""
    if group.elsewhere(turn, texts.GROUP):
        return
    kind = next(key for key, label in texts.KINDS.items() if label.startswith(found["kind"]))
    member_requests.withdraw(turn.work, turn.person.person_id, kind, turn.now, turn.house.review_workdays)
    turn.say(texts.WITHDRAWN.format(kind=texts.KINDS[kind]))


def _begin(turn: Turn, kind: str, form: Form, word: str) -> None:
    """Open a form, if there is something to ask for and no other one is open."""
    if group.elsewhere(turn, texts.GROUP):
        return
    if turn.person.conversation is not None:
        turn.say(texts.UNFINISHED.format(word=word), Choice("继续", "继续"), Choice("取消", "取消"))
        return
    member_requests.may_ask(turn.work, turn.person.person_id, kind)
    turn.start(form)


def _ask(turn: Turn, kind: str, data: Mapping[str, Any]) -> None:
    """Note the request and say who deals with it."""
    work, person_id = turn.work, turn.person.person_id
    meant = turn.house.units.sure(str(data["employer"])) if kind == "transfer" else None
    to = units.of_person(work, meant.id) if meant else None
    member_requests.ask(work, person_id, kind, data, turn.now, to)
    here = units.of_person(work, member_requests.mine(work, person_id).org_id)
    day = say_date(local(turn.now).date())
    turn.say(texts.ASKED.format(kind=texts.KINDS[kind], day=day, unit=here.name if here else ""))
    if kind == "transfer":
        turn.say(texts.ASKED_TO.format(unit=to.name) if to else texts.ASKED_OUTSIDE)


def corrected(turn: Turn, answers: Mapping[str, Any]) -> None:
    """The form is confirmed."""
    _ask(turn, "correct", {key: answers[key] for key in ("mobile", "employer") if key in answers})


def transferred(turn: Turn, answers: Mapping[str, Any]) -> None:
    """The form is confirmed."""
    _ask(turn, "transfer", {"employer": answers["employer"]})


def kept(turn: Turn, answers: Mapping[str, Any]) -> None:
    """The form is confirmed."""
    _ask(turn, "keep", {"reason": answers["reason"]})


def left(turn: Turn, answers: Mapping[str, Any]) -> None:
    """The form is at its end: sure twice, or not."""
    if not answers.get("sure"):
        turn.say(texts.STAYED)
        return
    _ask(turn, "leave", {"reason": answers["reason"]})


FLOWS = (
    Flow(CORRECT_FORM, corrected),
    Flow(TRANSFER_FORM, transferred),
    Flow(KEEP_FORM, kept),
    Flow(LEAVE_FORM, left),
)
