"""任务: what a cadre has to do, receipts, completion. How far: duty_percent; what is asked for: duty_requests."""

import re
from collections.abc import Sequence
from hashlib import blake2b

from bot import duty_texts, texts
from bot.router import Filter, Key, Router, Words
from bot.services import duty_answers, duty_evidence, duty_words
from bot.services.duty_answers import Entry, WhichDuty
from bot.turn import Turn
from handlers import duty_numbers, duty_percent, duty_requests, duty_undoing, group, receipts
from handlers.duty_asking import DID, PROOF, OfCadre, ask_which, last_said, listing, unsure
from handlers.duty_courtesy import bare
from handlers.duty_orders import ALL, DONE, DONE_AFTER, RECEIVED, UNSURE

router = Router("duties")
ALL_ASKED = "duties.all:"
LIST = Words("我的任务", "任务", "本月", "本月任务", "工作任务", "我的工作", "这个月任务", "任务清单")
RECEIPT = Words("收到", "已收到", "收到了", "知道了", "已阅", "好的收到", "收到谢谢")
ASKED = OfCadre("(?:看一?下)?(?:我的任务|本月任务|工作任务|我的工作|这个月任务|任务清单)")  # with kind words around it
YES = Words(duty_texts.ALL_YES, "是", "是的", "对", "对的", "全部完成", "都完成了", "确定", "好", "好的", "确认完成")
DETAIL = OfCadre(r"(?:查?看)?(?:任务|详情)\s*(?P<number>\d{1,3})\s*[项号]?(?:任务)?(?:详情|怎么做)?")
OTHER_MONTH = OfCadre(r"(?P<which>[上下])个?月的?(?:任务|工作)?")
MENU = Key("duties")
COMMANDS = (LIST, ASKED, RECEIPT, RECEIVED, DONE, ALL, DONE_AFTER, UNSURE, DETAIL)


class InGroup(Filter[bool]):
    """A cadre's command in a group: duties are talked about in private."""

    def match(self, turn: Turn) -> bool | None:
        """True for a command where somebody reads along."""
        if turn.private:
            return None
        commands = (*COMMANDS, *duty_percent.COMMANDS, *duty_undoing.COMMANDS, *duty_requests.COMMANDS)
        said = any(each.takes(turn.words) for each in commands if turn.words)
        return True if said or MENU.match(turn) else None


class AllSure(Filter[str]):
    """Yes, right after 全部完成 was asked back."""

    def match(self, turn: Turn) -> str | None:
        """The mark of the duties that were shown."""
        if not turn.private or not (YES.takes(turn.words) or YES.takes(bare(turn.words))):
            return None
        topic = last_said(turn).topic
        return topic.removeprefix(ALL_ASKED) if topic.startswith(ALL_ASKED) else None


@router.on(InGroup())
def hop(turn: Turn, found: bool) -> None:
    """Ask to talk in private."""
    group.elsewhere(turn, texts.GROUP_DUTIES)


@router.on(LIST, MENU)
def show(turn: Turn, word: str) -> None:
    """The list: what is open from before, this month, colleagues on leave."""
    turn.say(duty_words.list_words(turn.work, listing(turn), turn.now))


@router.on(ASKED)
def show_kindly(turn: Turn, found: re.Match[str]) -> None:
    """您好，我的任务."""
    show(turn, found[0])


@router.on(OTHER_MONTH)
def other_month(turn: Turn, found: re.Match[str]) -> None:
    """上月任务, 下月任务."""
    ahead = -1 if found["which"] == "上" else 1
    turn.say(duty_words.other_month(turn.work, turn.person.person_id, turn.now, ahead))


@router.on(DETAIL)
def detail(turn: Turn, found: re.Match[str]) -> None:
    """One duty: what to do, until when, what is held."""
    turn.say(duty_words.detail(turn.work, listing(turn).pick(int(found["number"])), turn.now))


@router.on(RECEIPT)
def acknowledge(turn: Turn, word: str) -> None:
    """Receipt for everything issued and for notices; from somebody with neither it is just politeness."""
    receipts.take(turn)


@router.on(RECEIVED)
def received(turn: Turn, found: re.Match[str]) -> None:
    """收到 1、2, 收到，马上办: a receipt is for everything; where numbers are said, so is that."""
    some = re.search(r"\d", (found["before"] or "") + (found["after"] or ""))
    receipts.take(turn, duty_texts.RECEIVED_LIST if some else duty_texts.RECEIVED)


@router.on(AllSure())
def all_sure(turn: Turn, shown: str) -> None:
    """全部完成, and meant: exactly what was shown. What came or went since then is asked about again."""
    left = listing(turn).open
    if left and _mark(left) != shown:
        turn.say(duty_texts.ALL_CHANGED)
        _ask_all(turn, left)
        return
    finish(turn, left or [listing(turn).pick(None)])


def _mark(entries: Sequence[Entry]) -> str:
    """Equal only for the same duties."""
    return blake2b(" ".join(str(each.duty.id) for each in entries).encode(), digest_size=16).hexdigest()


@router.on(ALL)
def ask_all(turn: Turn, found: re.Match[str]) -> None:
    """Ask back once, with the list. One that is alone is not asked about."""
    left = listing(turn).open
    if turn.person.conversation is not None:  # 确认 would be an answer to the form
        turn.say(duty_texts.FORM_FIRST)
    elif len(left) < 2:
        finish(turn, [listing(turn).pick(None)])
    else:
        _ask_all(turn, left)


def _ask_all(turn: Turn, left: Sequence[Entry]) -> None:
    turn.topic = f"{ALL_ASKED}{_mark(left)}"
    lines = duty_answers.lines(left)
    turn.say(duty_texts.ALL_ASK.format(count=len(left), lines=lines, number=left[0].number))


def complete(turn: Turn, found: re.Match[str], number: int | None = None) -> None:
    """完成 N, 完成 2、3."""
    numbers = [number] if number is not None else [int(each) for each in re.findall(r"\d+", found["numbers"] or "")]
    lists = listing(turn)
    try:
        entries = [lists.pick(each) for each in dict.fromkeys(numbers)] or [lists.pick(None)]
    except WhichDuty as which:
        ask_which(turn, which)
        return
    finish(turn, entries)


router.on(DONE, DONE_AFTER)(complete)


@router.on(UNSURE)
def which_done(turn: Turn, found: re.Match[str]) -> None:
    """3项都完成了, 1号完成: three of them or the third, number 1 or the first of the month?"""
    lists = listing(turn)
    unsure(turn, duty_texts.DONE_UNSURE, lists.open or [lists.pick(None)])


def finish(turn: Turn, entries: Sequence[Entry]) -> None:
    """Note as done what can be; ask for the numbers and the proof that are missing."""
    work, person_id, ended = turn.work, turn.person.person_id, list[Entry]()
    wanting: list[Entry] = []
    for entry in entries:
        if not entry.open:
            turn.say(duty_answers.already(entry))
        elif entry.template.numbers and duty_numbers.lacks(turn, entry):
            wanting.append(entry)
        elif duty_evidence.to_ask_for(work, person_id, entry, turn.now):
            if turn.person.conversation is not None:  # what would be sent now would be an answer to the form
                turn.say(duty_texts.FORM_FIRST)
                return
            turn.topic = f"{PROOF}{entry.duty.id}"
            turn.say(duty_evidence.ask_words(entry))
        else:
            note = duty_evidence.missing(work, entry)
            turn.say(duty_answers.finish(work, person_id, entry, turn.now, turn.house, note))
            ended.append(entry)
    if ended:
        turn.topic = turn.topic or (f"{DID}{ended[0].duty.id}" if len(ended) == 1 else "")
        turn.say(duty_answers.rest_words(work, person_id, turn.now))
    if wanting:
        duty_numbers.ask_missing(turn, wanting)
