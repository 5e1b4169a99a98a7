"""Near misses: what is asked about one is never answered with the other, though the words are nearly the same."""

import pytest

from bot.search import Decision, Entry, Index
from tests.search.small import SMALL

PAIRS = [
    (("经济补偿怎么算？", "辞退的补偿金标准"), ("赔偿金怎么算？", "违法解除赔偿金标准")),
    (("产假多少天？", "产假能休多久"), ("陪产假多少天？", "陪产假能休多久")),
    (("年假有几天？", "年休假怎么请"), ("病假有几天？", "病假怎么请")),
    (("婚假几天？", "婚假怎么请"), ("丧假几天？", "丧假怎么请")),
    (("因工死亡有什么待遇？", "工亡家属能领什么"), ("非因工死亡有什么待遇？", "病逝家属能领什么")),
    (("辞职怎么办手续？", "辞职有补偿吗"), ("被辞退怎么办手续？", "辞退有补偿吗")),
    (("失业金怎么领？", "失业金能领多少"), ("经济补偿怎么领？", "补偿金能领多少")),
    (("劳动合同怎么签？", "签劳动合同有什么好处"), ("劳务协议怎么签？", "签劳务合同有什么好处")),
    (("试用期工资多少？", "试用期要签合同吗"), ("实习工资多少？", "实习生要签合同吗")),
    (("会费怎么交？", "会费交多少"), ("工会经费怎么交？", "经费交多少")),
    (("大龄失业怎么办？", "大龄失业有什么待遇"), ("病退怎么办？", "病退有什么待遇")),
    (("怎么入会？", "入会手续"), ("怎么退会？", "退会手续")),
    (("一级伤残待遇有哪些？", "一级工伤赔多少"), ("十级伤残待遇有哪些？", "十级工伤赔多少")),
    (("社保单位不交怎么办？", "不给交社保找谁"), ("公积金单位不交怎么办？", "不给交公积金找谁")),
]
WAYS = [(one, other) for pair in PAIRS for one, other in (pair, pair[::-1])]
OTHERS = tuple(
    entry for entry in SMALL if entry.id in ("arrears", "rider")
)  # of neither side of any pair, so that the store is more than one entry


@pytest.mark.parametrize(("asked", "offered"), WAYS, ids=lambda side: side[0])
def test_the_other_of_a_pair_is_never_the_answer(asked: tuple[str, ...], offered: tuple[str, ...]) -> None:
    index = Index([Entry("other", offered[0], offered[1:]), *OTHERS])
    for text in asked:
        result = index.ask(text)
        assert result.decision is not Decision.ANSWER or result.hits[0].id != "other", text


@pytest.mark.parametrize(("asked", "offered"), WAYS, ids=lambda side: side[0])
def test_each_of_a_pair_is_offered_beside_the_other(asked: tuple[str, ...], offered: tuple[str, ...]) -> None:
    index = Index([Entry("other", offered[0], offered[1:]), Entry("right", asked[0], ()), *OTHERS])
    result = index.ask(asked[1])
    assert "right" in {hit.id for hit in result.hits}
    assert result.decision is Decision.SUGGEST or result.hits[0].id == "right"
