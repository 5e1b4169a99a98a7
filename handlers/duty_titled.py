"""A duty named by its title: 会员变动月报完成了, and a line of the list that is sent back.

Titles may hold words like 完成 themselves: what is nothing but a title, or a part of one, finishes nothing.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from bot import duty_texts as texts
from bot.forms.fold import fold
from bot.router import Filter, Router
from bot.services import duty_titles, duty_words
from bot.services.duty_answers import Entry, Listing
from bot.services.duty_reading import LIKELY
from bot.turn import Turn
from handlers import duties
from handlers.duty_asking import SURE, N, OfCadre, listing, unsure

router = Router("duty_titled")
_DO = "(?:完成|办完|做完|办好|做好|报完|交完|弄完|搞定)"
_PLACE = rf"(?:{SURE}(?! ?[\d月日号年天户人条项个件份%]) ?[.、:,]? ?)?"
_MONTH = r"(?:(?P<month>\d{1,2})月份?的? ?|(?:本月|这个月)的? ?)?"
_TITLE = r"[“\"「《(]?(?P<title>[^|]{4,40}?)[”\"」》)]?"
_NO = r"(?P<no>还?没有?|[还尚]?未)?"
ENDED = OfCadre(
    rf"(?:我的?)?{_PLACE}{_MONTH}{_TITLE} ?[,:]? ?(?:的?任务)? ?(?:我们?)?(?:全部|[都也])?(?:已经?)?{_NO}{_DO}了?"
)
ENDS = OfCadre(rf"(?:我们?)?(?:已经?)?{_NO}{_DO}了? ?:?{_PLACE}{_MONTH}{_TITLE} ?了?")
LINE = OfCadre(rf"(?P<number>{N}) ?[.、] ?(?P<title>[^|]{{4,80}}?) ?(?:\|.*)?")


class Named(NamedTuple):
    """What was said of which duties: `done`, `not done` yet, only `named`, or `unlike` the number or month with it."""

    what: str
    entries: Sequence[Entry]


class Titled(Filter[Named]):
    """An order with the title of a duty in it; the database is asked only when words like 完成 stand in their place."""

    def match(self, turn: Turn) -> Named | None:
        """Open duties first; of those that are done it is only said that they are."""
        found = [each for each in (ENDED.match(turn), ENDS.match(turn)) if each]
        if not found:
            return None
        lists = listing(turn)
        title_alone = duty_titles.named(turn.words, lists.open)
        if title_alone:
            return Named("named", title_alone)
        return next((named for each in found if (named := _named(each, lists))), None)


def _named(found: re.Match[str], lists: Listing) -> Named | None:
    done = [each for each in lists.entries if each.duty.state == "done"]
    for entries in (lists.open, done):
        meant = duty_titles.named(found["title"], entries)
        if meant:
            sure = [each for each in meant if _fits(found, each)]
            others = [each for each in lists.open if each not in meant and found["number"] == str(each.number)]
            what = "not done" if found["no"] else "done"
            return Named(what, sure) if sure else Named("unlike", [*meant, *others])
    return None


def _fits(found: re.Match[str], entry: Entry) -> bool:
    """Whether the number and the month that are said, if any, are those of the duty."""
    number, month = found["number"], found["month"]
    return number in (None, str(entry.number)) and (month is None or int(month) == int(entry.duty.period[5:]))


class Copied(Filter[Entry]):
    """A line of a list: its number, its title, and what stands behind it."""

    def match(self, turn: Turn) -> Entry | None:
        """The duty of the line, where number and title are the same one's."""
        found = LINE.match(turn)
        if found is None:
            return None
        said, number = fold(found["title"]), int(found["number"])
        there = (each for each in listing(turn).entries if each.number == number)
        return next((each for each in there if _called(said, each)), None)


def _called(said: str, entry: Entry) -> bool:
    """Whether a line ends with its title; behind it may stand of which union it is."""
    title = fold(entry.template.title)
    return said.endswith(title) or said.endswith(title + fold(entry.unit))


def beside_numbers(words: str) -> bool:
    """Whether words name a duty as done and hold nothing that could be a number for the form about numbers."""
    return not LIKELY.search(words) and (ENDED.takes(words) or ENDS.takes(words))


@router.on(Titled())
def titled(turn: Turn, named: Named) -> None:
    """As 完成 N for the one that is meant; several are asked about."""
    first = named.entries[0]
    if len(named.entries) > 1 or named.what == "unlike":
        unsure(turn, texts.TITLE_WHICH, named.entries)
    elif named.what == "done":
        duties.finish(turn, [first])
    elif named.what == "named":
        show(turn, first)
    else:
        turn.say(texts.NOT_YET.format(number=first.number))


@router.on(Copied())
def show(turn: Turn, entry: Entry) -> None:
    """What 任务 N says, and how it is finished."""
    turn.say(duty_words.detail(turn.work, entry, turn.now))
    if entry.open:
        turn.say(texts.DETAIL_HOW.format(number=entry.number))
