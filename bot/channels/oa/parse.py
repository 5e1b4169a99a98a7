"""The platform's XML as flat fields: strict, bounded, without DTD or entities. Text only; meaning is for `events`."""

from dataclasses import dataclass, field
from typing import Final, NoReturn
from xml.parsers import expat

from bot.contract import BadRequest

MAX_BYTES: Final = 65_536
MAX_DEPTH: Final = 8
MAX_ELEMENTS: Final = 512
_OTHER_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
# Two of these would let two readers of the same push see different things.
_ONCE: Final = frozenset(
    {"ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "MsgID", "Event", "EventKey", "Content", "Encrypt"}
)


@dataclass(slots=True)
class Fields:
    """`flat`: the leaves right under the root. `groups`: path of a nested element -> the leaves of each occurrence."""

    flat: dict[str, str] = field(default_factory=dict)
    groups: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """A leaf under the root without surrounding white space; empty when it is missing."""
        return self.flat.get(name, "").strip()

    def rows(self, path: str) -> list[dict[str, str]]:
        """All occurrences of a nested element; one and many look the same."""
        return self.groups.get(path, [])


class _Reader:
    """Handlers of one parse. `leaves` has one dict per open element that is known to have children."""

    __slots__ = ("count", "fields", "leaf", "leaves", "names", "text")

    def __init__(self) -> None:
        self.fields = Fields()
        self.names: list[str] = []
        self.leaves: list[dict[str, str]] = []
        self.text: list[str] = []
        self.leaf = False
        self.count = 0

    def start(self, name: str, _attributes: object) -> None:
        self.count += 1
        if len(self.names) >= MAX_DEPTH or self.count > MAX_ELEMENTS:
            raise BadRequest("too deep or too many elements")
        if self.leaf or not self.names:
            self._open_group(name)
        self.names.append(name)
        self.text.clear()
        self.leaf = len(self.names) > 1

    def _open_group(self, name: str) -> None:
        if not self.names:
            if name != "xml":
                raise BadRequest("root is not xml")
            self.leaves.append(self.fields.flat)
            return
        row: dict[str, str] = {}
        self.fields.groups.setdefault(".".join(self.names[1:]), []).append(row)
        self.leaves.append(row)

    def end(self, name: str) -> None:
        self.names.pop()
        if not self.leaf:
            self.leaves.pop()
            return
        self.leaf = False
        row = self.leaves[-1]
        if name not in row:
            row[name] = "".join(self.text)
        elif name in _ONCE:
            raise BadRequest("repeated field")


def _refuse(*_: object) -> NoReturn:
    raise BadRequest("document type declaration")


def parse(body: bytes) -> Fields:
    """Fields of one push. The encoding is UTF-8 whatever the body declares. Raises BadRequest, and nothing else."""
    if len(body) > MAX_BYTES:
        raise BadRequest("too large", 413)
    if body.startswith(_OTHER_BOMS):  # expat believes these more than the encoding it is told
        raise BadRequest("not UTF-8")
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text.append
    try:
        parser.Parse(body, True)
    except expat.ExpatError:
        raise BadRequest("not well-formed XML") from None
    return reader.fields
