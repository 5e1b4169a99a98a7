"""Policy questions: answer with source and date, ask back when unsure, say honestly when nothing is known."""

import re

from bot import texts
from bot.contract import Choice
from bot.router import Filter, Pattern, Router, Text, Words
from bot.search import Decision, Result
from bot.services import answers, asking, cases, misses
from bot.services.answers import Answer
from bot.turn import Turn
from handlers.group import hop

router = Router("faq")
ENTRY = "faq:"


class TappedEntry(Filter[str]):
    """A tapped choice that names a published entry."""

    def match(self, turn: Turn) -> str | None:
        """The entry's id."""
        entry_id = turn.message.key.removeprefix(ENTRY) if turn.message.key.startswith(ENTRY) else ""
        return entry_id if entry_id and turn.house.knowledge.get(entry_id) else None


@router.on(TappedEntry())
def picked(turn: Turn, entry_id: str) -> None:
    """A suggestion was tapped."""
    misses.picked(turn.work, turn.person.person_id, entry_id, turn.now)
    show(turn, entry_id)


@router.on(Pattern(r"[123]"))
def numbered(turn: Turn, found: re.Match[str]) -> None:
    """A suggestion was picked by its number; without open suggestions a number is no question."""
    ids = misses.open_suggestions(turn.work, turn.person.person_id, turn.now, turn.message.chat)
    place = int(found[0]) - 1
    if place < len(ids) and turn.house.knowledge.get(ids[place]):
        picked(turn, ids[place])
    else:
        turn.say(texts.NUMBER_NOTHING)


@router.on(Words(texts.DID_HELP, texts.NO_HELP, "没用", "没帮到", "有用"))
def opinion(turn: Turn, word: str) -> None:
    """What somebody thinks of the last answer; a disliked one goes to the editors, with a reason if they give one."""
    helpful = word in (texts.DID_HELP, "有用")
    person_id, chat = turn.person.person_id, turn.message.chat
    if misses.keep_opinion(turn.work, turn.inbound_id, person_id, helpful, turn.now, chat) is None:
        turn.say(texts.OPINION_NOTHING)
    elif helpful:
        turn.say(texts.OPINION_THANKS)
    elif not turn.private:
        turn.say(texts.GROUP_SORRY)
        hop(turn)
    else:
        turn.say(texts.OPINION_SORRY, *(Choice(f"reason:{each}", each) for each in misses.REASONS))


@router.on(Words(*misses.REASONS))
def reason(turn: Turn, word: str) -> None:
    """Why the last answer did not help."""
    if misses.keep_reason(turn.work, turn.person.person_id, word, turn.now):
        turn.say(texts.OPINION_REASON)
    else:
        ask(turn, word)


@router.on(Words(texts.NONE_OF_THESE, "都不是的", "都不对"))
def none_of_these(turn: Turn, word: str) -> None:
    """No suggestion fits."""
    if misses.picked(turn.work, turn.person.person_id, misses.NONE, turn.now):
        decline(turn, "")
    else:
        turn.say(texts.NONE_NOTHING)


@router.on(Text())
def ask(turn: Turn, text: str) -> None:
    """Any other words are a question."""
    result = search(turn)
    if result.decision is Decision.ANSWER:
        show(turn, result.hits[0].id)
        return
    misses.remember(turn.work, turn.inbound_id, turn.person.person_id, text, result, turn.now)
    if result.decision is Decision.SUGGEST:
        suggest(turn, result)
    else:
        decline(turn)


def search(turn: Turn) -> Result:
    """What the base says to this message; a follow-up is understood with the answer before it."""
    words, chat = turn.message.text, turn.message.chat
    return asking.ask(turn.work, turn.house.knowledge, turn.person.person_id, words, turn.now, turn.vector, chat)


def suggest(turn: Turn, result: Result) -> None:
    """Offer up to three entries to tap or number; in a group only to number."""
    turn.topic = "suggest"
    if not turn.private:
        lines = (f"{place}. {hit.question}" for place, hit in enumerate(result.hits, 1))
        turn.say(texts.GROUP_SUGGEST.format(questions="\n".join(lines)))
        hop(turn)
        return
    numbered = (Choice(ENTRY + hit.id, f"{place}. {hit.question}") for place, hit in enumerate(result.hits, 1))
    turn.say(texts.SUGGEST, *numbered, Choice("none", texts.NONE_OF_THESE))


def decline(turn: Turn, topic: str = "miss") -> None:
    """Say honestly that nothing is known, and offer a person."""
    turn.topic = topic
    if turn.private:
        turn.say(texts.DECLINED.format(hotline=turn.house.hotline, office=turn.house.office))
    else:
        turn.say(texts.GROUP_UNKNOWN)
        hop(turn)


def show(turn: Turn, entry_id: str) -> None:
    """Say an entry with where it is written and when that was checked; an overdue one is not promised any more.

    In a group it is the city's answer: a branch's own would tell where the person works.
    """
    branch = turn.person.org_id if turn.private else None
    answer = turn.house.knowledge.get_for(turn.work, entry_id, branch, turn.now)
    if answer is None or answer.expired(answers.day_of(turn.now)):
        expired(turn, entry_id)
        return
    turn.topic = ENTRY + answer.id
    if not turn.private:
        turn.say(answers.short(answer))
        needed = texts.GROUP_HAND_OVER.format(office=turn.house.office, hotline=turn.house.hotline)
        turn.say(needed if answer.hand_over else texts.GROUP_MORE)
        hop(turn)
        return
        if answer.hand_over:
            hand_over(turn, answer)
    turn.say(answers.full(answer))
    if answer.hand_over:
        hand_over(turn, answer)
    else:
        _offer_more(turn, answer)


def hand_over(turn: Turn, answer: Answer) -> None:
    """Open the case that this answer promises; only in private, where nobody else reads who needs help."""
    turn.grave = True
    cases.hand_over(turn.work, turn.person.person_id, answer.id, turn.now)
    turn.say(texts.HAND_OVER_CASE + texts.HAND_OVER.format(office=turn.house.office, hotline=turn.house.hotline))


def _offer_more(turn: Turn, answer: Answer) -> None:
    related = turn.house.knowledge.questions(answer.related, turn.now)[:2]
    turn.offer(*(Choice(ENTRY + entry_id, question) for entry_id, question in related))
    turn.offer(Choice("helpful", texts.DID_HELP), Choice("unhelpful", texts.NO_HELP))


def expired(turn: Turn, entry_id: str) -> None:
    """An entry whose review is overdue answers nobody; the question waits for the editors."""
    turn.topic = "miss"
    text = turn.message.text
    misses.remember_expired(turn.work, turn.inbound_id, turn.person.person_id, text, entry_id, turn.now)
    turn.say(texts.EXPIRED_ENTRY.format(hotline=turn.house.hotline))


def knows(turn: Turn) -> bool:
    """Whether these words are surely a question of the base, also without a question mark."""
    if len(turn.words) < 2 or turn.words.isdigit():
        return False
    return turn.house.knowledge.ask(turn.message.text).decision is Decision.ANSWER


def aside(turn: Turn) -> bool:
    """A question in the middle of a form: answer when it is known; returns whether it was."""
    text, person_id = turn.message.text, turn.person.person_id
    result = turn.house.knowledge.ask(text)
    entry_id = result.hits[0].id if result.decision is Decision.ANSWER else ""
    answer = turn.house.knowledge.get_for(turn.work, entry_id, turn.person.org_id, turn.now) if entry_id else None
    if answer is not None and not answer.expired(answers.day_of(turn.now)):
        turn.say(answers.full(answer))
        return True
    if entry_id:
        misses.remember_expired(turn.work, turn.inbound_id, person_id, text, entry_id, turn.now)
    else:
        misses.remember(turn.work, turn.inbound_id, person_id, text, result, turn.now)
    turn.say(texts.ASIDE_UNKNOWN)
    return False
