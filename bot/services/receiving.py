"""Which union takes an application, and what becomes of an employer that has none.

Source: design reference `union/membership_application.md`, table 2.1 (trade union constitution art. 2, rules on
membership art. 5-7, labour contract law art. 64). Staff may pass an application on; nothing here decides about joining.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.search.names import core_of
from bot.services.unit_book import Unit, UnitBook, same_district
from storage import leads, orgs
from storage.leads import Lead
from storage.orgs import Organisation
from storage.work import Work

How = Literal["scanned", "employer", "user_employer", "place", "industry", "window"]
EMPLOYER_CHARS = (2, 60)
LEADS = "leads"  # whoever notes a lead is alone at it: `work.alone(LEADS)`
_OF_A_PERSON = re.compile(r"\d{5}|我|咱|俺|姓名|电话|手机|身份证|微信|住在|[?？@]")
_NO_EMPLOYER = re.compile(
    r"(?:我?(?:现在|目前|暂时)?(?:没有|没|无|还没有?)(?:固定)?(?:的)?(?:单位|公司|工作|工会)?|不知道|不清楚|个体户?|自由职业者?"
    r"|灵活就业(?:人员)?|(?:打)?零工|散工|自己干|给自己干|待业|失业|退休|无业|不固定)[了吧的]?"
)


@dataclass(frozen=True, slots=True)
class Receiving:
    """`org` takes the application, None is the city's window; `how` it was found.

    `no_union`: an employer was named, and no union of ours organises it. That is a lead (`note_lead`).
    """

    org: Organisation | None
    how: How
    no_union: bool = False


def receiving(
    work: Work,
    book: UnitBook,
    employer_words: str,
    place_words: str,
    pathway: str,
    *,
    given: int | None = None,
    user_employer: str = "",
) -> Receiving:
    """Which union takes an application of this pathway (`storage.applications.Application.pathway`). Changes nothing.

    - `given`: the union of a scanned code, or one picked from a list. It stands, unless the words are surely the name
      of another employer; for platform and flexible workers it always stands. The city's own code says nothing.
    - An employer's union: the one surely meant by `employer_words`. Dispatched workers choose: `employer_words` is
      where they want to join, agency or user employer; `user_employer` is asked when the agency has no union.
    - Else the street or district of `place_words`, else the industry union. For platform workers an industry union in
      the district named comes before the street. (Who believes that there is no union is looked up all the same.)
    """
    unit, how = union_of(book, employer_words, place_words, pathway, given=given, user_employer=user_employer)
    no_union = how != "employer" and is_employer(employer_words) and not _is_known(book, employer_words)
    if how == "scanned" and unit is not None:
        no_union = no_union and not unit.employer and _employers(book, employer_words) is None
    return Receiving(orgs.get(work, unit.id) if unit else None, how, no_union)


def union_of(
    book: UnitBook,
    employer_words: str,
    place_words: str,
    pathway: str,
    *,
    given: int | None = None,
    user_employer: str = "",
) -> tuple[Unit | None, How]:
    """As `receiving`, from the index alone: which union, and how it was found."""
    scanned = book.get(given) if given is not None else None
    if scanned is not None and scanned.path.count("/") <= 2:
        scanned = None
    named = _employers(book, employer_words)
    if scanned is not None and (named is None or pathway in ("platform", "flexible")):
        return scanned, "scanned"
    if named is not None:
        return named, "employer"
    if pathway == "dispatched" and (other := _employers(book, user_employer)) is not None:
        return other, "user_employer"
    return _without_employer(book, employer_words, place_words, pathway)


def _employers(book: UnitBook, words: str) -> Unit | None:
    """The union of an employer that is surely meant."""
    found = book.sure(words) if is_employer(words) else None
    return found if found is not None and (found.employer or found.trades) else None


def _is_known(book: UnitBook, words: str) -> bool:
    """Whether an employer has a union that cannot be told from others by name alone, or is a union itself."""
    core = core_of(words)
    return any(core in (core_of(each.employer), core_of(each.name)) for each in book.find(words))


def _without_employer(book: UnitBook, employer: str, place: str, pathway: str) -> tuple[Unit | None, How]:
    near = book.place(place)
    trade = book.industry(f"{employer} {place}", pathway, near)
    if trade is not None and (near is None or (pathway == "platform" and same_district(trade, near))):
        return trade, "industry"
    return (near, "place") if near is not None else (None, "window")


def is_employer(words: str) -> bool:
    """Whether this may be the name of an employer: not 没有单位, no sentence about a person, no number."""
    words = words.strip()
    shortest, longest = EMPLOYER_CHARS
    if not (shortest <= len(words) <= longest and words.isprintable()) or _OF_A_PERSON.search(words):
        return False
    return len(core_of(words)) >= shortest and not _NO_EMPLOYER.fullmatch(words)


def note_lead(work: Work, employer_words: str, found: Receiving, now: datetime) -> Lead | None:
    """Somebody wants to join at an employer without a union: for those who organise. Once per application, when it is
    handed in. Keeps the employer's name and a count, nothing of the person; None when there is nothing to keep.
    """
    if not found.no_union or not is_employer(employer_words):
        return None
    work.alone(LEADS)
    return leads.note(work, core_of(employer_words), employer_words.strip(), found.org.id if found.org else None, now)
