"""Numbers and accounts of people in free words: where they are refused, where they are blanked."""

from datetime import date

import pytest

from bot.forms.fields import organisation, place
from bot.forms.model import FieldError
from bot.forms.personal import MASK, holds_number, masked, of_person, telling
from tests.joining.kit import id_of

TODAY = date(2026, 11, 27)
NUMBERS = (
    "老板电话13912345678",
    "139 1234 5678",
    "１３９１２３４５６７８",
    "一三九一二三四五六七八",
    "139-1234-5678 转2",
    "身份证" + id_of("19910307", 7),
    "0755/8234/5678",
    "①③⑨①②③④⑤⑥⑦⑧",
)
INNOCENT = ("离职了", "2026-3-5起退休", "2026年11月27日", "第3车间2026年11月", "12333说可以", "工龄21年", "")


@pytest.mark.parametrize("said", NUMBERS)
def test_a_number_is_found_however_it_is_written(said: str) -> None:
    assert holds_number(said)
    assert telling(said)


@pytest.mark.parametrize("said", INNOCENT)
def test_days_and_short_numbers_tell_nothing_of_anybody(said: str) -> None:
    assert not holds_number(said)
    assert not telling(said)


def test_accounts_and_the_name_itself_tell() -> None:
    assert telling("加微信 zhang_san88")
    assert telling("张三离职了", "张三") and not telling("张三离职了", "李四") and not telling("王离职了", "王")
    assert masked("电话13912345678") == f"电话{MASK}"


@pytest.mark.parametrize("said", (id_of("19900307", 5), *(f"示例电子厂{each}" for each in NUMBERS)))
def test_an_employer_is_no_place_for_numbers(said: str) -> None:
    with pytest.raises(FieldError) as refused:
        organisation().parse(said, TODAY)
    assert not any(run in refused.value.words for run in ("139", "1101"))


@pytest.mark.parametrize("said", ("示例市第101中学", "中铁12局第3项目部", "3M示例公司", "示例电子厂（2024新厂）"))
def test_names_of_employers_may_hold_short_numbers(said: str) -> None:
    assert organisation().parse(said, TODAY) == said


@pytest.mark.parametrize("said", NUMBERS)
def test_a_place_is_no_place_for_numbers(said: str) -> None:
    assert place().parse("东区，某平台", TODAY) == "东区，某平台"
    with pytest.raises(FieldError):
        place().parse(f"东区，{said}", TODAY)


@pytest.mark.parametrize(
    "said",
    (
        "我的电话 138-0013-8000",
        "张三 13800138000",
        "李四110105199003070017",
        "身份证" + id_of("19900307", 5),
        "一三八零零一三八零零零",
    ),
)
def test_what_looks_like_a_mobile_or_an_id_number(said: str) -> None:
    assert of_person(said)


@pytest.mark.parametrize(
    "said", ("0755-82345678 打不通", "12351", "2026-11-27 10:00 开会", "8234 5678", "工资5000元10天")
)
def test_public_numbers_and_days_are_nobodys(said: str) -> None:
    assert not of_person(said)


@pytest.mark.parametrize(
    ("said", "kept_as"),
    [
        ("我的号码13800138000", "我的号码〔号码〕"),
        ("１３８ ００１３ ８０００请回电", "〔号码〕请回电"),
        ("138-0013-8000和11010519491231002X", "〔号码〕和〔号码〕"),
        ("138.0013.8000", "〔号码〕"),
        ("工资5      元，2026年11月25日", "工资5      元，2026年11月25日"),
        ("工资3000、4000，一共1,200,000", "工资3000、4000，一共1,200,000"),
        ("加班费150%、200%、300%", "加班费150%、200%、300%"),
        ("一行\n两行\x00三行", "一行 两行 三行"),
        ("加我微信zhang_san88", "加我微信〔号码〕"),
        ("微信号：zhangsan 谢谢", "微信号〔号码〕 谢谢"),
        ("vx abcd1234回我", "vx〔号码〕回我"),
        ("我的WX是Li-Si_1990", "我的WX〔号码〕"),
        ("找zhang_san88问", "找〔号码〕问"),
        ("ｗｘ：ｚｈａｎｇ＿ｓａｎ８８", "ｗｘ〔号码〕"),
        ("发到zhang.san+1@example.com吧", "发到〔号码〕吧"),
        ("zhang @ example . com", "〔号码〕"),
        ("张三＠example．com", "张三〔号码〕"),
        ("电话一三八一二三四五六七八", "电话〔号码〕"),
        ("幺三八 零零幺三 八零零零", "〔号码〕"),
        ("138一二三四5678", "〔号码〕"),
        ("①③⑧⓪⓪①③⑧⓪⓪⓪", "〔号码〕"),
        ("QQ12345，QQ号：654321", "QQ〔号码〕，QQ号〔号码〕"),
        ("扣扣 10001", "扣扣〔号码〕"),
        ("微信群里发工资条算通知吗", "微信群里发工资条算通知吗"),
        ("996和N+1，二〇二六年一月，十二三四十个人", "996和N+1，二〇二六年一月，十二三四十个人"),
        ("iPhone和ETC，GB 18218", "iPhone和ETC，GB 18218"),
    ],
)
def test_numbers_of_people_are_masked(said: str, kept_as: str) -> None:
    assert masked(said) == kept_as
