"""The members of a branch as staff see them: the roster, one member, requests, growth. Numbers are masked here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot import member_texts as texts
from bot.clock import local
from bot.forms.fields import id_number, mobile
from bot.forms.model import Field
from bot.services import catalogue, member_requests, transfers
from bot.services.actors import NOWHERE, Actor, NotAllowed, require
from bot.services.member_requests import NoRequest
from bot.services.members import mark_of
from storage import applications, audit, members, orgs, rosters
from storage.members import HASH_OF_ID, HASH_OF_MOBILE, OPEN_REQUESTS, Member, MemberRequest
from storage.orgs import Organisation
from storage.rosters import Wanted
from storage.work import Work

PAGE = 50
EXPORT_LIMIT = 1_000_000
YEARS = 5  # of growth
LOST = "（打不开：密钥已更换）"


@dataclass(frozen=True, slots=True)
class Line:
    """One member in a list."""

    id: int
    number: str
    name: str
    unit: str
    state: str
    joined_on: date
    migrant: bool | None
    source: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the roster."""

    lines: list[Line]
    total: int
    page: int
    pages: int


def numbers_sought(work: Work, typed: str) -> dict[str, str]:
    """An ID or mobile number as the keyed hash that finds it; {} for an empty text. Raises NoRequest for neither."""
    plain = "".join(typed.split()).upper().replace("-", "")
    if not plain:
        return {}
    if len(plain) == 18:
        return {"id_hash": work.seal.fingerprint(plain, HASH_OF_ID)}
    if len(plain) == 11 and plain.isdigit():
        return {"mobile_hash": work.seal.fingerprint(plain, HASH_OF_MOBILE)}
    raise NoRequest("查号码要写完整的18位身份证号或11位手机号。")


def listing(work: Work, actor: Actor, wanted: Wanted, page: int) -> Listing:
    """Members of the actor's branch, fifty a page. Raises NotAllowed."""
    require(actor, "members")
    total = rosters.count(work, actor.path, wanted)
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    found = rosters.listed(work, actor.path, wanted, PAGE, (page - 1) * PAGE)
    return Listing([_line(member, org) for member, org in found], total, page, pages)


def _line(member: Member, org: Organisation) -> Line:
    return Line(
        member.id,
        member.number,
        member.name,
        org.name,
        member.state,
        member.joined_on,
        member.migrant,
        texts.SOURCES.get(member.source, member.source),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as staff see it. `wants` are lines without full numbers; `step` labels what accepting it does."""

    id: int
    member_id: int
    name: str
    unit: str
    kind: str
    state: str
    open: bool
    wants: list[str]
    step: str
    undirected: bool
    note: str
    decided_by: str
    created_at: datetime
    decided_at: datetime | None
    mark: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One member with everything that happened. `ours`: of the actor's branch, not only on the way to it."""

    line: Line
    since_on: date
    reason: str
    id_number: str
    mobile: str
    employer: str
    work_status: str
    chats: bool
    ours: bool
    events: list[tuple[date, str, str, str]]
    requests: list[Asked]
    mark: str


def masked(work: Work, member: Member) -> tuple[str, str]:
    """ID and mobile number with most digits hidden; empty where there is none, `LOST` where the key is gone."""
    first, second = opened(work, member)
    return _hidden(first, id_number()), _hidden(second, mobile())


def _hidden(clear: str, field: Field) -> str:
    return clear if clear in ("", LOST) else field.show(clear)


def opened(work: Work, member: Member) -> tuple[str, str]:
    """ID and mobile number; empty where there is none, `LOST` where the key is gone."""
    seal = work.seal
    return (
        seal.open_or(LOST, member.id_number, members.ID_PURPOSE),
        seal.open_or(LOST, member.mobile, members.MOBILE_PURPOSE),
    )


def seen(work: Work, actor: Actor, member_id: int) -> tuple[Member, Organisation]:
    """A member of the actor's branch, or one who is to be taken over by it, and the union. Raises as `sheet`."""
    require(actor, "members")
    member = members.get(work, member_id)
    org = orgs.get(work, member.org_id) if member else None
    if member is None or org is None:
        raise NoRequest(texts.NO_MEMBER)
    if not actor.within(org.path):
        asked = members.requests(work, member.id)
        if not _coming(actor, asked, _places(work, member, asked)):
            raise NotAllowed(texts.NOT_YOURS)
    return member, org


def sheet(work: Work, actor: Actor, member_id: int) -> Sheet:
    """One member of the actor's branch, or one who is to be taken over by it. Raises NoRequest, NotAllowed."""
    member, org = seen(work, actor, member_id)
    asked = members.requests(work, member.id)
    places = _places(work, member, asked)
    numbers = masked(work, member)
    return Sheet(
        _line(member, org),
        member.since_on,
        member.reason,
        *numbers,
        member.employer,
        member.work_status,
        member.person_id is not None,
        actor.within(org.path),
        _events(work, member, places),
        [_asked(work, each, member, org, places.get(each.to_org or 0)) for each in asked],
        mark_of(member),
    )


def _places(work: Work, member: Member, asked: Sequence[MemberRequest]) -> dict[int, Organisation]:
    found = {each for event in members.events(work, member.id) for each in (event.from_org, event.to_org)}
    return orgs.by_ids(work, {each for each in (*found, *(one.to_org for one in asked)) if each is not None})


def _coming(actor: Actor, asked: Sequence[MemberRequest], places: dict[int, Organisation]) -> bool:
    """Whether the actor's branch has to decide on taking the member over."""
    goes = [places.get(each.to_org or 0) for each in asked if each.state == "released"]
    return any(org is not None and actor.within(org.path) for org in goes)


def _events(work: Work, member: Member, places: dict[int, Organisation]) -> list[tuple[date, str, str, str]]:
    """(day, what, where, why and by whom), the newest first."""
    found = []
    for event in reversed(members.events(work, member.id)):
        names = [places[each].name for each in (event.from_org, event.to_org) if each in places]
        who = event.actor.partition(":")[2] or "命令行"
        found.append((event.on_day, texts.EVENTS[event.kind], " → ".join(names), f"{event.reason}（{who}）"))
    return found


def _asked(work: Work, request: MemberRequest, member: Member, org: Organisation, there: Organisation | None) -> Asked:
    return Asked(
        request.id,
        member.id,
        member.name,
        org.name,
        texts.KINDS[request.kind],
        texts.REQUEST_STATES[request.state],
        request.state in OPEN_REQUESTS,
        [*_wants(work, request, there), *_origin(work, request, member)],
        _step(work, request, there, member),
        request.kind == "transfer" and request.state == "pending" and request.application_id is None,
        request.note,
        request.decided_by,
        request.created_at,
        request.decided_at,
        member_requests.mark_of(request),
    )


def _wants(work: Work, request: MemberRequest, there: Organisation | None) -> Iterator[str]:
    data = member_requests.content(work, request)
    if data is None:
        yield LOST
        return
    if number := data.get("mobile"):
        yield f"新手机号：{mobile().show(str(number))}"
    if employer := data.get("employer"):
        yield f"新单位：{employer}"
    if reason := data.get("reason"):
        yield f"原因：{reason}"
    if request.kind == "transfer":
        yield f"转往：{there.name if there else '本会以外，或还没有找到对应的工会'}"


def _origin(work: Work, request: MemberRequest, member: Member) -> Iterator[str]:
    """What to know of a transfer that an application asks for."""
    application = applications.get(work, request.application_id) if request.application_id else None
    if application is None:
        return
    yield texts.FROM_APPLICATION.format(number=application.number)
    if request.state not in OPEN_REQUESTS:
        return
    if transfers.from_another(application, member):
        yield texts.FROM_ANOTHER
    if request.first_by and request.state == "pending":
        yield texts.RELEASED_HALF.format(name=catalogue.names(work).get(request.first_by, request.first_by))


def _step(work: Work, request: MemberRequest, there: Organisation | None, member: Member) -> str:
    application = applications.get(work, request.application_id) if request.application_id else None
    if application is not None and request.state == "pending" and transfers.from_another(application, member):
        return "复核同意转出" if request.first_by else "初审同意转出，请另一位复核"
    if request.kind != "transfer":
        return f"同意{texts.KINDS[request.kind]}"
    if request.state == "released":
        return "接收"
    return "同意转出" if there else "同意转出本会"


def waiting(work: Work, actor: Actor) -> list[Asked]:
    """Requests that the actor's branch has to decide now, the oldest first. Raises NotAllowed."""
    require(actor, "members")
    found = rosters.waiting(work, actor.path)
    return [_asked(work, request, member, org, there) for request, member, org, there in found]


@dataclass(frozen=True, slots=True)
class Growth:
    """One branch in one calendar year; `net` is joined and taken over minus left and moved."""

    name: str
    year: int
    joined: int
    taken: int
    left: int
    moved: int
    kept: int
    resumed: int

    @property
    def net(self) -> int:
        """Members more (or less) than before; 保留会籍 changes the count but is no loss of a member."""
        return self.joined + self.taken - self.left - self.moved


def growth(work: Work, actor: Actor, now: datetime) -> tuple[str, dict[str, int], list[Growth], list[Growth]]:
    """The actor's union by name, its strength now, its years, and the years of the unions right below it."""
    require(actor, "members")
    root = _root(work, actor)
    if root is None:
        return "", {}, [], []
    this_year = local(now).date().year
    found = rosters.growth(work, root, this_year - YEARS + 1)
    mine = [_growth(each) for each in found if each["org_id"] == root.id]
    below = [_growth(each) for each in found if each["org_id"] != root.id]
    return root.name, rosters.strength(work, root), mine, below


def _growth(row: dict[str, Any]) -> Growth:
    return Growth(**{key: value for key, value in row.items() if key != "org_id"})


def _root(work: Work, actor: Actor) -> Organisation | None:
    if actor.path == NOWHERE:
        return None
    return orgs.get(work, actor.org_id) if actor.path is not None and actor.org_id else orgs.root(work)


def to_export(work: Work, actor: Actor, wanted: Wanted, full: bool) -> int:
    """How many members that are. Asked before `note_export`, beside the writer: of a whole city it takes a while.

    Raises NotAllowed.
    """
    _demand_export(actor, full)
    return rosters.count(work, actor.path, wanted)


def note_export(work: Work, actor: Actor, count: int, full: bool, reason: str, now: datetime, who: str = "") -> None:
    """Write down who takes how many members out of the house and why. Raises NotAllowed, NoRequest.

    `who` writes the audit trail (default: the actor's account).
    """
    _demand_export(actor, full)
    reason = member_requests.checked_reason(reason, "")
    action = "roster_export_full" if full else "roster_export"
    audit.write(work, who or f"staff:{actor.name}", action, "roster:*", now, f"{count}人：{reason}")


def _demand_export(actor: Actor, full: bool) -> None:
    require(actor, "export")
    if full:
        require(actor, "reveal")


def export(work: Work, actor: Actor, wanted: Wanted, full: bool) -> list[dict[str, str | date]]:
    """The members meant, a mapping each; numbers masked unless `full`. Call `note_export` before. Raises NotAllowed."""
    _demand_export(actor, full)
    found = rosters.listed(work, actor.path, wanted, EXPORT_LIMIT)
    return [_exported(work, member, org, full) for member, org in found]


def _exported(work: Work, member: Member, org: Organisation, full: bool) -> dict[str, str | date]:
    numbers = opened(work, member) if full else masked(work, member)
    migrant = {True: "是", False: "否", None: ""}[member.migrant]
    return {
        "number": member.number,
        "name": member.name,
        "id_number": numbers[0],
        "mobile": numbers[1],
        "unit": org.name,
        "unit_code": org.code,
        "employer": member.employer,
        "work_status": member.work_status,
        "migrant": migrant,
        "joined_on": member.joined_on,
        "state": texts.STATES[member.state],
        "source": texts.SOURCES.get(member.source, member.source),
    }
