"""Event notices to a segment of people. Sending the same notice under the same key twice is sending it once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.calendar import Hours, daytime
from bot.clock import local
from bot.errors import Refusal
from storage import audit, broadcasts, orgs
from storage.broadcasts import Broadcast
from storage.work import Work

AUDIENCES = ("followers", "members", "cadres")
MAX_TEXT_BYTES = 1800  # one customer message of the Official Account, with room for choices


class BadNotice(Refusal):
    """The notice cannot be sent as it is; the words say why."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What staff want to send. `hours` is how long it stays worth sending; `below` an organisation code."""

    key: str
    title: str
    text: str
    audience: str
    below: str = ""
    hours: int = 48


def check(notice: Notice) -> None:
    """Raises BadNotice with the reason in Chinese."""
    if notice.audience not in AUDIENCES:
        raise BadNotice(f"发送对象只能是 {'、'.join(AUDIENCES)}。")
    if not notice.title.strip() or not notice.text.strip():
        raise BadNotice("标题和正文都要写。")
    if len(notice.title.strip()) > 40 or not 1 <= len(notice.key) <= 64:
        raise BadNotice("标题最多 40 个字，编号（key）1 到 64 个字符。")
    size = len(f"【{notice.title}】\n{notice.text}".encode())
    if size > MAX_TEXT_BYTES:
        raise BadNotice(f"通知太长：{size} 字节，最多 {MAX_TEXT_BYTES} 字节。")
    if not 1 <= notice.hours <= 24 * 14:
        raise BadNotice("有效时间要在 1 到 336 小时之间。")


def branch(work: Work, code: str) -> orgs.Organisation | None:
    """The branch of a code; None for the whole tree. Raises BadNotice when there is no such organisation."""
    if not code:
        return None
    org = orgs.by_code(work, code)
    if org is None:
        raise BadNotice(f"没有编码为 {code} 的组织。")
    return org


def preview(work: Work, notice: Notice) -> int:
    """How many people would get it now. Raises BadNotice."""
    check(notice)
    return broadcasts.count_recipients(work, notice.audience, branch(work, notice.below))


def sent_before(work: Work, notice: Notice) -> str | None:
    """When a notice of this key was sent, Shanghai time; None when it was not."""
    sent = broadcasts.by_key(work, notice.key)
    return f"{local(sent.created_at):%Y-%m-%d %H:%M}" if sent else None


def send(work: Work, notice: Notice, author: str, now: datetime, hours: Hours | None = None) -> Broadcast:
    """Queue the notice for everybody in the segment, in one transaction. Raises BadNotice.

    With `hours` it goes out in daytime only, without them at once.
    """
    check(notice)
    sent = broadcasts.by_key(work, notice.key)
    if sent is not None:
        return sent
    below = branch(work, notice.below)
    first_moment = daytime(now, hours) if hours else now
    broadcast = Broadcast(
        id=work.new_id(),
        key=notice.key,
        title=notice.title.strip(),
        text=f"【{notice.title.strip()}】\n{notice.text.strip()}",
        segment={"audience": notice.audience, "below": notice.below},
        state="sending",
        author=author,
        not_before=first_moment,
        valid_until=first_moment + timedelta(hours=notice.hours),
        created_at=now,
    )
    broadcasts.add(work, broadcast)
    first = work.reserve_ids(broadcasts.count_recipients(work, notice.audience, below) + 1)
    broadcast.recipients = broadcasts.expand(work, broadcast, notice.audience, below, first, now)
    work.session.add(broadcast)
    audit.write(work, author, "broadcast", f"broadcast:{broadcast.id}", now, f"{broadcast.recipients} recipients")
    return broadcast
