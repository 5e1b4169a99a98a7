"""What the engine says at each place: the question, the summary, the two doubts, the refusals. Moves nothing."""

from bot.forms import path, texts
from bot.forms.model import Form, Outcome, Progress, Question, Step

ENOUGH = 3  # wrong answers to one question after which a person is offered


def here(form: Form, progress: Progress, *lead: str) -> Step:
    """Say where the person is, after the words of `lead`."""
    if progress.state == "cancelling":
        return _doubt(progress, texts.CANCEL_ASK, texts.CANCEL_YES, *lead)
    if progress.state == "restarting":
        return _doubt(progress, texts.RESTART_ASK, texts.RESTART_YES, *lead)
    question = path.current(form, progress)
    if question is None:
        return _confirming(form, progress, *lead)
    return Step("asking", (*lead, *_question(progress, question)), progress, expects=expected(progress, question))


def arrived(form: Form, progress: Progress, *lead: str) -> Step:
    """As `here`; behind the last question of a form without confirmation it is done."""
    if progress.position or (form.confirm is not None and form.confirm.when(progress.answers)):
        return here(form, progress, *lead)
    return done(form, progress, *lead)


def done(form: Form, progress: Progress, *lead: str) -> Step:
    """The end."""
    return Step("done", lead, answers=path.complete(form, progress))


def refused(form: Form, progress: Progress, question: Question, reason: str, *lead: str) -> Step:
    """Ask again with the reason; from the third time on offer a person."""
    offered = progress.attempts.get(question.key, 0) >= ENOUGH
    again = (question.offer,) if offered else _question(progress, question)
    outcome: Outcome = "person_offered" if offered else "asking"
    return Step(outcome, (*lead, reason, *again), progress, expects=expected(progress, question))


def helped(form: Form, progress: Progress) -> Step:
    """Explain what is expected here, then ask again."""
    question = path.current(form, progress)
    hint = (question.hint or question.field.hint) if question else texts.CONFIRM_HELP
    return here(form, progress, *filter(None, (hint, texts.WAYS_OUT if question else "")))


def which(form: Form, progress: Progress, words: str) -> Step:
    """Ask which item is to be changed, of those that may be."""
    outcome: Outcome = "asking" if progress.position else "confirming"
    lines = path.changeable(form, progress)
    expects = tuple(f"{texts.CHANGE} {number}" for number in lines)
    return Step(outcome, (words.replace("{summary}", "\n".join(lines.values())),), progress, expects=expects)


def expected(progress: Progress, question: Question | None) -> tuple[str, ...]:
    """What may be tapped: the field's own answers first, then ways on."""
    if progress.state == "cancelling":
        return texts.CANCEL_YES, texts.GO_ON
    if progress.state == "restarting":
        return texts.RESTART_YES, texts.GO_ON
    if question is None:
        return texts.CONFIRM_YES, texts.CHANGE, texts.CANCEL
    return (
        *question.field.expects,
        *((texts.SKIP,) if question.optional else ()),
        *((texts.KEEP,) if _has(progress, question) else ()),
        *((texts.PERSON,) if progress.attempts.get(question.key, 0) >= ENOUGH else ()),
    )


def _has(progress: Progress, question: Question) -> bool:
    return question.key in progress.answers or question.key in progress.skipped


def _question(progress: Progress, question: Question) -> tuple[str, ...]:
    ask = question.ask + (texts.OPTIONAL if question.optional else "")
    if question.key in progress.answers:
        return ask, texts.CURRENT.format(shown=question.shown(progress.answers))
    return (ask, texts.CURRENT_SKIPPED) if question.key in progress.skipped else (ask,)


def _confirming(form: Form, progress: Progress, *lead: str) -> Step:
    ask = form.confirm.ask if form.confirm else texts.CONFIRM
    words = ask if "{summary}" in ask else f"{{summary}}\n{ask}"
    said = words.replace("{summary}", path.summary(form, progress))
    return Step("confirming", (*lead, said), progress, expects=expected(progress, None))


def _doubt(progress: Progress, words: str, yes: str, *lead: str) -> Step:
    count = len(progress.answers.keys() - progress.given)
    outcome: Outcome = "asking" if progress.position else "confirming"
    return Step(outcome, (*lead, words.format(count=count)), progress, expects=(yes, texts.GO_ON))
