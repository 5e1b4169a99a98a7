"""An opt-out in other clothes is met with the list of topics; no question about work is taken for one."""

import pytest

from bot.turn import plain_words
from handlers import topic_net

MEANT = [
    *(
        "TD",
        "TD退订",
        "退订TD",
        "td 谢谢",
        "STOP",
        "Stop!",
        "回复T",
        "退定",
        "别烦我",
        "别再烦我了",
        "烦死了别发了",
        "太烦人了，别再发了！",
    ),
    *(
        "不要给我发通知了",
        "不想再收到你们的消息了",
        "取消所有通知",
        "不要推送",
        "请不要再给我发这种垃圾短信",
        "别再给我推送了",
    ),
    *(
        "能不能别老给我发消息",
        "可以不要发了吗",
        "所有通知都不要",
        "什么都别给我发",
        "停止推送广告",
        "关闭消息提醒推送",
        "拒收短信",
    ),
    *(
        "以后不用通知我了",
        "别打扰我",
        "少发点消息",
        "通知太多了",
        "我不想收到工会的任何消息",
        "请勿打扰",
        "不要再發通知了",
        "退訂",
        "消息太多，烦死了，别发了",
    ),
]
ALONE = ["停止", "停", "拒收", "取关", "取消关注", "不订了"]
QUESTIONS = [
    *(
        "单位要求我停止工作怎么办",
        "工资被停发",
        "拒收快递算旷工吗",
        "公司不要我了",
        "停发工资",
        "停止缴纳社保",
        "公司通知我不用来了",
    ),
    *(
        "不要加班",
        "不想干了",
        "单位不发工资",
        "领导骚扰我",
        "不用提前通知吗",
        "取消考勤",
        "拒绝加班会被辞退吗",
        "停工停产工资怎么发",
    ),
    *(
        "停岗",
        "不收了我怎么办",
        "老板发消息让我别来了",
        "别人收到补贴我没收到",
        "取消报名",
        "退订酒店违约金",
        "取消通知书",
        "收到",
    ),
    *(
        "不要发工资条行不行",
        "公司停止发放高温津贴",
        "不接受调岗",
        "拒绝签收解除通知",
        "关闭工厂",
        "什么都不发",
        "通知书没收到",
    ),
]


@pytest.mark.parametrize("words", MEANT)
def test_they_want_no_more(words: str) -> None:
    assert topic_net.meant(plain_words(words))


@pytest.mark.parametrize("words", ALONE)
def test_alone_it_counts_where_nothing_else_goes_on(words: str) -> None:
    assert topic_net.alone(plain_words(words))
    assert not topic_net.meant(plain_words(words))


@pytest.mark.parametrize("words", QUESTIONS)
def test_no_question_is_swallowed(words: str) -> None:
    assert not topic_net.meant(plain_words(words))
    assert not topic_net.alone(plain_words(words))


def test_whatever_is_typed_is_read_in_no_time() -> None:
    for piece in ("不要", "通知", "我了", "td", "取消", "烦死了", "烦了", "给我", "，"):
        assert not topic_net.meant(f"{(piece * 40)[: topic_net.LONGEST - 1]}块")
    assert not topic_net.meant("不要发" * 20)
