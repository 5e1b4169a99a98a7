"""What happens in one turn: dedupe, find the person, continue the form or route, remember, compose the answer.

A turn is one job of the unit of work. Its reads are shared by all turns that wait together (`prepare`); its effects
commit together (`run`): the inbound row, what the handlers changed, and every sentence said, as outbox rows.

Crash analysis: before the commit nothing happened, and the platform repeats the push. After it, the push is a repeat
and gets the stored words again, byte for byte; `storage/outbox.py` tells what becomes of a reply nobody fetched.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import DBAPIError

from bot import texts
from bot.clock import Clock
from bot.contract import Capabilities, Choice, Inbound, Kind, Outgoing, Receipt
from bot.dialogue import SEEN, Aside, Dialogue, Flow
from bot.errors import Refusal
from bot.router import SPOKEN, Router, route
from bot.services import bulk_delivery, forgetting, grants, letters, mass, membership, notice_items
from bot.services.house import House
from bot.turn import Turn, plain_words
from storage import bulk_claims, claims, inbox, outbox, people
from storage.work import Work

log = logging.getLogger(__name__)
FORM_TOPICS = ("form:", "refused:", "error", membership.NOTICE)
SILENT = frozenset({Kind.WHEREABOUTS, Kind.VIEW, Kind.OTHER, Kind.CONSENT, Kind.ENTER})


@dataclass(frozen=True, slots=True)
class Push:
    """One thing to dispatch. After `answer_by` the platform does not wait for a passive reply any more."""

    inbound: Inbound
    answer_by: datetime | None = None
    vector: Sequence[float] | None = None  # an embedding of the text, where that is switched on


@dataclass(frozen=True, slots=True)
class Reply:
    """What the door does next: answer with `out`, or decline when None. `row` must be marked answered afterwards."""

    out: Outgoing | None = None
    row: int | None = None
    repeat: bool = False
    more: bool = False  # there are rows for the sender


@dataclass(frozen=True, slots=True)
class Conversation:
    """What can be talked about: the routers in order, the forms, and how a question in the middle of a form is met.

    `first` sees what no form takes before the routers do: it may note a part of it and leave them the rest.
    """

    routers: tuple[Router, ...]
    flows: tuple[Flow, ...]
    aside: Aside
    first: Callable[[Turn], None] = lambda turn: None


class Dispatcher:
    """A batch kind of the unit of work (see `storage/uow.py`): submit it with a `Push` and the address as key."""

    def __init__(
        self, conversation: Conversation, house: House, clock: Clock, channels: Mapping[str, Capabilities]
    ) -> None:
        self._routers, self._first = conversation.routers, conversation.first
        self._dialogue = Dialogue(conversation.flows, conversation.aside)
        self._house, self._clock, self._channels = house, clock, channels

    def prepare(self, work: Work, items: list[Push]) -> list[tuple[people.Known | None, bool]]:
        """Who speaks, and which pushes are repeats; two statements (three on PostgreSQL) per channel in the batch."""
        by_channel: dict[str, list[Inbound]] = {}
        for each in items:
            by_channel.setdefault(each.inbound.channel, []).append(each.inbound)
        speakers: dict[str, dict[str, people.Known]] = {}
        repeats: dict[str, set[str]] = {}
        for channel, pushes in by_channel.items():
            speakers[channel] = inbox.speakers(work, channel, [push.user for push in pushes])
            repeats[channel] = inbox.known(work, channel, [inbox.key(push.dedupe) for push in pushes])
        _one_turn_each(speakers)
        return [
            (speakers[push.channel].get(push.user), inbox.key(push.dedupe) in repeats[push.channel])
            for push in (each.inbound for each in items)
        ]

    def run(self, work: Work, item: Push, loaded: tuple[people.Known | None, bool]) -> Reply:
        """Take one turn."""
        known, repeat = loaded
        inbound = item.inbound
        if repeat:
            return _again(work, inbound, item.answer_by is None or self._clock.now() <= item.answer_by)
        if inbound.chat and not inbound.mentioned:
            return Reply()
        now = self._clock.now()
        if inbound.kind is Kind.RECEIPT:
            return _receipts(work, inbound, now)
        can = self._channels[inbound.channel]
        turn = self._take(work, item, known, now)
        if known:
            people.seen(work, known, now, _window(can, inbound), follows=_follows(known, inbound.kind))
        _record(work, turn)
        return self._compose(turn, can, item.answer_by)

    def _take(self, work: Work, push: Push, known: people.Known | None, now: datetime) -> Turn:
        """Run the conversation; whatever goes wrong there, the person gets kind words and nothing half-done stays."""
        inbound = push.inbound
        turn = self._open(work, push, known, now)
        try:
            self._converse(turn)
            return turn
        except Refusal as refusal:
            topic, words = f"refused:{type(refusal).__name__}", refusal.words
        except DBAPIError:  # perhaps a race; the unit of work repeats the turn alone
            raise
        except Exception:
            log.exception("turn failed", extra={"kind": inbound.kind.value, "inbound": turn.inbound_id})
            topic, words = "error", texts.BROKEN
        work.undo()
        asked = turn.reask  # the form that is open stays open
        turn = self._open(work, push, known, now)
        turn.topic = topic
        for each in (words, *asked):
            turn.say(each)
        return turn

    def _open(self, work: Work, push: Push, known: people.Known | None, now: datetime) -> Turn:
        inbound, vector = push.inbound, push.vector
        person = known or self._meet(work, inbound, now)
        return Turn(
            inbound,
            person,
            work,
            self._house,
            now,
            work.new_id(),
            plain_words(inbound.text) if inbound.kind in SPOKEN else "",
            vector=vector,
        )

    def _meet(self, work: Work, inbound: Inbound, now: datetime) -> people.Known:
        window = _window(self._channels[inbound.channel], inbound)
        follows = inbound.kind is not Kind.UNFOLLOW
        return people.create(work, inbound.channel, inbound.user, inbound.account, now, window, follows)

    def _converse(self, turn: Turn) -> None:
        kind = turn.message.kind
        if kind is Kind.UNFOLLOW:
            turn.topic = "unfollow"
            people.mark_unfollowed(turn.work, turn.person.address_id)
            forgetting.unfollowed(turn.work, turn.person.person_id, turn.person.address_id, turn.now)
            return
        if kind is Kind.CONSENT:
            grants.heard(turn.work, turn.person.address_id, turn.message.consents, turn.now)
        if kind in SILENT:
            turn.topic = turn.message.event[:60] or kind.value
            if kind is Kind.OTHER:
                log.info("unknown push acknowledged", extra={"event": turn.topic, "inbound": turn.inbound_id})
            return
        open_form = turn.person.conversation if turn.private and kind in SPOKEN | SEEN else None
        if open_form is None or not self._dialogue.resume(turn, open_form):
            self._first(turn)
            name = route(self._routers, turn)
            turn.topic = turn.topic or name
            for words in turn.reask:
                turn.say(words)
            _bring_news(turn, in_form=turn.person.conversation is not None and open_form is None)
        self._dialogue.begin(turn)

    def _compose(self, turn: Turn, can: Capabilities, answer_by: datetime | None) -> Reply:
        """Write what was said as outbox rows; the first one is the passive reply where there is still time for it."""
        parts = fit(turn.said, can.text_bytes)
        if not parts and turn.hand_over:
            parts = [""]
        inline = can.answers_inline and (answer_by is None or turn.now <= answer_by)
        reply = Reply(more=bool(parts))
        for seq, text in enumerate(parts):
            last = seq == len(parts) - 1
            choices = tuple(turn.choices) if last else ()
            first = seq == 0 and inline
            row = outbox.put(
                turn.work,
                person_id=turn.person.person_id,
                address_id=turn.person.address_id,
                text=text,
                state="answering" if first else "queued",
                now=turn.now,
                inbound_id=turn.inbound_id,
                seq=seq,
                due_at=turn.now + (outbox.ANSWER_LEASE if first else timedelta(seconds=seq)),
                **_shape(choices, turn.hand_over and last),
            )
            if first:
                out = Outgoing(row, text, turn.now, choices, hand_over=turn.hand_over and last)
                reply = Reply(out, row, more=not last)
        return reply


def _bring_news(turn: Turn, in_form: bool) -> None:
    """What was kept for this person's next contact; never in a group, in the middle of a form or beside bad news.

    It comes after the answer, but before a list to choose from, which belongs to what is tapped.
    """
    busy = in_form or turn.form is not None or turn.reask or turn.grave or turn.topic == membership.NOTICE
    if busy or not turn.private:
        return
    place = 0 if turn.topic == "suggest" else len(turn.said)
    said = letters.tell(turn.work, turn.person.person_id, turn.now) if turn.person.letters else []
    news = notice_items.bring(turn.work, turn.person.person_id, turn.now) if turn.person.notices else None
    turn.said[place:place] = [*said, news.words] if news else said
    if news and turn.topic != "suggest":
        turn.offer(*notice_items.choices(news, beside=bool(turn.choices)))


def _shape(choices: tuple[Choice, ...], hand_over: bool) -> dict[str, Any]:
    shape: dict[str, Any] = {}
    if choices:
        shape["choices"] = [[each.id, each.label] for each in choices]
    if hand_over:
        shape["hand_over"] = True
    return shape


class TwiceInGroup(Exception):
    """One person speaks at two addresses in one group; the unit of work then takes the turns one by one."""


def _one_turn_each(speakers: Mapping[str, Mapping[str, people.Known]]) -> None:
    """What was loaded for a group is only right while no person has two turns in it."""
    persons = [known.person_id for channel in speakers.values() for known in channel.values()]
    if len(set(persons)) < len(persons):
        raise TwiceInGroup


def _record(work: Work, turn: Turn) -> None:
    inbox.record(
        work,
        text="" if turn.topic.startswith(FORM_TOPICS) else turn.message.text,  # a form keeps its answers itself
        id=turn.inbound_id,
        channel=turn.message.channel,
        dedupe=inbox.key(turn.message.dedupe),
        person_id=turn.person.person_id,
        kind=turn.message.kind.value,
        topic=turn.topic[:80],
        received_at=turn.now,
        chat=inbox.chat_key(work, turn.message.chat),
    )


def _again(work: Work, inbound: Inbound, in_time: bool) -> Reply:
    """A repeated push gets the stored words; a reply that goes or went another way is not said twice."""
    ready = inbox.stored_reply(work, inbound.channel, inbox.key(inbound.dedupe))
    if ready is None or ready.state not in ("answering", "sent", "unknown") or ready.route not in ("", "reply"):
        return Reply(repeat=True)
    if not in_time or (ready.state == "answering" and not outbox.hand_out(work, ready.id)):
        return Reply(repeat=True)
    choices = tuple(Choice(*each) for each in ready.choices or ())
    out = Outgoing(ready.id, ready.text, ready.created_at, choices, hand_over=ready.hand_over)
    return Reply(out, ready.id, repeat=True)


def _receipts(work: Work, inbound: Inbound, now: datetime) -> Reply:
    """The platform tells how earlier messages ended."""
    for receipt in inbound.receipts:
        if mass.heard(work, receipt, now):
            continue
        known = claims.confirm(work, receipt.message_id, receipt.ok, receipt.code, now)
        if not known and not _of_bulk(work, receipt, now):
            inbox.keep_receipt(work, inbound.channel, receipt.message_id, mass.kept_code(receipt), now)
    inbox.record(
        work,
        text="",
        id=work.new_id(),
        channel=inbound.channel,
        dedupe=inbox.key(inbound.dedupe),
        person_id=None,
        kind=inbound.kind.value,
        topic=inbound.event[:80],
        received_at=now,
    )
    return Reply()


def _of_bulk(work: Work, receipt: Receipt, now: datetime) -> bool:
    """Whether a receipt is about a recipient of a broadcast."""
    state, reason = bulk_delivery.heard(receipt.ok, receipt.code)
    return bulk_claims.confirm(work, receipt.message_id, state, reason, receipt.code, now)


def _follows(known: people.Known, kind: Kind) -> bool:
    """Whether somebody follows after this: agreeing to a notice is open to those who do not, anything else is not."""
    return known.following if kind is Kind.CONSENT else kind is not Kind.UNFOLLOW


def _window(can: Capabilities, inbound: Inbound) -> tuple[str, int, int] | None:
    """The right to push that this action opens; a tapped choice counts as a click, not as a message."""
    kind = Kind.CLICK if inbound.kind is Kind.TEXT and inbound.key else inbound.kind
    window = can.windows.get(kind)
    return (window.name, window.count, window.seconds) if window else None


def fit(paragraphs: list[str], limit: int) -> list[str]:
    """Join paragraphs into as few texts of at most `limit` UTF-8 bytes as possible, cutting at line ends."""
    joined = "\n\n".join(each for each in paragraphs if each)
    if not joined:
        return []
    room = limit - 200  # what a channel may add for choices
    texts_: list[str] = []
    while len(joined.encode()) > room:
        head = joined.encode()[:room].decode("utf-8", "ignore")
        cut = max(head.rfind("\n"), head.rfind("。") + 1)
        cut = cut if cut > len(head) // 2 else len(head)
        texts_.append(head[:cut].rstrip())
        joined = joined[cut:].lstrip()
    return [*texts_, joined] if joined else texts_
