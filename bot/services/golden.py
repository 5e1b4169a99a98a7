"""Golden questions: what the knowledge base must go on answering. Run whenever it changes.

A question is *found* when its entry is the answer or one of the suggestions. A change breaks it when it was found
before and is not any more, or is now answered with something wrong that was not answered so before; a question that is
none of ours when it is answered now and was not before. Questions whose entries are all unpublished after the change
are set apart: no search could answer them, and a wrong answer must be taken back whoever asks for it.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.content import GoldenFile, GoldenQuestion
from bot.search import Decision, Hit, Index, Result


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the entries any of which would be right; without any it is none of ours (`kind`: far or near)."""

    ask: str
    expect: frozenset[str] = frozenset()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Golden:
    """The set. Each pair looks alike and must go two ways. `floors` are the shares that `faq check` demands.

    `unseen` are questions that nobody learns from: they tell how well the base does with what it was not made for.
    """

    questions: tuple[Question, ...] = ()
    pairs: tuple[tuple[Question, Question], ...] = ()
    floors: Mapping[str, float] = field(default_factory=dict)
    unseen: tuple[Question, ...] = ()

    def every(self) -> Iterator[Question]:
        """Every question, those of the pairs too."""
        yield from self.questions
        yield from self.unseen
        for pair in self.pairs:
            yield from pair


@dataclass(frozen=True, slots=True)
class Broken:
    """A golden question that a change would break. `now` says in Chinese what would be said instead."""

    ask: str
    expect: tuple[str, ...]
    now: str


def of_files(files: GoldenFile) -> Golden:
    """The set as `bot.content.read_golden` gives it."""
    mine = tuple(map(_of, files.questions))
    strangers = tuple(Question(each.ask, kind=each.kind) for each in files.out_of_scope)
    pairs = tuple((_of(each.one), _of(each.other)) for each in files.near_misses)
    return Golden(mine + strangers, pairs, files.floors, tuple(map(_of, files.unseen)))


def _of(question: GoldenQuestion) -> Question:
    expect = [question.expect] if isinstance(question.expect, str) else question.expect
    return Question(question.ask, frozenset(expect))


def found(question: Question, result: Result) -> bool:
    """Whether the right entry is the answer or among the suggestions; declining is right for what is none of ours."""
    if not question.expect:
        return result.decision is not Decision.ANSWER
    return any(hit.id in question.expect for hit in _said(result))


def wrong(question: Question, result: Result) -> bool:
    """Whether it is answered outright with something else."""
    return result.decision is Decision.ANSWER and result.hits[0].id not in question.expect


def apart(golden: Golden, before: Container[str], after: Container[str]) -> list[Question]:
    """The questions that a change from these published entries to those leaves without any entry that may answer."""
    return [each for each in golden.every() if _answerable(each, before) and not _answerable(each, after)]


def _answerable(question: Question, published: Container[str]) -> bool:
    return any(each in published for each in question.expect)


def broken(golden: Golden, before: Index, after: Index) -> list[Broken]:
    """What a change of the base breaks, without what it sets apart."""
    return [each for question in golden.every() if (each := _broken(question, before, after)) is not None]


def _broken(question: Question, before: Index, after: Index) -> Broken | None:
    if question.expect and not _answerable(question, after):
        return None
    now = after.ask(question.ask)
    if found(question, now) and not wrong(question, now):
        return None
    then = before.ask(question.ask)
    lost = found(question, then) and not found(question, now)
    spoiled = wrong(question, now) and not wrong(question, then)
    return Broken(question.ask, tuple(sorted(question.expect)), _words(now)) if lost or spoiled else None


def _words(result: Result) -> str:
    if not result.hits:
        return "答不上来"
    how = "直接回答" if result.decision is Decision.ANSWER else "给出选项"
    return f"{how}：{'、'.join(hit.question for hit in _said(result))}"


def _said(result: Result) -> Sequence[Hit]:
    return result.hits[:1] if result.decision is Decision.ANSWER else result.hits
