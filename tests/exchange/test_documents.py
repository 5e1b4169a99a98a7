"""YAML as people write it: mistakes with their line, and nothing that grows when it is read."""

import pytest

from bot.exchange import documents
from bot.exchange.problems import BadFile
from tests.exchange.kit import entry, refused

GOOD = documents.write([entry()]).decode()
LINES = GOOD.splitlines()


def line_of(text: str) -> int:
    """Number of the line that holds a text."""
    return next(number for number, line in enumerate(LINES, 1) if text in line)


def said(text: str) -> list[str]:
    return refused(documents.read, text.encode("utf-8", "surrogatepass"), "a.yaml")


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("question: 年休假有几天？", "question: 年", "question", "标准问法: 至少写2个字"),
        ("question: 年休假有几天？", "question: [年休假]", "question", "标准问法: 要写成文字"),
        ("question: 年休假有几天？", 'question: "a\\nb"', "question", "标准问法: 要写在一行里，不能换行"),
        ("question: 年休假有几天？", 'question: "a\\x01b"', "question", "标准问法: 有看不见的控制字符，请删掉重新输入"),
        ("scope: national", "scope: everywhere", "scope", "适用范围: 只能是'national'或'local'"),
        ("as_of: 2026-04-19", "as_of: 2026-02-30", "as_of", "核对日期: 内容不认识，请检查引号和日期"),
        ("as_of: 2026-04-19", "as_of: soon", "as_of", "核对日期: 日期要写成2026-11-26这样"),
        ("hand_over: false", "hand_over: perhaps", "hand_over", "转人工: 只能是true（是）或false（否）"),
        ("hand_over: false", "colour: red", "hand_over", "colour: 没有这一项"),
        ("hand_over: false", '"\\x1b[31m": red', "hand_over", " [31m: 没有这一项"),
        ("hand_over: false", "scope: local", "hand_over", "适用范围: 写了两次"),
        ("hand_over: false", "hand_over: !!python/name:os.system", "hand_over", "转人工: 内容不认识，请检查引号和日期"),
        ("  - 年假几天", "  - " + "年" * 201, "phrasings:", "其他问法第1项: 最多写200个字"),
        ("- id: lv-annual", "- id: 年假", "- id:", "编号: 只能用小写英文字母、数字和连字符"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(old: str, new: str, line: str, reason: str) -> None:
    assert old in GOOD
    assert said(GOOD.replace(old, new)) == [f"a.yaml:第{line_of(line)}行 {reason}"]


def test_what_is_missing_is_named_at_the_entry() -> None:
    text = "\n".join(each for each in LINES if "category" not in each)
    assert said(text) == ["a.yaml:第3行 分类: 没有填写"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "a.yaml: 最外层要写"),
        ("entries: 5", "a.yaml: 最外层要写"),
        ("- id: a", "a.yaml: 最外层要写"),
        ("entries: []\nother: []", "a.yaml: 最外层要写"),
        ("entries: [a]", "a.yaml:第1行: 每一条都要写成"),
        ("entries:\n- id: [", "a.yaml:第3行: YAML写法有误。"),
        ("entries: [\n  'a", "a.yaml:第2行: YAML写法有误。"),
        ("entries: []\n---\nentries: []", "a.yaml:第2行: YAML写法有误。"),
        ("entries: \x01", "a.yaml: 有YAML不允许的字符。"),
        ("\ud800", "a.yaml: 不是UTF-8编码的文字。"),
        ("[" * 100_000, "a.yaml:第1行: 层次太深。"),
        ("a: &a [x]\nentries: [*a]", "a.yaml:第2行: 不能用别名"),
    ],
)
def test_what_is_no_list_of_entries(text: str, reason: str) -> None:
    (found,) = said(text)
    assert found.startswith(reason)


def test_a_billion_laughs_are_not_laughed() -> None:
    lines = ["a0: &a0 [ha]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))]
    assert said("\n".join(lines)) == ["a.yaml:第2行: 不能用别名（*名称），请写全。"]


def test_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said("#" * (documents.MAX_BYTES + 1)) == ["a.yaml: 文件超过32MB，请分成几个文件。"]
    monkeypatch.setattr(documents, "MAX_ROWS", 1)
    assert said("entries: [{}, {}]") == ["a.yaml: 超过1条，请分成几个文件。"]


def test_a_mark_of_byte_order_and_other_line_ends() -> None:
    text = "\ufeff" + GOOD.replace("\n", "\r\n")
    (found,) = documents.read(text.encode(), "a.yaml")
    assert found.entry.model_dump() == entry()


def test_every_mistake_of_every_entry_is_named() -> None:
    with pytest.raises(BadFile) as refusal:
        documents.read(b"entries:\n- {id: A}\n- {id: lv-b, colour: red}\n", "a.yaml")
    lines = [each.where.row for each in refusal.value.errors]
    assert len(lines) > 10 and set(lines) == {2, 3}


def test_long_text_is_written_as_a_block() -> None:
    text = documents.write([entry(answer="第一行写得很清楚。\n\n第二行也一样清楚。")]).decode()
    assert "  answer: |-\n    第一行写得很清楚。\n\n    第二行也一样清楚。\n" in text
