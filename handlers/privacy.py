"""我的信息, 删除我的信息, 撤回同意: what people may ask about their data. In private; both ends ask once more."""

from bot import privacy_texts as texts
from bot import texts as common
from bot.calendar import say_date
from bot.clock import local
from bot.contract import Choice
from bot.router import Key, Router, Words
from bot.services import membership, own_data, privacy
from bot.services.privacy import Standing
from bot.turn import Turn
from handlers import group

router = Router("privacy")
INFO = ("我的信息", "我的个人信息", "查看我的信息", "查我的信息", "个人信息")
DELETE = ("删除我的信息", "删除我的个人信息", "删除个人信息", "删掉我的信息", "删除信息", "注销", "注销账号")
CONSENT = ("撤回同意", "我要撤回同意", "取消同意", "收回同意", "撤销同意", "撤回授权")
COMMANDS = frozenset({*INFO, *DELETE, *CONSENT, texts.DELETE_YES, texts.CONSENT_YES})
ASKED_DELETE, ASKED_CONSENT = "privacy.ask_delete", "privacy.ask_consent"
SAID = "form:privacy"  # words of such a turn are not kept, and what was answered is blanked within hours


@router.on(Words(*INFO), Key("my_data"))
def info(turn: Turn, word: str) -> None:
    """What is kept, masked, since when, until when."""
    if group.elsewhere(turn, common.GROUP_PRIVATE):
        return
    turn.topic = SAID
    for paragraph in own_data.words(turn.work, turn.person.person_id, turn.house, turn.now):
        turn.say(paragraph)
    turn.offer(Choice("consent_end", CONSENT[0]), Choice("delete_data", DELETE[0]))


@router.on(Words(*DELETE), Key("delete_data"))
def ask_delete(turn: Turn, word: str) -> None:
    """Say what goes and what stays, and ask."""
    if group.elsewhere(turn, common.GROUP_PRIVATE):
        return
    found, turn.reask = privacy.standing(turn.work, turn.person.person_id, turn.now), ()
    stays = texts.STAYS_ENDED if found.ended else texts.STAYS_MEMBER if found.member else ""
    stays += texts.STAYS_OFFICE if found.office else texts.STAYS_SERVED if found.served else ""
    application = texts.DELETE_APPLICATION.format(number=found.application) if found.application else ""
    turn.say(
        texts.DELETE_ASK.format(application=application, duties=_more(found), stays=stays),
        Choice("delete_yes", texts.DELETE_YES),
    )


@router.on(Words(texts.DELETE_YES), Key("delete_yes"))
def delete(turn: Turn, word: str) -> None:
    """Delete, after it was asked."""
    if group.elsewhere(turn, common.GROUP_PRIVATE):
        return
    if not membership.said_lately(turn.work, turn.person.person_id, ASKED_DELETE, turn.now):
        ask_delete(turn, word)
        turn.topic = ASKED_DELETE
        return
    turn.reask, turn.topic = (), SAID
    before = privacy.delete(turn.work, turn.person.person_id, turn.now)
    turn.say(texts.DELETED.format(day=_today(turn), duties=_more(before)))
    if before.application:
        turn.say(texts.DELETED_APPLICATION.format(number=before.application))
    if before.member or before.office:
        turn.say(texts.DELETED_CASE.format(office=turn.house.office, hotline=turn.house.hotline))
    else:
        turn.say(texts.DELETED_AGAIN)


def _more(found: Standing) -> str:
    """What else goes of somebody who has it."""
    duties = texts.DELETE_DUTIES if found.served else ""
    events = texts.DELETE_EVENTS if found.events else ""
    return duties + events + (texts.DELETE_PHONE if found.phone else "")


@router.on(Words(*CONSENT), Key("consent_end"))
def ask_consent(turn: Turn, word: str) -> None:
    """Say what follows, and ask."""
    if group.elsewhere(turn, common.GROUP_PRIVATE):
        return
    found = privacy.standing(turn.work, turn.person.person_id, turn.now)
    if not found.consents and found.application is None:
        turn.say(texts.CONSENT_NOTHING, Choice("my_data", INFO[0]))
        return
    turn.reask = ()
    application = texts.CONSENT_APPLICATION.format(number=found.application) if found.application else ""
    member = texts.CONSENT_MEMBER if found.member else ""
    words = texts.CONSENT_ASK.format(application=application, member=member)
    turn.say(words, Choice("consent_end_yes", texts.CONSENT_YES))


@router.on(Words(texts.CONSENT_YES), Key("consent_end_yes"))
def end_consent(turn: Turn, word: str) -> None:
    """Take consent back, after it was asked."""
    if group.elsewhere(turn, common.GROUP_PRIVATE):
        return
    if not membership.said_lately(turn.work, turn.person.person_id, ASKED_CONSENT, turn.now):
        ask_consent(turn, word)
        turn.topic = ASKED_CONSENT
        return
    turn.reask = ()
    _say_ended(turn, privacy.take_back(turn.work, turn.person.person_id, turn.now))


def _say_ended(turn: Turn, before: Standing) -> None:
    turn.say(texts.CONSENT_GONE.format(day=_today(turn)))
    if before.application:
        turn.say(texts.DELETED_APPLICATION.format(number=before.application))
    if before.member:
        turn.say(texts.CONSENT_MEMBER_GONE)
    turn.say(texts.CONSENT_NOW, Choice("delete_data", DELETE[0]))


def _today(turn: Turn) -> str:
    return say_date(local(turn.now).date())
