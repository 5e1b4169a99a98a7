"""Follow-ups lean on the entry that was answered last; complete questions do not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.search import Decision, Entry, Index, leans

ENTRIES = (
    Entry("severance", "经济补偿金怎么计算？", ("工作年限补偿怎么算", "辞退补偿一年给多少")),
    Entry("trial-dismissal", "试用期被辞退有补偿吗？", ("试用期内公司能随便开除我吗",)),
    Entry("trial-pay", "试用期工资有什么规定？", ("试用期工资不得低于多少",)),
    Entry("trial", "试用期最长是多久？", ("试用期可以约定几个月",)),
    Entry("unsigned", "单位不签劳动合同怎么办？", ("没签合同可以要双倍工资吗",)),
    Entry("maternity", "产假多少天？", ("生孩子可以休多久",)),
    Entry("paternity", "陪产假有多少天？", ("男方陪产假几天", "老婆生孩子老公请假")),
    Entry("maternity-pay", "产假工资谁来发，怎么算？", ("休产假单位不发工资",)),
    Entry("retirement", "现在退休年龄是多少岁？", ("女职工50还是55退休", "延迟退休怎么算")),
    Entry("benefit", "领取失业金需要什么条件？", ("失业保险金领取条件",)),
    Entry("benefit-sum", "失业金每月多少钱？", ("失业保险金标准",)),
    Entry("benefit-place", "失业金怎么申请，去哪里办？", ("失业保险金申领流程",)),
    Entry("annual", "带薪年休假有多少天？", ("工作几年有几天年假",)),
    Entry("grade-7", "七级至十级工伤赔偿多少钱？", ("十级伤残赔多少",)),
    Entry("grade-5", "五级、六级工伤怎么赔偿？", ("六级伤残赔付标准",)),
)
INDEX = Index(ENTRIES)


@pytest.mark.parametrize(
    ("after", "text", "expected"),
    [
        ("severance", "那试用期呢？", "trial-dismissal"),
        ("severance", "那要是没签合同呢", "unsigned"),
        ("maternity", "那工资呢", "maternity-pay"),
        ("maternity", "男的呢？", "paternity"),
        ("trial", "那工资呢", "trial-pay"),
        ("retirement", "女的呢", "retirement"),
        ("benefit", "多少钱", "benefit-sum"),
        ("benefit", "去哪办", "benefit-place"),
        ("benefit", "在哪里办理", "benefit-place"),
        ("grade-7", "那五级呢", "grade-5"),
    ],
)
def test_a_follow_up_is_understood_with_the_last_answer(after: str, text: str, expected: str) -> None:
    assert leans(text)
    result = INDEX.ask(text, after=after)
    assert result.decision is not Decision.DECLINE
    assert result.hits[0].id == expected


@pytest.mark.parametrize(
    "text", ["年休假有几天", "那年假有几天呢", "男方陪产假几天", "失业金去哪里办理呢", "陪产假有多少天呢？"]
)
@pytest.mark.parametrize("after", [entry.id for entry in ENTRIES])
def test_a_complete_question_is_not_disturbed(text: str, after: str) -> None:
    assert INDEX.ask(text, after=after) == INDEX.ask(text)


@pytest.mark.parametrize(
    "text", ["那试用期呢", "多少钱", "去哪办", "找谁", "女的呢", "要什么材料", "多久能到账", "要交钱吗", "如果离职呢"]
)
def test_short_words_lean(text: str) -> None:
    assert leans(text)


@pytest.mark.parametrize(
    "text", ["", "？？", "产假多少天", "公司不发工资怎么办", "谢谢", "我要入会", "被辞退了怎么办", "转人工"]
)
def test_questions_and_other_words_do_not(text: str) -> None:
    assert not leans(text)


def test_an_unknown_last_answer_changes_nothing() -> None:
    assert INDEX.ask("那试用期呢", after="gone") == INDEX.ask("那试用期呢")


def test_nothing_to_lean_on_is_declined() -> None:
    assert INDEX.ask("多少钱").decision is Decision.DECLINE


@settings(deadline=None)
@given(st.text(max_size=40), st.sampled_from([entry.id for entry in ENTRIES]))
def test_any_text_may_follow(text: str, after: str) -> None:
    result = INDEX.ask(text, after=after)
    assert result == INDEX.ask(text, after=after)
    assert (result.decision is Decision.DECLINE) == (not result.hits)
