"""The baseline: aiohttp posting the same requests, no database: `python -m benchmarks.deliverers.bare URL N AT_ONCE`.

What it has not sent when it dies is lost, and what it has sent is not known.
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterator

import aiohttp
import uvloop

from benchmarks.report import percentile

TEXT = "【通知】\n困难职工帮扶申请本月25日截止，请尽快到所在工会办理。"


async def worker(session: aiohttp.ClientSession, url: str, users: Iterator[str], took: list[float]) -> None:
    """Post until there are no more users."""
    for user in users:
        body = json.dumps({"touser": user, "msgtype": "text", "text": {"content": TEXT}}, ensure_ascii=False)
        headers = {"Content-Type": "application/json"}
        async with session.post(url, data=body.encode(), headers=headers) as response:
            if json.loads(await response.read())["errcode"] == 0:
                took.append(time.perf_counter())


async def run(base: str, messages: int, at_once: int) -> None:
    """Post all messages and report."""
    users = iter([f"oBench{number:022d}" for number in range(messages)])
    url, ended = f"{base}/cgi-bin/message/custom/send?access_token=benchmark", list[float]()
    started, before = time.perf_counter(), time.process_time()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:
        await asyncio.gather(*(worker(session, url, users, ended) for _ in range(at_once)))
    cpu = time.process_time() - before
    took = sorted(each - started for each in ended)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = {"sent": len(took), "enqueue": 0.0, "p50": percentile(took, 0.5), "p99": percentile(took, 0.99)}
    print(json.dumps({**found, "cpu": cpu, "rss": peak}), flush=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
