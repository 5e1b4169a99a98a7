"""The form of a notice is read into a draft and filled from one; how it looks on a phone."""

from datetime import datetime
from typing import Any

import pytest
from multidict import MultiDict

from bot.calendar import Hours
from bot.clock import local
from bot.console import notice_form as forms
from bot.console.notice_form import Condition, Sides
from bot.services import notice_desk, notice_phone
from bot.services.broadcasts import Draft
from bot.services.house import House
from bot.services.reach_policy import ReachPolicy

USUAL = ("custom", "template")
RULE: dict[str, Any] = {
    "all": [{"who": ["members", "cadres"]}, {"below": "east"}, {"event": 12, "in": "registered"}],
    "none": [{"tag": ["志愿者", "一线职工"]}, {"not_seen_days": 90}],
}


@pytest.mark.parametrize(
    "draft",
    [
        Draft("题", "正文", "law", RULE, hours=24, wants_receipt=True, routes=("template", "custom")),
        Draft(
            "题", "正文", rule=RULE, repeat={"every": "week", "days": [0, 3], "time": "10:15", "until": "2027-01-31"}
        ),
        Draft(
            "题",
            "正文",
            rule=RULE,
            repeat={"every": "month", "day": "last_workday", "time": "09:30", "until": "2027-01-31"},
        ),
        Draft("题", "正文", rule=RULE, repeat={"every": "month", "day": 31, "time": "09:30", "until": "2027-01-31"}),
        Draft("题", "第一行\n\n第三行", rule=RULE, urgent=True, routes=("mass",)),
    ],
    ids=["routes", "weekly", "last-workday", "monthly", "urgent"],
)
def test_what_is_kept_comes_back_from_the_form(draft: Draft) -> None:
    values = forms.filled(draft, USUAL)
    form: MultiDict[str] = MultiDict(
        (key, str(values[key])) for key in ("title", "text", "topic", "when", "day", "time", "hours")
    )
    form.extend((key, str(values[key])) for key in ("repeat", "monthday", "repeat_time", "until"))
    form.extend(("weekday", each) for each in values["weekdays"])
    form.extend(("route", each) for each in values["routes"])
    form.extend((key, "1") for key in ("receipt", "urgent") if values[key])
    for side in forms.SIDES:
        for row in getattr(values["sides"], side):
            form.extend(((f"{side}-kind", row.kind), (f"{side}-value", row.value), (f"{side}-more", row.more)))
    again = forms.read(form)
    assert forms.problems(again) == {}
    assert forms.draft(again, USUAL) == draft


def test_a_time_of_day_that_is_no_half_hour_is_kept(now: datetime) -> None:
    assert ("10:17", "10:17") in forms.times("10:17")
    assert forms.moment(*forms.day_and_time(now)) == local(now)
    assert forms.moment("2026-02-30", "09:00") is None and forms.moment("2026-02-03", "25:00") is None


@pytest.mark.parametrize(
    ("action", "kinds"),
    [
        ("add-all", ["who", "below", "tag"]),
        ("drop-all-0", ["below"]),
        ("drop-all-1", ["who"]),
        ("drop-all-2", ["who", "below"]),
        ("drop-all-x", ["who", "below"]),
        ("add-nothing", ["who", "below"]),
        ("preview", ["who", "below"]),
    ],
)
def test_buttons_change_the_rows(action: str, kinds: list[str]) -> None:
    sides = Sides((Condition("who", "members"), Condition("below", "east")))
    form: MultiDict[str] = MultiDict({"all-new": "tag", "none-new": "tag"})
    assert [row.kind for row in forms.changed(sides, action, form).all] == kinds
    full = Sides(tuple(Condition("below", str(place)) for place in range(forms.MAX_ROWS)))
    assert forms.changed(full, "add-all", form) == full


def test_a_condition_that_nobody_knows_is_left_away() -> None:
    assert forms.of_rule({"all": [{"moon": "full"}, {"who": "members"}], "none": None}).all == (
        Condition("who", "members"),
    )
    assert forms.named("members、cadres", forms.CHOICES["who"]) == "会员、任职的工会干部"


def test_each_route_shows_what_is_lost(now: datetime) -> None:
    title, text = "题" * 25, "第一行\n" + "字" * 30
    shown = notice_phone.shown(title, text, True, ("custom", "notice", "template", "mass"), local(now))
    assert [(each.route, bool(each.fields)) for each in shown] == [("custom", False), ("notice", True), ("mass", False)]
    assert shown[0].text.startswith(f"【{title}】\n第一行\n") and shown[0].text.endswith("看到后请回复“收到”，谢谢！")
    assert shown[0].size == len(shown[0].text.encode()) and shown[0].fits
    assert dict(shown[1].fields)["主题"] == "题" * 20 and len(dict(shown[1].fields)["内容"]) == 20
    assert "题题题题题" in shown[1].lost and "内容只能看到前20个字" in shown[1].lost
    short = notice_phone.shown("题", "短", False, ("template",), local(now))
    assert short[0].lost == ""
    assert not notice_phone.shown("题", "字" * 700, False, ("custom",), local(now))[0].fits


def test_how_to_opt_out_is_shown_and_counted_where_there_is_room(now: datetime) -> None:
    routes = ("custom", "template", "mass")
    shown = notice_phone.shown("题", "短", True, routes, local(now), "law")
    plain = notice_phone.shown("题", "短", True, routes, local(now), "urgent")
    line = "\n退订请回复“退订 法律维权”"
    assert [each.text.endswith(line) for each in shown] == [True, False, True]
    assert [each.size for each in shown] == [each.size + (len(line.encode()) if each.size else 0) for each in plain]
    assert dict(shown[1].fields)["内容"] == "短"


def test_mass_sends_are_chosen_or_not_taken() -> None:
    house = House(reach=ReachPolicy(templates={"notice": "t"}, mass=True), hours=Hours())
    assert notice_desk.usual(house) == ("custom", "template")
