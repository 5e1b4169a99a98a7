"""Rebuilding from an earlier index gives the same as building anew, and queries go on meanwhile."""

import threading
from dataclasses import replace

import pytest

from bot.search import DEFAULT, Decision, Entry, Index, Lexicon
from tests.search.small import SMALL

ASKED = [
    "产假多少天",
    "老板不发工资",
    "被炒鱿鱼了给多少补偿",
    "怎么入会",
    "外卖小哥入会",
    "老婆生娃请假",
    "今天天气",
    "全新的问法",
    "年休假",
]


def same(one: Index, other: Index) -> bool:
    return [one.ask(text) for text in ASKED] == [other.ask(text) for text in ASKED]


def changes() -> list[tuple[str, tuple[Entry, ...]]]:
    first, second, *rest = SMALL
    return [
        ("nothing", SMALL),
        ("a new phrasing", (replace(first, phrasings=(*first.phrasings, "全新的问法")), second, *rest)),
        ("another question", (first, replace(second, question="生孩子放几天假？"), *rest)),
        ("one removed", (second, *rest)),
        ("one added in front", (Entry("new", "全新的问法", ()), *SMALL)),
        ("another order", SMALL[::-1]),
        ("a phrasing moves", (replace(first, phrasings=(*first.phrasings, "入会流程")), second, *rest)),
        ("one becomes unreadable", (replace(first, question="？？", phrasings=()), second, *rest)),
        ("all removed", ()),
    ]


@pytest.mark.parametrize(("name", "entries"), changes(), ids=[name for name, _ in changes()])
def test_a_rebuild_is_the_same_as_a_new_build(name: str, entries: tuple[Entry, ...]) -> None:
    rebuilt = Index(entries, previous=Index(SMALL))
    assert same(rebuilt, Index(entries)), name
    assert same(Index(SMALL, previous=rebuilt), Index(SMALL))


def test_an_index_of_another_lexicon_is_not_reused() -> None:
    lexicon = Lexicon.build([{"topics": {"年假": "年假"}}], {})
    assert same(Index(SMALL, lexicon, previous=Index(SMALL)), Index(SMALL, lexicon))


def test_queries_are_answered_while_another_thread_rebuilds() -> None:
    index = Index(SMALL)
    expected = [index.ask(text) for text in ASKED]
    thread = threading.Thread(target=lambda: [Index(SMALL[:-1], previous=index) for _ in range(20)])
    thread.start()
    while thread.is_alive():
        assert [index.ask(text) for text in ASKED] == expected
    thread.join()


def test_every_phrasing_of_many_answers_itself() -> None:
    words = [form for form in sorted(DEFAULT.forms) if len(form) == 4][:600]
    entries = [Entry(str(number), f"{word}怎么办理", (f"{word}去哪里问",)) for number, word in enumerate(words)]
    index = Index(entries)
    for number, word in enumerate(words):
        for text in (f"{word}怎么办理", f"请问，{word}去哪里问？"):
            result = index.ask(text)
            assert (result.decision, result.hits[0].id) == (Decision.ANSWER, str(number)), text
