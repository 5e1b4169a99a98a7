"""Saved segments, tags of people, and topics that people do not want to hear of.

A segment's `rule` is JSON as `bot/services/segments.py` checks it. Unique: (name, organisation) of a segment, name of a
tag, (tag, person), (person, topic). A row of `topic_choice` means: nothing of this topic, please.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import BigId, Json, Row, UtcDateTime, default


class Segment(Row, table=True):
    """A named audience. `org_id`: the branch that keeps it (0: the city's own)."""

    __tablename__ = "segment"
    __table_args__ = (sa.UniqueConstraint("name", "org_id"),)
    id: int = Field(primary_key=True, sa_type=BigId)
    name: str = Field(max_length=40)
    org_id: int = Field(default=0, sa_type=BigId, sa_column_kwargs=default(0))
    rule: Any = Field(sa_type=Json)
    by: str = Field(max_length=64)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class Tag(Row, table=True):
    """A word that staff put on people (一线职工, 志愿者 …); never anything sensitive."""

    __tablename__ = "tag"
    id: int = Field(primary_key=True, sa_type=BigId)
    name: str = Field(max_length=20, unique=True)
    by: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)


class PersonTag(Row, table=True):
    """A person has a tag."""

    __tablename__ = "person_tag"
    tag_id: int = Field(primary_key=True, foreign_key="tag.id", sa_type=BigId)
    person_id: int = Field(primary_key=True, foreign_key="person.id", index=True, sa_type=BigId)


class TopicChoice(Row, table=True):
    """A person does not want notices of a topic."""

    __tablename__ = "topic_choice"
    person_id: int = Field(primary_key=True, foreign_key="person.id", sa_type=BigId)
    topic: str = Field(primary_key=True, max_length=16)
    at: datetime = Field(sa_type=UtcDateTime)
