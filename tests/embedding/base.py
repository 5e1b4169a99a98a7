"""A small knowledge base with vectors in it, as the job would have put them."""

from datetime import date, datetime
from typing import Any

from bot import content
from bot.services import entries
from bot.services.house import House
from bot.services.knowledge import Knowledge
from bot.services.sensitive import Sensitive
from storage import embeddings
from storage.database import Database
from storage.work import Work
from tests.embedding.stub import Stub
from tests.wire.room import CONTENT

MODEL = "stub-small"
SAID = {
    "annual": ("年休假有几天？", ["带薪年假多少天"]),
    "arrears": ("单位拖欠工资怎么办？", ["老板不发工资", "欠薪找谁"]),
}
TEXTS = ["年休假有几天？", "带薪年假多少天", "单位拖欠工资怎么办？", "老板不发工资", "欠薪找谁"]


def entry(id_: str, question: str, phrasings: list[str], **more: Any) -> dict[str, Any]:
    """An entry as a file has it."""
    values: dict[str, Any] = {
        "id": id_,
        "question": question,
        "phrasings": phrasings,
        "answer": f"这是{question}的答案，写在法里。",
        "category": "测试",
        "citations": [{"law": "劳动法", "article": "第一条", "version": "2018-12-29"}],
        "as_of": date(2026, 11, 1),
        "review_by": date(2027, 11, 1),
        "scope": "national",
        "audience": ["worker"],
        "related": [],
        "hand_over": False,
        "status": "published",
    }
    return values | more


def fill(work: Work, now: datetime, *changed: dict[str, Any]) -> None:
    """The entries of SAID, or these."""
    given = changed or [entry(id_, question, phrasings) for id_, (question, phrasings) in SAID.items()]
    entries.load(work, [entries.validated(each).model_dump() for each in given], now)


def give_vectors(database: Database, now: datetime, texts: list[str] = TEXTS, dimension: int = 64) -> None:
    """Bags of characters as the stub makes them."""
    stub = Stub()
    stub.dimension = dimension
    vectors = {text: stub.vector(text) for text in texts}
    database.writer.run(lambda work: embeddings.put(work, MODEL, vectors, now))


def make_house(model: str = MODEL) -> House:
    """With the real table of sensitive matters."""
    return House(
        sensitive=Sensitive(content.read_sensitive(CONTENT / "sensitive.yaml")),
        knowledge=Knowledge(model),
    )
