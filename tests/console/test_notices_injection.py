"""What staff, people and the platform wrote is text on the pages of notices; strange input breaks none of them."""

from typing import Any

import pytest

from storage import orgs
from storage.people import Person
from tests.console.desk import Desk
from tests.console.notices_kit import SETTLED, crowd_of, drafted, pending, sent
from tests.console.test_notices import form

EVIL = "<img src=x onerror=alert(1)>\"'"
MARKS = ("<img src=x", 'onerror=alert(1)>"', "</textarea></script>")
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


async def test_markup_stays_text_everywhere(desk: Desk) -> None:
    crowd = await crowd_of(desk)
    await desk.write(lambda work: setattr(orgs.get(work, crowd.units["east"]), "name", f"区{EVIL}"))
    await desk.write(lambda work: setattr(work.session.get(Person, crowd.people[0]), "name", EVIL))
    rows = (("failed", {"reason": EVIL[:24], "code": EVIL, "route": "custom"}), *SETTLED[1:])
    text, title = f"{EVIL}</textarea></script>", EVIL[:40]
    notice_id = await sent(crowd, rows_of=rows, title=title, text=text)
    waits = await pending(crowd, title=title, text=text)
    draft = await drafted(crowd, title=title, text=text)
    liu = await desk.person("liu", "editor", display=EVIL[:32])
    chen = await desk.person("chen", "approver", display=EVIL[:32])
    await chen.get("/notices")
    assert (await chen.post(f"/notices/{waits}/reject", note=EVIL, version=1)).status == 303
    waits = await pending(crowd, title=title, text=text)
    paths = [
        "/",
        "/notices",
        f"/notices?state={EVIL}&page={EVIL}",
        "/notices/approvals",
        *(f"/notices/{each}" for each in (notice_id, waits, draft)),
        f"/notices/{draft}/edit",
        f"/notices/new?from={notice_id}",
        f"/notices/{notice_id}/resend",
        f"/notices/{notice_id}/results?state={EVIL}&reason={EVIL}&route={EVIL}&unit={EVIL}&acked={EVIL}",
        f"/notices/{notice_id}/export?reason={EVIL}",
    ]
    for path in paths:
        seen = await chen.get(path)
        assert seen.status == 200, (path, seen.text)
        assert not [mark for mark in MARKS if mark in seen.text], path
    evil = {"title": EVIL * 3, "text": text, "topic": EVIL, "all-kind": "employer", "all-value": EVIL, "hours": EVIL}
    await liu.get("/notices/new")
    preview = await liu.post("/notices/new", **form(**evil, action="preview", fragment="1"))
    wrong = await liu.post("/notices/new", **form(**evil, action="submit"))
    known = await liu.post("/notices/new", **form(**{**evil, "all-kind": "tag"}, action="preview"))
    for seen, status in ((preview, 200), (wrong, 422), (known, 200)):
        assert seen.status == status
        assert not [mark for mark in MARKS if mark in seen.text]
        assert "&lt;img" in seen.text


@pytest.mark.parametrize(
    "path",
    [
        "/notices?state=%00",
        "/notices?page=99999999999999999999",
        "/notices/99999999999999999999",
        "/notices/9223372036854775807",
        "/notices/0/edit",
        "/notices/1/results?unit=99999999999999999999",
        "/notices/1/explode",
        "/notices/new?from=9223372036854775807",
        "/notices/new?from=%00",
    ],
)
async def test_strange_addresses_break_nothing(desk: Desk, path: str) -> None:
    seen = await (await desk.person("wang", "admin")).get(path)
    assert seen.status in (200, 400, 404, 409), seen.text


@pytest.mark.parametrize(
    "fields",
    [
        {"version": "99999999999999999999"},
        {"version": "-1"},
        {"hours": "9" * 30},
        {"hours": "0"},
        {"all-kind": ["who"] * 60, "all-value": ["members"] * 60, "all-more": [""] * 60},
        {"all-kind": ["event", "nonsense"], "all-value": ["12"]},
        {"all-kind": "event", "all-value": "12", "all-more": "registered"},
        {"action": "drop-all-99999999999999999999"},
        {"action": "drop-none--1"},
        {"action": "add-every", "every-new": "who"},
        {"action": "segment", "segment": "9223372036854775807"},
        {"when": "at", "day": "9999-99-99", "time": "99:99"},
        {"when": "at", "day": "0001-01-01", "time": "00:00"},
        {"when": "at", "day": "9999-12-31", "time": "23:30"},
        {"repeat": "weekly", "weekday": ["x", "9"], "until": "9999-12-31"},
        {"repeat": "monthly", "monthday": "-3", "until": "x"},
        {"route": ["custom"] * 9},
        {"route": []},
        {"text": "😀" * 3000},
        {"title": "\ud7ff\u2028\u202e题"},
    ],
    ids=lambda fields: f"{next(iter(fields))}-{len(str(fields))}",
)
async def test_strange_forms_break_nothing(desk: Desk, fields: dict[str, Any]) -> None:
    await crowd_of(desk)
    admin = await desk.person("wang", "admin")
    await admin.get("/notices/new")
    for action in ("preview", "save", "submit"):
        seen = await admin.post("/notices/new", **form(**{"action": action, **fields}))
        assert seen.status in (200, 303, 400, 409, 422), seen.text
