"""The conversation of a form, pure: (form, progress, words, now) -> what to say and the progress to keep."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from bot.forms import asking, commands, paste, path, texts
from bot.forms.commands import Change, Command
from bot.forms.fold import MAX_CHARS, fold, looks_like_question
from bot.forms.model import FieldError, Form, FormChanged, Progress, Question, Step, Value

_NOTHING = frozenset({"无", "没", "没有", "没有了", "暂无", "none", "不知道", "不清楚"})


@dataclass(frozen=True, slots=True)
class _Turn:
    """One message to one open form."""

    form: Form
    progress: Progress
    text: str
    day: date
    is_question: Callable[[str], bool]


def start(form: Form, now: datetime, given: Mapping[str, Value] | None = None) -> Step:
    """Open a form. `given` answers are checked like spoken ones, not asked again, but shown in the summary.

    One that does not pass is asked after all. `now` is aware. Raises ValueError for a naive `now` or a key of `given`
    that the form does not have.
    """
    day, known = path.today(now), dict(given or {})
    unknown = known.keys() - {each.key for each in form.questions}
    if unknown:
        raise ValueError(f"form {form.name} has no questions {sorted(unknown)}")
    at = now.astimezone(UTC)
    opened = Progress(form.name, form.version, form.questions[0].key, at, at, known, given=frozenset(known))
    progress = path.settle(form, path.refit(form, opened, day))
    lead = (texts.START.format(title=form.title),) if progress.position else ()
    return asking.arrived(form, progress, *lead)


def advance(
    form: Form,
    progress: Progress,
    text: str,
    now: datetime,
    is_question: Callable[[str], bool] = looks_like_question,
) -> Step:
    """Take one message. `now` is aware; `is_question` tells whether a text that is no answer asks something.

    Whatever the text and the stored answers are, the result is a Step; only progress of another form raises
    FormChanged, and a naive `now` ValueError. Store `Step.progress` after every turn, forget it where it is None.
    """
    if progress.form != form.name:
        raise FormChanged("another form")
    day = path.today(now)
    if now - progress.updated_at > form.expires:
        return Step("expired", (texts.EXPIRED.format(days=texts.days(form.expires.total_seconds())),))
    seen = path.refit(form, replace(progress, updated_at=now.astimezone(UTC)), day)
    if progress.version != form.version and seen.state != "paused":
        return _outdated(form, seen)
    turn = _Turn(form, seen, text[:MAX_CHARS], day, is_question)
    if seen.state == "paused":
        return _paused(turn)
    if seen.state != "open":
        return _doubted(turn)
    return _open(turn)


def repeat(form: Form, progress: Progress) -> Step:
    """Ask the open question (or show the summary, or the doubt) again; nothing moves."""
    return asking.here(form, progress)


def claims(form: Form, progress: Progress, text: str) -> bool:
    """Whether the text is an answer to the open question whatever else it may mean."""
    question = path.current(form, progress) if progress.state == "open" else None
    return question is not None and fold(text[:MAX_CHARS]) in question.field.claims


def reshaped(form: Form, before: Form, step: Step, now: datetime) -> Step:
    """The same turn where `form` takes the place of `before`, because an answer decides what else is asked.

    Answers that do not fit any more are forgotten. What was said before the question stays, the question is the one
    that is open now.
    """
    if step.progress is None or step.outcome not in ("asking", "confirming"):
        return step
    progress = path.refit(form, step.progress, path.today(now))
    old, new = asking.here(before, step.progress), asking.here(form, progress)
    if new.say == old.say:
        return replace(step, progress=progress)
    lead = step.say[: -len(old.say)] if step.say[-len(old.say) :] == old.say else step.say
    return asking.here(form, progress, *lead)


def _outdated(form: Form, seen: Progress) -> Step:
    count = len(seen.answers)
    words = texts.OUTDATED if count else texts.OUTDATED_NOTHING
    step = asking.here(form, path.settle(form, seen), words.format(title=form.title, count=count))
    return replace(step, outcome="outdated")


def _paused(turn: _Turn) -> Step:
    command = commands.read(turn.text)
    opened = replace(turn.progress, state="open")
    if command is Command.GO_ON:
        return asking.here(turn.form, opened, texts.RESUMED)
    if command in (Command.CANCEL, Command.RESTART) and fold(turn.text) not in ("算了", "算了吧"):
        again = replace(turn, progress=opened)
        return _cancel(again) if command is Command.CANCEL else _doubt_restart(again)
    return Step("passed", progress=turn.progress)


def _doubted(turn: _Turn) -> Step:
    """Give up (or start over), really?"""
    text = _numbered(turn, asking.expected(turn.progress, None), 0)
    command, opened = commands.read(text), replace(turn.progress, state="open")
    restarting = turn.progress.state == "restarting"
    if command in (Command.GO_ON, Command.WRONG, Command.KEEP, Command.BACK) or fold(text) in ("不取消", "不要", "不"):
        return asking.here(turn.form, opened, texts.RESUMED)
    if command is Command.LATER:
        return _pause(turn)
    if command is Command.PERSON:
        return Step("passed", progress=turn.progress)
    if restarting and command in (Command.RESTART, Command.CONFIRM):
        return _restarted(turn)
    if not restarting and commands.is_sure(text):
        return Step("cancelled", (texts.CANCELLED,))
    if turn.is_question(text):
        return Step("question", progress=turn.progress)
    return asking.here(turn.form, turn.progress)


def _open(turn: _Turn) -> Step:
    """A question or the summary is open: commands, then wishes to change, then lists of answers, then the answer."""
    question = path.current(turn.form, turn.progress)
    if question is not None:
        own = question.field.expects
        turn = replace(turn, text=_numbered(turn, asking.expected(turn.progress, question), len(own)))
    claimed = question is not None and fold(turn.text) in question.field.claims
    command = None if claimed else commands.read(turn.text)
    if command is not None:
        step = _command(turn, command)
        if step is not None:
            return step
    if not claimed:
        change = commands.read_change(turn.text, path.items(turn.form, turn.progress))
        if change is not None:
            return _change(turn, change)
        parts = paste.split(turn.form, turn.text, question)
        if parts:
            return _pasted(turn, parts)
    return _at_summary(turn) if question is None else _answer(turn, question)


def _numbered(turn: _Turn, expects: tuple[str, ...], own: int) -> str:
    """Channels without buttons number what can be tapped; numbers behind the field's own answers are ways on."""
    said = turn.text.strip()
    if said.isascii() and said.isdigit() and len(said) < 3 and (own or turn.progress.state != "open"):
        place = int(said)
        return expects[place - 1] if own < place <= len(expects) else turn.text
    return turn.text


def _command(turn: _Turn, command: Command) -> Step | None:
    """What the command does; None where it means nothing here and may be an answer."""
    form, progress = turn.form, turn.progress
    question = path.current(form, progress)
    match command:
        case Command.PERSON:
            return Step("passed", progress=progress)
        case Command.CANCEL:
            return _cancel(turn)
        case Command.RESTART:
            return _doubt_restart(turn)
        case Command.LATER:
            return _pause(turn)
        case Command.BACK:
            return _back(turn)
        case Command.GO_ON:
            return asking.here(form, progress)
        case Command.HELP:
            return asking.helped(form, progress)
        case Command.CHANGE:
            return asking.which(form, progress, texts.WHICH_CHANGE)
        case Command.SKIP if question is not None:
            return _skip(turn, question)
        case Command.KEEP if question is None or question.key in progress.answers or question.key in progress.skipped:
            return asking.arrived(form, path.settle(form, progress))
        case Command.CONFIRM if question is None:
            return asking.done(form, progress)
        case Command.WRONG if question is None:
            return asking.which(form, progress, texts.WHICH_CHANGE)
    return None


def _cancel(turn: _Turn) -> Step:
    """Ask first where something would be lost."""
    if not turn.progress.answers.keys() - turn.progress.given:
        return Step("cancelled", (texts.CANCELLED,))
    return asking.here(turn.form, replace(turn.progress, state="cancelling"))


def _doubt_restart(turn: _Turn) -> Step:
    if not turn.progress.answers.keys() - turn.progress.given:
        return _restarted(turn)
    return asking.here(turn.form, replace(turn.progress, state="restarting"))


def _restarted(turn: _Turn) -> Step:
    """Only what was known before the form began stays."""
    kept = {key: value for key, value in turn.progress.answers.items() if key in turn.progress.given}
    fresh = replace(turn.progress, answers=kept, skipped=frozenset(), attempts={})
    return asking.arrived(turn.form, path.settle(turn.form, fresh), texts.RESTARTED)


def _pause(turn: _Turn) -> Step:
    words = texts.PAUSED.format(days=texts.days(turn.form.expires.total_seconds()))
    return Step("paused", (words,), replace(turn.progress, state="paused"), expects=(texts.GO_ON,))


def _back(turn: _Turn) -> Step:
    form, progress = turn.form, turn.progress
    if progress.editing:
        return asking.arrived(form, path.settle(form, progress), texts.BACK_TO_PLACE)
    earlier = path.previous(form, progress)
    if earlier is None:
        return asking.here(form, progress, texts.BACK_NONE)
    return asking.here(form, replace(progress, position=earlier.key), texts.BACK)


def _skip(turn: _Turn, question: Question) -> Step:
    if not question.optional:
        return asking.here(turn.form, turn.progress, texts.SKIP_REFUSED)
    return asking.arrived(turn.form, path.skipped(turn.form, turn.progress, question), texts.SKIPPED)


def _change(turn: _Turn, change: Change) -> Step:
    """Go to the item; with the new answer in the same message, take it."""
    if change.question is None:
        return asking.which(turn.form, turn.progress, texts.NO_SUCH_ITEM)
    if change.question.fixed:
        words = texts.FIXED.format(name=change.question.names[0], why=change.question.why or texts.FIXED_WHY)
        return asking.which(turn.form, turn.progress, f"{words}\n{texts.CHANGEABLE}")
    elsewhere = change.question.key != turn.progress.position
    there = replace(turn.progress, position=change.question.key, editing=elsewhere or turn.progress.editing)
    if change.value:
        return _answer(replace(turn, progress=there, text=change.value), change.question, texts.CHANGED)
    return asking.here(turn.form, there)


def _pasted(turn: _Turn, parts: Mapping[str, str]) -> Step:
    """Take what fits; the first of the rest is told with its reason where it is the next question anyway."""
    progress, wrong, noted = turn.progress, dict[str, str](), list[str]()
    for each in turn.form.questions:
        if each.key not in parts or each.fixed or not path.reachable(turn.form, progress, each):
            continue
        try:
            value = each.field.parse(parts[each.key], turn.day)
        except FieldError as error:
            wrong[each.key] = error.words
        else:
            progress = path.answered(turn.form, progress, each, value)
            noted.append(each.names[0])
    later = [each.names[0] for each in turn.form.questions if each.key in parts and each.key not in wrong]
    later = [name for name in later if name not in noted]
    noted_words = [texts.NOTED.format(names=texts.listed(noted))] if noted else []
    lead = [*noted_words, texts.NOT_YET.format(names=texts.listed(later))] if later else noted_words
    question = path.current(turn.form, progress)
    if question is not None and question.key in wrong:
        return _wrong(replace(turn, progress=progress), question, wrong[question.key], *lead)
    return asking.arrived(turn.form, progress, *lead, *wrong.values())


def _at_summary(turn: _Turn) -> Step:
    """Nothing that the summary understands."""
    if turn.is_question(turn.text):
        return Step("question", progress=turn.progress)
    return asking.here(turn.form, turn.progress, texts.CONFIRM_HELP)


def _answer(turn: _Turn, question: Question, *lead: str) -> Step:
    """The text as an answer to this question."""
    try:
        value = question.field.parse(turn.text, turn.day)
    except FieldError as error:
        if turn.is_question(turn.text):
            return Step("question", progress=turn.progress)
        if question.optional and fold(turn.text) in _NOTHING:
            return _skip(turn, question)
        return _wrong(turn, question, error.words)
    return asking.arrived(turn.form, path.answered(turn.form, turn.progress, question, value), *lead)


def _wrong(turn: _Turn, question: Question, reason: str, *lead: str) -> Step:
    attempts = {**turn.progress.attempts, question.key: turn.progress.attempts.get(question.key, 0) + 1}
    return asking.refused(turn.form, replace(turn.progress, attempts=attempts), question, reason, *lead)
