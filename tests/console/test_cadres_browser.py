"""The cadres' pages in a real browser, on a phone and on a desk, in the light and once in the dark."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.browser import Browser, chromium, open_browser
from tests.console.desk import Desk
from tests.console.looking import SIZES, Looker
from tests.console.test_cadres import WHY, cadre

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium is installed"),
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as made:
        yield made


@pytest.mark.parametrize("size", SIZES)
async def test_the_pages_fit_and_an_office_is_handed_over(
    desk: Desk, browser: Browser, size: str, tmp_path: Path
) -> None:
    tree = await desk.tree()
    mine = await cadre(desk, "u1", tree["east-plant"], name="王芳")
    await cadre(desk, "u2", tree["east"], "劳动争议调解委员", "李四")
    await desk.account("chen", "approver")
    look = Looker(await browser.page(), desk, size, tmp_path)
    await look.log_in("chen")
    pages = ("", "?view=vacant", "/codes", "/dates", f"/dates/{tree['east-plant']}", f"/{mine}/year", f"/{mine}")
    for place, path in enumerate(pages):
        await look.open(f"/cadres{path}")
        await look.check(f"cadres-{place}")
    await look.page.js("void (document.querySelector('#f-from').value = '2026-11-25')")
    await look.page.js("void (document.querySelector('#f-until').value = '2026-12-04')")
    await look.decide("form[action$='/leave'] .primary", "已登记请假")
    await look.check("cadre-away")
    await look.page.js("void (document.querySelector('#f-to').value = 'vacancy')")
    await look.page.type("#f-reason", WHY)
    await look.decide("form[action$='/hand-over'] .danger", "已解除职务")
    await look.check("cadre-left")
    await look.open("/cadres/codes")
    await look.page.type("#f-unit", "east-plant")
    await look.page.js("void (document.querySelector('#f-office').value = '主席')")
    await look.send("form[action='/cadres/codes'] .primary", "绑定码")
    await look.check("code-shown")
    await look.open("/cadres?view=waiting", dark=True)
    await look.check("dark-codes")
    await look.key("form[action$='/revoke'] button", told="绑定码已作废")
    assert look.page.errors == []
