"""Fields with few answers: yes or no, one of several."""

import re
from dataclasses import dataclass
from datetime import date

from bot.forms import texts
from bot.forms.fold import fold, width, words
from bot.forms.model import Field, FieldError
from bot.forms.numerals import whole
from bot.forms.values import Value

_YES = words(
    "是 是的 是啊 对 对的 对啊 好 好的 好啊 可以 可以的 同意 愿意 行 行的 嗯 嗯嗯 有 有的 要 需要 没问题 "
    "当然 当然可以 确认 确定 yes y ok okay true"
)
_NO = words(
    "否 不 不是 不是的 不对 不好 不可以 不可以的 不行 不同意 不愿意 不想 没 没有 没有的 无 不要 不用 不需要 no n false"
)
_ITEM = re.compile(r"^(?:选|我选|选择)?第?\s*(\d{1,3}|[一二两三四五六七八九十]{1,3})\s*(?:个|项|条|种|号)?\s*(.*)$")


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice: what is kept, what is shown (default: the same), other words for it."""

    value: str
    label: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What people read."""
        return self.label or self.value


# 带不带, 要不要, 需要不需要, 有没有: what people say back is the verb
_VERB = re.compile(r"([\u4e00-\u9fff]{1,2})([不没])\1")


def yes_no(yes: str = texts.YES, no: str = texts.NO, asked: str = "") -> Field:
    """True or False, from the usual words, 1/2 or the two labels. `asked`: the question, 带不带 takes 不带."""
    verb = _VERB.search(asked)
    echo = {verb[1]: True, f"{verb[2]}{verb[1]}": False} if verb else {}
    said = (
        dict.fromkeys(_YES, True)
        | dict.fromkeys(_NO, False)
        | {"1": True, "2": False, fold(yes): True, fold(no): False}
        | echo
    )

    def parse(text: str, today: date) -> bool:
        answer = said.get(fold(text).rstrip("的啊呀哦了吧呢"), said.get(fold(text)))
        if answer is None:
            raise FieldError(texts.YES_NO_HINT.format(yes=yes, no=no))
        return answer

    def show(value: Value) -> str:
        return yes if value else no

    hint = texts.YES_NO_HINT.format(yes=yes, no=no)
    return Field(parse, (bool,), show, show, hint, expects=(yes, no), claims=frozenset(said))


def choice(*options: str | Option) -> Field:
    """One of the options; the value is the text, or the Option's `value`.

    Taken by its whole name, value or alias, by number (1, ①, 第一个), by the beginning if only one has it. Raises
    ValueError for options that cannot be told apart.
    """
    menu = _Menu(tuple(each if isinstance(each, Option) else Option(each) for each in options))

    def show(value: Value) -> str:
        return menu.names.get(str(value), str(value))

    labels = tuple(each.name for each in menu.options)
    return Field(
        lambda text, today: menu.find(text),
        write=show,
        show=show,
        hint=texts.CHOICE_HINT.format(options=texts.some(labels)),
        expects=labels,
        claims=frozenset(menu.exact),
    )


class _Menu:
    """The options, ready to be looked up. Exact names go before values and aliases of others."""

    def __init__(self, options: tuple[Option, ...]) -> None:
        self.options = options
        self.names = {each.value: each.name for each in options}
        folded = [fold(each.name) for each in options]
        if not options or "" in folded or len(set(folded)) < len(options) or len(self.names) < len(options):
            raise ValueError("options must be present and differ")
        self.exact = {fold(word): each.value for each in options for word in (*each.aliases, each.value) if fold(word)}
        self.exact |= {word: each.value for word, each in zip(folded, options, strict=True)}

    def find(self, text: str) -> str:
        """The value meant. Raises FieldError when none or several are."""
        said = fold(text)
        if said in self.exact:
            return self.exact[said]
        starting = {value for word, value in self.exact.items() if said and word.startswith(said)}
        numbered = self._numbered(width(text).strip(".。、,)!"))
        if said.isdigit() and numbered:
            return numbered
        found = starting | ({numbered} if numbered else set())
        if len(found) != 1:
            raise FieldError(texts.CHOICE_SEVERAL if found else texts.CHOICE_NONE)
        return found.pop()

    def _numbered(self, text: str) -> str | None:
        """第一个, ①, or a number with the name it stands for behind it."""
        match = _ITEM.match(text)
        place = whole(match[1]) if match else None
        if match is None or place is None or not 1 <= place <= len(self.options):
            return None
        option = self.options[place - 1]
        return option.value if fold(match[2]) in ("", fold(option.name)) else None
