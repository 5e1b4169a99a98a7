"""Photos, files and short reports from cadres, in private: kept for the one duty that wants them, else asked about."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from bot import duty_texts as texts
from bot.contract import Kind
from bot.router import Filter, Router
from bot.services import duty_answers, duty_evidence
from bot.services.duty_answers import Entry, Listing, WhichDuty
from bot.turn import Turn
from handlers.duty_asking import DID, PROOF, SURE, OfCadre, ask_which, last_said, listing
from handlers.duty_courtesy import bare

router = Router("evidence")
WHICH = "duties.which_proof"
KINDS = {Kind.IMAGE: "photo", Kind.FILE: "file"}


class ForProof(OfCadre):
    """Words about proof from somebody whose open duties want such proof; from others they are an ordinary message."""

    def __init__(self, expression: str, *kinds: str) -> None:
        super().__init__(expression)
        self._kinds = kinds

    def match(self, turn: Turn) -> re.Match[str] | None:
        """The match."""
        found = super().match(turn)
        wanted = found is not None and any(each.template.evidence in self._kinds for each in listing(turn).open)
        return found if wanted else None


SUMMARY = ForProof(rf"(?:{SURE}\s*)?(?:工作|活动)?(?:小结|总结)\s*[:,\s]\s*\S[\s\S]*", "text")
WITHOUT = ForProof(
    rf"(?:{SURE}\s*)?(?:实在|确实)?(?:没有|没|无)(?:拍|留|写)?(?P<thing>照片|图片|材料|文件|小结|凭证)"
    r"\s*[,。;:]?\s*(?:(?:因为|由于|原因是?)[\s:,]*)?(?P<why>.*)",
    "photo",
    "file",
    "text",
)


class Sent(NamedTuple):
    """Something sent, and the duties that want such a thing: open ones, else done ones."""

    kind: str
    entries: Sequence[Entry]


class Proof(Filter[Sent]):
    """A photo or file from somebody whose duties want one."""

    def match(self, turn: Turn) -> Sent | None:
        """None from everybody else: it is answered as before."""
        kind = KINDS.get(turn.message.kind)
        if kind is None or not turn.private or (kind == "photo" and not turn.message.media):
            return None
        entries = _wanting(turn)
        return Sent(kind, entries) if entries else None


def _wanting(turn: Turn) -> list[Entry]:
    try:
        return duty_evidence.candidates(listing(turn))
    except duty_answers.NotCadre:
        return []


class Placed(Filter[int]):
    """The number of a duty, right after the bot asked what a photo is for."""

    def match(self, turn: Turn) -> int | None:
        """The number."""
        said = re.fullmatch(r"(?:第|任务)?\s*(\d{1,3})\s*[项号]?", bare(turn.words))
        if said is None or not turn.private or last_said(turn).topic != WHICH:
            return None
        return int(said[1]) if duty_evidence.waits(turn.work, turn.person.person_id, turn.now) else None


@router.on(Proof())
def proof(turn: Turn, sent: Sent) -> None:
    """Remember it; ask which one it is for where several want one."""
    if not turn.message.media:  # a file on an Official Account comes without anything to fetch it by
        turn.say(texts.NO_FILES)
        return
    asked = last_said(turn, timedelta(days=1)).topic
    entries = [each for each in sent.entries if asked == f"{PROOF}{each.duty.id}"] or sent.entries
    work, person_id, message = turn.work, turn.person.person_id, turn.message
    fresh = duty_evidence.attach(work, person_id, entries, message.channel, message.media, turn.now, sent.kind)
    if not fresh:
        turn.say(texts.GOT_AGAIN)
    elif len(entries) == 1:
        _got(turn, entries[0])
    else:
        turn.topic = WHICH
        turn.say(texts.GOT_WHICH.format(lines=duty_answers.lines(entries)))


def _got(turn: Turn, entry: Entry) -> None:
    kept = duty_evidence.kept_words(turn.work, entry)
    words = texts.GOT if entry.open else texts.GOT_MORE
    turn.say(words.format(number=entry.number, title=duty_answers.title(entry), kept=kept))


@router.on(Placed())
def placed(turn: Turn, number: int) -> None:
    """Everything that was sent without saying what for belongs to this duty."""
    entries = _wanting(turn)
    entry = next((each for each in entries if each.number == number), None)
    if entry is None:
        turn.topic = WHICH
        turn.say(texts.GOT_NUMBER.format(lines=duty_answers.lines(entries)))
        return
    duty_evidence.place(turn.work, turn.person.person_id, entry, turn.now)
    _got(turn, entry)


def summary(turn: Turn, found: re.Match[str], number: int | None = None) -> None:
    """小结：… for the open duty that wants words."""
    lists = listing(turn)
    entry = _meant(turn, lists, found, number, [each for each in lists.open if each.template.evidence == "text"])
    if entry is None:
        return
    said = turn.message.text if number is None else last_said(turn).words
    words = re.split(r"(?:小结|总结)\s*[:：,，\s]\s*", said, maxsplit=1)[-1]
    duty_evidence.say(turn.work, turn.person.person_id, entry, words.strip(), turn.now)
    turn.say(texts.GOT_TEXT.format(number=entry.number, title=duty_answers.title(entry)))


router.on(SUMMARY)(summary)


def without(turn: Turn, found: re.Match[str], number: int | None = None) -> None:
    """没有照片 因为…: done without proof, the reason kept."""
    lists = listing(turn)
    asked = last_said(turn, timedelta(days=1)).topic
    kinds = ("text",) if found["thing"] == "小结" else duty_evidence.WANTED
    wanting = [each for each in lists.open if each.template.evidence in kinds]
    entry = _meant(turn, lists, found, number, [e for e in wanting if asked == f"{PROOF}{e.duty.id}"] or wanting)
    if entry is None:
        return
    if not found["why"].strip():
        turn.topic = f"{PROOF}{entry.duty.id}"
        turn.say(texts.PROOF_WHY)
        return
    work, person_id = turn.work, turn.person.person_id
    duty_evidence.say(work, person_id, entry, found["why"].strip(), turn.now, reason=True)
    turn.say(duty_answers.finish(work, person_id, entry, turn.now, turn.house, duty_evidence.WITHOUT_PROOF))
    turn.say(texts.PROOF_NONE)
    turn.topic = f"{DID}{entry.duty.id}"
    turn.say(duty_answers.rest_words(work, person_id, turn.now))


router.on(WITHOUT)(without)


def _meant(
    turn: Turn, lists: Listing, found: re.Match[str], number: int | None, entries: Sequence[Entry]
) -> Entry | None:
    """The duty of a number, else the only one of these; None after asking."""
    said = number or (int(found["number"]) if found["number"] else None)
    try:
        return lists.pick(said) if said else duty_answers.only(entries, lists)
    except WhichDuty as which:
        ask_which(turn, which)
        return None
