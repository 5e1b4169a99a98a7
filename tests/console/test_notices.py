"""Pages of notices: written, looked at, handed in, decided by somebody else, watched, stopped."""

from datetime import timedelta

import pytest
from sqlmodel import select

from bot.clock import local
from bot.services import broadcast_states, segments, tags
from storage import broadcasts as rows
from storage import staff
from storage import tags as tag_rows
from storage.outbox import Outbox
from storage.quotas import QuotaUse, RouteStop
from tests.console.desk import Desk
from tests.console.notices_kit import APPROVER, AUTHOR, TEXT, Crowd, crowd_of, drafted, handed_in, pending, sent
from tests.console.pages_kit import plain


@pytest.fixture
async def crowd(desk: Desk) -> Crowd:
    """Eight people, of whom one has left."""
    return await crowd_of(desk)


def form(**more: object) -> dict[str, object]:
    """A filled-in form, as a browser sends it."""
    return {
        "version": "0",
        "title": "周六招聘会",
        "text": TEXT,
        "topic": "jobs",
        "hours": "48",
        "all-kind": "who",
        "all-value": "members",
        "all-more": "",
        "when": "now",
        "route": "custom",
        "monthday": "1",
        "action": "save",
        **more,
    }


async def test_a_notice_is_written_looked_at_and_kept(desk: Desk, crowd: Crowd) -> None:
    liu = await desk.person("liu", "editor", display="刘编辑")
    empty = await liu.get("/notices/new")
    assert "关注公众号的人" in empty.text and "点“看预览和计划”，这里会算出人数" in empty.text
    tried = await liu.post("/notices/new", **form(action="preview", receipt="1"))
    assert tried.status == 200
    words = plain(tried)
    assert "【周六招聘会】" in tried.text and "看到后请回复“收到”" in tried.text
    assert "字节（最多 1800 字节）" in words and "对象 8 人" in words and "现在能发到 7 人" in words
    assert "没有关注公众号，或已取消关注：1 人" in words
    assert desk.lines("broadcast_draft") == []
    kept = await liu.post("/notices/new", **form())
    made = crowd.newest()
    assert (kept.status, kept.headers["Location"]) == (303, f"/notices/{made.id}")
    assert (made.state, made.topic, made.author, made.routes) == ("draft", "jobs", "staff:liu", None)
    seen = await liu.get(f"/notices/{made.id}")
    assert "草稿已保存" in seen.text and "刘编辑" in seen.text


async def test_rows_are_added_and_removed_without_a_script(desk: Desk, crowd: Crowd) -> None:
    liu = await desk.person("liu", "editor")
    await liu.get("/notices/new")
    added = await liu.post("/notices/new", **form(action="add-all", **{"all-new": "below", "title": ""}))
    assert 'name="all-kind" value="below"' in added.text and 'list="branches"' in added.text
    assert "组织编码要写" not in added.text  # not before there was time to write it
    rows = {"all-kind": ["who", "below"], "all-value": ["members", "east"], "all-more": ["", ""]}
    tried = await liu.post("/notices/new", **form(action="preview", **rows))
    assert "会员，并且东区总工会及下属组织的人" in tried.text and "对象 4 人" in plain(tried)
    none = {"none-kind": "seen_days", "none-value": "7", "none-more": ""}
    gone = await liu.post("/notices/new", **form(action="preview", **rows, **none))
    assert "在排除名单里：4 人" in plain(gone)
    dropped = await liu.post("/notices/new", **form(action="drop-all-0", **rows))
    assert 'value="east"' in dropped.text
    assert dropped.text.count('name="all-kind"') == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": ""}, "标题和正文都要写"),
        ({"title": "长" * 41}, "标题最多40个字"),
        ({"text": "字" * 700}, "通知太长"),
        ({"hours": "两天"}, "请写小时数"),
        ({"topic": "nonsense"}, "请选择通知的类别"),
        ({"when": "at", "day": "", "time": "09:00"}, "请选哪一天、几点发"),
        ({"when": "at", "day": "2026-11-20", "time": "09:00"}, "发送时间已经过去了"),
        ({"all-value": "nobody"}, "没有“nobody”这一种"),
        ({"all-kind": "below", "all-value": "nowhere"}, "没有编码为“nowhere”的组织"),
        ({"all-kind": "seen_days", "all-value": "很多"}, "天数要写1到3650之间的数字"),
        ({"repeat": "weekly", "repeat_time": "09:00", "until": "2026-12-31"}, "请选周一到周日"),
        ({"route": "mass"}, "没有开通这种发送方式"),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_mistakes_are_told_and_nothing_is_lost(
    desk: Desk, crowd: Crowd, wrong: dict[str, str], words: str
) -> None:
    liu = await desk.person("liu", "editor")
    await liu.get("/notices/new")
    seen = await liu.post("/notices/new", **form(action="submit", **wrong))
    assert seen.status == 422
    assert words in seen.text
    assert wrong.get("text", TEXT) in seen.text
    assert desk.lines("broadcast_draft") == []


async def test_a_second_person_decides(desk: Desk, crowd: Crowd) -> None:
    liu = await desk.person("liu", "approver")
    chen = await desk.person("chen", "approver", display="陈立华")
    await liu.get("/notices/new")
    handed = await liu.post("/notices/new", **form(action="submit", urgent="1"))
    made = crowd.newest()
    assert handed.status == 303 and made.state == "pending" and made.expected == 7
    own = await liu.get("/notices/approvals")
    assert (
        "周六招聘会" in own.text
        and f"/notices/{made.id}/approve" not in own.text
        and "要请另一位审核人审核" in own.text
    )
    assert "等您审核" not in (await liu.get("/")).text
    refused = await liu.post(f"/notices/{made.id}/approve", version=made.version)
    assert refused.status == 422 and "要请另一位审核人" in refused.text
    assert "有 1 条通知等您审核" in (await chen.get("/")).text
    queue = await chen.get("/notices/approvals")
    assert "预计 7 人" in plain(queue) and TEXT in queue.text
    version, people = queue.hidden("version"), queue.hidden("people")
    assert people == "7" and (await chen.post(f"/notices/{made.id}/approve", version=version, people=6)).status == 409
    for stale in ({}, {"people": people}, {"version": "9" * 30, "people": people}, {"version": version}):
        assert (await chen.post(f"/notices/{made.id}/approve", **stale)).status == 409
    done = await chen.post(f"/notices/{made.id}/approve", version=version, people=people)
    assert (done.status, done.headers["Location"]) == (303, "/notices/approvals")
    assert (crowd.newest().state, crowd.newest().approver) == ("scheduled", "staff:chen")
    page = await chen.get(f"/notices/{made.id}")
    assert "陈立华批准" in page.text and "等待发送" in page.text


async def test_who_changed_the_words_is_told_why_there_is_no_button(desk: Desk, crowd: Crowd) -> None:
    chen, eve = await desk.person("chen", "approver"), await desk.person("eve", "approver")
    notice_id = await drafted(crowd, urgent=True)
    await chen.get("/notices")
    await chen.post(f"/notices/{notice_id}/edit", **form(version="1", urgent="1", text="审核人改写的内容。"))
    await handed_in(crowd, notice_id)
    for path in (f"/notices/{notice_id}", "/notices/approvals"):
        mine, theirs = await chen.get(path), await eve.get(path)
        assert "这一稿是您改的，要请另一位审核人审核" in mine.text and f"/notices/{notice_id}/approve" not in mine.text
        assert "这一稿是您改的" not in theirs.text and f"/notices/{notice_id}/approve" in theirs.text
    assert "等您审核，" not in (await chen.get("/")).text
    assert "有 1 条通知等您审核" in (await eve.get("/")).text


async def test_many_people_are_only_counted_when_asked(
    desk: Desk, crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.notice_trial.QUICK", 3)
    liu = await desk.person("liu", "editor")
    await liu.get("/notices/new")
    live = plain(await liu.post("/notices/new", **form(action="preview", fragment="counted")))
    assert "超过 3 人" in live and "对象 8 人" not in live and "2026年11月25日" in live
    few = form(action="preview", fragment="counted", **{"all-kind": "not_seen_days", "all-value": "1"})
    assert "对象 0 人" in plain(await liu.post("/notices/new", **few))
    whole = plain(await liu.post("/notices/new", **form(action="preview")))
    assert "对象 8 人" in whole and "现在能发到 7 人" in whole and "超过 3 人" not in whole
    assert "没有关注公众号，或已取消关注：1 人" in whole


async def test_it_is_sent_back_with_a_reason_and_changed(desk: Desk, crowd: Crowd) -> None:
    notice_id = await pending(crowd)
    chen, liu = await desk.person("chen", "approver"), await desk.person("liu", "editor")
    await chen.get("/notices/approvals")
    assert (await chen.post(f"/notices/{notice_id}/reject", note="", version=1)).status == 422
    assert (await chen.post(f"/notices/{notice_id}/reject", note="地点写错了", version=1)).status == 303
    page = await liu.get(f"/notices/{notice_id}")
    assert "退回的原因：地点写错了" in page.text
    opened = await liu.get(f"/notices/{notice_id}/edit")
    assert TEXT in opened.text and opened.hidden("version") == "1"
    saved = await liu.post(f"/notices/{notice_id}/edit", **form(version="1", text="改好的正文"))
    assert saved.status == 303 and crowd.get(notice_id).state == "draft"
    late = await liu.post(f"/notices/{notice_id}/edit", **form(version="1", text="又改了一次"))
    assert late.status == 409 and "刚刚有变化" in late.text and "又改了一次" in late.text


async def test_a_decision_about_an_older_version_is_not_taken(desk: Desk, crowd: Crowd) -> None:
    notice_id = await pending(crowd)
    chen = await desk.person("chen", "approver")
    await chen.get("/notices/approvals")
    seen = await chen.post(f"/notices/{notice_id}/approve", version=7, people=7)
    assert seen.status == 409 and crowd.get(notice_id).state == "pending"


async def test_pause_goes_on_and_cancel_ask_first(desk: Desk, crowd: Crowd) -> None:
    waiting = (("sent", {"route": "custom"}), ("queued", {"route": "custom"}), ("queued", {"route": "custom"}))
    notice_id = await sent(crowd, "sending", waiting)
    liu, chen = await desk.person("liu", "editor"), await desk.person("chen", "approver")
    page = await liu.get(f"/notices/{notice_id}")
    assert '<meta http-equiv="refresh" content="5">' in page.text and "1／3 人已有结果" in page.text
    assert "refresh" not in (await liu.get(f"/notices/{notice_id}?still=1")).text
    asked = await liu.get(f"/notices/{notice_id}/pause")
    assert "要暂停吗" in asked.text and "还有 2 人没有发" in asked.text
    assert (await liu.post(f"/notices/{notice_id}/pause")).status == 303
    assert crowd.get(notice_id).state == "paused"
    assert "refresh" not in (await liu.get(f"/notices/{notice_id}")).text
    again = await liu.post(f"/notices/{notice_id}/pause")
    assert again.status == 409 and "刚刚有变化" in again.text
    await liu.get(f"/notices/{notice_id}/resume")
    assert (await liu.post(f"/notices/{notice_id}/resume")).status == 303
    assert crowd.get(notice_id).state == "sending"
    await desk.write(lambda work: broadcast_states.stop_all(work, APPROVER, desk.clock.now()))
    stopped = await liu.get(f"/notices/{notice_id}")
    assert "得由另一位审核人" in stopped.text and "/resume" not in stopped.text
    assert (await liu.post(f"/notices/{notice_id}/resume")).status == 403
    assert "/resume" in (await chen.get(f"/notices/{notice_id}")).text
    assert (await chen.post(f"/notices/{notice_id}/resume")).status == 303
    assert crowd.get(notice_id).state == "sending"
    assert (await liu.post(f"/notices/{notice_id}/cancel")).status == 303
    assert crowd.get(notice_id).state == "cancelled"
    late = await liu.get(f"/notices/{notice_id}/pause")
    assert late.status == 409 and "不能暂停" in late.text


async def test_what_is_out_of_date_goes_on_only_with_hours(desk: Desk, crowd: Crowd) -> None:
    notice_id = await sent(crowd, "paused", (("queued", {"route": "custom"}),))
    chen = await desk.person("chen", "approver")
    desk.later(hours=60)
    await chen.log_in("chen")
    asked = await chen.get(f"/notices/{notice_id}/resume")
    assert 'name="hours"' in asked.text
    assert (await chen.post(f"/notices/{notice_id}/resume", hours="")).status == 422
    assert (await chen.post(f"/notices/{notice_id}/resume", hours="一天")).status == 422
    assert (await chen.post(f"/notices/{notice_id}/resume", hours="24")).status == 303
    assert crowd.get(notice_id).state == "sending"


async def test_an_editor_is_told_who_may_give_more_hours(desk: Desk, crowd: Crowd) -> None:
    notice_id = await sent(crowd, "paused", (("queued", {"route": "custom"}),))
    await desk.write(lambda work: rows.move(work, notice_id, ("paused",), None, desk.clock.now(), approver="staff:eve"))
    liu, chen = await desk.person("liu", "editor"), await desk.person("chen", "approver")
    desk.later(hours=60)
    await liu.log_in("liu")
    asked = await liu.get(f"/notices/{notice_id}/resume")
    assert "最多 48 小时" in asked.text and "要更久请另一位审核人来继续" in asked.text
    refused = await liu.post(f"/notices/{notice_id}/resume", hours="49")
    assert refused.status == 422 and "批准的有效时间是48小时" in refused.text and "请另一位审核人" in refused.text
    assert crowd.get(notice_id).state == "paused"
    await chen.log_in("chen")
    asked = await chen.get(f"/notices/{notice_id}/resume")
    assert "最多 336 小时" in asked.text and "要更久" not in asked.text
    assert (await chen.post(f"/notices/{notice_id}/resume", hours="49")).status == 303
    assert crowd.get(notice_id).state == "sending"


async def test_the_failed_again_and_the_silent_once(desk: Desk, crowd: Crowd) -> None:
    notice_id = await sent(crowd)
    liu = await desk.person("liu", "editor")
    page = await liu.get(f"/notices/{notice_id}")
    words = plain(page)
    assert "平台已受理 1 人" in words and "回复了“收到” 1 人" in words and "还没有回复 2 人" in words
    asked = await liu.get(f"/notices/{notice_id}/nudge")
    assert "没有回复“收到”的 2 人" in asked.text
    assert (await liu.post(f"/notices/{notice_id}/nudge")).status == 303
    assert "没有需要提醒的人" in (await liu.post(f"/notices/{notice_id}/nudge")).text
    assert f"/notices/{notice_id}/nudge" not in (await liu.get(f"/notices/{notice_id}")).text
    assert "2 人，其中 2 人提醒过，不再提醒。" in (await liu.get(f"/notices/{notice_id}/nudge")).text
    asked = await liu.get(f"/notices/{notice_id}/resend")
    assert "没有送达的 2 人，另有 1 人结果不明" in asked.text
    assert (await liu.post(f"/notices/{notice_id}/resend")).status == 303
    made = crowd.get(notice_id)
    assert (made.state, made.attempt) == ("sending", 2)
    assert [action for _, action, _, _ in desk.lines()][-2:] == ["broadcast_nudge", "broadcast_resend"]


async def test_lists_by_tab(desk: Desk, crowd: Crowd) -> None:
    await drafted(crowd, title="还没写完的")
    await pending(crowd, title="等着的")
    await sent(crowd, title="发过的")
    wang = await desk.person("wang", "staff")
    every = await wang.get("/notices")
    assert all(title in every.text for title in ("还没写完的", "等着的", "发过的"))
    assert "/notices/new" not in every.text and "8 人" not in every.text and "7 人，送达 3 人" in plain(every)
    drafts = await wang.get("/notices?state=drafts")
    assert "还没写完的" in drafts.text and "发过的" not in drafts.text
    exact = await wang.get("/notices?state=partly_failed&page=1")
    assert "发过的" in exact.text and "等着的" not in exact.text
    assert (await wang.get("/notices?state=%27&page=99999")).status == 200


async def test_a_copy_begins_as_a_new_draft(desk: Desk, crowd: Crowd) -> None:
    notice_id = await sent(crowd, title="发过的")
    liu = await desk.person("liu", "editor")
    copied = await liu.get(f"/notices/new?from={notice_id}")
    assert 'value="发过的"' in copied.text and TEXT in copied.text
    assert (await liu.get(f"/notices/{notice_id}/edit")).status == 409


async def test_branches_are_apart(desk: Desk, crowd: Crowd) -> None:
    notice_id = await sent(crowd)
    west = await desk.person("west", "approver", crowd.units["west"])
    for path in ("", "/results", "/export", "/edit", "/cancel", "/nudge"):
        assert (await west.get(f"/notices/{notice_id}{path}")).status == 403, path
    for path in ("/cancel", "/nudge", "/resend", "/export"):
        assert (await west.post(f"/notices/{notice_id}{path}", reason="核对送达情况")).status == 403, path
    assert "周六招聘会" not in (await west.get("/notices")).text
    await west.get("/notices/new")
    tried = await west.post("/notices/new", **form(action="preview"))
    assert "对象 4 人" in plain(tried) and "只限西区总工会范围内" in tried.text
    assert (await west.post("/notices/new", **form())).status == 303
    assert crowd.newest().org_id == crowd.units["west"]


async def test_rights(desk: Desk, crowd: Crowd) -> None:
    notice_id = await pending(crowd)
    wang, liu = await desk.person("wang", "staff"), await desk.person("liu", "editor")
    for path in ("/notices/new", f"/notices/{notice_id}/edit", f"/notices/{notice_id}/cancel", "/notices/approvals"):
        assert (await wang.get(path)).status == 403, path
    await wang.get("/notices")
    assert (await wang.post("/notices/new", **form())).status == 403
    assert (await liu.get("/notices/approvals")).status == 403
    await liu.get("/notices")
    for path in ("approve", "reject", "export"):
        assert (await liu.post(f"/notices/{notice_id}/{path}", note="不行", reason="核对送达情况")).status == 403, path
    assert crowd.get(notice_id).state == "pending"
    assert AUTHOR.name == "liu"


async def test_the_plan_stands_beside_what_is_decided(desk: Desk, crowd: Crowd) -> None:
    notice_id = await pending(crowd)
    chen = await desk.person("chen", "approver")
    page = await chen.get(f"/notices/{notice_id}")
    assert "发送计划" in page.text and "可以通知 7 人" in plain(page) and "客服消息 7 人" in plain(page)
    await desk.write(lambda work: rows.move(work, notice_id, ("pending",), None, desk.clock.now(), expected=50_000))
    many = await chen.get(f"/notices/{notice_id}")
    assert "现在算" in many.text and "可以通知" not in many.text
    assert "可以通知 7 人" in plain(await chen.get(f"/notices/{notice_id}?plan=1"))
    await chen.get("/notices/new")
    tried = await chen.post("/notices/new", **form(action="preview"))
    assert "对象 8 人，可以通知 7 人" in plain(tried) and "不发：没有关注公众号，或已取消关注，1 人" in plain(tried)
    assert "可以通知" not in (await chen.post("/notices/new", **form(action="preview", hours="x"))).text
    assert "可以通知" not in (await chen.post("/notices/new", **form(action="add-none", **{"none-new": "tag"}))).text


async def test_the_quotas_of_the_month(desk: Desk, crowd: Crowd) -> None:
    day = local(desk.clock.now()).date()
    await desk.write(lambda work: work.session.add(QuotaUse(channel="oa", route="custom", day=day, used=1234)))
    until = desk.clock.now() + timedelta(hours=3)
    await desk.write(lambda work: work.session.add(RouteStop(channel="oa", route="custom", until=until, code="45009")))
    seen = await (await desk.person("wang", "staff")).get("/notices/quotas")
    assert "今天已用" in seen.text and "1,234 条" in plain(seen) and "平台暂停到 11月25日 13:00" in seen.text
    assert "1天一共1234条" in seen.text


async def test_saved_audiences_and_tags_are_offered(desk: Desk, crowd: Crowd) -> None:
    now, raw = desk.clock.now(), {"all": [{"who": "members"}, {"below": "west"}], "none": [{"tag": "志愿者"}]}
    await desk.write(lambda work: tags.create(work, AUTHOR, "志愿者", now))
    kept = await desk.write(lambda work: segments.save(work, AUTHOR, "西区会员", raw, now))
    liu = await desk.person("liu", "editor")
    empty = await liu.get("/notices/new")
    assert "西区会员" in empty.text
    taken = await liu.post("/notices/new", **form(action="segment", segment=str(kept)))
    assert 'value="west"' in taken.text and '<option value="志愿者" selected>' in taken.text
    assert "西区总工会及下属组织的人；不发给：有标签“志愿者”的人" in taken.text and "对象 4 人" in plain(taken)
    begun = await liu.get(f"/notices/new?segment={kept}")
    assert 'value="west"' in begun.text and '<option value="志愿者" selected>' in begun.text
    east = await desk.person("east", "editor", crowd.units["east"])
    assert (await east.get("/notices/new?segment=x")).status == 200
    gone = await liu.post("/notices/new", **form(action="segment", segment="12"))
    assert gone.status == 200 and "没有这个对象" in gone.text and "周六招聘会" in gone.text


async def test_a_notice_is_tried_before_it_goes(desk: Desk, crowd: Crowd) -> None:
    notice_id = await drafted(crowd)
    now = desk.clock.now()
    tag = await desk.write(lambda work: tags.create(work, AUTHOR, "试发名单", now))
    await desk.write(lambda work: tag_rows.put_on(work, tag, [crowd.people[0], crowd.people[7]]))
    liu = await desk.person("liu", "editor")
    page = await liu.get(f"/notices/{notice_id}")
    assert "先发一份看看" in page.text and "有标签“试发名单”的人" in page.text
    nobody = await liu.post(f"/notices/{notice_id}/test", to="me")
    assert nobody.status == 422 and "绑定" in nobody.text
    seen = await liu.post(f"/notices/{notice_id}/test", to="试发名单")
    assert seen.status == 200 and "的 1 人" in seen.text and "没有关注公众号" in seen.text
    await desk.write(lambda work: setattr(staff.by_name(work, "liu"), "person_id", crowd.people[1]))
    assert "已经发到您的手机" in (await liu.post(f"/notices/{notice_id}/test", to="me")).text
    texts = desk.database.look(lambda work: [each.text for each in work.session.exec(select(Outbox)).all()])
    assert len(texts) == 2 and all(TEXT in each for each in texts)
    wang = await desk.person("wang", "staff")
    assert "先发一份看看" not in (await wang.get(f"/notices/{notice_id}")).text
    assert (await wang.post(f"/notices/{notice_id}/test", to="me")).status == 403
