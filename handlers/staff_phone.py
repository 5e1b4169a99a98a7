"""Staff's own phones: binding one to an account of the console, and 停止发送."""

import re

from bot import notice_texts as texts
from bot.router import SPOKEN, Filter, Pattern, Router, Scene, Words
from bot.services import staff_phones, stop_word
from bot.services.actors import Actor
from bot.services.topics import TOPICS
from bot.turn import Turn
from handlers import group
from storage import inbox

router = Router("staff_phone")
LONGEST = 40  # characters of an emergency
CODE = Pattern(r"(?:绑定)?(?:我的)?工作手机 ?[:,]?\s*(?P<code>\d{4}[ -]?\d{4})")
HOW = Pattern(r"(?:怎么|如何|我要)?(?:绑定)?(?:我的)?工作手机(?:怎么绑定?)? ?[:,]?\s*[0-9 -]{0,10}")
STOP = Pattern(
    r"(?:(?:快点?|赶快|赶紧|马上|立即|立刻|紧急|请) ?){0,4}"
    r"(?:(?:停止|暂停)(?:发送|群发|发)(?:这条|那条|这个|那个|所有|全部|刚才|的)*(?:通知.{0,20}|消息)?|紧急停止)"
    r"(?:吧|了|啊|一下)*"
)
SURE = Pattern(r"(?:(?:好的?|是的?|对)[ ,，。]?)?(?:我?确[定认])(?:停止|暂停)(?:发送|群发)?(?:通知)?(?:吧|了)?")
YES = Words(
    *("确定", "确认", "确定了", "确认了", "我确定", "我确认", "停", "停止", "暂停", "停吧", "停止吧", "暂停吧"),
    *("马上停", "赶紧停", "快停", "快停止", "要停止", "确定要停止"),
    *("是", "是的", "对", "对的", "好", "好的", "行", "可以", "嗯", "要", "要的"),
)
_HALT = "(?:停止|暂停|中止|终止|停发|停掉?|停下来?|停一?下|全停|取消发送)"
HALT = Pattern(  # an emergency has many words; from an approver's own phone only, and it is asked back
    rf"(?:(?:快点?|赶快|赶紧|马上|立即|立刻|紧急|请|先|都|(?:通知|消息|内容)?[发写]?错了?)[ ,，。!]*){{0,4}}{_HALT}"
    r" ?(?:发送|群发|推送|发布|发)?(?:吧|了|啊|一下|[!。 ])*"
    r"|(?:快点?|赶快|赶紧|马上|先|(?:通知|消息|内容)?[发写]错了)[ ,，。!]*(?:别|不要)再?发[了吧啊]*"
)
_HURRY = r"快点?|赶快|赶紧|马上|立即|立刻|紧急|请|麻烦|先|都|等等|等一?下|把|给|你们|我们?"
_WHAT = r"[那这]条|刚才|刚刚|正在|发送?|所有|全部|的|通知|消息|内容|群发|人"
_WRONG = r"(?:发|写|弄)?错了?|有误|有问题|不对"
_END = r"停(?:止|掉|了|下来?|一?下|发)?|叫停|暂停|中止|终止|撤[回销]|取消|(?:别|不要)再?发"
# the same in any order, every word of it belonging to it; 撤回 and 别发 alone mean something else
HALT_TOO = Pattern(
    r"(?=.*停|.*[发写弄]错|.*撤[回销].*(?:通知|消息|群发)|.*(?:通知|消息|群发).*撤[回销]|.*取消.*群发"
    r"|.*(?:[那这]条|刚才|刚刚|等).*(?:别|不要)|.*(?:别|不要).*(?:[那这]条|刚才|刚刚))"
    rf"(?=.*(?:{_END}))(?:{_HURRY}|{_WHAT}|{_WRONG}|{_END}|[了吧啊呀,，。!！ ]){{1,16}}"
)
COMMANDS = (CODE, STOP, SURE)


class Sure(Filter[bool]):
    """确定停止, from somebody who may."""

    def match(self, turn: Turn) -> bool | None:
        """Whether it was asked back; None where the words are nobody's order."""
        if not turn.private or not SURE.takes(turn.words):
            return None
        if not stop_word.may(staff_phones.actor_of(turn.work, turn.person.person_id)):
            return None
        return stop_word.asked(turn.work, turn.person.person_id, turn.now)


class Yes(Filter[bool]):
    """确定 and the like from whom 停止发送 asked back: True directly after the question, False a little later, and
    directly after it was done."""

    def match(self, turn: Turn) -> bool | None:
        """None where nobody asked, or something else was said since it was done."""
        if not turn.private or turn.message.kind not in SPOKEN or not YES.takes(turn.words):
            return None
        work, person_id, since = turn.work, turn.person.person_id, turn.now - stop_word.PATIENCE
        if not stop_word.may(staff_phones.actor_of(work, person_id)):
            return None
        last = inbox.last_topic(work, person_id, since)
        if last == stop_word.ASKED:
            return True
        done = last == stop_word.DONE and not _halts(turn.words)
        return False if done or stop_word.waits(work, person_id, turn.now) else None


class Halt(Filter[bool]):
    """停止 alone, 立即停止, 发错了快停, from the phone of somebody who may: the emergency word in other words."""

    def match(self, turn: Turn) -> bool | None:
        """True in private."""
        if not turn.private or turn.message.kind not in SPOKEN or not _halts(turn.words):
            return None
        return stop_word.may(staff_phones.actor_of(turn.work, turn.person.person_id)) or None


@router.on(Scene(staff_phones.SCENE))
def scanned(turn: Turn, code: str) -> None:
    """The code of 我的账号 was scanned."""
    _bind(turn, code)


@router.on(CODE)
def typed(turn: Turn, found: re.Match[str]) -> None:
    """The same code, typed; in a group it is somebody's to steal."""
    if group.elsewhere(turn, texts.PHONE_PRIVATE):
        return
    _bind(turn, found["code"])


@router.on(HOW)
def how(turn: Turn, found: re.Match[str]) -> None:
    """工作手机 without a code, or with a piece of one."""
    if group.elsewhere(turn, texts.STOP_GROUP):
        return
    turn.say(texts.PHONE_HOW)


def _bind(turn: Turn, code: str) -> None:
    account = staff_phones.bind(turn.work, turn.person.person_id, re.sub(r"\D", "", code), turn.now)
    turn.topic = "form:staff_phone"  # the digits are not kept
    stops = stop_word.may(staff_phones.actor_of(turn.work, turn.person.person_id))
    turn.say(texts.PHONE_ON.format(name=account.name) + (texts.PHONE_STOPS if stops else ""))
    turn.say(texts.PHONE_OFF_HOW)


def _halts(words: str) -> bool:
    return len(words) <= LONGEST and (HALT.takes(words) or HALT_TOO.takes(words))


@router.on(STOP)
def stop(turn: Turn, found: re.Match[str]) -> None:
    """Ask an approver back; everybody else hears how to stop what they get themselves."""
    if group.elsewhere(turn, texts.STOP_GROUP):
        return
    actor = staff_phones.actor_of(turn.work, turn.person.person_id)
    if actor is None or not stop_word.may(actor):
        if actor is not None:
            turn.say(texts.STOP_NOT_ALLOWED)
        turn.say(texts.STOP_OWN.format(label=TOPICS["activity"].label))
        return
    _ask(turn, actor)


def _ask(turn: Turn, actor: Actor) -> None:
    asking = stop_word.ask_words(turn.work, actor, turn.now)
    if asking:
        turn.topic = stop_word.ASKED
    turn.say(asking or f"{texts.STOP_NONE}{stop_word.still_told(turn.work, actor, turn.now)}")


@router.on(Sure(), Yes())
def stop_for_sure(turn: Turn, asked: bool) -> None:
    """Pause what is going out now, whatever has begun since it was asked; or say that nothing is paused yet."""
    actor = staff_phones.actor_of(turn.work, turn.person.person_id)
    if actor is None or not asked:
        _not_now(turn)
        return
    turn.topic = stop_word.DONE
    turn.say(stop_word.stop(turn.work, actor, turn.now))


def _not_now(turn: Turn) -> None:
    """Say whether it was done; done a moment ago is not asked about again."""
    work, person_id, now = turn.work, turn.person.person_id, turn.now
    if stop_word.waits(work, person_id, now):
        turn.say(texts.STOP_NOT_YET)
    elif inbox.last_topic(work, person_id, now - stop_word.PATIENCE) == stop_word.DONE:
        turn.topic = stop_word.DONE
        turn.say(texts.STOP_DONE)
    else:
        turn.say(texts.STOP_FIRST)


@router.on(Halt())
def halt(turn: Turn, found: bool) -> None:
    """停止: ask back, as 停止发送 does."""
    actor = staff_phones.actor_of(turn.work, turn.person.person_id)
    if actor is not None:
        _ask(turn, actor)
