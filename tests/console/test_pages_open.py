"""Every page opens for who may see it, and refuses who may not, in plain words and in the audit."""

import pytest

from tests.console.desk import Desk
from tests.console.pages_kit import load, meet, miss

PAGES = {
    "/knowledge": "see",
    "/knowledge?words=年假&status=published&scope=national&branch=any&page=2": "see",
    "/knowledge/lv-annual": "see",
    "/knowledge/lo-help": "see",
    "/knowledge/lv-annual/history": "see",
    "/knowledge/new": "draft",
    "/knowledge/lv-annual/edit": "draft",
    "/queue": "approve",
    "/gaps": "gaps",
    "/cases": "cases",
    "/cases?state=closed": "cases",
    "/leads": "cases",
    "/leads?state=closed&branch=7": "cases",
    "/segments": "draft",
    "/segments/new": "draft",
    "/tags": "draft",
    "/statistics": "see",
    "/statistics?days=90": "see",
}
ROLE = {"see": "staff", "gaps": "staff", "cases": "staff", "draft": "editor", "approve": "approver"}


@pytest.mark.parametrize(("path", "right"), PAGES.items())
async def test_a_page_opens(desk: Desk, path: str, right: str) -> None:
    load(desk)
    miss(desk, meet(desk, "o1"), "高温天露天干活给不给降温费")
    seen = await (await desk.person("wang", ROLE[right])).get(path)
    assert seen.status == 200, seen.text


@pytest.mark.parametrize("path", [path for path, right in PAGES.items() if ROLE[right] != "staff"])
async def test_who_may_not_is_told_so_and_it_is_in_the_audit(desk: Desk, path: str) -> None:
    load(desk)
    seen = await (await desk.person("wang", "staff")).get(path)
    assert seen.status == 403
    assert "没有这个权限" in seen.text
    assert [line[:2] for line in desk.lines("refused")] == [("staff:wang", "refused")]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        *((f"/knowledge/nothing{page}", 404) for page in ("", "/history", "/edit")),
        *(
            (path, 409)
            for path in ("/gaps/123", "/cases/123", "/leads/123", "/segments/123", "/tags/123", "/statistics?days=8")
        ),
    ],
)
async def test_what_is_not_there_is_said_plainly(desk: Desk, path: str, status: int) -> None:
    seen = await (await desk.person("wang", "admin")).get(path)
    assert seen.status == status
    assert "没有办成" in seen.text


@pytest.mark.parametrize(
    "path", ["/gaps/x", "/cases/9999999999999999999", "/gaps/99999999999999999999", "/statistics.pdf"]
)
async def test_other_addresses_are_none(desk: Desk, path: str) -> None:
    assert (await (await desk.person("wang", "admin")).get(path)).status == 404
