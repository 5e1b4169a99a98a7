"""What people do on the phones of the page, in a real browser against the real sandbox."""

import pytest

from tests.sandbox_page.room import CHEN, LI, WANG, Room, on

pytestmark = pytest.mark.browser
BUTTONS = [
    {"name": "办事", "sub_button": [{"type": "click", "name": "我要入会", "key": "JOIN"}]},
    {"type": "click", "name": "问政策", "key": "ASK"},
]


async def follow(room: Room, user: str = CHEN) -> None:
    await room.page.click(on(user, "[data-do=follow]"))
    await room.see(user, "欢迎您")


async def say(room: Room, user: str, text: str) -> None:
    await room.page.type(on(user, "textarea"), text, enter=True)


async def test_follow_send_and_reply(room: Room) -> None:
    await room.open()
    assert "点「关注」开始" in await room.page.js("document.querySelector('.hint').innerText")
    await follow(room)
    await say(room, CHEN, "年假有几天")
    await room.see(CHEN, "年假有几天", ".bubble.mine")
    await room.see(CHEN, "回声：年假有几天")
    await room.see(CHEN, "被动回复", ".via")
    assert await room.page.js(f"document.querySelector('{on(CHEN, 'textarea')}').value") == ""
    assert room.echo.texts == ["", "年假有几天"]


async def test_dots_until_the_answer_comes(room: Room) -> None:
    await room.open()
    await follow(room)
    room.echo.gate.clear()
    await say(room, CHEN, "在吗")
    await room.page.wait(f"document.querySelector('{on(CHEN, '.typing')}')?.checkVisibility()")
    room.echo.gate.set()
    await room.see(CHEN, "回声：在吗")
    await room.page.wait(f"!document.querySelector('{on(CHEN, '.typing')}')")


async def test_a_tapped_choice_is_sent_with_its_id(room: Room) -> None:
    await room.open()
    await follow(room)
    await say(room, CHEN, "菜单")
    await room.see(CHEN, "也可以直接输入问题。")
    assert await room.page.js("[...document.querySelectorAll('.choice')].map(one => one.textContent)") == [
        "年假",
        "加班费",
    ]
    await room.page.click(on(CHEN, "[data-choice='102']"))
    await room.see(CHEN, "回声：加班费")
    assert room.echo.texts[-1] == "102加班费"


async def test_markup_of_an_answer_stays_text(room: Room) -> None:
    await room.open()
    await follow(room)
    await say(room, CHEN, "坏")
    await room.see(CHEN, "<b>粗</b> 点我")
    found = "document.querySelectorAll('.bubble.theirs img, .bubble.theirs b, .bubble.theirs a').length"
    assert await room.page.js(found) == 0
    assert await room.page.js("document.title") != "1"


async def test_scan_by_known_code_and_by_typing(room: Room) -> None:
    await room.open()
    code = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "bind_7"}}}
    await room.api("qrcode/create", code)
    await follow(room, WANG)
    await room.page.click(on(WANG, "[data-do=scan]"))
    await room.page.click("dialog [data-scene=bind_7]")
    await room.see(WANG, "扫了 bind_7")
    await room.page.click(on(WANG, "[data-do=scan]"))
    await room.page.type("dialog input[name=scene]", "desk_2", enter=True)
    await room.see(WANG, "扫了 desk_2")


async def test_menu_with_sub_menu_and_keyboard(room: Room) -> None:
    await room.open()
    await follow(room)
    await room.api("menu/create", {"button": BUTTONS})
    await room.page.click(on(CHEN, ".has-subs"))
    assert await room.page.js("document.activeElement.textContent") == "我要入会"
    await room.page.press("Escape", 27)
    assert await room.page.js("document.activeElement.getAttribute('aria-expanded')") == "false"
    await room.page.click(on(CHEN, ".has-subs"))
    await room.page.press("Enter", 13, "\r")
    await room.see(CHEN, "点了 JOIN")
    await room.page.click(on(CHEN, "[data-do=toggle]"))
    await say(room, CHEN, "好")
    await room.see(CHEN, "回声：好")


async def test_pictures_and_places(room: Room) -> None:
    await room.open()
    await follow(room)
    await room.page.click(on(CHEN, "[data-do=plus]"))
    await room.page.click(on(CHEN, "[data-kind=image].kind"))
    await room.see(CHEN, "回声：image")
    await room.page.click(on(CHEN, "[data-do=plus]"))
    await room.page.click(on(CHEN, "[data-kind=location].kind"))
    await room.page.click("dialog .primary")
    await room.see(CHEN, "回声：location")
    await room.see(CHEN, "上海市", ".bubble.mine")


async def test_more_sheet_consent_mute_and_unfollow(room: Room) -> None:
    await room.open()
    await follow(room)
    await room.page.click(on(CHEN, "[data-do=more]"))
    await room.page.type("dialog [name=template_id]", "TPL_1")
    await room.page.click("dialog [data-do=accept]")
    await room.see(CHEN, "同意接收订阅通知", ".line")
    await room.page.click(on(CHEN, "[data-do=more]"))
    await room.page.wait("document.querySelector('dialog').innerText.includes('还可收 1 次')")
    await room.page.click("dialog .flip:last-of-type input")
    state = f"document.querySelector('{on(CHEN, '.follow-state')}').textContent"
    await room.page.wait(f"{state} === '已关注 · 已关闭消息'")
    await room.page.click("dialog [data-do=unfollow]")
    await room.page.wait(f"{state}.startsWith('未关注')")
    await room.page.click(on(CHEN, "[data-do=follow-bar]"))
    await room.page.wait(f"{state}.startsWith('已关注')")


async def test_cards_of_every_way(room: Room) -> None:
    await room.open()
    await follow(room, LI)
    data = {"thing1": {"value": "会费"}, "time2": {"value": "2026年3月31日"}}
    await room.api("message/template/send", {"touser": LI, "template_id": "T", "data": data})
    await room.see(LI, "模板消息", ".bubble[data-kind=template] .via")
    await room.see(LI, "事项会费", ".card-rows")
    article = {"title": "通知", "description": "简介", "url": "javascript:alert(1)"}
    await room.api("message/custom/send", {"touser": LI, "msgtype": "news", "news": {"articles": [article]}})
    await room.see(LI, "客服消息", ".bubble[data-kind=news] .via")
    assert await room.page.js("document.querySelector('.article').tagName") == "DIV"
    menu = {"head_content": "有帮助吗", "list": [{"id": "1", "content": "有"}], "tail_content": ""}
    await room.api("message/custom/send", {"touser": LI, "msgtype": "msgmenu", "msgmenu": menu})
    await room.page.click(on(LI, "[data-choice='1']"))
    await room.see(LI, "回声：有")


async def test_a_new_phone_appears(room: Room) -> None:
    await room.open()
    await room.page.click("#add-phone")
    await room.page.type("dialog input[name=name]", "赵师傅", enter=True)
    await room.page.wait("document.querySelectorAll('.phone').length === 4")
    assert await room.page.js("document.querySelectorAll('.phone')[3].getAttribute('aria-label')") == "赵师傅的手机"


async def test_a_consent_link_opens_on_the_phone_it_was_sent_to(room: Room) -> None:
    await room.open()
    await follow(room)
    await say(room, CHEN, f"{room.url}h5/subscribe?notice=N1&event=E1")
    await room.see(CHEN, "h5/subscribe")
    await room.page.click(on(CHEN, ".bubble.theirs a[href*=subscribe]"))
    await room.page.wait("document.querySelector('dialog')?.innerText.includes('活动变更和提醒')")
    await room.page.click("dialog input[value=E1]")
    await room.page.click("dialog [data-do=accept]")
    await room.see(CHEN, "同意接收订阅通知", ".event")
    async with room.http.get("/sandbox/state") as response:
        consents = (await response.json())["consents"]
    assert consents == [{"user": CHEN, "template_id": "N1", "left": 1}]
    async with room.http.get("/h5/subscribe?notice=N1") as response:
        assert "请在手机的聊天里点这个链接" in await response.text()
