"""会员: the roster of a branch with its filters, one member with everything that happened, requests to decide."""

from aiohttp import web
from multidict import MultiDict

from bot import member_texts as texts
from bot.console import roster_filter
from bot.console.addresses import ID, row_id
from bot.console.knowledge import read_page
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import member_deeds, member_requests, roster, units
from bot.services.member_deeds import DEEDS
from bot.services.member_requests import REASON_CHARS, NoRequest
from bot.services.members import NotNow
from storage.work import Work

UNSEEN = "-"  # no page looks like that: a form without its mark is refused
MIGRANT = (("", "全部"), ("yes", "是"), ("no", "不是"))


async def show_list(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The roster as it was filtered last, a page at a time, and how many requests wait."""
    wanted, unit = roster_filter.of_request(room, request, visit.session_id)
    page = read_page(request.query)

    def look(work: Work) -> tuple[roster.Listing, int]:
        return roster.listing(work, visit.actor, wanted, page), len(roster.waiting(work, visit.actor))

    listing, waiting = await room.database.read(look)
    return room.render(
        visit,
        "members.html",
        listing=listing,
        waiting=waiting,
        wanted=wanted,
        unit=unit,
        said=roster_filter.said(wanted, unit),
        states=_all(texts.STATES),
        sources=_all(texts.SOURCES),
        migrant=MIGRANT,
        state_words=texts.STATES,
    )


def _all(words: dict[str, str]) -> list[tuple[str, str]]:
    return [("", "全部"), *words.items()]


async def sift(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Remember what is wanted and show it; the address says nothing of it."""
    form = await read_form(request)
    wanted, unit = await room.database.read(lambda work: roster_filter.of_form(work, visit, form))
    answer = room.redirect("/members")
    roster_filter.keep(room, answer, visit.session_id, wanted, unit)
    return answer


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """One member."""
    return await _page(room, visit, row_id(request, "member"))


async def _page(
    room: Room, visit: Visit, member_id: int, problem: str = "", form: MultiDict[str] | None = None
) -> web.StreamResponse:
    sheet = await room.database.read(lambda work: roster.sheet(work, visit.actor, member_id))
    return room.render(
        visit,
        "member.html",
        422 if problem else 200,
        sheet=sheet,
        problem=problem,
        typed=form or MultiDict(),
        deeds=[(key, label) for key, (label, _) in DEEDS.items()],
        chars=REASON_CHARS,
        state_words=texts.STATES,
    )


async def act(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """What staff do without a request by chat."""
    member_id, form, now = row_id(request, "member"), await read_form(request), room.clock.now()
    deed, reason, seen = form.get("deed", ""), form.get("reason", ""), form.get("seen") or UNSEEN
    days = room.house.review_workdays
    try:
        await room.database.writer.write(
            lambda work: member_deeds.act(work, visit.actor, member_id, deed, reason, now, seen, days)
        )
    except (NoRequest, NotNow) as refusal:
        return await _page(room, visit, member_id, refusal.words, form)
    return room.redirect(f"/members/{member_id}", "member_done")


async def show_requests(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """What members of the branch wait for."""
    asked = await room.database.read(lambda work: roster.waiting(work, visit.actor))
    return room.render(visit, "member_requests.html", asked=asked, chars=REASON_CHARS, problem="")


async def accept(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The next step of a request."""
    request_id, now = row_id(request, "request"), room.clock.now()
    seen = (await read_form(request)).get("seen") or UNSEEN
    state = await room.database.writer.write(
        lambda work: member_requests.accept(work, visit.actor, request_id, now, seen)
    )
    return room.redirect("/members/requests", "request_first" if state == "pending" else "request_done")


async def refuse(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """No, with a reason."""
    request_id, now = row_id(request, "request"), room.clock.now()
    form, days = await read_form(request), room.house.review_workdays
    reason, seen = form.get("reason", ""), form.get("seen") or UNSEEN
    try:
        await room.database.writer.write(
            lambda work: member_requests.refuse(work, visit.actor, request_id, reason, now, days, seen)
        )
    except NoRequest as refusal:
        asked = await room.database.read(lambda work: roster.waiting(work, visit.actor))
        values = {"asked": asked, "chars": REASON_CHARS, "problem": refusal.words}
        return room.render(visit, "member_requests.html", 422, **values)
    return room.redirect("/members/requests", "request_refused")


async def direct(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Say which union a transfer goes to; any union of the tree."""
    request_id, now = row_id(request, "request"), room.clock.now()
    words = " ".join((await read_form(request)).get("unit", "").split())[:60]

    def point(work: Work) -> None:
        room.house.units.refresh(work)  # a union that was added just now is one
        meant = room.house.units.sure(words)
        org = units.of_person(work, meant.id) if meant else None
        if org is None:
            raise NoRequest("没有找到这个工会，或者不止一个工会的名称里有这几个字，请写全称。")
        member_requests.direct(work, visit.actor, request_id, org, now)

    await room.database.writer.write(point)
    return room.redirect("/members/requests", "request_directed")


_ONE = f"/members/{{member:{ID}}}"
_ASKED = f"/members/requests/{{request:{ID}}}"
ROUTES = (
    Route("GET", "/members", "members", show_list),
    Route("POST", "/members", "members", sift),
    Route("GET", "/members/requests", "members", show_requests),
    Route("POST", f"{_ASKED}/accept", "decide", accept),
    Route("POST", f"{_ASKED}/refuse", "decide", refuse),
    Route("POST", f"{_ASKED}/direct", "decide", direct),
    Route("GET", _ONE, "members", show),
    Route("POST", f"{_ONE}/act", "decide", act),
)
