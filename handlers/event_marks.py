"""签到 1234, 评价 5 很好: that somebody was there, and what they thought of it."""

import re
from datetime import timedelta

from bot import event_texts as texts
from bot.contract import Choice
from bot.forms.fold import looks_like_question, width
from bot.forms.numerals import whole
from bot.router import SPOKEN, Filter, Pattern, Router, Words
from bot.services import attendance, event_words, notice_items
from bot.services.attendance import Attended
from bot.services.event_refusals import NoEvent
from bot.turn import Turn
from handlers import group
from storage import inbox
from storage.notices_told import Told

router = Router("event_marks")
NUMBER = r"(?P<number>\d{1,6}|[一二三四五六七八九十百]{1,5})"
_HAN_DIGITS = "零一二三四五六七八九"
_CODE = rf"\d(?:\s?\d){{3,5}}|[{_HAN_DIGITS}〇]{{4}}"  # spoken, the digits may come as numerals
CODE = Pattern(
    rf"(?:我们?|要|来|想|帮我|给我|活动|[, ]){{0,3}}(?:签到|打卡)码?是?\s*[:：,]?\s*(?P<code>{_CODE})"
    rf"|(?P<code_first>\d{{4}})\s*,?(?:签到|打卡)|(?:签到|打卡)?码是?\s*[:：]?\s*(?P<code_too>\d{{4}})"
)
CODE_BARE = Words("签到", "活动签到", "怎么签到", "我要签到", "签到码")
# a numeral is stars only with 分 or 星 behind it, or alone: 评价一般, 评价一下 and 评价五一活动 give no stars
JUDGED = re.compile(
    r"(?:我要)?评价\s*(?:活动\s*(?P<number>\d{1,6})\s*[:：,，、\s]\s*)?[:：,，\s]*"
    r"(?P<stars>[1-5]\.0(?!\d)|[1-5](?![\d.]\d|\d)|[一二三四五](?=\s*(?:分|星|颗星|[\s,，。.:：!！]|$)))"
    r"\s*(?:分|颗?星)?[\s,，。.:：!！]*(?P<words>.*)",
    re.DOTALL,
)
JUDGE_BARE = Words("评价", "活动评价", "评价活动", "我要评价", "评价一下", "我要评价一下")
# the answer to 请用1到5分评价, without the word; a number alone only out of the blue or right after it was asked
STARS = re.compile(
    r"(?:我?(?:打|给|评)个?|评分|打分)?[\s:：]*(?P<number>)(?P<stars>[1-5一二三四五])\s*(?P<unit>分|颗?星)?(?:好评|吧)?"
    r"(?:[\s,，。.!！]+(?P<more>.*))?",
    re.DOTALL,
)
UNCLEAR = re.compile(r"(?:我要)?评价.{1,40}", re.DOTALL)
PRAISE = re.compile(  # such words alone, right after they were asked what it was like
    r"(?:活动|办得|我|觉得|感觉|还|很|挺|太|真|蛮|非常|十分|特别|比较|不太?){0,4}"
    r"(?:好|不错|满意|棒|赞|差劲?|一般般?|糟糕?|没意思|有意思|开心|精彩|还行|凑合)[了的啊呀吧哈]{0,2}"
)
PRAISE_MORE = re.compile(rf"{PRAISE.pattern}[,。! ].{{1,60}}")
_SIGNS = re.compile(r"(?:[\u2b50\u2605\U0001f31f]\ufe0f?\s*){1,5}")  # ⭐⭐⭐⭐
_FULL = re.compile(r"(?:我?(?:打|给)个?)?满分[了吧啊!！]*")
NO_STARS = re.compile(r"(?:我?(?:打|给)个?)?\d{1,3}(?:\.\d)?\s*分?")  # 10, 4.5: not on our scale
RECENT = timedelta(minutes=30)
COMMANDS = (CODE, CODE_BARE, JUDGE_BARE)


def judges(words: str) -> bool:
    """Whether these plain words say what somebody thought of an event, in stars."""
    return JUDGED.fullmatch(words) is not None


def number_of(found: re.Match[str]) -> int:
    """The number of an event that a pattern has found, in digits or numerals. Raises NoEvent."""
    parts = found.groupdict()
    said = next((each for key, each in parts.items() if key.startswith("number") and each), "")
    number = whole(said)
    if number is None:
        raise NoEvent(texts.NO_SUCH.format(number=said))
    return number


def last_topic(turn: Turn) -> str:
    """What the last message of this person was about."""
    return inbox.last_topic(turn.work, turn.person.person_id, turn.now - RECENT)


def noticed(turn: Turn) -> Told | None:
    """The notice that is being spoken of: what is asked now is asked of it, be it about an event or not."""
    return notice_items.spoken_of(turn.work, turn.person.person_id, last_topic(turn), turn.now)


class Judged(Filter[re.Match[str]]):
    """评价, a number from 1 to 5, and perhaps words, as they were written."""

    def match(self, turn: Turn) -> re.Match[str] | None:
        """The parts."""
        if turn.message.kind not in SPOKEN or "评价" not in turn.words:
            return None
        return JUDGED.fullmatch(width(turn.message.text).strip())


class Stars(Filter[re.Match[str]]):
    """5分, 五星好评, or 5 alone (see STARS), from somebody who came to something they have not judged yet."""

    def match(self, turn: Turn) -> re.Match[str] | None:
        """The parts; asks the database only when the words fit."""
        if turn.message.kind not in SPOKEN or not turn.private:
            return None
        found = STARS.fullmatch(_spelt(turn.message.text))
        if found is None or (not found["unit"] and (_else(found["more"] or "") or not _asked(turn))):
            return None
        return found if _to_judge(turn) else None


def _spelt(text: str) -> str:
    """⭐⭐⭐⭐ as 4星, 满分 as 5分, 5很好 as 5 很好."""
    plain = width(text).strip()
    signs = _SIGNS.match(plain)
    if signs:
        return f"{sum(each in '⭐★🌟' for each in signs[0])}星 {plain[signs.end() :].strip()}".strip()
    if _FULL.fullmatch(plain):
        return "5分"
    return f"{plain[0]} {plain[1:]}" if plain[:1] in tuple("12345") and PRAISE.fullmatch(plain[1:]) else plain


def _else(more: str) -> bool:
    """Whether what stands behind a bare number is no opinion: another number, a question, a story."""
    return more[:1].isdigit() or len(more) > 60 or looks_like_question(more)


def _asked(turn: Turn) -> bool:
    """Whether a number alone may be stars: right after 评价, or where being asked for them was the last thing told.

    After a reminder of duties, or a notice that is answered by a number, it is the answer to that.
    """
    topic = last_topic(turn)
    if topic:
        return topic.startswith(f"{router.name}.")
    told = notice_items.last_told(turn.work, turn.person.person_id, turn.now)
    return told is not None and told.title == texts.TITLE_OPINION and told.event_id is not None


class Unclear(Filter[bool]):
    """评价很好, or 很好 right after they were asked: no stars, from somebody who has something to judge."""

    def match(self, turn: Turn) -> bool | None:
        """True."""
        if not turn.private or turn.message.kind not in SPOKEN or looks_like_question(turn.message.text):
            return None
        if NO_STARS.fullmatch(turn.words):
            said = _asked(turn)
        elif PRAISE.fullmatch(turn.words) or PRAISE_MORE.fullmatch(turn.words):
            told = notice_items.last_told(turn.work, turn.person.person_id, turn.now, unanswered=True)
            said = told is not None and told.event_id is not None and told.title == texts.TITLE_OPINION
        else:
            said = UNCLEAR.fullmatch(turn.words) is not None
        return True if said and _to_judge(turn) else None


@router.on(CODE)
def by_code(turn: Turn, found: re.Match[str]) -> None:
    """The code that is shown there, typed."""
    if group.elsewhere(turn, texts.GROUP):
        return
    said = found["code"] or found["code_first"] or found["code_too"]
    say_checked_in(turn, attendance.by_code(turn.work, code_of(said), turn.person.person_id, turn.now))


def code_of(said: str) -> str:
    """The digits of a code as it was typed or spoken."""
    digits = (str(_HAN_DIGITS.index(each)) if each in _HAN_DIGITS else each for each in said.replace("〇", "零"))
    return re.sub(r"\s", "", "".join(digits))


@router.on(CODE_BARE)
def how_to(turn: Turn, word: str) -> None:
    """签到 without a code."""
    if not group.elsewhere(turn, texts.GROUP):
        turn.say(texts.CODE_HOW)


def say_checked_in(turn: Turn, done: Attended) -> None:
    """Say that it counts."""
    if done.again:
        turn.say(attendance.already_words(done))
    else:
        turn.say((texts.CHECKED_IN_WALK if done.walk_in else texts.CHECKED_IN).format(title=done.event.title))


@router.on(Judged(), Stars())
def judge(turn: Turn, found: re.Match[str]) -> None:
    """Keep stars and words."""
    if group.elsewhere(turn, texts.GROUP):
        return
    stars, words = whole(found["stars"][0]) or 0, _words(found)
    number = int(found["number"]) if found["number"] else None
    person_id = turn.person.person_id
    event = attendance.judge(turn.work, person_id, number, stars, words, turn.now)
    if event is None:
        ones = [each for mine, each in attendance.to_judge(turn.work, person_id, turn.now) if mine.stars is None]
        lines = "\n".join(f"{each.number}. {each.title}，{event_words.when(each)}" for each in ones)
        turn.say(texts.JUDGE_WHICH.format(lines=lines, number=ones[0].number, stars=stars))
        turn.offer(*(Choice(f"judge{each.number}", f"评价活动 {each.number} {stars} {words}"[:60]) for each in ones))
        return
    more = texts.THANKS_WORDS if words else texts.THANKS_MORE.format(stars=stars)
    turn.say(texts.THANKS.format(title=event.title, stars=stars, more=more))


def _words(found: re.Match[str]) -> str:
    parts = found.groupdict()
    return (parts.get("words") or parts.get("more") or "").strip()


def _to_judge(turn: Turn) -> bool:
    there = attendance.to_judge(turn.work, turn.person.person_id, turn.now)
    return any(mine.stars is None for mine, _ in there)


@router.on(JUDGE_BARE)
def how_to_judge(turn: Turn, word: str) -> None:
    """评价 without stars."""
    if not group.elsewhere(turn, texts.GROUP):
        turn.say(texts.JUDGE_HOW)


@router.on(Unclear())
def unclear(turn: Turn, found: bool) -> None:
    """评价很好: how many stars?"""
    turn.say(texts.JUDGE_HOW)
