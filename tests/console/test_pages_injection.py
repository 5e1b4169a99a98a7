"""What people and staff wrote is text on every page, never markup."""

from typing import Any

import pytest

from bot.services import cases
from storage import orgs, revisions
from tests.console.desk import Desk
from tests.console.pages_kit import asked, city_form, entry, load, meet, miss, opinion

EVIL = "<img src=x onerror=alert(1)>\"'</textarea></script>"
MARKS = ("<img", "</textarea></script>")


def hurt(entry_id: str, **more: Any) -> dict[str, Any]:
    """An entry with markup in every field that takes words."""
    return entry(
        entry_id,
        f"问{EVIL}"[:60],
        **{
            "phrasings": [f"说{EVIL}"],
            "answer": f"以当地规定为准{EVIL}",
            "category": "<img src=x>'\"分类",
            "citations": [{"law": f"法{EVIL}", "article": f"条{EVIL}", "version": f"版{EVIL}"}],
            "scope": "local",
            "fields": [{"key": "place", "label": "<img src=x>地", "hint": f"提{EVIL}", "value": f"值{EVIL}"}],
            "related": ["lv-annual"],
            **more,
        },
    )


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_markup_stays_text_everywhere(desk: Desk) -> None:
    load(desk, hurt("evil"), hurt("lv-annual"), hurt("late", review_by="2026-11-01"))
    now = desk.clock.now()
    await desk.write(lambda work: orgs.put(work, "root", f"城{EVIL}", "市", "", None))
    root = desk.database.look(lambda work: orgs.by_code(work, "root"))
    await desk.write(lambda work: orgs.put(work, "d", f"区{EVIL}", "区县", "", root))
    district = desk.database.look(lambda work: orgs.by_code(work, "d"))
    assert district
    person = meet(desk, "a", district.id)
    gap = miss(desk, person, f"话{EVIL}", "suggest", suggested=["evil", EVIL], reason=EVIL[:40])
    other = miss(desk, person, f"完全是另一个说法{EVIL}")
    review = miss(desk, person, EVIL, "disliked", entry_id="evil", reason=EVIL[:40])
    asked(desk, person, "faq:evil", now)
    opinion(desk, person, "evil", False, now)
    case = await desk.write(lambda work: cases.cases.open_case(work, person, EVIL[:32], now)[0].id)
    liu = await desk.person("liu", "approver", display=EVIL[:32])
    chen = await desk.person("chen", "approver", display=EVIL[:32])
    await liu.get("/")
    form = {**city_form(answer=f"改成这样{EVIL}", note=EVIL, gap=gap), "citation-version": f"新{EVIL}"}
    form["action"] = "hand_in"
    assert (await liu.post("/knowledge/evil/edit", **form)).status == 303
    override = {**form, "branch": district.id, "value-place": EVIL, "active": "1", "answer": f"本地{EVIL}"}
    assert (await liu.post("/knowledge/evil/edit", **override)).status == 303
    for each in desk.database.look(lambda work: [one.id for one in revisions.open_all(work, "evil")]):
        await chen.get("/queue")
        seen = await chen.post(f"/queue/{each}/reject", note=EVIL)
        assert seen.status == 303
    assert (await liu.post("/knowledge/evil/edit", **form)).status == 303
    await liu.post(f"/gaps/{other}/assign", assignee="liu")
    await liu.post(f"/cases/{case}/take")
    pages = [
        "/",
        "/knowledge",
        f"/knowledge?words={EVIL}&category={EVIL}&status={EVIL}&branch={EVIL}",
        "/knowledge/evil",
        "/knowledge/evil/edit",
        f"/knowledge/evil/edit?branch={district.id}",
        f"/knowledge/new?gap={gap}",
        "/knowledge/evil/history",
        "/queue",
        "/gaps",
        f"/gaps/{gap}?words={EVIL}",
        f"/gaps/{review}",
        f"/gaps/{other}",
        "/cases",
        f"/cases/{case}",
        f"/statistics?days={EVIL}",
        "/statistics",
    ]
    for path in pages:
        seen = await chen.get(path)
        assert seen.status in (200, 409), (path, seen.text)
        assert not [mark for mark in MARKS if mark in seen.text], path
    preview = await liu.post("/knowledge/evil/edit", **{**form, "action": "preview", "fragment": "1", "tried": EVIL})
    wrong = await liu.post("/knowledge/evil/edit", **{**form, "question": EVIL * 3, "scope": EVIL, "as_of": EVIL})
    reply = await liu.post(f"/cases/{case}/reply", words=EVIL * 20)
    for seen, status in ((preview, 200), (wrong, 422), (reply, 422)):
        assert seen.status == status
        assert not [mark for mark in MARKS if mark in seen.text]
        assert "&lt;img" in seen.text


@pytest.mark.parametrize(
    "path",
    [
        "/knowledge?words=%00",
        "/knowledge?page=99999999999999999999",
        "/knowledge?branch=99999999999999999999",
        "/knowledge?category=%00&words=%E0%80",
        "/knowledge/new?gap=9223372036854775807",
        "/knowledge/lv-annual/edit?branch=1'--",
        "/knowledge/lv-annual/edit?gap=%00",
        "/knowledge/%00",
        "/gaps?state=%00&kind=%00",
        "/statistics?days=%00",
    ],
)
async def test_strange_addresses_break_nothing(desk: Desk, path: str) -> None:
    load(desk)
    seen = await (await desk.person("wang", "admin")).get(path)
    assert seen.status in (200, 400, 404, 409), seen.text


@pytest.mark.parametrize(
    "fields",
    [
        {"gap": "99999999999999999999"},
        {"branch": "-1"},
        {"citation-law": ["a"] * 80},
        {"audience": ["worker"] * 50},
        {"note": "x" * 5000},
        {"tried": "😀" * 400},
        {"phrasings": "\n".join(f"问法{place}" for place in range(500))},
    ],
    ids=lambda fields: next(iter(fields)),
)
async def test_strange_forms_break_nothing(desk: Desk, fields: dict[str, Any]) -> None:
    load(desk)
    admin = await desk.person("wang", "admin")
    await admin.get("/knowledge/lv-annual/edit")
    for action in ("preview", "row", "save"):
        seen = await admin.post("/knowledge/lv-annual/edit", **{**city_form(action=action), **fields})
        assert seen.status in (200, 303, 400, 409, 422), seen.text
