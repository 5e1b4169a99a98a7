"""YAML of many entries, with the line of every mistake. Aliases are refused: a few bytes of them can fill a machine."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.representer import SafeRepresenter

from bot.content import FaqEntry
from bot.exchange.problems import BadFile, RowError, Where
from bot.exchange.rows import Found
from bot.exchange.workbook import MAX_ROWS
from bot.services.entries import BadEntry, name_of, validated

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 16
_HEAD = "# 问答。怎么填写见 docs/knowledge.md，用 faq import 读回。\n"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _AsPeopleWrite(SafeRepresenter):
    """Text of several lines as a block; what is said twice is written twice."""

    def represent_scalar(self, tag: str, value: Any, style: str | None = None) -> ScalarNode:
        """A scalar; see yaml.representer."""
        return super().represent_scalar(tag, value, "|" if isinstance(value, str) and "\n" in value else style)

    def ignore_aliases(self, data: Any) -> bool:
        """Never an alias."""
        return True


_Dumper: Any = type("_Dumper", (_AsPeopleWrite, getattr(yaml, "CSafeDumper", yaml.SafeDumper)), {})


def write(entries: Sequence[Mapping[str, Any]]) -> bytes:
    """Entries as a YAML file."""
    text = yaml.dump({"entries": list(entries)}, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
    return (_HEAD + text).encode()


def read(data: bytes, file: str) -> list[Found]:
    """The entries of a YAML file. Takes any bytes. Raises BadFile with every mistake."""
    errors: list[RowError] = []
    found: list[Found] = []
    loader, items = _items(data, file)
    for node in items:
        where = Where(file, row=_line(node))
        try:
            found.append(Found(where, _entry(loader, node, file)))
        except BadFile as bad:
            errors += bad.errors
    if errors:
        raise BadFile(errors)
    return found


def _items(data: bytes, file: str) -> tuple[Any, list[Node]]:
    """The nodes of the entries, not looked at yet."""
    if len(data) > MAX_BYTES:
        raise _whole(file, f"文件超过{MAX_BYTES // 2**20}MB，请分成几个文件。")
    try:
        text = data.decode("utf-8-sig")
        _check_shape(text, file)
        loader = _Loader(text)
        root = loader.get_single_node()
    except UnicodeDecodeError:
        raise _whole(file, "不是UTF-8编码的文字。") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise _whole(file, "YAML写法有误。", mark.line + 1 if mark else 0) from None
    except yaml.YAMLError:
        raise _whole(file, "有YAML不允许的字符。") from None
    return loader, _listed(root, file)


def _whole(file: str, reason: str, line: int = 0) -> BadFile:
    return BadFile([RowError(Where(file, row=line), "", reason)])


def _check_shape(text: str, file: str) -> None:
    """Looks at the stream before anything is built from it."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise _whole(file, "不能用别名（*名称），请写全。", _line(event))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _whole(file, "层次太深。", _line(event))


def _listed(root: Node | None, file: str) -> list[Node]:
    names = [key.value for key, _ in root.value] if isinstance(root, MappingNode) else []
    if names != ["entries"] or not isinstance(root, MappingNode) or not isinstance(root.value[0][1], SequenceNode):
        raise _whole(file, "最外层要写“entries:”，下面是一条一条的内容。")
    items: list[Node] = root.value[0][1].value
    if len(items) > MAX_ROWS:
        raise _whole(file, f"超过{MAX_ROWS}条，请分成几个文件。")
    return items


def _line(place: Node | yaml.Event) -> int:
    return place.start_mark.line + 1 if place.start_mark else 0


def _entry(loader: Any, node: Node, file: str) -> FaqEntry:
    where = Where(file, row=_line(node))
    if not isinstance(node, MappingNode):
        raise BadFile([RowError(where, "", "每一条都要写成几行“名称: 内容”。")])
    errors = list(_twice(node, file))
    data: dict[str, Any] = {}
    for key, value in node.value:
        try:
            data[str(key.value)] = loader.construct_document(value)
        except (yaml.YAMLError, ValueError, TypeError):
            errors.append(RowError(Where(file, row=_line(key)), _name(key), "内容不认识，请检查引号和日期"))
    if errors:
        raise BadFile(errors)
    try:
        return validated(data)
    except BadEntry as bad:
        lines = {_name(key): _line(key) for key, _ in node.value}
        raise BadFile(RowError(_nearest(lines, where, name), name, why) for name, why in bad.problems) from None


def _name(key: Node) -> str:
    return name_of(str(key.value))


def _twice(node: MappingNode, file: str) -> Iterator[RowError]:
    """Names that stand twice in an entry: YAML itself would quietly take the last one."""
    seen: set[str] = set()
    for key, _ in node.value:
        name = _name(key)
        if name in seen:
            yield RowError(Where(file, row=_line(key)), name, "写了两次")
        seen.add(name)


def _nearest(lines: Mapping[str, int], where: Where, column: str) -> Where:
    """Where the column stands in the file; the entry's own line when it is missing."""
    found = [line for name, line in lines.items() if column.startswith(name)]
    return Where(where.file, row=max(found, default=where.row))
