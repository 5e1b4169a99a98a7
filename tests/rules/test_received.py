"""收到 in other clothes is understood word by word; what holds anything else is left to others."""

import pytest

from bot.turn import plain_words
from handlers import received

GOT = [
    "收到",
    "好滴，收到",
    "收到收到",
    "回复收到",
    "收 到",
    "收到1",
    "收到。张三",
    "张三收到",
    "财务部 张三 收到",
    "已回复：收到",
]
KIND = [
    "收到，谢谢老师，一定准时参加",
    "好哒收到啦",
    "收到👌",
    "OK，收到！",
    "嗯嗯 知道了",
    "本人已收到",
    "收到收到收到",
]
NODS = ["👌", "👍🏻", "好的", "OK", "[OK]", "好的，谢谢", "嗯嗯", "没问题", "一定准时参加", "可以的"]
ABSENT = ["收到，我不去", "收到，请假", "收到，抱歉那天加班去不了", "收到我不去", "收到，临时有事，不能参加，谢谢"]
OTHER = [
    *(
        "收到工资条没签字",
        "没收到",
        "还没收到通知",
        "收到，何时开会",
        "收到，时间地点",
        "收到货怎么退",
        "工资收到了",
        "收到法院传票",
    ),
    *(
        "好的工作",
        "可以补缴社保",
        "谢谢",
        "张三",
        "👎",
        "对不起",
        "不好意思",
        "收到开除通知",
        "知道了年假有几天",
        "请假扣工资",
    ),
]


@pytest.mark.parametrize("words", [*GOT, *KIND])
def test_it_was_received(words: str) -> None:
    said = received.read(plain_words(words))
    assert said is not None
    assert said.got
    assert not said.absent


@pytest.mark.parametrize("words", NODS)
def test_a_nod_says_no_more_than_that(words: str) -> None:
    said = received.read(plain_words(words))
    assert said is not None
    assert (said.got, said.nod, said.absent) == (False, True, False)


@pytest.mark.parametrize("words", ABSENT)
def test_received_but_they_do_not_come(words: str) -> None:
    said = received.read(plain_words(words))
    assert said is not None
    assert (said.got, said.absent) == (True, True)


@pytest.mark.parametrize("words", OTHER)
def test_what_is_about_something_else_is_nobodys_receipt(words: str) -> None:
    assert received.read(plain_words(words)) is None


def test_whatever_is_typed_is_read_in_no_time() -> None:
    for piece in ("收到", "已阅", "收到1", "收到了，", "好的", "回复", "通知", "有事", "我"):
        assert received.read(f"{(piece * 60)[: received.LONGEST - 1]}块") is None
    assert received.read("收到" * 31) is None
