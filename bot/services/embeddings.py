"""What may be asked of an embedding endpoint outside: which words of people, which texts of the base.

Only what the search could not answer by itself leaves the house, without numbers, and never anything sensitive.
"""

import unicodedata

from bot.forms.personal import LONG_DIGITS, MASK, holds_number, masked
from bot.search import Decision
from bot.services import knowledge
from bot.services.house import House
from storage import embeddings
from storage import knowledge as entries
from storage.work import Work

FEWEST, MOST = 4, 300  # letters of a question; characters of it


def outgoing(house: House, text: str) -> str:
    """The words of a message as they may leave the house; empty when they must not, or when nothing is gained by it.

    Whether they answer a form is not known here.
    """
    plain = unicodedata.normalize("NFKC", text[: MOST + 1])
    if len(plain) > MOST or house.sensitive.find(text) is not None:
        return ""
    words = masked(plain).strip()
    letters = sum(map(str.isalpha, words.replace(MASK, "")))
    spelt = holds_number(LONG_DIGITS.sub(MASK, plain))
    if letters < FEWEST or spelt or not house.knowledge.base.dimension:
        return ""
    return "" if house.knowledge.ask(text).decision is Decision.ANSWER else words


def wanted(work: Work) -> list[str]:
    """Every text of the published base."""
    return knowledge.texts(entries.published(work))


def missing(work: Work, model: str, limit: int) -> list[str]:
    """Texts of the published base that have no vector under a model yet."""
    return embeddings.missing(work, model, wanted(work))[:limit]


def drop_unused(work: Work, model: str) -> int:
    """Forget the vectors of other models and of texts that are not published any more; returns how many."""
    return embeddings.drop_unused(work, model, wanted(work))
