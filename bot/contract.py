"""The contract between the doors and the conversation: what a channel receives, answers and sends.

Page one of the code. A channel knows the wire and never the union; the dispatcher knows the union and never the wire.
Everything here is a plain value: no IO, no clock, no import of ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable


class BadRequest(Exception):
    """A push that is not the platform's: malformed, wrongly signed, stale or too large. `status` is the HTTP answer.

    The message is English, for logs, and never holds anything the caller sent.
    """

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class Kind(StrEnum):
    """What kind of thing a person did. `OTHER` is anything a newer platform sends; it is acknowledged and recorded."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    LOCATION = "location"
    LINK = "link"
    FILE = "file"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    SCAN = "scan"
    CLICK = "click"
    VIEW = "view"
    CARD = "card"
    WHEREABOUTS = "whereabouts"  # the platform reports a position by itself; gives no right to answer later
    CONSENT = "consent"
    RECEIPT = "receipt"  # the platform tells how a message sent earlier ended
    ENTER = "enter"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One HTTP request as bytes. Header names are lower case; `query` keeps the first value of each name."""

    method: str
    query: Mapping[str, str]
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WireResponse:
    """One HTTP answer as bytes."""

    body: bytes = b""
    status: int = 200
    content_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person is reached on one channel. `user` is the platform's id (openid, userid); never log it."""

    channel: str
    user: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """How an earlier message ended, as the platform tells later (finish events). `message_id` is the platform's id."""

    message_id: str
    ok: bool
    code: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)  # mass sends: total, filtered, sent, error


@dataclass(frozen=True, slots=True)
class Consent:
    """One answer of a person to a subscription pop-up. `accepted` false also means a withdrawal."""

    template_id: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing a person (or the platform about a person) did, free of wire details.

    `dedupe` is unique per channel for one push however often the platform repeats it. `text` is what was written, a
    voice transcript, or empty. `key` is the menu key, card button or link. `scene` is a QR scene without platform
    prefixes. `sent_at` is the platform's time in UTC. `account` is our own id on the wire, needed to address a reply.
    `wire` carries what the same channel needs to answer this very push (mode, nonce); others must not read it.
    """

    channel: str
    dedupe: str
    user: str
    kind: Kind
    sent_at: datetime
    account: str = ""
    text: str = ""
    key: str = ""
    scene: str = ""
    media: str = ""
    event: str = ""  # the platform's own name of the event or message type, for logs and OTHER
    chat: str = ""  # the group it was said in; empty in private
    mentioned: bool = False
    receipts: tuple[Receipt, ...] = ()
    consents: tuple[Consent, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    wire: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> Address:
        """Where the one who did this is reached."""
        return Address(self.channel, self.user)


@dataclass(frozen=True, slots=True)
class Challenge:
    """The platform verifies our URL; `answer` must be returned byte for byte."""

    answer: WireResponse


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a person may tap (or type its number). Channels without buttons print it as a numbered line."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one person, free of wire details.

    `text` is the full Chinese text (a channel that has less room cuts by bytes at a line end). `choices` may be tapped.
    `route` is the route chosen (`reply`, `custom`, `template`, `notice`, `mass`, ...; empty: the channel's ordinary
    one). `dedupe` is stable over retries of the same message and goes to the platform where it offers such a key
    (at most 32 characters). `fields` fill a template, `template` names it. `at` is when the message was decided, UTC.
    """

    id: int
    text: str
    at: datetime
    choices: tuple[Choice, ...] = ()
    route: str = ""
    dedupe: str = ""
    template: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    hand_over: bool = False  # also pass the conversation to the platform's own staff desk, where there is one


class Result(StrEnum):
    """The closed vocabulary of how an attempt to send ended."""

    OK = "ok"
    ACCEPTED = "accepted"  # taken by the platform; a receipt follows
    THROTTLED = "throttled"  # too fast: try again at `until` (or after a back-off)
    QUOTA = "quota"  # no allowance left on this route until `until`; another route may do
    UNREACHABLE = "unreachable"  # this person cannot be reached on this route (not following, window closed)
    OPTED_OUT = "opted_out"  # the person refused
    REJECTED = "rejected"  # our mistake or configuration: no retry, alarm
    UNKNOWN = "unknown"  # sent, but no answer heard


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt to send ended. `code` is the platform's code as text, `until` UTC, `ours` calls for an alarm."""

    result: Result
    code: str = ""
    until: datetime | None = None
    ours: bool = False
    message_id: str = ""
    route: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """A right to push that an action of a person opens: at most `count` messages for `seconds` from the action."""

    name: str
    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do; reach is data.

    `text_bytes`: longest text in UTF-8 bytes. `windows`: which right to push each kind of action opens (empty mapping
    and `pushes` true: a person can always be pushed). `deduping_routes`: routes on which the platform drops a repeat
    of the same `Outgoing.dedupe`, so an attempt with unknown outcome may be repeated. `rates`: route -> messages per
    second over all processes. `in_flight`: at most so many sends at once. `per_person_minute`: cap per person.
    """

    receives: bool = True
    answers_inline: bool = True
    pushes: bool = True
    text_bytes: int = 2048
    choices: bool = False
    routes: tuple[str, ...] = ("custom",)
    windows: Mapping[Kind, Window] = field(default_factory=dict)
    deduping_routes: frozenset[str] = frozenset()
    rates: Mapping[str, float] = field(default_factory=dict)
    in_flight: int = 32
    per_person_minute: int = 0


@dataclass(frozen=True, slots=True)
class Media:
    """What somebody sent, as the platform had it. `mime` is what the platform calls it; never trust it."""

    body: bytes
    mime: str = ""


class MediaSource(Protocol):
    """A channel that gives out what people sent. Optional: not every channel does."""

    async def fetch(self, media_id: str, limit: int) -> Media | Outcome:
        """One picture or file of at most `limit` bytes. Why not is a value, never an exception.

        UNREACHABLE: the platform does not have it any more. REJECTED: it can never be had, or is larger. Anything
        else: try again.
        """


class MassChannel(Protocol):
    """A channel that takes one message for many people in one call. Optional: not every channel does."""

    async def send_many(self, out: Outgoing, users: Sequence[str]) -> Outcome:
        """One job to these platform ids; a refusal is a value. `out.dedupe`: a repeat of it is not sent twice."""

    async def mass_state(self, message_id: str) -> Outcome:
        """How far a job is: OK it was sent, ACCEPTED it is being sent, REJECTED it failed; anything else: ask again."""


class Copies(Protocol):
    """A message made ready once for many; every copy differs in whom it is for and in the key that drops repeats."""

    async def send(self, user: str, dedupe: str) -> Outcome:
        """One copy, as `Channel.send`: a refusal is a value, never an exception."""


@runtime_checkable
class Copier(Protocol):
    """A channel that makes copies faster than one by one. Optional: not every channel does."""

    def copies(self, out: Outgoing) -> Copies | None:
        """`out` made ready, its `dedupe` left to each copy; None when this one has to be sent one by one."""


class Channel(Protocol):
    """One way of reaching people. Knows the wire, never the union."""

    @property
    def name(self) -> str:
        """Short stable name: `oa`, `wecom`, `aibot`, `groupbot`, `talk`."""

    @property
    def can(self) -> Capabilities:
        """What this channel is able to do."""

    def receive(self, request: WireRequest, now: datetime) -> Inbound | Challenge:
        """Verify, decrypt and parse one push. Raises BadRequest, and nothing else, on anything else."""

    def answer(self, inbound: Inbound, first: Outgoing | None) -> WireResponse:
        """Render the passive reply; None declines politely. The same arguments always give the same bytes."""

    async def send(self, out: Outgoing, to: Address) -> Outcome:
        """Push one message. A refusal is a value, never an exception; UNKNOWN when no answer was heard."""
