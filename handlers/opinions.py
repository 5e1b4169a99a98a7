"""有帮助, 没帮助 and why: what people think of an answer, tapped or typed."""

import re
from dataclasses import dataclass

from bot import texts
from bot.contract import Choice
from bot.router import Filter, Pattern, Router, Words
from bot.search import Decision
from bot.services import misses
from bot.turn import Turn
from handlers import faq, picking, spoken
from handlers.group import hop

router = Router("opinions")
REASON = "reason:"


@dataclass(frozen=True, slots=True)
class Tap:
    """A tapped opinion of one entry's answer. `reason` is one of `misses.REASONS`, or empty."""

    entry_id: str
    helpful: bool
    reason: str = ""


class TappedOpinion(Filter[Tap]):
    """A button that names the entry it stands under. Older buttons name none: they are taken like typed words."""

    def match(self, turn: Turn) -> Tap | None:
        """What was tapped."""
        kind, _, rest = turn.message.key.partition(":")
        entry_id, _, reason = rest.partition(":")
        if kind in ("helpful", "unhelpful") and entry_id:
            return Tap(entry_id, kind == "helpful")
        return Tap(entry_id, False, reason) if kind == "reason" and reason in misses.REASONS else None


@router.on(TappedOpinion())
def tapped(turn: Turn, tap: Tap) -> None:
    """A button was tapped: the opinion is of the answer it stands under, however many came after it."""
    person_id = turn.person.person_id
    if not tap.reason:
        judge(turn, tap.helpful, entry_id=tap.entry_id)
    elif misses.keep_reason(turn.work, person_id, tap.reason, turn.now, tap.entry_id):
        turn.say(texts.OPINION_REASON)
    else:
        turn.say(texts.OPINION_NOTHING)


@router.on(Words(texts.DID_HELP, "有用", "很有帮助", "很有用"))
def liked(turn: Turn, word: str) -> None:
    """The last answer helped."""
    judge(turn, helpful=True)


@router.on(Words(*misses.REASONS))
def reason(turn: Turn, word: str) -> None:
    """Why the last answer did not help; without 没帮助 before it, it says that as well."""
    if misses.keep_reason(turn.work, turn.person.person_id, word, turn.now):
        turn.say(texts.OPINION_REASON)
    elif word == misses.REASONS[-1]:
        faq.ask(turn, word)
    else:
        disliked(turn, word, "")


@router.on(Pattern(spoken.DISLIKED))
def typed(turn: Turn, found: re.Match[str]) -> None:
    """The last answer did not help, said in own words; said of suggestions it means that none of them fits."""
    said = spoken.dislike(found)
    disliked(turn, said.reason, said.rest)


def disliked(turn: Turn, why: str, rest: str) -> None:
    """Keep the opinion; a question that the base knows is then answered, anything else is the reason."""
    if misses.open_suggestions(turn.work, turn.person.person_id, turn.now, turn.message.chat):
        picking.none_of_these(turn, why)
        return
    asked = turn.house.knowledge.ask(rest) if rest else None
    if asked is None or asked.decision is not Decision.ANSWER:
        judge(turn, helpful=False, why=why)
    else:
        _keep(turn, helpful=False)
        faq.show(turn, asked.hits[0].id)


def judge(turn: Turn, helpful: bool, why: str = "", entry_id: str = "") -> None:
    """Keep an opinion and answer it; a disliked answer goes to the editors, with a reason if they give one."""
    kept = _keep(turn, helpful, why, entry_id)
    if kept is None:
        turn.say(texts.OPINION_NOTHING)
    elif helpful:
        turn.say(texts.OPINION_THANKS)
    elif not turn.private:
        turn.say(texts.GROUP_SORRY)
        hop(turn)
    elif why:
        turn.say(texts.OPINION_EXPLAINED)
    else:
        turn.topic = misses.UNEXPLAINED + kept
        turn.say(texts.OPINION_SORRY, *(Choice(f"{REASON}{kept}:{each}", each) for each in misses.REASONS))


def _keep(turn: Turn, helpful: bool, why: str = "", entry_id: str = "") -> str | None:
    person_id, chat = turn.person.person_id, turn.message.chat
    return misses.keep_opinion(
        turn.work, turn.inbound_id, person_id, helpful, turn.now, chat, entry_id=entry_id, reason=why
    )
