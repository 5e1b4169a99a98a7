"""Policy questions: answer with source and date, ask back when unsure, say honestly when nothing is known."""

import re

from bot import texts
from bot.contract import Choice
from bot.router import Filter, Pattern, Router, Text, Words
from bot.search import Decision, Result
from bot.services import answers, asking, cases, misses
from bot.services.answers import Answer
from bot.turn import Turn

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
    """A suggestion was picked by its number; without open suggestions a number is just a question like any other."""
    ids = misses.open_suggestions(turn.work, turn.person.person_id, turn.now)
    place = int(found[0]) - 1
    if place < len(ids) and turn.house.knowledge.get(ids[place]):
        picked(turn, ids[place])
    else:
        ask(turn, found[0])


@router.on(Words(texts.DID_HELP, texts.NO_HELP, "没用", "没帮到", "有用"))
def opinion(turn: Turn, word: str) -> None:
    """What somebody thinks of the last answer; a disliked one goes to the editors, with a reason if they give one."""
    helpful = word in (texts.DID_HELP, "有用")
    if misses.keep_opinion(turn.work, turn.inbound_id, turn.person.person_id, helpful, turn.now) is None:
        turn.say(texts.OPINION_NOTHING)
    elif helpful:
        turn.say(texts.OPINION_THANKS)
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
    misses.picked(turn.work, turn.person.person_id, misses.NONE, turn.now)
    turn.say(texts.DECLINED.format(hotline=turn.house.hotline, office=turn.house.office))


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
    return asking.ask(turn.work, turn.house.knowledge, turn.person.person_id, turn.message.text, turn.now, turn.vector)


def suggest(turn: Turn, result: Result) -> None:
    """Offer up to three entries to tap or number."""
    turn.topic = "suggest"
    numbered = (Choice(ENTRY + hit.id, f"{place}. {hit.question}") for place, hit in enumerate(result.hits, 1))
    turn.say(texts.SUGGEST, *numbered, Choice("none", texts.NONE_OF_THESE))


def decline(turn: Turn) -> None:
    """Say honestly that nothing is known, and offer a person."""
    turn.topic = "miss"
    if turn.private:
        turn.say(texts.DECLINED.format(hotline=turn.house.hotline, office=turn.house.office))
    else:
        turn.say(texts.GROUP_UNKNOWN)
        hop(turn)


def show(turn: Turn, entry_id: str) -> None:
    """Say an entry with where it is written and when that was checked; an overdue one is not promised any more."""
    answer = turn.house.knowledge.get_for(turn.work, entry_id, turn.person.org_id, turn.now)
    if answer is None or answer.expired(answers.day_of(turn.now)):
        expired(turn, entry_id)
        return
    turn.topic = ENTRY + answer.id
    if not turn.private:
        turn.say(answers.short(answer))
        turn.say(texts.GROUP_MORE)
        hop(turn)
        return
    turn.say(answers.full(answer))
    if answer.hand_over:
        cases.hand_over(turn.work, turn.person.person_id, answer.id, turn.now)
        turn.say(texts.HAND_OVER_CASE + texts.HAND_OVER.format(office=turn.house.office, hotline=turn.house.hotline))
        return
    _offer_more(turn, answer)


def _offer_more(turn: Turn, answer: Answer) -> None:
    related = turn.house.knowledge.questions(answer.related[:2])
    turn.offer(*(Choice(ENTRY + entry_id, question) for entry_id, question in related))
    turn.offer(Choice("helpful", texts.DID_HELP), Choice("unhelpful", texts.NO_HELP))


def expired(turn: Turn, entry_id: str) -> None:
    """An entry whose review is overdue answers nobody; the question waits for the editors."""
    turn.topic = "miss"
    text = turn.message.text
    misses.remember_expired(turn.work, turn.inbound_id, turn.person.person_id, text, entry_id, turn.now)
    turn.say(texts.EXPIRED_ENTRY.format(hotline=turn.house.hotline))


def hop(turn: Turn) -> None:
    """One tap from a group to the private chat, where the union has a link for it."""
    if turn.house.private_link:
        turn.say(texts.GROUP_HOP.format(link=turn.house.private_link))


def knows(turn: Turn) -> bool:
    """Whether these words are surely a question of the base, also without a question mark."""
    if len(turn.words) < 2 or turn.words.isdigit():
        return False
    return turn.house.knowledge.ask(turn.message.text).decision is Decision.ANSWER


def aside(turn: Turn) -> bool:
    """A question in the middle of a form: answer when it is known; returns whether it was."""
    result = turn.house.knowledge.ask(turn.message.text)
    entry_id = result.hits[0].id if result.decision is Decision.ANSWER else ""
    answer = turn.house.knowledge.get_for(turn.work, entry_id, turn.person.org_id, turn.now) if entry_id else None
    if answer is None or answer.expired(answers.day_of(turn.now)):
        misses.remember(turn.work, turn.inbound_id, turn.person.person_id, turn.message.text, result, turn.now)
        turn.say(texts.ASIDE_UNKNOWN)
        return False
    turn.say(answers.full(answer))
    return True
