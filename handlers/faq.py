"""Policy questions: answer with source and date, ask back when unsure, say honestly when nothing is known."""

import re

from bot import texts
from bot.calendar import say_date
from bot.clock import local
from bot.contract import Choice
from bot.router import Filter, Pattern, Router, Text, Words
from bot.search import Decision, Result
from bot.services import cases, knowledge
from bot.services.knowledge import Answer
from bot.turn import Turn

router = Router("faq")
ENTRY = "faq:"


class TappedEntry(Filter[Answer]):
    """A tapped choice that names an entry."""

    def match(self, turn: Turn) -> Answer | None:
        """The entry."""
        key = turn.message.key
        return turn.house.knowledge.get(key.removeprefix(ENTRY)) if key.startswith(ENTRY) else None


@router.on(TappedEntry())
def picked(turn: Turn, answer: Answer) -> None:
    """A suggestion was tapped."""
    show(turn, answer)


@router.on(Pattern(r"[123]"))
def numbered(turn: Turn, found: re.Match[str]) -> None:
    """A suggestion was picked by its number; without open suggestions a number is just a question like any other."""
    ids = knowledge.open_suggestions(turn.work, turn.person.person_id, turn.now)
    place = int(found[0]) - 1
    answer = turn.house.knowledge.get(ids[place]) if place < len(ids) else None
    if answer is not None:
        show(turn, answer)
    else:
        ask(turn, found[0])


@router.on(Words(texts.DID_HELP, texts.NO_HELP, "没用", "没帮到", "有用"))
def opinion(turn: Turn, word: str) -> None:
    """What somebody thinks of the last answer."""
    helpful = word in (texts.DID_HELP, "有用")
    if not knowledge.keep_opinion(turn.work, turn.person.person_id, helpful, turn.now):
        turn.say(texts.OPINION_NOTHING)
        return
    turn.say(texts.OPINION_THANKS if helpful else texts.OPINION_SORRY)


@router.on(Words(texts.NONE_OF_THESE, "都不是的", "都不对"))
def none_of_these(turn: Turn, word: str) -> None:
    """No suggestion fits."""
    turn.say(texts.DECLINED.format(hotline=turn.house.hotline, office=turn.house.office))


@router.on(Text())
def ask(turn: Turn, text: str) -> None:
    """Any other words are a question."""
    result = turn.house.knowledge.ask(text)
    answer = turn.house.knowledge.get(result.hits[0].id) if result.decision is Decision.ANSWER else None
    if answer is not None:
        show(turn, answer)
        return
    knowledge.remember_miss(turn.work, turn.inbound_id, turn.person.person_id, text, result, turn.now)
    if result.decision is Decision.SUGGEST:
        suggest(turn, result)
    else:
        turn.topic = "miss"
        turn.say(texts.DECLINED.format(hotline=turn.house.hotline, office=turn.house.office))


def suggest(turn: Turn, result: Result) -> None:
    """Offer up to three entries to tap or number."""
    turn.topic = "suggest"
    numbered = (Choice(ENTRY + hit.id, f"{place}. {hit.question}") for place, hit in enumerate(result.hits, 1))
    turn.say(texts.SUGGEST, *numbered, Choice("none", texts.NONE_OF_THESE))


def show(turn: Turn, answer: Answer) -> None:
    """Say an entry with where it is written and when that was checked; an overdue one is not promised any more."""
    turn.topic = ENTRY + answer.id
    if local(turn.now).date() > answer.review_by:
        turn.say(texts.EXPIRED_ENTRY.format(hotline=turn.house.hotline))
        return
    turn.say(words_of(answer))
    if answer.hand_over:
        cases.hand_over(turn.work, turn.person.person_id, answer.id, turn.now)
        turn.say(texts.HAND_OVER_CASE + texts.HAND_OVER.format(office=turn.house.office, hotline=turn.house.hotline))
        return
    related = turn.house.knowledge.questions(answer.related[:2])
    turn.offer(*(Choice(ENTRY + entry_id, question) for entry_id, question in related))
    turn.offer(Choice("helpful", texts.DID_HELP), Choice("unhelpful", texts.NO_HELP))


def words_of(answer: Answer) -> str:
    """An entry as it is said: words, local reservation, sources with date."""
    local_note = f"\n{texts.LOCAL}" if answer.local and "以当地规定为准" not in answer.text else ""
    return f"{answer.text}{local_note}\n\n{texts.SOURCE.format(sources=answer.sources, as_of=say_date(answer.as_of))}"


def knows(turn: Turn) -> bool:
    """Whether these words are surely a question of the base, also without a question mark."""
    if len(turn.words) < 2 or turn.words.isdigit():
        return False
    return turn.house.knowledge.ask(turn.message.text).decision is Decision.ANSWER


def aside(turn: Turn) -> bool:
    """A question in the middle of a form: answer shortly when it is known; returns whether it was."""
    result = turn.house.knowledge.ask(turn.message.text)
    answer = turn.house.knowledge.get(result.hits[0].id) if result.decision is Decision.ANSWER else None
    if answer is None or local(turn.now).date() > answer.review_by:
        knowledge.remember_miss(turn.work, turn.inbound_id, turn.person.person_id, turn.message.text, result, turn.now)
        turn.say(texts.ASIDE_UNKNOWN)
        return False
    turn.say(words_of(answer))
    return True
