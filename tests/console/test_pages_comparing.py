"""Differences that a person reads: words, lists, yes and no; and charts as geometry."""

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.console import charts
from bot.services.comparing import IN, OUT, SAME, Piece, changes, list_pieces, text_pieces
from bot.services.statistics import Week

DAY = date(2026, 11, 25)


def test_only_the_changed_words_are_marked() -> None:
    assert text_pieces("每年5天。", "每年10天。") == [
        Piece(SAME, "每年"),
        Piece(OUT, "5"),
        Piece(IN, "10"),
        Piece(SAME, "天。"),
    ]


@given(st.text(max_size=60), st.text(max_size=60))
def test_both_versions_can_be_read_from_the_pieces(old: str, new: str) -> None:
    pieces = text_pieces(old, new)
    assert "".join(each.text for each in pieces if each.kind != IN) == old
    assert "".join(each.text for each in pieces if each.kind != OUT) == new


@given(st.lists(st.sampled_from("甲乙丙丁"), max_size=8), st.lists(st.sampled_from("甲乙丙丁"), max_size=8))
def test_lines_stay_in_order(old: list[str], new: list[str]) -> None:
    pieces = list_pieces(old, new)
    assert [each.text for each in pieces if each.kind != IN] == old
    assert [each.text for each in pieces if each.kind != OUT] == new


def test_fields_are_named_and_unchanged_ones_left_away() -> None:
    old = {"question": "年假", "hand_over": False, "status": "published", "citations": [], "answer": "有"}
    new = {
        **old,
        "hand_over": True,
        "status": "retired",
        "citations": [{"law": "《劳动法》", "article": "第一条", "version": "2018"}],
    }
    found = {each.label: [(piece.kind, piece.text) for piece in each.pieces] for each in changes(old, new)}
    assert found == {
        "依据": [(IN, "《劳动法》第一条（2018）")],
        "转人工": [(OUT, "否"), (IN, "是")],
        "状态": [(OUT, "发布"), (IN, "停用")],
    }


def test_a_first_version_is_new_all_over() -> None:
    found = changes(None, {"question": "年假", "phrasings": ["年假几天"], "answer": "有5天"})
    assert {piece.kind for each in found for piece in each.pieces} == {IN}


def test_bars_stand_on_each_other_and_stay_inside() -> None:
    chart = charts.stacked([(DAY, 3, 2, 1), (DAY, 0, 0, 0), (DAY, 20, 0, 0)])
    first = chart.bars[:3]
    assert [bar.series for bar in first] == [1, 2, 3]
    for lower, upper in pairwise(first):
        assert abs(upper.y + upper.height - lower.y) < 0.2
    assert all(bar.y >= charts.TOP - 0.1 and bar.x + bar.width <= charts.WIDTH for bar in chart.bars)
    assert "一共26条" in chart.description


def test_a_week_without_opinions_is_a_gap_in_the_course() -> None:
    weeks = [Week(DAY, DAY, *each) for each in ((1, 1), (2, 0), (0, 0), (1, 0), (0, 1))]
    chart = charts.rates(weeks)
    assert (len(chart.dots), len(chart.lines)) == (4, 2)


def test_charts_of_nothing_are_still_charts() -> None:
    assert charts.stacked([]).bars == []
    assert charts.rates([]).dots == []
    assert [label.words for label in charts.shares([("1秒以内", 0)], "快慢", "次").labels] == ["1秒以内", "0.0% · 0次"]
