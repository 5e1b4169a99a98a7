"""Vectors of the texts of the knowledge base, kept so that each text is sent to the embedding endpoint once.

Crash analysis: a batch of vectors is written in one transaction or not at all; what is missing is asked for again.
"""

import hashlib
import sys
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import Row, UtcDateTime, table
from storage.work import Work

AT_ONCE = 500  # keys in one statement


class Embedding(Row, table=True):
    """One text's vector under one model. `key` is a hash of both; `vector` is 32-bit floats, little-endian.

    All vectors of a model have the same length.
    """

    __tablename__ = "embedding"
    __table_args__ = (sa.Index("ix_embedding_model", "model", "at"),)
    key: str = Field(primary_key=True, max_length=64)
    model: str = Field(max_length=120)
    vector: bytes
    at: datetime = Field(sa_type=UtcDateTime)


_rows = table(Embedding)


def key(model: str, text: str) -> str:
    """What a text's vector is found by."""
    return hashlib.sha256(f"{model}\0{text}".encode("utf-8", "replace")).hexdigest()


def state(work: Work, model: str) -> tuple[int, int]:
    """Differs whenever vectors of a model were added or dropped: how many there are, and the newest one's time."""
    query = sa.select(sa.func.count().label("count"), sa.func.max(_rows.c.at).label("newest"))
    found = work.look(query.where(_rows.c.model == model)).mappings().one()
    return int(found["count"]), int(found["newest"].timestamp() * 1000) if found["newest"] else 0


def load(work: Work, model: str, texts: Iterable[str]) -> dict[str, Sequence[float]]:
    """The vectors of those texts that have one, by text."""
    wanted = {key(model, text): text for text in texts}
    query = sa.select(_rows.c.key, _rows.c.vector).where(_rows.c.model == model)
    rows = work.look(query).mappings()
    return {wanted[row["key"]]: _unpack(row["vector"]) for row in rows if row["key"] in wanted}


def missing(work: Work, model: str, texts: Iterable[str]) -> list[str]:
    """Those texts that have no vector yet, in their order."""
    kept = set(work.look(sa.select(_rows.c.key).where(_rows.c.model == model)).scalars())
    return [text for text in dict.fromkeys(texts) if key(model, text) not in kept]


def put(work: Work, model: str, vectors: Mapping[str, Sequence[float]], now: datetime) -> None:
    """Keep vectors by text, none of which has one yet. Vectors of another length are those of a model that was
    replaced under the same name: they are dropped."""
    packed = {key(model, text): _pack(vector) for text, vector in vectors.items()}
    one = work.look(sa.select(sa.func.length(_rows.c.vector)).where(_rows.c.model == model).limit(1)).scalar()
    if one is not None and {one} != {len(each) for each in packed.values()}:
        work.execute(sa.delete(_rows).where(_rows.c.model == model))
    for hashed, vector in packed.items():
        work.append(Embedding, {"key": hashed, "model": model, "vector": vector, "at": now})


def drop_unused(work: Work, model: str, texts: Iterable[str]) -> int:
    """Forget vectors of other models and of texts that are not among these; returns how many."""
    used: Collection[str] = {key(model, text) for text in texts}
    unused = [each for each in work.look(sa.select(_rows.c.key)).scalars() if each not in used]
    for start in range(0, len(unused), AT_ONCE):
        work.execute(sa.delete(_rows).where(_rows.c.key.in_(unused[start : start + AT_ONCE])))
    return len(unused)


def _pack(vector: Sequence[float]) -> bytes:
    return _little(array("f", vector)).tobytes()


def _unpack(packed: bytes) -> Sequence[float]:
    made = array("f")
    made.frombytes(packed)
    return _little(made)


def _little(numbers: "array[float]") -> "array[float]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
