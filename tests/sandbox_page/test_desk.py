"""The back office of the page: wire log, ledger, faults, clock, layouts, lost connections."""

import pytest

from tests.sandbox_page.room import CHEN, Room, on

pytestmark = pytest.mark.browser
WIDTH = "document.documentElement.scrollWidth"


async def test_wire_log_shows_and_filters(room: Room) -> None:
    await room.open()
    await room.act(f"phones/{CHEN}/follow")
    await room.api("menu/create", {"button": [{"type": "click", "name": "问", "key": "K"}]})
    row = ".wire-row[data-what='event:subscribe']"
    await room.page.wait(f"document.querySelector({row!r})?.textContent.includes('✓ 成功')")
    await room.page.click(f"{row} summary")
    await room.page.wait(f"document.querySelector({row!r}).textContent.includes('收件人正确')")
    await room.page.wait("document.querySelector('.wire-row[data-direction=call]') !== null")
    assert "<Event><![CDATA[subscribe]]></Event>" in await room.page.js(f"document.querySelector({row!r}).textContent")
    pick = "const one = document.querySelector('#pane-wire select'); one.value = 'call'; one.onchange"
    await room.page.js(f"{{ {pick}; one.dispatchEvent(new Event('change')); }}")
    assert await room.page.js(
        "[...new Set([...document.querySelectorAll('.wire-row')].map(r => r.dataset.direction))]"
    ) == ["call"]


async def test_ledger_tells_what_is_left(room: Room) -> None:
    await room.open()
    await room.page.click("#tab-ledger")
    await room.act(f"phones/{CHEN}/follow")
    await room.act(f"phones/{CHEN}/text", text="好")
    card = f"document.querySelector('[data-ledger={CHEN}]').innerText"
    await room.page.wait(f"{card}.includes('剩 5 / 5 条')")
    await room.api("message/custom/send", {"touser": CHEN, "msgtype": "text", "text": {"content": "您好"}})
    await room.page.wait(f"{card}.includes('剩 2 / 3 条')")
    await room.page.click("#tab-clock")
    await room.page.click("#pane-clock .preset:nth-child(3)")
    await room.page.wait("document.querySelector('#pane-clock').innerText.includes('比实际快 24 小时')")
    await room.page.click("#tab-ledger")
    assert "刚关注" not in await room.page.js(card)


async def test_presets_and_the_form_change_faults(room: Room) -> None:
    await room.open()
    await room.page.click("#tab-faults")
    await room.page.click("#pane-faults .preset:nth-child(2)")
    await room.page.wait("document.querySelector('#pane-faults .preset:nth-child(2)').ariaPressed === 'true'")
    await room.page.wait("document.querySelector('[name=p_busy]').value === '5'")
    await room.page.type("[name=force_path]", "custom/send")
    await room.page.click("#pane-faults .apply .primary")
    await room.page.wait("document.getElementById('fault-pill').textContent === '故障演示中：2 项'")
    async with room.http.get("/sandbox/state") as response:
        faults = (await response.json())["faults"]
    assert (faults["p_busy"], faults["force_path"], faults["push_attempts"]) == (0.05, "custom/send", 3)
    await room.page.click("#pane-faults .calm")
    await room.page.wait("document.getElementById('fault-pill').hidden")


async def test_a_silent_account_is_shown_as_a_fault(room: Room) -> None:
    await room.open()
    await room.page.click(on(CHEN, "[data-do=follow]"))
    await room.see(CHEN, "欢迎您")
    await room.act("faults", push_timeout_s=0.05, push_attempts=1)
    room.echo.gate.clear()
    await room.page.click(on(CHEN, ".chip"))
    await room.see(CHEN, "服务出现故障", ".line.fault")


async def test_small_screens_never_scroll_sideways(room: Room) -> None:
    await room.open(360, 740)
    await room.page.click(on(CHEN, "[data-do=follow]"))
    await room.see(CHEN, "欢迎您")
    await room.act(f"phones/{CHEN}/text", text="很长的网址 https://example.org/" + "a" * 300)
    await room.see(CHEN, "aaaa")
    assert await room.page.js(WIDTH) == 360
    await room.page.click("[data-target=desk]")
    assert not await room.page.js("document.querySelector('.phone').checkVisibility()")
    for name in ("wire", "ledger", "faults", "clock", "about"):
        await room.page.click(f"#tab-{name}")
        assert await room.page.js(WIDTH) <= 360, name


async def test_unread_badges_on_small_screens(room: Room) -> None:
    await room.open(360, 740)
    await room.act(f"phones/{CHEN}/follow")
    await room.page.wait("document.querySelectorAll('.phone[data-active] .bubble').length === 1")
    await room.page.click("[data-target=desk]")
    await room.act(f"phones/{CHEN}/text", text="好")
    await room.page.wait(f"document.querySelector('[data-target={CHEN}] .badge')?.textContent === '1'")
    await room.page.click(f"[data-target={CHEN}]")
    assert not await room.page.js("document.querySelector('.badge')")


async def test_three_phones_side_by_side_when_wide(room: Room) -> None:
    await room.open(1440, 900, dark=True)
    tops = await room.page.js("[...document.querySelectorAll('.phone')].map(one => one.getBoundingClientRect().top)")
    assert len(tops) == 3 and len(set(tops)) == 1
    assert await room.page.js("document.getElementById('desk').checkVisibility()")


async def test_tabs_by_arrow_keys(room: Room) -> None:
    await room.open()
    await room.page.click("#tab-wire")
    await room.page.press("ArrowLeft", 37)
    assert await room.page.js("document.activeElement.id") == "tab-about"
    assert await room.page.js("document.getElementById('pane-about').checkVisibility()")


async def test_errors_are_told_kindly(room: Room) -> None:
    await room.open()
    await room.page.js("document.querySelector('.toast')?.remove()")
    refused = f"import('/static/api.js').then(api => api.post('phones/{CHEN}/unfollow')).catch(error => error.message)"
    assert await room.page.js(refused) == "还没有关注该公众号"
    room.page.errors.clear()  # the browser logs the refused call itself


async def test_starting_again_empties_the_chats(room: Room) -> None:
    await room.open()
    await room.page.click(on(CHEN, "[data-do=follow]"))
    await room.see(CHEN, "欢迎您")
    await room.page.click("#tab-about")
    await room.page.click("#reset")
    await room.page.click("dialog .primary")
    await room.page.wait(f"document.querySelector('{on(CHEN, '.hint')}').checkVisibility()")
    assert await room.page.js("document.querySelectorAll('.bubble').length") == 0


async def test_without_the_stream_the_page_polls_and_comes_back(room: Room) -> None:
    await room.page.call("Network.enable")
    await room.page.call("Network.setBlockedURLs", urls=["*/sandbox/stream"])
    await room.page.open(room.url)
    await room.page.wait("document.getElementById('live').textContent.includes('正在重连')")
    await room.act(f"phones/{CHEN}/follow")
    await room.see(CHEN, "欢迎您")
    await room.page.call("Network.setBlockedURLs", urls=[])
    await room.page.wait("document.getElementById('live').dataset.status === 'live'", 20)
    room.page.errors.clear()  # the browser logs the blocked calls itself
