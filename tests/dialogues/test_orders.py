"""Orders about duties: which words are which, with which number; and that no text takes long to read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.router import Pattern
from handlers import duties, duty_orders, duty_percent, duty_requests, duty_titled, evidence
from handlers.duty_asking import asks

ORDERS: dict[str, Pattern] = {
    "done": duty_orders.DONE,
    "done_after": duty_orders.DONE_AFTER,
    "all": duty_orders.ALL,
    "received": duty_orders.RECEIVED,
    "progress": duty_percent.PROGRESS,
    "progress_of": duty_percent.PROGRESS_OF,
    "plain": duty_percent.PLAIN,
    "plain_of": duty_percent.PLAIN_OF,
    "partly": duty_percent.DONE_PARTLY,
    "off": duty_requests.OFF,
    "off_of": duty_requests.OFF_OF,
    "off_after": duty_requests.OFF_AFTER,
    "off_last": duty_requests.OFF_LAST,
    "reopen": duty_orders.REOPEN,
    "reopen_of": duty_orders.REOPEN_OF,
    "undo": duty_orders.UNDO,
    "detail": duties.DETAIL,
    "month": duties.OTHER_MONTH,
    "extend": duty_requests.EXTEND,
    "extend_of": duty_requests.EXTEND_OF,
    "how": duty_requests.EXTEND_HOW,
    "hand": duty_requests.HAND,
    "hand_of": duty_requests.HAND_OF,
    "hand_it": duty_requests.HAND_IT,
    "summary": evidence.SUMMARY,
    "without": evidence.WITHOUT,
}


def meant(words: str) -> set[str]:
    return {name for name, order in ORDERS.items() if order.takes(words)}


@pytest.mark.parametrize(
    ("words", "order", "groups"),
    [
        ("完成", "done", {"numbers": None}),
        ("完成 2", "done", {"numbers": "2"}),
        ("做完3了", "done", {"numbers": "3"}),
        ("已完成第二项", "done", {"numbers": "第2项"}),
        ("完成 2、3,5", "done", {"numbers": "2、3,5"}),
        ("任务2和3都完成了", "done_after", {"numbers": "任务2和3"}),
        ("全部完成", "all", {}),
        ("任务都做完了", "all", {}),
        ("进度 2 50%", "progress", {"number": "2", "percent": "50"}),
        ("进度50%", "progress", {"number": None, "percent": "50"}),
        ("进度一半", "progress", {"number": None, "half": "一半"}),
        ("第二项进度百分之八十", "progress_of", {"number": "2", "han": "八十"}),
        ("进度 2 50", "plain", {"number": "2", "bare": "50"}),
        ("进度50", "plain", {"number": None, "bare": "50"}),
        ("2进度50", "plain_of", {"number": "2", "bare": "50"}),
        ("2完成了50%", "partly", {"number": "2", "percent": "50"}),
        ("收到1、2", "received", {"before": None, "after": "1、2"}),
        ("1收到", "received", {"before": "1", "after": None}),
        ("收到,马上完成2,谢谢", "received", {"after": None}),
        ("取消延期 2", "off", {"number": "2"}),
        ("撤回2的延期申请", "off_of", {"number": "2"}),
        ("2延期不用了", "off_after", {"number": "2"}),
        ("不延期了", "off_after", {"number": None}),
        ("延期 2 取消", "off_last", {"number": "2"}),
        ("转给 2 李四", "hand_it", {"name": "李四", "number": "2"}),
        ("转给(李四", "hand", {"name": "李四", "number": None}),
        ("好的,把2转给李四,谢谢[抱拳]", "hand_of", {"name": "李四", "number": "2"}),
        ("老师,延期 2 到 12月5日 因为忙,谢谢", "extend", {"number": "2", "why": "忙,谢谢"}),
        ("撤销", "undo", {}),
        ("撤销完成 2", "reopen", {"number": "2"}),
        ("没完成 2", "reopen", {"number": "2"}),
        ("2没做完", "reopen_of", {"number": "2"}),
        ("任务 2", "detail", {"number": "2"}),
        ("上个月的任务", "month", {"which": "上"}),
        ("延期 2 到 12月5日 因为等数据", "extend", {"number": "2", "day": "12月5日", "why": "等数据"}),
        ("延期到12月5日,等数据", "extend", {"number": None, "day": "12月5日", "rest": "等数据"}),
        ("延期23天 因为出差", "extend", {"number": None, "count": "23", "why": "出差"}),
        ("延期 1 15天 因为出差", "extend", {"number": "1", "count": "15", "why": "出差"}),
        ("延期 2 三天 因为出差", "extend", {"number": "2", "count": "三", "per": "天", "why": "出差"}),
        ("2延期到下周五,原因:出差", "extend_of", {"number": "2", "day": "下周五", "why": "出差"}),
        ("延期 2", "how", {"number": "2"}),
        ("转给李四", "hand", {"name": "李四", "number": None}),
        ("转给李四 2", "hand", {"name": "李四", "number": "2"}),
        ("把2转给欧阳小明", "hand_of", {"name": "欧阳小明", "number": "2"}),
        ("2号任务交给李四", "hand_of", {"name": "李四", "number": "2"}),
        ("小结:今年查过了", "summary", {}),
        ("没有照片 因为不让拍", "without", {"thing": "照片", "why": "不让拍"}),
    ],
)
def test_an_order_is_read_with_its_parts(words: str, order: str, groups: dict[str, str | None]) -> None:
    found = ORDERS[order].read(words)
    assert found is not None
    assert {name: found[name] for name in groups} == groups
    assert meant(words) == {order}


@pytest.mark.parametrize(
    "words",
    [
        "完成得怎么样",
        "进度",
        "转给谁",
        "延安路2号",
        "任务是什么",
        "我要转会",
        "没有",
        "申请撤销处分",
        "2",
        "上月工资没发",
        "取消",
        "谢谢",
        "收到工资100元",
        "取消延期退休",
    ],
)
def test_ordinary_words_are_no_orders(words: str) -> None:
    assert meant(words) == set()


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("延期到12月5日可以吗", True),
        ("延期到12月5日 因为不知道怎么弄", False),
        ("小结：怎么做的都写了", False),
        ("2进度多少", True),
    ],
)
def test_a_question_is_no_order_but_a_reason_may_sound_like_one(words: str, question: bool) -> None:
    assert asks(words) == question


PIECES = (
    "完成",
    "第",
    "任务",
    "进度",
    "延期",
    "到",
    "转给",
    "没",
    "因为",
    "李",
    "1",
    "12",
    " ",
    "、",
    "%",
    "项",
    "小结",
    ":",
    "二",
    "还有",
    "都",
    "号",
    "撤销",
    "取消",
    "收到",
    "马上",
    "好的",
    "谢谢",
    "[抱拳]",
    ",",
    "会员变动月报",
    "(",
)


DOUBTFUL = (
    duty_orders.UNSURE,
    duty_orders.NOT_YET,
    duty_orders.UNDO_UNSURE,
    duty_orders.NUMBERS,
    duty_requests.SEVERAL,
    duty_percent.UNCLEAR,
    duty_titled.ENDED,
    duty_titled.ENDS,
    duty_titled.LINE,
)


@given(st.lists(st.sampled_from(PIECES), max_size=60), st.integers(1, 40))
def test_no_text_takes_long(pieces: list[str], times: int) -> None:
    """The deadline of the test is the assertion: a pattern that goes astray would take minutes."""
    words = "".join(pieces) * times
    assert meant(words) <= ORDERS.keys()
    assert sum(each.takes(words) for each in DOUBTFUL) <= len(DOUBTFUL)
