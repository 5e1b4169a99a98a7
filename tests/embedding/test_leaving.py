"""Which words may leave the house: questions that the search does not know, without numbers, nothing sensitive."""

from datetime import datetime

import pytest

from bot.services import embeddings
from bot.services.house import House
from storage.database import Database
from tests.embedding.base import fill, give_vectors, make_house

STAYS = {
    "empty": "",
    "spaces": "   \n",
    "short": "工资呢",
    "short with marks": "工资呢？？？！！！",
    "too long": "单位一直不给我交保险，" * 30,
    "a number": "20261125",
    "an ID number": "11010519491231002X",
    "an ID number in full width": "１１０１０５１９４９１２３１００２Ｘ",
    "a mobile number with spaces": "138 0013 8000",
    "a number with few words": "卡号6222021234567890123",
    "a number grouped with dots": "我的电话是138.0013.8000请联系我",
    "a number grouped with slashes": "我的电话是138/0013/8000请联系我",
    "a number in circles": "我的电话是①③⑧·⓪⓪①③·⑧⓪⓪⓪请联系我",
    "a number in Arabic digits": "我的电话是١٣٨·٠٠١٣·٨٠٠٠请联系我",
    "a number spelt out": "我的电话是幺三八零零幺三八零零零请联系我",
    "a number half spelt out": "我的电话是138零零13八零零零请联系我",
    "known": "年休假有几天",
    "known otherwise": "请问老板不发工资",
    "despair": "我真的不想活了，家里也没有人管",
    "despair in passing": "被裁员以后真想一了百了，谁管我们",
}


@pytest.fixture
def backend() -> str:
    """The rules are the same on both."""
    return "sqlite"


@pytest.fixture
def house(database: Database, now: datetime) -> House:
    database.writer.run(lambda work: fill(work, now))
    give_vectors(database, now)
    made = make_house()
    database.look(made.knowledge.refresh)
    return made


@pytest.mark.parametrize("text", STAYS.values(), ids=STAYS.keys())
def test_what_stays_in_the_house(house: House, text: str) -> None:
    assert embeddings.outgoing(house, text) == ""


LEAVES = {
    "干了俩月一分钱没见着": "干了俩月一分钱没见着",
    "  干了俩月，\n一分钱没见着  ": "干了俩月， 一分钱没见着".replace("，", ","),
    "我电话13800138000，干了俩月没见着钱": "我电话〔号码〕,干了俩月没见着钱",
    "证件１１０１０５１９４９１２３１００２Ｘ能不能领福利包": "证件〔号码〕能不能领福利包",
    "2023年5月到2024年8月，每月8000块，没见着钱": "2023年5月到2024年8月,每月8000块,没见着钱",
    "干了俩月\ud800\u202e没见着钱": "干了俩月  没见着钱",
    "zhege yue mei fa qian": "zhege yue mei fa qian",
}


@pytest.mark.parametrize(("text", "words"), LEAVES.items())
def test_what_may_leave_and_how(house: House, text: str, words: str) -> None:
    assert embeddings.outgoing(house, text) == words


def test_the_longest_message(house: House) -> None:
    assert embeddings.outgoing(house, "啥" * embeddings.MOST) == "啥" * embeddings.MOST
    assert embeddings.outgoing(house, "啥" * (embeddings.MOST + 1)) == ""
    assert embeddings.outgoing(house, "ﷺ" * 100) == ""


def test_nothing_leaves_for_a_base_without_vectors(database: Database, now: datetime) -> None:
    """There would be nothing to compare it with."""
    database.writer.run(lambda work: fill(work, now))
    house = make_house()
    database.look(house.knowledge.refresh)
    assert house.knowledge.base.answers
    assert embeddings.outgoing(house, "干了俩月一分钱没见着") == ""
