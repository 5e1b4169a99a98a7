"""Numbers in a cadre's own words: 新增会员12人，慰问3户. Pure; what is not certain is refused or asked, never guessed.

A clause is read as a whole or not at all: names with their numbers (入会12 转入3人), or one number with its unit before
one name (3人转入). Every word in it must be known. A month that is named picks among what is wanted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bot import duty_texts as texts
from bot.forms.fold import fold, width
from bot.forms.model import FieldError
from bot.services.duty_amounts import ABOUT, GROUPED, HAN, is_number, item, value
from bot.services.duty_clauses import STUCK, Clause, clauses, sways
from bot.services.duty_labels import START, WORDS, Match, Wanted, fits, match, names

LONGEST = 300
_NONE = re.compile(r"(?:没有|没|无)(?P<after>.+)|(?P<before>.+?)(?:没有|为零|是零|无)")
_OPENS = re.compile(r"^(?:有|共有?|一共|总共|合计)\s*")
_INSTEAD = re.compile(r"(?:是|为|即|有|共|改[为成]?|应该?[是为]?|实际|现在?|修改)*")
_TAIL = re.compile(
    r"(?:整|的?(?:困难)?(?:职工)?(?:家庭)?|的?新?会员)?\s*(?:谢谢|辛苦了?|完毕|报告完毕|请查收|请审核|已核对)?"
)
_ODD = re.compile(r"[^\w\s:=“”\"'‘’《》./·%+\-−—–]")  # >12, ~12, (预计), and what is stuck together
_DASH = re.compile(r"[-−—–+]")
_PART_OF = re.compile(r"其中|包括|包含|含|分别")
_CHANGE = r"(?:没有?|无|未发生)(?:任何)?(?:会员)?(?:变动|变化|增减|异动)(?:情况)?|报零|零报告"
NO_CHANGE = re.compile(rf"(?:本月|这个?月|上个?月|\d{{1,2}}月份?)?\s*(?:{_CHANGE})")
LIKELY = re.compile(rf"\d|[{HAN}]\s*(?:{'|'.join(map(re.escape, WORDS))})|(?:没有|无)\w{{2}}|[零〇]")


@dataclass(slots=True)
class Reading:
    """What a message says: numbers in hundredths by what they are of, and what could not be taken, with the reason.

    `doubtful`: words that fit several. `unknown`: what nobody asked for. `labels` counts the known names in it;
    without any it is no report.
    """

    given: dict[Wanted, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    doubtful: dict[str, tuple[Wanted, ...]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    @property
    def labels(self) -> int:
        """How many known things are named."""
        return len(self.given) + len(self.refused) + len(self.doubtful)


class _Unsure(Exception):
    """A clause that names something wanted and cannot be taken; the words say why."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """A name with its number; None: the words say that there is none."""

    said: str
    ones: tuple[Wanted, ...]
    number: re.Match[str] | None


def value_of(text: str, unit: str, signed: bool = False) -> Decimal:
    """One number in a unit, as the answer to the question for it. Raises FieldError with the words for it."""
    plain = GROUPED.sub(lambda found: found[0].replace(",", ""), width(text)).rstrip("。.! ")
    if fold(plain) in ("没有", "无", "没", "没有变动", "无变动"):
        return Decimal(0)
    found = item((unit,)).fullmatch(plain) if _usual(text) else None
    if found is None:
        raise FieldError(texts.NUMBER_UNCLEAR.format(unit=unit))
    return value(found, unit, signed)


def _usual(text: str) -> bool:
    """No signs that turn into other digits: ², ①."""
    return all(each.isascii() or "０" <= each <= "９" or not each.isdigit() for each in text)


def read(text: str, wanted: Sequence[Wanted], period: str = "", choice: int | None = None) -> Reading:
    """Take a message apart. Nothing is taken from a message that names nothing wanted.

    `period`: the month in which it is said. `choice`: the duty that is meant where a name fits several.
    """
    reader = _Reader(wanted, choice)
    reader.all(clauses(text[:LONGEST], period))
    found = reader.found
    if found.labels and len(text) > LONGEST:
        return Reading(refused=[texts.NUMBER_LONG])
    if (found.given or found.doubtful) and sways(reader.idle):
        return Reading(refused=[*found.refused, texts.NUMBER_SWAYED.format(said=text.strip()[:40])])
    if found.labels:
        found.refused += [texts.NUMBER_UNCLEAR_OF.format(said=each) for each in reader.loose]
    return found


class _Reader:
    """Reads the clauses of one message one after the other. `loose`: numbers without a name; `idle`: what gave none."""

    def __init__(self, wanted: Sequence[Wanted], choice: int | None) -> None:
        self.found = Reading()
        self.loose: list[str] = []
        self.idle: list[Clause] = []
        self._wanted, self._choice = wanted, choice
        self._item = item(tuple({each.unit for each in wanted}))
        self._twice: set[Wanted] = set()
        self._last: list[Wanted] = []

    def all(self, parts: Sequence[Clause]) -> None:
        """Every clause. Names alone (入会、转入3人) and what is part of a number make the next ones unsure."""
        within = alone = False
        for clause in parts:
            unsure = not clause.first and (within or alone)
            within = within and not clause.first
            alone = not self._numbers(clause.text) and bool(names(clause.text, self._wanted))
            taken = self._clause(clause, unsure)
            within = within or (bool(_PART_OF.match(clause.said)) and not taken)

    def _numbers(self, text: str) -> list[re.Match[str]]:
        return [each for each in self._item.finditer(text) if is_number(each, text)]

    def _clause(self, clause: Clause, unsure: bool) -> bool:
        """One clause; whether anything in it was understood."""
        try:
            pairs = self._pairs(clause)
            if unsure and pairs:
                raise _Unsure(texts.NUMBER_UNCLEAR_OF.format(said=clause.said[:40]))
        except _Unsure as reason:
            self.found.refused.append(str(reason))
            pairs = []
        self._last = [one for each in pairs for one in self._take(each, clause)]
        if not pairs:
            self.idle.append(clause)
        return bool(pairs)

    def _pairs(self, clause: Clause) -> list[_Pair]:
        """Names with their numbers, when every word of the clause is known. Raises _Unsure."""
        text = clause.text
        numbers = self._numbers(text)
        if _ODD.search(text):
            return self._unread(clause, any(fold(each.label) in fold(text) for each in self._wanted))
        if not numbers:
            return self._nothing([text]) or self._nothing(text.split())
        opened = _OPENS.sub("", START.sub("", text[: numbers[0].start()].strip())).strip()
        if len(numbers) == 1 and not opened:
            return self._number_first(clause, numbers[0])
        return self._names_first(clause, numbers)

    def _number_first(self, clause: Clause, number: re.Match[str]) -> list[_Pair]:
        """12人入会: one number with its unit, one name behind it, nothing else."""
        behind = clause.text[number.end() :].strip()
        ones = tuple(
            each for each in names(behind.removesuffix("了"), self._wanted) if fits(number["unit"] or "", each.unit)
        )
        if ones and number["unit"] and behind[0] not in ":=":
            return [_Pair(clause.said, ones, number)]
        if _TAIL.fullmatch(behind) and not names(behind, self._wanted):
            return self._loose(clause, number)
        found = match(behind, "", self._wanted)
        return self._unread(clause, bool(found.sure or found.near), found)

    def _names_first(self, clause: Clause, numbers: Sequence[re.Match[str]]) -> list[_Pair]:
        text, at, pairs, found = clause.text, 0, list[_Pair](), list[Match]()
        for number in numbers:
            zeros, name = self._peeled(text[at : number.start()])
            if (zeros and not name) or _DASH.search(name):  # 没有退会3人, 入会—共3人
                return self._unread(clause, True)
            found.append(match(name, number["unit"] or "", self._wanted))
            if not found[-1].sure and len(numbers) == 1 and _INSTEAD.fullmatch(fold(name)):
                return self._loose(clause, number)
            pairs += [*zeros, _Pair(f"{name}{number[0].strip()}", found[-1].sure, number)]
            at = number.end()
        zeros, tail = self._peeled(text[at:])
        behind = match(tail, "", self._wanted)
        if all(each.sure for each in found) and _TAIL.fullmatch(tail) and not behind.sure:
            return pairs + zeros
        known = [each for each in (*found, behind) if each.sure or each.near]
        near = next((each for each in known if each.near), Match())
        return self._unread(clause, bool(known), near)

    def _peeled(self, words: str) -> tuple[list[_Pair], str]:
        """What is said to be nothing at the beginning (转出没有 退会), and the words after it."""
        parts, zeros = words.split(), list[_Pair]()
        while parts and (first := self._nothing(parts[:1])):
            zeros += first
            parts = parts[1:]
        return zeros, " ".join(parts)

    def _nothing(self, parts: Sequence[str]) -> list[_Pair]:
        """没有退会, 转出无: zero, where a whole part says so of a name."""
        pairs: list[_Pair] = []
        for part in parts:
            said = _NONE.fullmatch(START.sub("", part))
            name = fold(said["after"] or said["before"]) if said else ""
            ones = tuple(each for each in self._wanted if name and fold(each.label) == name)
            pairs += [_Pair(part, ones, None)] if ones else []
        return pairs

    def _loose(self, clause: Clause, number: re.Match[str]) -> list[_Pair]:
        """A number without a name; after one in the same unit it may be the right one (入会12人，不，13人)."""
        self.loose.append(clause.said[:40])
        for each in self._last:
            if self.found.given and (not number["unit"] or fits(number["unit"], each.unit)):
                self._twice.add(each)
                self.found.given.pop(each, None)
                self.found.refused.append(texts.NUMBER_TWICE.format(label=each.label))
        return []

    def _unread(self, clause: Clause, known: bool, found: Match | None = None) -> list[_Pair]:
        """Nothing is taken from a clause; told with the reason where it names something wanted. Raises _Unsure."""
        said = clause.said[:40].replace(STUCK, "")
        if not known:
            like = any(fold(each.label) in fold(said) for each in self._wanted)
            (self.loose if like else self.found.unknown).append(said)
            return []
        labels = {each.label: each.unit for each in found.near} if found else {}
        if re.search(ABOUT, said) or "预计" in said:
            raise _Unsure(texts.NUMBER_ABOUT.format(said=said))
        for label, unit in list(labels.items())[:1]:
            raise _Unsure(texts.NUMBER_NEAR.format(said=said, labels="”还是“".join(labels), label=label, unit=unit))
        raise _Unsure(texts.NUMBER_UNCLEAR_OF.format(said=said))

    def _take(self, pair: _Pair, clause: Clause) -> list[Wanted]:
        """One number; what it was kept for."""
        ones = [each for each in pair.ones if clause.month.has(each.period)]
        if not ones:
            month = f"{clause.month.month}月" if clause.month.month else "那个月"
            words = texts.NUMBER_MONTH.format(month=month, said=clause.said[:40])
            self.found.refused.append(words)
            return []
        if len(ones) > 1 and self._choice is not None:
            ones = [each for each in ones if each.number == self._choice] or ones
        if len(ones) > 1:
            self.found.doubtful[pair.said] = tuple(ones)
            return []
        return self._keep(ones[0], pair.number)

    def _keep(self, one: Wanted, number: re.Match[str] | None) -> list[Wanted]:
        try:
            hundredths = int(value(number, one.unit, one.signed) * 100) if number else 0
        except FieldError as error:
            self.found.refused.append(error.words)
            return []
        if one in self._twice or self.found.given.setdefault(one, hundredths) != hundredths:
            self.found.given.pop(one, None)
            self.found.refused += [] if one in self._twice else [texts.NUMBER_TWICE.format(label=one.label)]
            self._twice.add(one)
            return []
        return [one]
