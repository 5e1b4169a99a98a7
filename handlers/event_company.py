"""报名 11 带2人, 我和老婆一起报名 11: the speaker is registered; who comes along is an answer where it is asked."""

import re
from dataclasses import dataclass

from bot import event_texts as texts
from bot.forms.fold import looks_like_question
from bot.forms.numerals import whole
from bot.router import SPOKEN, Filter, Router
from bot.services import event_companions, registration_names, registrations
from bot.services import events as finding
from bot.turn import Turn
from handlers import event_form, event_marks, event_named, event_others, events, group
from storage.events import Event

router = Router("event_company")
TOPIC = f"form:{event_form.FORM_NAME}"  # there may be names of others in it: its words are not kept
_MANY = r"(?:(?<!\d)\d{1,2}|十[一二两三四五六七八九]?|[一两二三四五六七八九])"
_KIN = (
    "老婆|老公|爱人|媳妇|对象|先生|太太|丈夫|妻子|孩子|小孩|小朋友|儿子|女儿|娃|宝宝|爸妈|父母|爸爸?|妈妈?|父亲|母亲|老人"
    "|家人|家属|亲戚|邻居|同事|工友|朋友|师傅|徒弟|同学|室友|哥哥?|姐姐?|弟弟?|妹妹?"
)
_TWO = ("爸妈", "父母")
_ONE = re.compile("老婆|老公|爱人|媳妇|对象|先生|太太|丈夫|妻子|爸爸?|妈妈?|父亲|母亲")
_ITEM = rf"(?:(?:{_MANY})?[个名位口]?(?:我的?)?(?:{_KIN}|人)们?(?:{_MANY}[个名位口]?人?)?)"
_AND = r"(?:[和跟与同、,及]|还有|加)"
_ITEMS_SAID = rf"{_ITEM}(?:{_AND}?{_ITEM}){{0,4}}"
_WITH = re.compile(
    r"(?:[,。 ]|另外|还|再|我|想|要|会){0,6}(?:带|领|外加|加|还有|\+)(?:[着上了]| )?"
    rf"(?P<items>{_ITEMS_SAID}|{_MANY}[个名位口])"
    r"(?:一起|一块|一同|去|来|参加(?! ?\d)|过来|[,。 ])*"
)
_ALSO = re.compile(rf"[,。 ]+(?:我的?)?(?P<items>{_ITEMS_SAID})(?:也|要|想|一起|都){{1,3}}(?:去|来|参加|报名)?[,。 ]*")
_BESIDE = re.compile(rf"[,。 ]+(?P<items>(?:家属|孩子|小孩|老人){_MANY}[个名位口]?人?)[,。 ]*")
_PLUS = re.compile(rf"[,。 ]*[+加] ?(?P<plus>{_MANY})(?:个?人|[个名位])?(?!\d)[,。 ]*")
_TOGETHER = re.compile(
    rf"(?:^|(?<=[我们,。 \d号]))[和跟与同](?P<others>{_ITEMS_SAID}|[^\d,。和跟与同 ]{{2,4}}?)"
    r"(?P<both>两个人?|两人|俩)?(?:一起|一块儿?|一同|一道|都|也|想|要|去|来|参加(?! ?\d))*(?=报|参加|\d|[,。 ]|$)"
)
_TOTAL = re.compile(
    rf"[,。 ]*(?:一共|总共|共|合计)?(?:(?<!第)(?P<total>{_MANY}) ?(?:个人|口人|[人位口])"
    rf"|(?<=[我咱]们)(?P<ours>{_MANY})个|(?P<two>(?<=[我咱们])俩人?|(?<=[我咱])两(?=报|参加)|两口子|夫妻[俩两]个?人?)|(?P<three>(?<=[我咱们])仨)|(?P<some>(?<=[我咱]们)(?:一起|几个人?))|一家(?P<family>{_MANY})口"
    rf"|(?P<old>{_MANY})个?大人?(?P<young>{_MANY})个?小孩?|(?P<none>不带(?:人|家属|别人|孩子)?|就?我?(?:自己)?一个人|就我自己))"
    r"(?:一起|一块儿?|都|去|来|参加(?! ?\d)|[,。 ])*"
)
_LEFT = re.compile(r"^[ ,。]+|[ ,。]+(?:(?:我们?|咱们?|一共|有|人数)[ ,。]*)?$")
_ITEMS = re.compile(
    rf"(?P<before>{_MANY})?[个名位口]?(?:我的?)?(?P<who>{_KIN}|人)(?P<many>们)?(?:(?P<behind>{_MANY})[个名位口]?人?)?"
)


@dataclass(frozen=True, slots=True)
class Company:
    """How many come along (None: not said), what they were called, the words without that, and the words for it."""

    brought: int | None
    whom: str
    rest: str
    said: str


def read(plain: str) -> Company | None:
    """Plain words about registering with others; the rest is what somebody says who registers alone."""
    for each in _each(plain):
        if any(order.takes(each.rest) for order in (events.JOIN, events.BARE)):
            return each
    return None


def _each(plain: str) -> list[Company]:
    """Every way in which somebody may be said to come along."""
    found: list[Company] = []
    plain = plain.replace("(", " ").replace(")", " ")
    for pattern in (_TOGETHER, _WITH, _ALSO, _BESIDE, _PLUS, _TOTAL):
        for match in pattern.finditer(plain):
            count = _count(match.groupdict())
            if count is not None:
                parts = (plain[: match.start()], plain[match.end() :])
                rests = (_LEFT.sub("", " ".join(between.join(parts).split())) for between in (" ", ""))
                said = match[0].strip(" ,。")
                found += [Company(None if count < 0 else count, match[0], rest, said) for rest in dict.fromkeys(rests)]
    return found


def _count(parts: dict[str, str | None]) -> int | None:
    """How many come along; -1 where it is not said, None where it is nobody."""
    if others := parts.get("others"):
        if _ITEMS.match(others):
            return _of_items(others, alone=1)
        return 1 if event_others.is_somebody(others) else None
    if items := parts.get("items"):
        return _of_items(items, alone=-1) if _ITEMS.match(items) else _number(items)
    if plus := parts.get("plus"):
        return _number(plus)
    for key, count in (("two", 1), ("three", 2), ("some", -1), ("none", 0)):
        if parts.get(key):
            return count
    if total := parts.get("total") or parts.get("ours") or parts.get("family"):
        return _number(total) - 1
    return _number(parts.get("old") or "") + _number(parts.get("young") or "") - 1


def _of_items(items: str, alone: int) -> int:
    """`alone`: how many 同事 or 孩子 without a number is."""
    total = 0
    for match in _ITEMS.finditer(items):
        said = match["before"] or match["behind"]
        if said:
            total += _number(said)
        elif match["who"] in _TWO:
            total += 2
        elif match["many"] or (alone < 0 and not _ONE.fullmatch(match["who"])):
            return -1
        else:
            total += 1
    return total


def _number(said: str) -> int:
    return whole(re.sub(r"[个名位口人]", "", said).replace("两", "二")) or 0


def takes(plain: str) -> bool:
    """Whether it is an order to register somebody with others."""
    return read(plain) is not None


class WithOthers(Filter[Company]):
    """Such an order, by number, by title, or for the event just shown; not what asks whether one may."""

    def match(self, turn: Turn) -> Company | None:
        """What was said; asks the database only when the words fit."""
        if turn.message.kind not in SPOKEN or not any(each in turn.words for each in ("报", "参加")):
            return None
        if looks_like_question(turn.message.text):
            return None
        found = read(turn.words) or next((each for each in _each(turn.words) if _titled(turn, each)), None)
        if found is None:
            return None
        plain = registration_names.plain(found.said)
        return None if any(plain in registration_names.plain(each.title) for each in events.coming(turn)) else found


def _titled(turn: Turn, found: Company) -> list[Event]:
    named = event_named.named(turn, found.rest)
    return named.events if named is not None and not named.asked else []


@router.on(WithOthers())
def with_others(turn: Turn, found: Company) -> None:
    """Register the speaker, with the number as an answer where it is asked; else say that others are not counted."""
    turn.topic = TOPIC
    if group.elsewhere(turn, texts.GROUP):
        return
    event, there = _meant(turn, found)
    if event is not None:
        _begin(turn, event, found)
        return
    turn.topic = ""
    if there:
        events.ask_which(turn, there)
        turn.say(texts.COMPANY_WHICH.format(number=there[0].number))
    else:
        turn.say(texts.NONE_OPEN)


def _meant(turn: Turn, found: Company) -> tuple[Event | None, list[Event]]:
    number = events.JOIN.read(found.rest)
    if number is not None:
        return finding.find(turn.work, event_marks.number_of(number)), []
    if events.BARE.takes(found.rest):
        return events.meant(turn)
    there = _titled(turn, found)
    return (there[0] if len(there) == 1 else None), there


def _begin(turn: Turn, event: Event, found: Company) -> None:
    mine = registrations.standing(turn.work, event, turn.person.person_id)
    there = event_form.under_way(turn)
    busy = turn.person.conversation is not None and (there is None or there.id != event.id)
    said = None if found.brought is None else event_companions.answer(event.questions, found.brought, found.whom)
    event_form.begin(turn, event, said)
    if found.brought == 0 or (busy and mine is None):  # with another form open nobody is registered
        return
    if not event_companions.is_asked(event.questions):
        turn.say(_not_counted(turn, event))
    elif mine is not None:
        turn.say(texts.COMPANY_KEPT.format(number=event.number))
    elif turn.form is None:
        turn.say(texts.COMPANY_IN_FORM)


def _not_counted(turn: Turn, event: Event) -> str:
    """That they are not counted, but for who has come along by a list already."""
    name = registration_names.vouched(turn.work, turn.person.person_id)
    listed = event_companions.of(turn.work, event, [name]) if name else []
    if listed:
        return texts.COMPANY_LISTED.format(count=len(listed))
    return texts.COMPANY_NOT_COUNTED.format(title=event.title, number=event.number)
