"""Everyday things: paraphrases are known for one matter, near misses for two, and what is unknown stays undecided."""

import time
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.search.normal import normalise
from bot.search.things import SURE, About, about, verdict
from bot.search.vocabulary import Vocabulary

ALIKE = [
    ("饭卡怎么充值", "食堂的卡没钱了，在哪充", "餐卡里钱用完了咋往里存钱"),
    ("篮球场最晚能打到几点", "打篮球的场地开到什么时候", "籃球場幾點關門"),
    ("厂里有没有清真窗口", "回族职工吃饭有地方吗", "我是回民，食堂有没有清真的菜"),
    ("洗衣机投币不转怎么办", "宿舍洗衣机坏了找谁", "楼道那台洗衣服的机器用不了，谁来修"),
    ("端午节发什么", "今年端午有什么福利", "端午的东西发啥呀"),
    ("乒乓球比赛怎么报名", "想打乒乓球赛找谁报", "乒乓球赛咋参加"),
    ("怎么申请夫妻房", "两口子都在厂里，想申请一间夫妻宿舍", "双职工想住一起，夫妻间咋申请"),
    ("医务室几点下班", "厂医那儿开到几点", "卫生室晚上最晚几点还有人"),
    ("雨伞可以借吗", "下雨了，工会有没有伞能借", "爱心雨伞能不能借用"),
    ("充电宝借了怎么还", "租的共享充电宝还到哪", "借的充电宝在哪归还"),
    ("收入证明找谁开", "想开个工资证明，去哪个部门", "银行要收入证明，哪里盖章"),
    ("门禁卡刷不开怎么办", "房卡失灵了找谁", "门卡坏了咋办"),
    ("宿舍里让不让养狗", "寝室能不能养小狗", "住厂里是不是不准养狗"),
]
APART = [
    ("篮球馆周末开吗", "游泳馆周末开吗"),
    ("早餐几点供应", "夜宵几点供应"),
    ("饭卡怎么充值", "水卡怎么充值"),
    ("端午节福利什么时候发", "中秋节福利什么时候发"),
    ("班车票怎么买", "班车票怎么退"),
    ("疗休养去昆明要带什么", "疗休养去青岛要带什么"),
    ("3号楼热水器坏了找谁", "五号楼的热水器坏了，谁来修"),
    ("一食堂几点开饭", "二食堂几点开饭"),
    ("图书室几点开门", "阅览室最晚开到几点"),
    ("运动会什么时候开幕", "运动会什么时候闭幕"),
    ("健身房怎么办卡", "健身房怎么退卡"),
    ("退休职工能参加体检吗", "临时工能参加体检吗"),
    ("妇女节发什么", "儿童节发什么"),
    ("上半年体检什么时候", "下半年体检什么时候"),
    ("工作服能洗吗", "工作服能改吗"),
    ("男宿舍在哪", "女宿舍在哪"),
    ("流浪猫谁管", "流浪狗谁管"),
    ("产假工资怎么发", "陪产假工资怎么发"),
    ("周六食堂开吗", "星期天食堂开吗"),
    ("年会节目几分钟", "年会节目几个人"),
    ("考勤打卡在哪里", "考勤打卡从几点算"),
    ("能在公司拜财神吗", "能在公司拜关公吗"),  # words nobody listed, in the same frame
]
UNKNOWN = [
    ("寝室可以烫头吗", "宿舍里能不能纹身"),
    ("晚班的班车几点发", "班车几点发车"),
    ("运动会穿什么", "职工运动会有哪些项目"),
    ("宿舍能养猫吗", "宿舍在哪里"),
    ("女职工体检去哪做", "体检去哪做"),
    ("有没有体检", "体检几点开始"),
    ("健身房怎么收拾", "工会怎么入会"),
    ("嘿呦嘿呦", "拉大锯"),
]


def said(text: str) -> About:
    return about(normalise(text))


@pytest.mark.parametrize("words", ALIKE, ids=lambda words: words[0])
def test_paraphrases_are_connected_and_never_spoken_against(words: tuple[str, str, str]) -> None:
    found = [verdict(said(one), said(other)) for one, other in combinations(words, 2)]
    assert 0.0 not in found
    assert sum(each is not None and each >= SURE for each in found) >= 2, found


@pytest.mark.parametrize(("one", "other"), APART)
def test_near_misses_are_spoken_against(one: str, other: str) -> None:
    assert verdict(said(one), said(other)) == 0.0
    assert verdict(said(other), said(one)) == 0.0


@pytest.mark.parametrize(("one", "other"), UNKNOWN)
def test_where_too_little_is_known_nothing_is_called_the_same(one: str, other: str) -> None:
    assert (verdict(said(one), said(other)) or 0.0) < SURE


def test_no_example_is_the_same_as_one_of_another_matter() -> None:
    every = [(number, said(text)) for number, words in enumerate(ALIKE) for text in words]
    wrong = [
        (one.pieces, other.pieces)
        for (number, one), (another, other) in combinations(every, 2)
        if number != another and (verdict(one, other) or 0.0) >= SURE
    ]
    assert wrong == []


def test_allowed_and_forbidden_are_one_question() -> None:
    assert verdict(said("车间允许带水杯吗"), said("车间是不是禁止带水杯")) == 1.0


def test_words_for_a_whole_family_go_with_its_members() -> None:
    assert verdict(said("宿舍可以养宠物吗"), said("寝室能养兔子吗")) is not None
    assert verdict(said("宿舍可以养宠物吗"), said("寝室能养兔子吗")) != 0.0
    assert verdict(said("寝室能养鹦鹉吗"), said("寝室能养兔子吗")) == 0.0


def test_what_is_about_is_named() -> None:
    found = said("请问女职工的羽毛球赛在哪里报名？")
    assert {"球/羽毛球", "比赛"} <= found.things
    assert (found.actions, found.facets, found.people) == ({"报名"}, {"何处"}, {"性别/女"})


@pytest.mark.parametrize(
    "text", ["", "？？！！", "\x00\ud800", "的" * 10_000, "食堂" * 5_000, "🍚" * 500, "1号楼" * 200]
)
def test_hostile_text_is_taken_for_what_it_is(text: str) -> None:
    one, other = about(text), said("食堂几点开门")
    assert len(one.pieces) <= 400
    assert verdict(one, one) in (None, 1.0)
    assert (verdict(one, other) or 0.0) < SURE


def test_nothing_is_the_same_as_nothing() -> None:
    assert verdict(said(""), said("？")) is None


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_have_one_verdict_both_ways(one: str, other: str) -> None:
    found = verdict(about(one), about(other))
    assert found is None or found == 0.0 or SURE <= found <= 1.0
    assert found == verdict(about(other), about(one))


def test_a_new_question_is_compared_with_1500_known_ones_in_no_time() -> None:
    texts = [text for words in ALIKE for text in words]
    known = [said(texts[at % len(texts)] + texts[at * 7 % len(texts)]) for at in range(1_500)]
    took = []
    for text in texts[:5]:
        start = time.process_time()
        asked = said(text)
        for each in known:
            verdict(asked, each)
        took.append(time.process_time() - start)
    assert min(took) < 0.02


def test_data_that_makes_no_sense_is_refused() -> None:
    for data, said_why in [
        ({"things": {"伞": "！！"}}, "empty form"),
        ({"things": ["伞"]}, "must be a table"),
        ({"rivals": {"球": "篮球"}}, "球 must be a table"),
        ({"opposites": [["开", "关"]]}, "unknown names"),
        ({"opposites": ["开"]}, "list of lists"),
        ({"light": "开"}, "must be a list"),
        ({"actions": {"开": "开"}, "beats": {"开": "关"}}, "table of lists"),
        ({"actions": {"开": "开"}, "turns": {"开": ["开"]}}, "table of pairs"),
    ]:
        with pytest.raises(ValueError, match=said_why):
            Vocabulary.build(data)
