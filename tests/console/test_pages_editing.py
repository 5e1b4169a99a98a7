"""Writing entries: previews that save nothing, problems beside their fields, drafts, versions, a branch's own words."""

from typing import Any

import pytest

from storage import revisions
from storage.revisions import Revision
from tests.console.desk import Desk, Person
from tests.console.pages_kit import ANSWER, city_form, load, meet, miss, plain, stored

EDIT = "/knowledge/lv-annual/edit"


def opened(desk: Desk, entry_id: str = "lv-annual", org_id: int = 0) -> Revision | None:
    """The open draft of an entry."""
    return desk.database.look(lambda work: revisions.open_of(work, entry_id, org_id))


@pytest.fixture
async def liu(desk: Desk) -> Person:
    """An editor in front of a loaded base."""
    load(desk)
    return await desk.person("liu", "editor")


async def test_a_preview_shows_message_size_and_saves_nothing(desk: Desk, liu: Person) -> None:
    await liu.get(EDIT)
    seen = await liu.post(EDIT, **city_form(action="preview", answer="年假最少5天，工龄长就更多。"))
    assert seen.status == 200
    text = "年假最少5天，工龄长就更多。\n\n依据：《职工带薪年休假条例》第三条\n（内容核对于2026年11月20日）"
    assert f"{len(text.encode())} 字节（每条消息最多 2048 字节）" in plain(seen)
    assert "填写完整，可以保存" in seen.text
    assert opened(desk) is None
    assert desk.lines("entry_draft") == []


async def test_a_long_message_says_as_how_many_it_goes_out(liu: Person) -> None:
    await liu.get(EDIT)
    assert "分成" not in (await liu.post(EDIT, **city_form(action="preview"))).text
    assert (
        "会分成 2 条发出" in (await liu.post(EDIT, **city_form(action="preview", answer="长" * 600 + "句。" * 40))).text
    )


async def test_the_preview_alone_is_a_piece_of_a_page(liu: Person) -> None:
    await liu.get(EDIT)
    seen = await liu.post(EDIT, **city_form(action="preview", fragment="1", tried="年假有多少呀"))
    assert "<html" not in seen.text
    assert "就是这一条" in seen.text


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        ({"question": "年"}, "f-question", "至少写2个字"),
        ({"answer": "短"}, "f-answer", "至少写10个字"),
        ({"answer": "长" * 601}, "f-answer", "最多写600个字"),
        ({"phrasings": " \n "}, "f-phrasings", "至少要有1项"),
        ({"review_by": "2026-11-19"}, "f-review_by", "要晚于核对日期"),
        ({"as_of": "昨天"}, "f-as_of", "日期要写成2026-11-26这样"),
        ({"scope": "local"}, "f-answer", "以当地规定为准"),
        ({"scope": "planet"}, "f-scope", "只能是"),
    ],
)
async def test_a_problem_stands_beside_its_field_and_nothing_is_lost(
    desk: Desk, liu: Person, change: dict[str, str], name: str, words: str
) -> None:
    await liu.get(EDIT)
    seen = await liu.post(EDIT, **city_form(note="我的说明", **change))
    assert seen.status == 422
    field = seen.text.partition(f'id="{name}"')[2].partition("</div>")[0]
    assert words in field
    assert 'aria-invalid="true"' in field
    kept = {**city_form(note="我的说明"), **change}
    for key in ("question", "answer", "category", "as_of", "review_by", "note", "citation-law", "citation-version"):
        assert kept[key] in seen.text
    assert opened(desk) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"citation-law": "", "citation-article": "", "citation-version": ""}, "发布的内容要写明依据"),
        ({"citation-article": ""}, "第1项条款至少写1个字"),
        ({"field-key": "KEY", "field-label": "地址", "field-value": "", "field-hint": ""}, "本地项目"),
    ],
)
async def test_problems_of_rows_name_the_row(liu: Person, change: dict[str, str], words: str) -> None:
    await liu.get(EDIT)
    seen = await liu.post(EDIT, **city_form(**change))
    assert (seen.status, words in plain(seen)) == (422, True)


async def test_rows_are_added_without_a_script(liu: Person) -> None:
    before = await liu.get(EDIT)
    more = await liu.post(EDIT, **city_form(action="row", answer="还没写完"))
    assert more.text.count('name="citation-law"') > before.text.count('name="citation-law"')
    assert "还没写完" in more.text
    assert "处要改" not in more.text


async def test_rows_are_kept_in_order_and_empty_ones_dropped(desk: Desk, liu: Person) -> None:
    await liu.get(EDIT)
    rows = {
        "citation-law": ["劳动法", "", "年休假条例"],
        "citation-article": ["第一条", "", "第二条"],
        "citation-version": ["2018修正", "", "2008施行"],
    }
    await liu.post(EDIT, **city_form(**rows))
    draft = opened(desk)
    assert draft and [each["law"] for each in draft.content["citations"]] == ["劳动法", "年休假条例"]


async def test_a_draft_is_saved_gone_on_with_and_handed_in(desk: Desk, liu: Person) -> None:
    await liu.get(EDIT)
    seen = await liu.post(EDIT, **city_form(phrasings="年假几天\r\n年假几天\r\n 带薪 年假 "))
    assert (seen.status, seen.headers["Location"]) == (303, EDIT)
    draft = opened(desk)
    assert draft and (draft.state, draft.author, draft.note) == ("draft", "liu", "补充问法")
    assert draft.content["phrasings"] == ["年假几天", "带薪 年假"]
    assert "这是您没提交的草稿" in (await liu.get(EDIT)).text
    assert (await liu.post(EDIT, **city_form(action="hand_in"))).headers["Location"] == "/knowledge/lv-annual"
    again = opened(desk)
    assert again and (again.id, again.state) == (draft.id, "pending")
    assert stored(desk, "lv-annual").phrasings == ["年休假有几天吗", "请问年休假有几天"]
    listed = await liu.get("/knowledge?status=draft")
    assert "年休假有几天" in listed.text and "等待审核" in listed.text
    assert [line[1] for line in desk.lines() if line[1].startswith("entry")] == ["entry_draft"] * 2 + ["entry_hand_in"]


async def test_somebody_elses_draft_is_not_overwritten(desk: Desk, liu: Person) -> None:
    await liu.get(EDIT)
    await liu.post(EDIT, **city_form())
    zhou = await desk.person("zhou", "editor")
    page = await zhou.get(EDIT)
    assert "liu同志正在改这一条" in page.text
    assert page.text.count(" disabled") == 2
    seen = await zhou.post(EDIT, **city_form(answer="别人的说法别人的说法"))
    assert (seen.status, "正在改这一条" in seen.text) == (409, True)
    draft = opened(desk)
    assert draft and draft.content["answer"] == ANSWER
    assert (await zhou.post(f"/drafts/{draft.id}/discard")).status == 403
    assert (await liu.post(f"/drafts/{draft.id}/discard")).headers["Location"] == "/knowledge"
    assert opened(desk) is None


async def test_a_new_entry_is_begun_from_what_was_asked(desk: Desk, liu: Person) -> None:
    gap = miss(desk, meet(desk, "a"), "高温天在工地露天干活给不给发降温费呢怎么发")
    miss(desk, meet(desk, "b"), "手机13800000000，降温费", gap=gap)
    miss(desk, meet(desk, "c"), "38度露天作业有补贴吗？", gap=gap)
    page = await liu.get(f"/knowledge/new?gap={gap}")
    assert "高温天在工地露天干活给不给发降温费呢怎么发" in page.text
    assert 'name="pick" value="38度露天作业有补贴吗"' in page.text
    assert "13800000000" not in page.text and 'value="手机' not in page.text
    fields = city_form(id="own-heat", question="露天作业有没有降温费", gap=page.hidden("gap"), action="hand_in")
    seen = await liu.post("/knowledge/new", **fields, pick=["38度露天作业有补贴吗", "年假几天"])
    assert seen.headers["Location"] == "/knowledge/own-heat"
    draft = opened(desk, "own-heat")
    assert draft and (draft.state, draft.gap_id, draft.base) == ("pending", gap, 0)
    assert draft.content["phrasings"] == ["年假几天", "带薪年假有多少", "38度露天作业有补贴吗"]
    assert "露天作业有没有降温费" in (await liu.get("/knowledge")).text
    assert "露天作业有没有降温费" in (await liu.get("/knowledge/own-heat")).text
    assert "liu同志已经在写" in plain(await liu.get(f"/gaps/{gap}"))


async def test_a_taken_id_is_a_problem_of_its_field(liu: Person) -> None:
    await liu.get("/knowledge/new")
    seen = await liu.post("/knowledge/new", **city_form(id="lv-annual"))
    assert seen.status == 422
    assert "这个编号已经有了" in seen.text


async def test_history_tells_who_when_why_and_brings_a_version_back(desk: Desk, liu: Person) -> None:
    first = desk.database.look(lambda work: revisions.history(work, "lv-annual")[0])
    load(desk, {**first.content, "id": "lv-annual", "answer": ANSWER.replace("5天", "6天")})
    page = await liu.get("/knowledge/lv-annual/history")
    assert "第 2 版" in page.text and "第 1 版" in page.text
    assert '<del><span class="unseen">删去：</span>5</del>' in page.text
    assert '<ins><span class="unseen">新增：</span>6</ins>' in page.text
    seen = await liu.post(f"/drafts/{first.id}/restore")
    assert seen.headers["Location"] == EDIT
    draft = opened(desk)
    assert draft and (draft.content, draft.note) == (first.content, "恢复第1版")
    assert (await liu.post(f"/drafts/{first.id}/restore")).status == 409
    assert 'action="/drafts/' not in (await liu.get("/knowledge/lv-annual/history")).text


def own(org_id: int, **more: Any) -> dict[str, Any]:
    """A filled-in form of a branch's version."""
    return {
        "branch": org_id,
        "answer": "",
        "value-place": "东区示例路9号",
        "citation-law": "东区帮扶办法",
        "citation-article": "第二条",
        "citation-version": "2026-01-01施行",
        "as_of": "2026-11-20",
        "review_by": "2027-11-20",
        "active": "1",
        "action": "hand_in",
        **more,
    }


async def test_a_branch_writes_only_what_differs(desk: Desk) -> None:
    load(desk)
    tree = await desk.tree()
    east = await desk.person("east", "editor", tree["east"])
    page = await east.get(f"/knowledge/lo-help/edit?branch={tree['east']}")
    assert "本市：示例路1号" in page.text and "带身份证和困难证明到工会窗口申请" in page.text
    assert 'name="question"' not in page.text
    preview = await east.post("/knowledge/lo-help/edit", **own(tree["east"], action="preview"))
    assert "窗口地址：东区示例路9号" in preview.text
    wrong = await east.post(
        "/knowledge/lo-help/edit",
        **own(tree["east"], **{"citation-law": "", "citation-article": "", "citation-version": ""}),
    )
    assert (wrong.status, "请写明本地规定的依据" in wrong.text, "东区示例路9号" in wrong.text) == (422, True, True)
    seen = await east.post("/knowledge/lo-help/edit", **own(tree["east"]))
    assert seen.headers["Location"] == "/knowledge/lo-help"
    draft = opened(desk, "lo-help", tree["east"])
    assert draft and draft.content["values"] == {"place": "东区示例路9号"}


async def test_a_branch_changes_nothing_of_the_city_or_of_others(desk: Desk) -> None:
    load(desk)
    tree = await desk.tree()
    east = await desk.person("east", "editor", tree["east"])
    assert (await east.get(EDIT)).status == 403
    assert (await east.get("/knowledge/new")).status == 403
    assert (await east.get(f"/knowledge/lo-help/edit?branch={tree['west']}")).status == 403
    assert (await east.post(EDIT, **city_form())).status == 403
    assert (await east.post("/knowledge/new", **city_form(id="own-1"))).status == 403
    assert (await east.post("/knowledge/lo-help/edit", **own(tree["west"]))).status == 403
    assert len(desk.lines("refused")) == 6
    page = await east.get("/knowledge/lo-help")
    assert f'href="{EDIT}"' not in page.text
    assert "东区总工会" in page.text and "西区总工会" not in page.text


async def test_staff_may_not_write(desk: Desk) -> None:
    load(desk)
    wang = await desk.person("wang", "staff")
    assert "修改" not in plain(await wang.get("/knowledge/lv-annual"))
    assert (await wang.post(EDIT, **city_form())).status == 403
    assert opened(desk) is None
    assert [line[2] for line in desk.lines("refused")] == ["POST /knowledge/{id}/edit"]
