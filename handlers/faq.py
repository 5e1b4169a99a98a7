"""Policy questions: answer with source and date, ask back when unsure, say honestly when nothing is known."""

from bot import texts
from bot.contract import Choice
from bot.forms.fold import looks_like_question
from bot.router import Router, Text
from bot.search import Decision, Result
from bot.services import answers, asking, cases, misses
from bot.services.answers import Answer
from bot.turn import Turn
from handlers import spoken
from handlers.group import hop

router = Router("faq")
ENTRY = "faq:"
FAULTS = "不没太错旧老说讲看"  # what a complaint is made of, and a bare topic is not


@router.on(Text())
def ask(turn: Turn, text: str) -> None:
    """Any other words are a question."""
    result = search(turn)
    if result.decision is Decision.ANSWER:
        show(turn, result.hits[0].id)
        return
    if explained(turn, text, result):
        return
    offered = asking.in_force(turn.work, turn.house.knowledge, result, branch_of(turn), turn.now)
    if result.hits and not offered.hits:
        expired(turn, result.hits[0].id)
        return
    misses.remember(turn.work, turn.inbound_id, turn.person.person_id, text, offered, turn.now)
    if offered.decision is Decision.SUGGEST:
        suggest(turn, offered)
    else:
        decline(turn)


def explained(turn: Turn, text: str, result: Result) -> bool:
    """Whether these words say why the answer that was just disliked did not help: then they are kept as the reason.

    What looks like a question, or names something of the base without finding fault, is asked.
    """
    finds_fault = result.decision is Decision.DECLINE or any(each in text for each in FAULTS)
    if not turn.private or turn.message.key or looks_like_question(text) or not finds_fault:
        return False
    kept = misses.keep_own_words(turn.work, turn.person.person_id, text, turn.now)
    if kept:
        turn.topic = "explained"
        turn.say(texts.OPINION_REASON)
    return kept


def search(turn: Turn) -> Result:
    """What the base says to this message; a follow-up is understood with the answer before it."""
    words, chat = turn.message.text, turn.message.chat
    return asking.ask(turn.work, turn.house.knowledge, turn.person.person_id, words, turn.now, turn.vector, chat)


def branch_of(turn: Turn) -> int | None:
    """Whose own version is said: in a group the city's, because a branch's own would tell where the person works."""
    return turn.person.org_id if turn.private else None


def suggest(turn: Turn, result: Result) -> None:
    """Offer up to three entries, none of them overdue, to tap or number; in a group only to number."""
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
    """Say an entry with where it is written and when that was checked; an overdue one is not promised any more."""
    answer = turn.house.knowledge.get_for(turn.work, entry_id, branch_of(turn), turn.now)
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
    turn.offer(Choice(f"helpful:{answer.id}", texts.DID_HELP), Choice(f"unhelpful:{answer.id}", texts.NO_HELP))


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
    """A question in the middle of a form: answer when it is known; returns whether it was. A number is no question."""
    text, person_id = turn.message.text, turn.person.person_id
    result = turn.house.knowledge.ask(text)
    entry_id = result.hits[0].id if result.decision is Decision.ANSWER else ""
    answer = turn.house.knowledge.get_for(turn.work, entry_id, turn.person.org_id, turn.now) if entry_id else None
    if answer is not None and not answer.expired(answers.day_of(turn.now)):
        turn.say(answers.full(answer))
        if answer.hand_over:
            hand_over(turn, answer)
        return True
    if spoken.is_number(turn.words):
        return False
    if entry_id:
        misses.remember_expired(turn.work, turn.inbound_id, person_id, text, entry_id, turn.now)
    else:
        misses.remember(turn.work, turn.inbound_id, person_id, text, result, turn.now)
    turn.say(texts.ASIDE_UNKNOWN)
    return False
