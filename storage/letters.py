"""Letters: what the union owes a person an answer about, told by a route that is open, or at their next visit.

States: `waiting` (planted) → `sending` (an outbox row carries it) → `told`; or → `kept` (nobody to send to, or the
outbox row ended unreachable, failed, out of date or unknown, or only a template was sent) → `told` at the next contact;
`lapsed` when it is too old to be worth telling. Unique: `key`, so that planting twice is planting once; the outbox
row's key is `l:<id>`.

Crash analysis: planted in the transaction of what causes it. Choosing the route writes outbox row and `sending`
together; how the row ended is read back from it. A kept letter is told in the transaction of the turn whose reply
holds it. An outbox row that ends `unknown` keeps the letter: hearing an answer twice does no harm, never hearing it
does.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime, table, tally
from storage.outbox import Outbox
from storage.scope import of_people
from storage.work import Work

_OPEN_SQL = sa.text("state IN ('waiting','sending')")
_KEPT_SQL = sa.text("state = 'kept'")
# Said literally, so that the partial indexes are used.
OPEN, KEPT = sa.text("letter.state IN ('waiting','sending')"), sa.text("letter.state = 'kept'")
CHUNK = 500  # keys asked for at once
HEARD, LOST = ("sent", "accepted"), ("unreachable", "failed", "expired", "cancelled", "unknown")


class Letter(Row, table=True):
    """One thing to tell one person. `text` is sealed: it quotes what was asked."""

    __tablename__ = "letter"
    __table_args__ = (
        sa.Index("ix_letter_open", "id", sqlite_where=_OPEN_SQL, postgresql_where=_OPEN_SQL),
        sa.Index("ix_letter_kept", "person_id", sqlite_where=_KEPT_SQL, postgresql_where=_KEPT_SQL),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    person_id: int = Field(foreign_key="person.id", sa_type=BigId)
    key: str = Field(max_length=64, unique=True)
    text: bytes
    state: str = Field(default="waiting", max_length=8)
    outbox_id: int | None = Field(default=None, sa_type=BigId)
    created_at: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


PURPOSE = "letter.text"


def plant(work: Work, key: str, person_id: int, text: str, now: datetime, valid_until: datetime) -> bool:
    """Owe a person these words; false when the key is already there."""
    if work.session.exec(select(Letter.id).where(Letter.key == key)).first() is not None:
        return False
    sealed = work.seal.seal(text, PURPOSE)
    work.session.add(
        Letter(id=work.new_id(), person_id=person_id, key=key, text=sealed, created_at=now, valid_until=valid_until)
    )
    return True


def plant_all(work: Work, owed: Mapping[str, tuple[int, str]], now: datetime, valid_until: datetime) -> int:
    """Owe many people words: key to (person, text). Keys that are already there are left alone; returns how many new.

    Written when the group commits, with one statement for all.
    """
    rows, keys = table(Letter), sorted(owed)
    there: set[str] = set()
    for start in range(0, len(keys), CHUNK):
        query = sa.select(rows.c.key).where(rows.c.key.in_(keys[start : start + CHUNK]))
        there.update(work.execute(query).scalars())
    fresh = {key: each for key, each in owed.items() if key not in there}
    for key, (person_id, text) in fresh.items():
        sealed = work.seal.seal(text, PURPOSE)
        values = {"id": work.new_id(), "person_id": person_id, "key": key, "text": sealed, "state": "waiting"}
        more = {"outbox_id": None, "created_at": now, "valid_until": valid_until, "told_at": None}
        work.append(Letter, {**values, **more})
    return len(fresh)


def drop_waiting(work: Work, keys: Collection[str]) -> None:
    """Forget letters that nobody was told yet and that something newer says better."""
    rows = table(Letter)
    work.session.flush()
    work.execute(sa.delete(rows).where(rows.c.key.in_(keys), rows.c.state == "waiting"))


def take_back(work: Work, keys: Sequence[str]) -> None:
    """Letters that nobody was told yet lapse, also those whose outbox row waits to be sent, and the row with them."""
    work.session.flush()
    for start in range(0, len(keys), CHUNK):
        _take_back(work, keys[start : start + CHUNK])


def _take_back(work: Work, keys: Sequence[str]) -> None:
    rows, out = table(Letter), table(Outbox)
    mine = sa.and_(OPEN, rows.c.key.in_(keys), rows.c.state == "sending")
    queued = sa.select(rows.c.outbox_id).where(mine)
    row = sa.update(out).where(out.c.id.in_(queued), out.c.state == "queued").values(state="cancelled")
    stopped = list(work.execute(row.returning(out.c.id)).scalars())
    lapses = sa.or_(rows.c.state.in_(("waiting", "kept")), rows.c.outbox_id.in_(stopped))
    work.execute(sa.update(rows).where(rows.c.key.in_(keys), lapses).values(state="lapsed"))


def reword(work: Work, keys: Sequence[str], text: str, valid_until: datetime) -> int:
    """Letters that nobody was told yet say this instead, and are worth it until then; how many.

    Also those whose outbox row waits to be sent, with the row; what is being sent now stays as it is.
    """
    rows, out = table(Letter), table(Outbox)
    work.session.flush()
    ids: list[int] = []
    for start in range(0, len(keys), CHUNK):
        mine = rows.c.key.in_(keys[start : start + CHUNK])
        queued = sa.select(rows.c.outbox_id).where(mine, rows.c.state == "sending")
        row = sa.update(out).where(out.c.id.in_(queued), out.c.state == "queued").values(text=text)
        stopped = list(work.execute(row.returning(out.c.id)).scalars())
        untold = sa.or_(rows.c.state.in_(("waiting", "kept")), rows.c.outbox_id.in_(stopped))
        ids += work.execute(sa.select(rows.c.id).where(mine, untold)).scalars()
    for each in ids:
        values = {"text": work.seal.seal(text, PURPOSE), "valid_until": valid_until}
        work.execute(sa.update(rows).where(rows.c.id == each).values(values))
    return len(ids)


def planted(work: Work, keys: Collection[str]) -> bool:
    """Whether there is a letter with one of these keys."""
    rows = table(Letter)
    work.session.flush()
    return work.execute(sa.select(rows.c.id).where(rows.c.key.in_(keys)).limit(1)).first() is not None


def planted_since(work: Work, prefix: str, moment: datetime) -> bool:
    """Whether a letter whose key begins so was planted after a moment."""
    mine = (col(Letter.key).startswith(prefix, autoescape=True), col(Letter.created_at) > moment)
    return work.session.exec(select(Letter.id).where(*mine).limit(1)).first() is not None


def get(work: Work, letter_id: int) -> Letter | None:
    """One letter by id."""
    return work.session.get(Letter, letter_id)


def words(work: Work, letter: Letter) -> str:
    """What it says. Raises Unsealable when its key is gone."""
    return work.seal.open(letter.text, PURPOSE)


def waiting(work: Work, limit: int) -> list[int]:
    """Letters without a route yet, oldest first."""
    rows = table(Letter)
    query = sa.select(rows.c.id).where(OPEN, rows.c.state == "waiting").order_by(rows.c.created_at, rows.c.id)
    return [int(each) for each in work.look(query.limit(limit)).scalars()]


def settle(work: Work, now: datetime) -> dict[str, int]:
    """Read back how the outbox rows of letters under way ended, and let old ones lapse. Counts by effect."""
    rows, out = table(Letter), table(Outbox)
    under_way = sa.and_(OPEN, rows.c.state == "sending")
    ended = sa.select(out.c.id).where(out.c.id == rows.c.outbox_id)
    in_full = sa.and_(out.c.state.in_(HEARD), out.c.route != "template")
    in_part = sa.or_(out.c.state.in_(LOST), sa.and_(out.c.state.in_(HEARD), out.c.route == "template"))
    heard = sa.update(rows).where(under_way, ended.where(in_full).exists())
    lost = sa.update(rows).where(under_way, ended.where(in_part).exists())
    old = [
        sa.and_(OPEN, rows.c.state == "waiting", rows.c.valid_until <= now),
        sa.and_(KEPT, rows.c.valid_until <= now),
    ]
    return {
        "told": int(work.execute(heard.values(state="told", told_at=now)).rowcount),
        "kept": int(work.execute(lost.values(state="kept")).rowcount),
        "lapsed": sum(int(work.execute(sa.update(rows).where(each).values(state="lapsed")).rowcount) for each in old),
    }


def kept_for(work: Work, person_id: int, now: datetime, limit: int) -> Sequence[Letter]:
    """What waits for a person's next contact and is still worth telling, oldest first."""
    query = select(Letter).where(Letter.person_id == person_id, KEPT, Letter.valid_until > now)
    return work.session.exec(query.order_by(col(Letter.created_at), col(Letter.id)).limit(limit)).all()


def states_of(work: Work, prefix: str) -> dict[str, int]:
    """How many letters whose key begins so are in which state."""
    rows = table(Letter)
    query = sa.select(rows.c.state, sa.func.count()).where(rows.c.key.startswith(prefix, autoescape=True))
    return tally(work.look(query.group_by(rows.c.state)))


def count_kept(work: Work, path: str | None = None) -> int:
    """Letters that wait for the next visit of somebody (below a path)."""
    rows = table(Letter)
    kept = [rows.c.state == "kept", *of_people(rows.c.person_id, path)]
    return int(work.look(sa.select(sa.func.count()).where(*kept)).scalar_one())


def forget_before(work: Work, moment: datetime) -> int:
    """Drop letters that were told, or lapsed, before a moment (retention); returns how many."""
    rows = table(Letter)
    told = sa.and_(rows.c.state == "told", rows.c.told_at < moment)
    done = sa.or_(told, sa.and_(rows.c.state == "lapsed", rows.c.valid_until < moment))
    return int(work.execute(sa.delete(rows).where(done)).rowcount)
