"""写条目: one form for an entry or a branch's version, with preview, a question to try, saving and handing in."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web
from multidict import MultiDict

from bot.clock import local
from bot.console import entry_form
from bot.console.addresses import ENTRY, ID, number, row_id
from bot.console.gate import read_form
from bot.console.knowledge import parts_of
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import catalogue, drafts, gaps, preview, reviewing
from bot.services.actors import require_branch
from bot.services.catalogue import AUDIENCES, SCOPES, NoEntry
from bot.services.comparing import STATES
from bot.services.entries import NAMES, BadEntry, validated, validated_override
from bot.services.preview import LIMIT, Bubble, Found
from storage import knowledge, revisions
from storage.knowledge import Entry
from storage.revisions import CITY, Revision
from storage.work import Work

NOTE_CHARS, TRIED_CHARS = 200, 100
STATUSES = [("published", "发布"), ("draft", "不发布（草稿）"), ("retired", "停用")]


@dataclass(frozen=True, slots=True)
class Editing:
    """What the page shows. `content` is what stands in the form, complete or not."""

    entry_id: str
    org_id: int
    place: str
    content: dict[str, Any]
    new: bool
    entry: Entry | None = None
    draft: Revision | None = None
    stale: bool = False
    note: str = ""
    gap: int | None = None
    gap_title: str = ""
    picks: tuple[str, ...] = ()
    tried: str = ""
    problems: dict[str, str] = field(default_factory=dict)
    bubble: Bubble | None = None
    found: Found | None = None
    checked: bool = False
    extra_rows: int = 1
    categories: tuple[str, ...] = ()
    author: str = ""
    reviewer: str = ""


Begin = Callable[[Work], Editing]


async def show_new(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """An empty form, perhaps begun from what workers asked."""
    gap_id = number(request.query.get("gap", ""))
    return _page(room, visit, await room.database.read(lambda work: _new(work, room, visit, gap_id)))


def _new(work: Work, room: Room, visit: Visit, gap_id: int | None) -> Editing:
    require_branch(work, visit.actor, CITY)
    now = room.clock.now()
    begun = Editing(
        drafts.fresh_id(work),
        CITY,
        catalogue.place_name(work, CITY),
        entry_form.blank(local(now).date()),
        new=True,
        categories=catalogue.categories(work),
    )
    return _previewed(work, room, _from_gap(work, room, visit, begun, gap_id) if gap_id else begun)


def _from_gap(work: Work, room: Room, visit: Visit, editing: Editing, gap_id: int) -> Editing:
    """What people asked, as a question and as phrasings to pick from."""
    known = gaps.detail(work, visit.actor, gap_id, room.house.knowledge, room.clock.now())
    content = {**editing.content, "question": editing.content.get("question") or known.line.title[:60]}
    picks = tuple(gaps.phrasings(known))
    if editing.new and not content["phrasings"]:
        content["phrasings"] = list(picks[:1])
    return replace(editing, content=content, gap=gap_id, gap_title=known.line.title, picks=picks[:40])


async def show_edit(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The open draft of an entry, or what is in force, to go on from."""
    entry_id, org_id = request.match_info["id"], number(request.query.get("branch", "")) or CITY
    gap_id = number(request.query.get("gap", ""))

    def look(work: Work) -> Editing:
        editing = _opened(work, room, visit, entry_id, org_id)
        return _previewed(work, room, replace(editing, gap=gap_id or (editing.draft.gap_id if editing.draft else None)))

    return _page(room, visit, await room.database.read(look))


def _opened(work: Work, room: Room, visit: Visit, entry_id: str, org_id: int) -> Editing:
    require_branch(work, visit.actor, org_id)
    entry, draft = knowledge.get(work, entry_id), revisions.open_of(work, entry_id, org_id)
    if entry is None and (draft is None or org_id != CITY):
        raise NoEntry("没有这一条内容。")
    now, version = reviewing.in_force(work, entry_id, org_id)
    called = catalogue.names(work)
    today = local(room.clock.now()).date()
    return Editing(
        entry_id,
        org_id,
        catalogue.place_name(work, org_id),
        dict(draft.content if draft else now or entry_form.blank_override(today)),
        new=False,
        entry=entry,
        draft=draft,
        author=called.get(draft.author, draft.author) if draft else "",
        reviewer=called.get(draft.reviewer, draft.reviewer) if draft else "",
        stale=draft is not None and draft.base != version and not (draft.state == "draft" and draft.review_note),
        note=draft.note if draft else "",
        categories=catalogue.categories(work),
    )


async def send_new(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """A new entry's form came back: preview it, add rows, or save it."""
    form = await read_form(request)

    def begin(work: Work) -> Editing:
        require_branch(work, visit.actor, CITY)
        entry_id = " ".join(form.get("id", "").split())[:64] or drafts.fresh_id(work)
        place, known = catalogue.place_name(work, CITY), catalogue.categories(work)
        return Editing(entry_id, CITY, place, {}, new=True, categories=known)

    return await _sent(room, visit, form, begin)


async def send_edit(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """An entry's or a branch's form came back."""
    form, entry_id = await read_form(request), request.match_info["id"]
    org_id = number(form.get("branch", "")) or CITY
    return await _sent(room, visit, form, lambda work: _opened(work, room, visit, entry_id, org_id))


async def _sent(room: Room, visit: Visit, form: MultiDict[str], begin: Begin) -> web.StreamResponse:
    action = form.get("action", "preview")
    if action in ("save", "hand_in"):
        try:
            entry_id, org_id = await room.database.writer.write(lambda work: _save(work, room, visit, form, begin))
        except BadEntry as error:
            problems = entry_form.beside(error.problems)
            editing = await room.database.read(lambda work: _filled(work, room, visit, begin(work), form))
            return _page(room, visit, replace(editing, problems=problems), status=422)
        branch = f"?branch={org_id}" if org_id != CITY else ""
        done = f"/knowledge/{entry_id}"
        return room.redirect(
            done if action == "hand_in" else f"{done}/edit{branch}",
            "handed_in" if action == "hand_in" else "draft_saved",
        )
    editing = await room.database.read(lambda work: _filled(work, room, visit, begin(work), form))
    if action == "row":
        return _page(room, visit, replace(editing, extra_rows=3, problems={}))
    if "fragment" in form:
        return room.render(
            visit, "knowledge_preview.html", editing=editing, limit=LIMIT, parts_of=parts_of, names=NAMES
        )
    return _page(room, visit, editing)


def _save(work: Work, room: Room, visit: Visit, form: MultiDict[str], begin: Begin) -> tuple[str, int]:
    editing, now = begin(work), room.clock.now()
    more = {"note": _note(form), "gap_id": number(form.get("gap", ""))}
    data, index = _read(editing, form), room.house.knowledge.base.index
    if editing.new:
        made = drafts.start(work, visit.actor, editing.entry_id, data, now, index, **more)
    else:
        made = drafts.save(work, visit.actor, editing.entry_id, editing.org_id, data, now, index, **more)
    if form.get("action") == "hand_in":
        drafts.hand_in(work, visit.actor, made.id, now)
    return made.entry_id, made.org_id


def _read(editing: Editing, form: MultiDict[str]) -> dict[str, Any]:
    if editing.org_id == CITY:
        return entry_form.read_city(form)
    fields = (editing.entry.fields or []) if editing.entry else []
    return entry_form.read_override(form, [each["key"] for each in fields])


def _filled(work: Work, room: Room, visit: Visit, editing: Editing, form: MultiDict[str]) -> Editing:
    """The page again, with everything that was typed, its preview and its problems."""
    tried = " ".join(form.get("tried", "").split())[:TRIED_CHARS]
    editing = replace(
        editing, content=_read(editing, form), note=_note(form), gap=number(form.get("gap", "")), tried=tried
    )
    if editing.gap:
        kept = editing.content
        editing = replace(_from_gap(work, room, visit, editing, editing.gap), content=kept)
    return _previewed(work, room, replace(editing, problems=_problems(editing), checked=True))


def _problems(editing: Editing) -> dict[str, str]:
    try:
        if editing.org_id == CITY:
            validated({**editing.content, "id": editing.entry_id})
        elif editing.entry is not None:
            validated_override(editing.content, {each["key"] for each in editing.entry.fields or ()})
    except BadEntry as error:
        return entry_form.beside(error.problems)
    return {}


def _previewed(work: Work, room: Room, editing: Editing) -> Editing:
    now = room.clock.now()
    if editing.org_id == CITY:
        answer = preview.city(editing.entry_id, editing.content, now)
        asked = editing.tried
        found = preview.try_city(work, room.house, editing.entry_id, editing.content, asked) if asked else None
    else:
        assert editing.entry is not None
        answer = preview.branch(editing.entry, editing.content, now)
        found = preview.try_branch(room.house, editing.entry_id, editing.tried) if editing.tried else None
    return replace(editing, bubble=preview.bubble(work, answer, room.house), found=found)


def _page(room: Room, visit: Visit, editing: Editing, status: int = 200) -> web.Response:
    draft = editing.draft
    return room.render(
        visit,
        "knowledge_edit.html" if editing.org_id == CITY else "knowledge_branch.html",
        status,
        editing=editing,
        content=editing.content,
        problems=editing.problems,
        foreign=draft is not None and draft.author != visit.actor.name,
        states=STATES,
        statuses=STATUSES,
        scopes=list(SCOPES.items()),
        audiences=list(AUDIENCES.items()),
        limit=LIMIT,
        parts_of=parts_of,
        names=NAMES,
    )


async def discard(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """A draft is given up."""
    revision_id, now = row_id(request, "revision"), room.clock.now()
    await room.database.writer.write(lambda work: drafts.discard(work, visit.actor, revision_id, now))
    return room.redirect("/knowledge", "draft_discarded")


def _note(form: MultiDict[str]) -> str:
    return " ".join(form.get("note", "").split())[:NOTE_CHARS]


ROUTES = (
    Route("GET", "/knowledge/new", "draft", show_new),
    Route("POST", "/knowledge/new", "draft", send_new),
    Route("GET", f"/knowledge/{{id:{ENTRY}}}/edit", "draft", show_edit),
    Route("POST", f"/knowledge/{{id:{ENTRY}}}/edit", "draft", send_edit),
    Route("POST", f"/drafts/{{revision:{ID}}}/discard", "draft", discard),
)
