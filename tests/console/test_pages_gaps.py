"""What could not be answered: groups, who takes them, existing answers, merging and splitting, one's own branch."""

from datetime import timedelta

from storage import misses
from tests.console.desk import Desk
from tests.console.pages_kit import letters_of, load, meet, miss, plain


async def test_groups_are_listed_by_people_with_days_and_filters(desk: Desk) -> None:
    load(desk)
    now, wang = desk.clock.now(), await desk.person("wang")
    few = miss(desk, meet(desk, "a"), "会员卡丢了怎么补办", at=now - timedelta(days=9))
    many = miss(desk, meet(desk, "b"), "露天作业有没有降温费", at=now - timedelta(days=3))
    miss(desk, meet(desk, "c"), "降温费给不给", gap=many)
    miss(desk, meet(desk, "d"), "看不懂", "disliked", entry_id="lv-sick", reason="看不懂")
    page = await wang.get("/gaps")
    assert page.text.index("露天作业有没有降温费") < page.text.index("会员卡丢了怎么补办")
    words = plain(page)
    assert "已等 9 天" in words and "已等 3 天" in words and "待改进" in words
    only = await wang.get("/gaps?kind=review")
    assert "病假工资怎么算" in only.text and "会员卡丢了" not in only.text
    assert "没有符合条件" in (await wang.get("/gaps?whose=mine")).text
    await wang.get(f"/gaps/{few}")
    await wang.post(f"/gaps/{few}/assign", assignee="wang")
    mine = await wang.get("/gaps?whose=mine&state=open")
    assert "会员卡丢了怎么补办" in mine.text and "wang同志 处理" in mine.text and "露天作业" not in mine.text


async def test_a_group_shows_wordings_offers_and_reasons_but_nobody(desk: Desk) -> None:
    load(desk)
    person = meet(desk, "wxid-secret")
    gap = miss(desk, person, "我电话13912345678，露天作业有没有降温费", "suggest", suggested=["lv-sick"], picked="none")
    miss(desk, person, "降温费", "suggest", suggested=["lv-sick"], picked="lv-sick", gap=gap)
    page = await (await desk.person("wang")).get(f"/gaps/{gap}")
    words = plain(page)
    assert "我电话〔号码〕，露天作业有没有降温费" in words
    assert "病假工资怎么算（给出 2 次，点了 1 次）" in words and "选“都不是” 1 次" in words
    assert "1 人问过" in words
    for secret in ("13912345678", "wxid-secret", str(person)):
        assert secret not in page.text
    review = miss(desk, person, "太难懂了", "disliked", entry_id="lv-annual", reason="看不懂")
    assert "看不懂：1 人次" in plain(await (await desk.person("zhou")).get(f"/gaps/{review}"))


async def test_a_published_entry_answers_everybody_who_asked(desk: Desk) -> None:
    load(desk)
    person = meet(desk, "a")
    gap = miss(desk, person, "我在厂里一年到头能歇几天")
    liu = await desk.person("liu", "editor")
    found = await liu.get(f"/gaps/{gap}?words=年休假")
    assert "用它回答" in found.text and "年休假有几天" in found.text
    seen = await liu.post(f"/gaps/{gap}/answer", entry="lv-annual")
    assert seen.headers["Location"] == f"/gaps/{gap}"
    assert "我在厂里一年到头能歇几天" in letters_of(desk, person)[0]
    assert "等待发送 1 人" in plain(await liu.get(f"/gaps/{gap}"))
    assert (await liu.post(f"/gaps/{gap}/answer", entry="lv-annual")).status == 409


async def test_retired_entries_answer_nothing(desk: Desk) -> None:
    load(desk)
    gap = miss(desk, meet(desk, "a"), "露天作业有没有降温费")
    liu = await desk.person("liu", "editor")
    await liu.get(f"/gaps/{gap}")
    for entry_id in ("pay-heat", "nothing", ""):
        assert (await liu.post(f"/gaps/{gap}/answer", entry=entry_id)).status == 409


async def test_staff_may_take_but_not_answer(desk: Desk) -> None:
    load(desk)
    gap = miss(desk, meet(desk, "a"), "露天作业有没有降温费")
    wang = await desk.person("wang")
    page = await wang.get(f"/gaps/{gap}")
    assert "用它回答" not in page.text and "写新条目" not in page.text
    assert (await wang.post(f"/gaps/{gap}/answer", entry="lv-annual")).status == 403
    assert (await wang.post(f"/gaps/{gap}/assign", assignee="nobody-such")).status == 409
    assert (await wang.post(f"/gaps/{gap}/assign", assignee="wang")).status == 303
    assert ("staff:wang", "gap_assign", f"gap:{gap}", "wang") in desk.lines()


async def test_groups_are_merged_split_and_dismissed(desk: Desk) -> None:
    load(desk)
    one = miss(desk, meet(desk, "a"), "露天作业有没有降温费")
    other = miss(desk, meet(desk, "b"), "会员卡丢了怎么补办")
    wang = await desk.person("wang")
    page = await wang.get(f"/gaps/{one}")
    assert f'<option value="{other}">会员卡丢了怎么补办</option>' in page.text
    assert (await wang.post(f"/gaps/{one}/merge", into="x")).status == 409
    assert (await wang.post(f"/gaps/{one}/merge", into=other)).headers["Location"] == f"/gaps/{other}"
    assert "已并入另一组问题" in (await wang.get(f"/gaps/{one}")).text
    moved = desk.database.look(lambda work: misses.of_gap(work, other))
    assert len(moved) == 2
    seen = await wang.post(f"/gaps/{other}/split", miss=moved[0].id)
    made = seen.headers["Location"]
    assert made != f"/gaps/{other}" and "拆成单独一组" in (await wang.get(made)).text
    assert (await wang.post(f"/gaps/{other}/dismiss", reason="和工会无关")).headers["Location"] == "/gaps"
    assert "和工会无关" in (await wang.get(f"/gaps/{other}")).text


async def test_a_branch_sees_only_what_its_people_asked(desk: Desk) -> None:
    load(desk)
    tree = await desk.tree()
    gap = miss(desk, meet(desk, "w", tree["west-plant"]), "西区工地露天作业有没有降温费")
    miss(desk, meet(desk, "e", tree["east-plant"]), "东区厂里有没有降温费", gap=gap)
    foreign = miss(desk, meet(desk, "x", tree["west-plant"]), "会员卡丢了怎么补办")
    east = await desk.person("east", "editor", tree["east"])
    listed, page = await east.get("/gaps"), await east.get(f"/gaps/{gap}")
    for seen in (listed, page):
        assert "东区厂里有没有降温费" in seen.text
        assert "西区" not in seen.text and "会员卡丢了" not in seen.text
    assert "1 人问过" in plain(page)
    assert (await east.get(f"/gaps/{foreign}")).status == 403
    for deed, fields in {
        "assign": {"assignee": "east"},
        "dismiss": {"reason": "不管"},
        "answer": {"entry": "lv-annual"},
    }.items():
        assert (await east.post(f"/gaps/{foreign}/{deed}", **fields)).status == 403
    assert (await east.post(f"/gaps/{gap}/merge", into=foreign)).status == 403
    kept = desk.database.look(lambda work: misses.gap(work, foreign))
    assert kept and (kept.state, kept.assignee) == ("open", "")
