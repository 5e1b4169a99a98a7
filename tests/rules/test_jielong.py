"""A pasted 接龙 list is read as people write it; what is odd is told, never guessed silently."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services import jielong
from bot.services.jielong import Entry, Parsed, is_bare_list, is_list, parse, render

GROUP = """张三: #接龙
端午包粽子活动报名
周六上午九点，职工之家
例 张三 1份

1. 王小明
2、李四（带1人）
3. 王五+1
４．赵六 素食
5) 🌸小美🌸 带2个孩子
6️⃣ 钱七
⑦孙八 一家三口
8. 工程部 周九
10. 吴十
11 郑一
12郑二2人
13.
"""


def one(words: str) -> Entry:
    """The only entry of a list with these words."""
    (entry,) = parse(f"#接龙 春游\n1. {words}").entries
    return entry


def flaws(text: str) -> str:
    return "\n".join(parse(text).problems)


def test_a_list_as_it_comes_from_a_group() -> None:
    found = parse(GROUP)
    assert found.title == "端午包粽子活动报名"
    assert found.entries == (
        Entry(1, "王小明"),
        Entry(2, "李四", 2),
        Entry(3, "王五", 2),
        Entry(4, "赵六", 1, "素食"),
        Entry(5, "小美", 3, "带2个孩子"),
        Entry(6, "钱七"),
        Entry(7, "孙八", 3, "一家三口"),
        Entry(8, "周九", 1, "工程部"),
        Entry(10, "吴十"),
        Entry(11, "郑一"),
        Entry(12, "郑二", 2),
    )
    assert found.problems == ("缺少序号 9，请核对有没有漏贴。",)


@pytest.mark.parametrize(
    ("words", "name", "count", "note"),
    [
        ("张三", "张三", 1, ""),
        ("张三（素食）", "张三", 1, "素食"),
        ("张三【二车间】不吃辣", "张三", 1, "二车间 不吃辣"),
        ("张三，晚到", "张三", 1, "晚到"),
        ("张三-工程部", "张三", 1, "工程部"),
        ("工程部-张三", "张三", 1, "工程部"),
        ("张 三", "张三", 1, ""),
        ("Li Ming", "Li Ming", 1, ""),
        ("古丽·买买提", "古丽·买买提", 1, ""),
        ("欧阳修远", "欧阳修远", 1, ""),
        ("张和平", "张和平", 1, ""),
        ("小太阳🌞88", "小太阳88", 1, ""),
        ("👨‍👩‍👧李四", "李四", 1, ""),
        ("张三＋２", "张三", 3, ""),
        ("张三 +1 +1", "张三", 3, ""),
        ("张三 素食 +1", "张三", 2, "素食"),
        ("张三带一人", "张三", 2, ""),
        ("张三 带两位家属", "张三", 3, "带两位家属"),
        ("张三 带家属2人", "张三", 3, "带家属2人"),
        ("张三（带孩子两个）", "张三", 3, "带孩子两个"),
        ("张三 带2人", "张三", 3, ""),
        ("张三 +2人", "张三", 3, ""),
        ("张三带孩子", "张三", 2, "带孩子"),
        ("张三，不带孩子", "张三", 1, "不带孩子"),
        ("张三（共3人）", "张三", 3, ""),
        ("张三 两大一小", "张三", 3, "两大一小"),
        ("张三 2大1小", "张三", 3, "2大1小"),
        ("张三 x2", "张三", 2, ""),
        ("张三 2份", "张三", 1, "2份"),
        ("张三+老婆", "张三", 2, "老婆"),
        ("张三、素食", "张三", 1, "素食"),
        ("张三+2个孩子", "张三", 3, "孩子"),
        ("三人行", "三人行", 1, ""),
        ("Max3", "Max3", 1, ""),
        ("王五×2", "王五", 2, ""),
    ],
)
def test_who_how_many_and_the_note(words: str, name: str, count: int, note: str) -> None:
    entry = one(words)
    assert (entry.name, entry.count, entry.note) == (name, count, note)


@pytest.mark.parametrize(
    "number", ["1.", "1、", "1．", "１、", "1:", "1）", "(1)", "（１）", "【1】", "1️⃣", "①", "❶", "⒈", "1 "]
)
def test_numbers_as_people_write_them(number: str) -> None:
    assert parse(f"#接龙 春游\n{number}张三").entries == (Entry(1, "张三"),)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("1 周杰", "周杰"),
        ("1 周杰伦带1人", "周杰伦"),
        ("1 周一", "周一"),
        ("1周杰", "周杰"),
        ("1 时小明", "时小明"),
        ("1年广久", "年广久"),
    ],
)
def test_surnames_that_are_units_as_well(line: str, name: str) -> None:
    found = parse(f"#接龙 春游\n{line}\n2. 吴二")
    assert [each.name for each in found.entries] == [name, "吴二"]


@pytest.mark.parametrize(
    "line", ["1 周岁以下免票", "1周内报名", "1周一次", "1 年内有效", "1时集合", "1 月 8 日集合", "1人一份"]
)
def test_units_are_no_names(line: str) -> None:
    assert [each.name for each in parse(f"#接龙\n春游\n{line}\n1. 吴二").entries] == ["吴二"]


def test_several_names_in_one_line_count_one_by_one() -> None:
    found = parse("#接龙\n春游\n1. 张三、李四\n2. 王五和赵六 +1\n3. 钱七+孙八（素食）")
    assert [(each.place, each.name, each.count, each.note) for each in found.entries] == [
        (1, "张三", 1, ""),
        (1, "李四", 1, ""),
        (2, "王五", 1, ""),
        (2, "赵六", 2, ""),
        (3, "钱七", 1, ""),
        (3, "孙八", 1, "素食"),
    ]
    assert found.problems == ("第 1、2、3 号：一行有几个名字，分开算。",)


def test_numbers_of_people_are_not_kept() -> None:
    found = parse("#接龙\n春游\n1. 张三 13800138000\n2. 李四一三八零零一三八零零零\n3. 王五（110101199003070039）")
    assert "138" not in str(found) and "1101" not in str(found)
    assert [each.name for each in found.entries[::2]] == ["张三", "王五"]
    assert found.entries[0].note == "〔号码〕"
    assert "电话等号码没有保存" in found.problems[0]


def test_who_does_not_come_is_left_out() -> None:
    found = parse("#接龙\n春游\n1. 张三\n2. 李四 不来了\n3. 王五（请假）")
    assert [each.name for each in found.entries] == ["张三"]
    assert found.problems == ("第 2、3 号：写着不来，没有算。",)
    assert found.away == (Entry(2, "李四", 0), Entry(3, "王五", 0))


@pytest.mark.parametrize(
    "words", ["李四（不来了）", "李四不去了", "李四 有事来不了", "李四 +1 不来", "李四❌", "李四，已经取消报名"]
)
def test_whose_name_it_is_that_does_not_come(words: str) -> None:
    assert parse(f"#接龙\n春游\n1. 张三\n2. {words}").away == (Entry(2, "李四", 0),)


@pytest.mark.parametrize("words", ["李四（老婆不来）", "李四 王五不来了", "不来了", "李四、王五 不来"])
def test_who_does_not_come_is_not_guessed(words: str) -> None:
    found = parse(f"#接龙\n春游\n1. 张三\n2. {words}")
    assert found.away == ()
    assert found.problems == ("第 2 号：写着不来，没有算；名单里要是还有他，请到工作台取消。",)


def test_who_is_there_twice_comes() -> None:
    found = parse("#接龙\n春游\n1. 李四 不来了\n2. 李四")
    assert ([each.name for each in found.entries], found.away) == (["李四"], ())


def test_the_same_name_counts_once() -> None:
    found = parse("#接龙\n春游\n1. 张三\n2. 李四\n3. 张三 +1\n4. LINDA\n5. Linda")
    assert [each.name for each in found.entries] == ["张三", "李四", "LINDA"]
    assert found.entries[0].count == 1
    assert found.problems == ("第 3、5 号：和前面的同名，没有算；如果是两个人，请在名字里写清楚。",)


def test_numbers_missing_and_twice() -> None:
    found = parse("#接龙\n春游\n1. 张三\n3. 李四\n3. 王五\n4.\n5. 赵六")
    assert [each.place for each in found.entries] == [1, 3, 3, 5]
    assert found.problems == ("缺少序号 2，请核对有没有漏贴。", "第 3 号：序号用了不止一次，都算。")


def test_lines_without_a_number() -> None:
    found = parse("#接龙\n春游\n1. 张三\n李四\n请大家踊跃报名\n2. 王五")
    assert found.entries == (Entry(1, "张三"), Entry(0, "李四"), Entry(2, "王五"))
    assert found.problems == (
        "第 4 行：没有序号，按名字算，请核对。",
        "第 5 行：没有序号，没有看懂，没有算。",
    )


def test_a_list_without_any_number() -> None:
    found = parse("接龙春游\n张三\n李四 +1\n")
    assert (found.title, found.entries) == ("接龙春游", (Entry(0, "张三"), Entry(0, "李四", 2)))


def test_numbered_rules_are_no_names() -> None:
    found = parse("#接龙\n春游报名\n1. 时间：周六九点\n2. 地点：人民公园南门\n例 张三 1人\n1. 王五\n2. 李四")
    assert [each.name for each in found.entries] == ["王五", "李四"]
    assert found.title == "春游报名"
    assert found.problems == ("前面带序号的 2 行当作说明，没有算。",)


def test_of_several_lists_the_last_counts() -> None:
    found = parse("#接龙\n春游\n1. 张三\n\n李四：#接龙\n春游\n1. 张三\n2. 李四")
    assert [each.name for each in found.entries] == ["张三", "李四"]
    assert found.problems == ("文字里有 2 个接龙，只看了最后一个。",)


def test_days_and_times_are_no_numbers_of_the_list() -> None:
    found = parse("#接龙\n12月8日春游\n1.5米以下免票\n12 月 8 日 9:30 集合\n1. 张三\n")
    assert (found.title, found.entries, found.problems) == ("12月8日春游", (Entry(1, "张三"),), ())


@pytest.mark.parametrize("words", ["🌸🌸", "？？", "…", "123", "-", "（素食）", "a" * 31])
def test_no_name_is_told(words: str) -> None:
    assert parse(f"#接龙\n春游\n1. {words}").entries == ()
    assert "第 1 号：没有看出名字" in flaws(f"#接龙\n春游\n1. {words}")


@pytest.mark.parametrize("words", ["张三+100", "张三 带99人", "张三 500人"])
def test_too_many_together_is_told(words: str) -> None:
    assert one(words).count == 1
    assert "按 1 人算" in flaws(f"#接龙\n春游\n1. {words}")


def test_what_is_a_list() -> None:
    assert is_list(GROUP)
    assert is_list("＃接龙 春游\n1. 张三")
    assert not is_list("#接龙\n春游报名")
    assert not is_list("1. 张三\n2. 李四")
    assert not is_list("我想接龙")
    assert not is_list("接龙怎么登记\n我们车间有十个人")
    assert not is_list("怎么看接龙\n1. 先打开微信群里的那个通知\n2. 再往下找到群主发的那一条")
    assert not is_list("")


@pytest.mark.parametrize(
    "text",
    [
        "冬季招聘会接龙\n1. 周一\n2. 吴二",
        "【接龙】冬季招聘会\n1. 周一\n2. 吴二",
        "大家好，冬季招聘会报名接龙：\n1、周一\n2、吴二",
        "#群接龙\n冬季招聘会\n1. 周一\n2. 吴二",
        "#Group Note\n冬季招聘会\n1. 周一\n2. 吴二",
        "王主席: #Group note 冬季招聘会\n1. 周一\n2. 吴二",
        "#接龙 冬季招聘会 1. 周一 2. 吴二",
        "冬季招聘会接龙 1.周一2.吴二",
        "接龙\n周一\n吴二",
        "冬季招聘会接龙\n周一\n吴二",
    ],
)
def test_lists_in_other_clothes(text: str) -> None:
    assert is_list(text)
    assert [each.name for each in parse(text).entries] == ["周一", "吴二"]


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("1. 周一\n2. 吴二", True),
        ("冬季招聘会\n1、周一\n2、吴二", True),
        ("1. 周一 2. 吴二", True),
        ("1. 周一", False),
        ("1. 年假怎么算\n2. 能补钱吗", False),
        ("请问\n1. 周一\n2. 吴二\n能来吗", False),
        ("你好", False),
    ],
)
def test_names_that_do_not_say_that_they_are_a_list(text: str, bare: bool) -> None:
    assert is_bare_list(text) == bare


def test_at_most_five_hundred_names() -> None:
    names = [
        f"{surname}{given}{more}"
        for surname in "赵钱孙李周吴"
        for given in "甲乙丙丁戊己庚辛壬癸"
        for more in "子丑寅卯辰巳午未申"
    ]
    found = parse("#接龙\n" + "\n".join(f"{place}. {name}" for place, name in enumerate(names, 1)))
    assert len(found.entries) == jielong.MOST_ENTRIES
    assert found.problems[-1].startswith("第 501、502、")
    assert found.problems[-1].endswith("等 40 处 号：一次最多 500 人，没有算。")


def test_what_is_too_long_is_cut_at_a_line_and_told() -> None:
    found = parse("#接龙\n春游\n1. 张三\n2. " + "说" * 9000)
    assert [each.name for each in found.entries] == ["张三"]
    assert found.problems[0].startswith("文字太长")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00\x00",
        "\ud800",
        "#接龙" * 7000,
        "#接龙\n" + "1.\n" * 6000,
        "#接龙\n1. " + "（" * 20000,
        "#接龙\n1. " + "带" * 20000,
        "#接龙\n" + "1. 张三 +1+1+1+1\n" * 1500,
        "#接龙\n9999. 张三",
        "#接龙\n1. " + "1 " * 10000,
        "#接龙\n" + "：" * 6000,
        '#接龙\n1. =HYPERLINK("http://x")\n2. <script>alert(1)</script>',
        "﷽" * 6000,
    ],
    ids=range(13),
)
def test_hostile_text_is_read_quickly(text: str) -> None:
    began = time.process_time()
    found = parse(text)
    assert time.process_time() - began < 1
    assert len(found.problems) <= 12 and all(len(each) < 200 for each in found.problems)
    assert all(0 < len(each.name) <= 30 and len(each.note) <= 60 and 1 <= each.count <= 20 for each in found.entries)


NAMES = st.from_regex(r"[王李张刘陈赵周吴][\u4e00-\u4eff]{1,2}", fullmatch=True)
NOTES = st.sampled_from(["", "素食", "工程部", "带2个孩子", "2大1小", "带3人来", "一家三口", "2份", "晚到 自己开车"])
ENTRIES = st.lists(
    st.builds(Entry, st.just(0), NAMES, st.integers(1, 20), NOTES), max_size=40, unique_by=lambda each: each.name
)
PIECES = st.sampled_from(
    [
        *(
            "#接龙",
            "＃",
            "接龙",
            "\n",
            "1.",
            "2、",
            "3）",
            "①",
            "6️⃣",
            "12",
            "１",
            "．",
            "例",
            "(",
            "（",
            "）",
            "【",
            "+",
            "＋1",
        ),
        *(
            "张三",
            "李四",
            "王五",
            "欧阳",
            "Li",
            "Ming",
            "🌸",
            "带",
            "2人",
            "孩子",
            "x3",
            "一家三口",
            "2大1小",
            "带1人",
            "和",
        ),
        *(":", "：", "、", "/", "-", "·", "13800138000", "素食", "工程部", "不来"),
    ]
)
ANY = st.lists(PIECES | st.text(max_size=3) | st.just("\n") | st.just(" "), max_size=40).map("".join)


@given(st.from_regex(r"[春夏秋冬][\u4e00-\u4eff]{0,20}", fullmatch=True), ENTRIES)
def test_a_list_comes_back_as_it_was(title: str, entries: list[Entry]) -> None:
    numbered = tuple(Entry(place, each.name, each.count, each.note) for place, each in enumerate(entries, 1))
    assert parse(render(Parsed(title, numbered))) == Parsed(title, numbered)


@given(ANY)
def test_whatever_is_pasted_what_was_understood_is_stable(text: str) -> None:
    found = parse(text)
    again = parse(render(found))
    assert [(each.name, each.count, each.note) for each in again.entries] == [
        (each.name, each.count, each.note) for each in found.entries
    ]
    assert again.title == found.title
