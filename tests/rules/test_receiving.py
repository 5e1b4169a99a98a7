"""Which union takes an application: the table of special procedures, in a city with streets, factories and riders."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services import receiving, units
from bot.services.receiving import Receiving
from bot.services.unit_book import UnitBook
from storage import leads, orgs
from storage.database import Database
from storage.leads import Lead
from storage.work import Work
from tests.storage.kit import rows

TREE = (
    ("city", "示例市总工会", "市", "", "", ""),
    ("east", "示例市东区总工会", "区县", "", "city", ""),
    ("west", "示例市西区总工会", "区县", "", "city", ""),
    ("pine", "东区松柏街道总工会", "街道", "", "east", ""),
    ("lotus", "西区荷花街道总工会", "街道", "", "west", ""),
    ("lake", "西区荷花街道湖滨社区工会联合会", "基层", "", "lotus", ""),
    ("works", "示例机械厂工会", "基层", "示例机械厂", "pine", ""),
    ("agency", "诚达人力资源公司工会", "基层", "诚达人力资源有限公司", "pine", ""),
    ("mill", "示例纺织公司工会", "基层", "示例纺织公司", "lotus", ""),
    ("clinic-east", "东区第三人民医院工会", "基层", "第三人民医院", "pine", ""),
    ("clinic-west", "西区第三人民医院工会", "基层", "第三人民医院", "lotus", ""),
    ("riders", "西区骑手联合工会", "基层", "", "lotus", "平台 骑手 外卖 快递 网约车"),
    ("helpers", "示例市家政行业工会", "基层", "", "city", "灵活就业 家政 保姆 月嫂"),
)


@dataclass
class Town:
    """The tree in a database, with its index."""

    database: Database
    ids: dict[str, int]
    book: UnitBook

    def __call__(self, employer: str, place: str = "", pathway: str = "ordinary", **more: str | int) -> str:
        """Where an application goes, as `code how`, with ! where the employer has no union."""
        found = self.receive(employer, place, pathway, **more)
        return f"{found.org.code if found.org else '-'} {found.how}{' !' if found.no_union else ''}"

    def receive(self, employer: str, place: str, pathway: str, **more: str | int) -> Receiving:
        given_to = self.ids[str(more["given"])] if "given" in more else None
        user_employer = str(more.get("user_employer", ""))
        return self.database.look(
            lambda work: receiving.receiving(
                work, self.book, employer, place, pathway, given=given_to, user_employer=user_employer
            )
        )

    def note(self, employer: str, place: str, now: datetime) -> Lead | None:
        found = self.receive(employer, place, "ordinary")
        return self.database.writer.run(lambda work: receiving.note_lead(work, employer, found, now))


@pytest.fixture
def town(database: Database) -> Town:
    def grow(work: Work) -> dict[str, int]:
        made: dict[str, orgs.Organisation] = {}
        for code, name, level, employer, parent, trade in TREE:
            made[code] = orgs.put(work, code, name, level, employer, made.get(parent), trade)
        return {code: org.id for code, org in made.items()}

    town = Town(database, database.writer.run(grow), UnitBook())
    database.look(town.book.refresh)
    return town


@pytest.mark.parametrize(
    ("employer", "place", "pathway", "wanted"),
    [
        ("示例机械厂", "", "ordinary", "works employer"),
        ("示例机械场", "荷花街道", "ordinary", "works employer"),  # a homophone; the employer comes before the place
        ("示例机械厂", "", "no_union", "works employer"),  # the worker did not know
        ("宏图电子有限公司", "松柏街道", "ordinary", "pine place !"),
        ("宏图电子有限公司", "松柏", "no_union", "pine place !"),
        ("宏图电子有限公司", "在东区上班", "ordinary", "east place !"),
        ("宏图电子有限公司", "东区松柏街道那边", "ordinary", "pine place !"),
        ("宏图电子有限公司", "荷花街道湖滨社区", "ordinary", "lake place !"),
        ("宏图电子有限公司", "松百街道", "ordinary", "pine place !"),  # a homophone
        ("宏图电子有限公司", "别的城市", "ordinary", "- window !"),
        ("宏图电子有限公司", "", "ordinary", "- window !"),
        ("快达快递有限公司", "", "ordinary", "riders industry !"),
        ("第三人民医院", "", "ordinary", "- window"),  # two have that name: no lead, and no guess
        ("东区第三人民医院", "", "ordinary", "clinic-east employer"),
        ("诚达人力资源", "", "dispatched", "agency employer"),
        ("安平劳务派遣公司", "", "dispatched", "- window !"),
        ("没有固定单位", "荷花街道", "flexible", "lotus place"),
        ("没有单位", "", "flexible", "helpers industry"),
        ("做家政的", "东区", "flexible", "east place !"),
        ("示例纺织公司", "东区", "flexible", "mill employer"),
        ("跑外卖", "", "platform", "riders industry !"),
        ("某某外卖", "西区", "platform", "riders industry !"),
        ("某某外卖", "荷花街道", "platform", "riders industry !"),
        ("某某外卖", "松柏街道", "platform", "pine place !"),  # the riders' union is in the other district
        ("西区骑手联合工会", "松柏街道", "platform", "riders employer"),
        ("", "", "ordinary", "- window"),
    ],
)
def test_the_table_of_special_procedures(town: Town, employer: str, place: str, pathway: str, wanted: str) -> None:
    assert town(employer, place, pathway) == wanted


def test_dispatched_workers_whose_agency_has_no_union_join_where_they_work(town: Town) -> None:
    asked = ("安平劳务派遣公司", "", "dispatched")
    assert town(*asked, user_employer="示例机械厂") == "works user_employer !"
    assert town(*asked, user_employer="另一家没有工会的厂") == "- window !"
    assert town("诚达人力资源", "", "dispatched", user_employer="示例机械厂") == "agency employer"


@pytest.mark.parametrize(
    ("given_to", "employer", "pathway", "wanted"),
    [
        ("works", "", "ordinary", "works scanned"),
        ("works", "示例机械厂", "ordinary", "works employer"),
        ("works", "某个写错的名字", "ordinary", "works scanned"),  # the code says which employer it is
        ("works", "示例纺织公司", "ordinary", "mill employer"),  # the last word is the applicant's
        ("lotus", "宏图电子有限公司", "ordinary", "lotus scanned !"),
        ("clinic-west", "第三人民医院", "ordinary", "clinic-west scanned"),  # picked from a list
        ("riders", "示例机械厂", "platform", "riders scanned"),
        ("lotus", "没有单位", "flexible", "lotus scanned"),
        ("city", "宏图电子有限公司", "ordinary", "- window !"),
        ("city", "示例机械厂", "ordinary", "works employer"),
    ],
)
def test_a_scanned_code_stands(town: Town, given_to: str, employer: str, pathway: str, wanted: str) -> None:
    assert town(employer, "", pathway, given=given_to) == wanted


def test_a_unit_that_is_gone_is_none(town: Town) -> None:
    found = town.database.look(
        lambda work: receiving.receiving(work, town.book, "宏图电子有限公司", "", "ordinary", given=1)
    )
    assert (found.org, found.how) == (None, "window")


def test_an_employer_without_a_union_is_a_lead_and_counted(town: Town, now: datetime) -> None:
    for name in ("宏图电子有限公司", "宏图电子", "宏图电子(有限公司)"):
        town.note(name, "松柏街道", now)
    town.note("安平印刷厂", "", now)
    kept = rows(town.database, Lead, "employer", "org_id", "asked", "state")
    assert sorted(kept, key=str) == sorted(
        [("宏图电子有限公司", town.ids["pine"], 3, "open"), ("安平印刷厂", None, 1, "open")], key=str
    )


def test_after_a_lead_is_closed_the_next_one_is_new(town: Town, now: datetime) -> None:
    first = town.note("宏图电子", "", now)
    assert first is not None

    def close(work: Work) -> None:
        lead = leads.get(work, first.id)
        assert lead is not None
        lead.state = "closed"
        work.session.add(lead)

    town.database.writer.run(close)
    again = town.note("宏图电子", "", now)
    assert again is not None and (again.id != first.id, again.asked) == (True, 1)


@pytest.mark.parametrize(
    "words",
    [
        *("示例机械厂", "第三人民医院"),  # have one
        *(
            "没有单位",
            "没有",
            "无",
            "我没有工作",
            "暂时没有固定单位",
            "灵活就业",
            "打零工",
            "自由职业",
            "个体",
            "不知道",
        ),
        *(
            "我叫张三",
            "电话13800138000",
            "住在松柏街道",
            "张三的微信 abc",
            "110101199003074573",
            "？",
            "厂",
            "x" * 61,
            "宏\n图",
        ),
    ],
)
def test_what_is_no_employer_or_says_something_of_a_person_is_not_kept(town: Town, now: datetime, words: str) -> None:
    assert town.note(words, "", now) is None
    assert rows(town.database, Lead, "employer") == []


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["ordinary", "platform", "flexible", "x"]))
def test_no_words_break_the_index(employer: str, place: str, pathway: str) -> None:
    book = UnitBook()
    assert book.place(place) is None
    assert book.industry(employer, pathway) is None
    receiving.is_employer(employer)


def test_the_index_follows_the_tree(town: Town) -> None:
    refresh = town.book.refresh
    assert not town.database.look(refresh)
    town.database.writer.run(
        lambda work: orgs.put(work, "works", "示例机械厂工会", "基层", "示例机械厂", orgs.by_code(work, "pine"))
    )
    assert not town.database.look(refresh)  # nothing changed
    assert town("新光灯具厂") == "- window !"
    line = {"code": "lamps", "name": "新光灯具厂工会", "level": "基层", "employer": "新光灯具厂", "parent": "pine"}
    now = datetime.fromisoformat("2026-11-25T02:00:00+00:00")
    town.database.writer.run(lambda work: units.load(work, [line], now))
    assert town.database.look(refresh)
    assert town("新光灯具厂") == "lamps employer"
    town.database.writer.run(lambda work: units.load(work, [{**line, "employer": "旭日灯饰厂"}], now))
    assert town.database.look(refresh)
    assert town("旭日灯饰厂") == "lamps employer"


def test_candidates_say_what_they_are(town: Town) -> None:
    both = town.book.find("第三人民医院")
    assert {(each.name, each.employer, each.level, each.sure) for each in both[:2]} == {
        ("东区第三人民医院工会", "第三人民医院", "基层", False),
        ("西区第三人民医院工会", "第三人民医院", "基层", False),
    }
    assert [each.org_id for each in town.book.find("示例机械厂") if each.sure] == [town.ids["works"]]
    assert len(town.book.find("示例", limit=2)) <= 2
    assert len(town.book) == len(TREE)
