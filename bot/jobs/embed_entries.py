"""Ask the embedding endpoint for the vectors that the knowledge base lacks, and drop those nobody needs."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.clock import FrozenClock, stopwatch
from bot.embedding import FAILURES, Embedder, Endpoint
from bot.jobs.job import Job, Moment
from bot.services import embeddings as rules
from bot.services.house import House
from storage import embeddings
from storage.database import Database

AT_MOST = 2048  # texts in one run
MILLIS = 4_000  # after that no more calls in one run: a server that is told to stop waits for its jobs
CALL_SECONDS = 4.0  # for a batch, which nobody waits for
Found = list[dict[str, Sequence[float]]]


def run(database: Database, house: House, moment: Moment, endpoint: Endpoint) -> dict[str, int]:
    """Counts of texts that got a vector, of calls that failed, and of vectors dropped.

    A batch that failed is asked for again next time; the others do not wait for it. What was found is written at the
    end, so that the indexes are not rebuilt all the time while a large base is filled.
    """
    model = endpoint.model
    texts = database.look(lambda work: rules.missing(work, model, AT_MOST))
    found, failed = asyncio.run(_ask(texts, endpoint, moment)) if texts else ([], 0)
    for batch in found:
        database.writer.run(partial(embeddings.put, model=model, vectors=batch, now=moment.now))
    dropped = database.writer.run(lambda work: rules.drop_unused(work, model))
    return {"embedded": sum(map(len, found)), "failed": failed, "dropped": dropped}


async def _ask(texts: Sequence[str], endpoint: Endpoint, moment: Moment) -> tuple[Found, int]:
    """Vectors by text, a batch at a time, and how many calls failed. Ends early when the endpoint seems to be down."""
    found: Found = []
    failed, elapsed = 0, stopwatch()
    embedder = Embedder(replace(endpoint, seconds=CALL_SECONDS), FrozenClock(moment.now))
    try:
        for start in range(0, len(texts), endpoint.batch):
            batch = texts[start : start + endpoint.batch]
            vectors = await embedder.vectors(batch)
            if vectors is None:
                failed += 1
            else:
                found.append(dict(zip(batch, vectors, strict=True)))
            if failed == FAILURES or elapsed() > MILLIS:
                break
    finally:
        await embedder.close()
    return found, failed


def job(endpoint: Endpoint) -> Job:
    """The job of an installation with this endpoint."""
    return Job("embed_entries", timedelta(minutes=1), partial(run, endpoint=endpoint))
