"""The roster's filters. They travel in a sealed cookie, never in an address: a name or a number could be among them."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from aiohttp import web

from bot import member_texts as texts
from bot.console.room import Room
from bot.console.visit import Visit
from bot.services import accounts, roster
from bot.services.member_requests import NoRequest
from storage.rosters import Wanted
from storage.seal import Unsealable
from storage.work import Work

COOKIE = "roster"
PURPOSE = "cookie.roster"
SECONDS = 3600
MIGRANT = {"": None, "yes": True, "no": False}


def of_form(work: Work, visit: Visit, form: Mapping[str, str]) -> tuple[Wanted, str]:
    """What a form asks for, and the name of the union it was narrowed to. Raises Refusal for what cannot be asked."""
    unit = " ".join(form.get("unit", "").split())[:60]
    org = None
    if unit:
        found = accounts.places(work, visit.actor, unit)
        if len(found) != 1:
            raise NoRequest(
                "没有找到这个工会。" if not found else f"有{len(found)}个工会的名称里有这几个字，请写全称。"
            )
        org = found[0]
    state, source = form.get("state", ""), form.get("source", "")
    sought = roster.numbers_sought(work, form.get("sought", "")[:40])
    wanted = Wanted(
        id_hash=sought.get("id_hash", ""),
        mobile_hash=sought.get("mobile_hash", ""),
        name=" ".join(form.get("name", "").split())[:40],
        path=org.path if org else "",
        state=state if state in texts.STATES else "",
        source=source if source in texts.SOURCES else "",
        migrant=MIGRANT.get(form.get("migrant", "")),
        joined_from=_day(form.get("from", "")),
        joined_to=_day(form.get("to", "")),
    )
    return wanted, org.name if org else ""


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise NoRequest("日期要写成2026-11-26这样。") from None


def keep(room: Room, answer: web.Response, session_id: str, wanted: Wanted, unit: str) -> None:
    """Remember it for an hour, for this session only."""
    values = {"wanted": {key: value for key, value in asdict(wanted).items() if value not in ("", None)}, "unit": unit}
    text = json.dumps({**values, "session": session_id}, ensure_ascii=False, default=str)
    sealed = room.database.seal.seal(text, PURPOSE).hex()
    answer.set_cookie(COOKIE, sealed, max_age=SECONDS, path="/members", httponly=True, samesite="Strict")


def of_request(room: Room, request: web.Request, session_id: str) -> tuple[Wanted, str]:
    """What was remembered; everything when there is nothing, or when it is not of this session."""
    try:
        text = room.database.seal.open(bytes.fromhex(request.cookies.get(COOKIE, "")), PURPOSE)
        kept: dict[str, Any] = json.loads(text)
    except (ValueError, Unsealable):
        return Wanted(), ""
    if kept.get("session") != session_id:
        return Wanted(), ""
    values = dict(kept["wanted"])
    for name in ("joined_from", "joined_to"):
        if name in values:
            values[name] = date.fromisoformat(values[name])
    return Wanted(**values), str(kept["unit"])


def said(wanted: Wanted, unit: str) -> list[str]:
    """The filters in words, numbers aside."""
    days = "至".join(f"{day}" if day else "" for day in (wanted.joined_from, wanted.joined_to))
    words = [
        f"姓名有“{wanted.name}”" if wanted.name else "",
        "按身份证号查" if wanted.id_hash else "",
        "按手机号查" if wanted.mobile_hash else "",
        unit,
        texts.STATES.get(wanted.state, ""),
        texts.SOURCES.get(wanted.source, ""),
        {True: "农民工", False: "不是农民工", None: ""}[wanted.migrant],
        f"{days}入会" if days != "至" else "",
    ]
    return [each for each in words if each]
