"""A door with an endpoint on real ground: who gets a vector, whose words never leave, and always an answer in time."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import datetime

import pytest
from aiohttp import web

from bot.channels.talk import TalkChannel
from bot.clock import FrozenClock, stopwatch
from bot.contract import Inbound, Kind
from bot.dispatcher import Conversation, Dispatcher, Reply
from bot.door import Door
from bot.embedding import Embedder, Endpoint
from bot.meaning import Meaning
from bot.router import Router
from bot.services.house import House
from bot.turn import Turn
from handlers import CONVERSATION
from storage.database import Database
from storage.work import Work
from tests.conftest import Opener
from tests.embedding.base import fill, give_vectors, make_house
from tests.embedding.stub import Answer, Stub, half, hang, raw, rows

ASKED = "干了俩月一分钱没见着"
WAIT_S = 20.0
Vector = Sequence[float] | None


class Ears:
    """A route before all others that takes nothing and keeps what it was asked to look at, in order."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Vector]] = []
        self.open = threading.Event()
        self.open.set()

    def match(self, turn: Turn) -> None:
        self.heard.append((turn.message.text, turn.vector))
        assert self.open.wait(WAIT_S)

    @contextmanager
    def covered(self) -> Iterator[None]:
        """Inside the block a turn does not end."""
        self.open.clear()
        try:
            yield
        finally:
            self.open.set()

    def never(self, turn: Turn, found: None) -> None:
        raise AssertionError


class Hall:
    """One process with its door."""

    def __init__(
        self, database: Database, house: House, clock: FrozenClock, embedder: Embedder | None, budget: float = 4.0
    ) -> None:
        self.database, self.house, self.clock, self.ears = database, house, clock, Ears()
        router = Router("ears")
        router.on(self.ears)(self.ears.never)
        routers = (router, *CONVERSATION.routers)
        conversation = Conversation(routers, CONVERSATION.flows, CONVERSATION.aside)
        dispatcher = Dispatcher(conversation, house, clock, {"talk": TalkChannel.can})
        meaning = Meaning(embedder, database, house, routers) if embedder else None
        self.door = Door(database, dispatcher, clock, budget, lambda: None, meaning)
        self.pushes = 0

    async def take(self, text: str, user: str = "u1", kind: Kind = Kind.TEXT, chat: str = "", key: str = "") -> Reply:
        """What the door answers to a message."""
        self.pushes += 1
        dedupe = f"m:{user}:{self.pushes}"
        return await self.door.take(
            Inbound("talk", dedupe, user, kind, self.clock.now(), text=text, chat=chat, key=key, mentioned=bool(chat))
        )

    async def says(self, text: str, user: str = "u1") -> str:
        """The words of the answer."""
        reply = await self.take(text, user)
        assert reply.out is not None
        return reply.out.text

    def vector(self, text: str) -> Vector:
        """The vector with which the last turn of these words was taken."""
        return [vector for heard, vector in self.ears.heard if heard == text][-1]


@pytest.fixture
def house(database: Database, now: datetime) -> House:
    database.writer.run(lambda work: fill(work, now))
    give_vectors(database, now)
    made = make_house()
    database.look(made.knowledge.refresh)
    return made


@pytest.fixture
def hall(database: Database, house: House, clock: FrozenClock, embedder: Embedder) -> Hall:
    return Hall(database, house, clock, embedder)


async def test_what_the_search_does_not_know_is_asked_outside_and_the_turn_gets_the_vector(
    hall: Hall, stub: Stub
) -> None:
    stub.alike[ASKED] = "老板不发工资"
    assert await hall.says(ASKED)
    assert stub.texts == [ASKED]
    vector = hall.vector(ASKED)
    assert vector is not None
    counts = stub.vector("老板不发工资")
    length = sum(each * each for each in counts) ** 0.5
    assert list(vector) == pytest.approx([each / length for each in counts], abs=1e-6)


async def test_a_paraphrase_is_answered_with_the_endpoint_and_offered_without(
    hall: Hall, stub: Stub, database: Database, house: House, clock: FrozenClock
) -> None:
    stub.alike[ASKED] = "老板不发工资"
    assert await hall.says(ASKED) == await hall.says("老板不发工资", "u2")
    stub.default = raw(b"{}", 503)
    without = await hall.says(ASKED, "u3")
    assert without.startswith("我不太确定您问的是哪一个")
    assert await Hall(database, house, clock, None).says(ASKED, "u4") == without


async def test_words_that_were_spoken_too(hall: Hall, stub: Stub) -> None:
    await hall.take(ASKED, kind=Kind.VOICE)
    assert stub.texts == [ASKED]


async def test_without_an_endpoint_nothing_is_asked(
    database: Database, house: House, clock: FrozenClock, stub: Stub
) -> None:
    hall = Hall(database, house, clock, None)
    assert await hall.says(ASKED)
    assert (stub.asked, hall.vector(ASKED)) == ([], None)


async def test_what_is_no_open_question_stays_here(hall: Hall, stub: Stub) -> None:
    """Known questions, commands, choices by number, taps, groups, pictures, places, despair."""
    for said in (
        "年休假有几天？",
        "我的任务",
        "完成 1",
        "完成了任务",
        "2",
        "转人工",
        "我要加入工会",
        "早上好！",
        "没用",
    ):
        await hall.take(said)
    await hall.take("我不想活了，谁都不管我们")
    await hall.take(ASKED, key="faq:arrears")
    await hall.take(ASKED, chat="wr-1")
    for kind in (Kind.LOCATION, Kind.LINK, Kind.IMAGE, Kind.FOLLOW, Kind.CLICK, Kind.OTHER):
        await hall.take(ASKED, kind=kind)
    assert stub.texts == []


async def test_answers_to_a_form_never_leave(hall: Hall, stub: Stub) -> None:
    """Each of these would be asked about if it came without a form; also when it is put aside."""
    await hall.says("入会")
    assert "姓名" in await hall.says("同意")
    said = ["欧阳不想告诉你们", "可以的你们问吧", "示例机械厂有限公司第三分厂", "这个我不知道怎么填", "稍后", ASKED]
    for each in said:
        await hall.take(each)
    assert stub.texts == []
    await hall.says("继续")
    await hall.says("取消")
    await hall.says("取消")
    for each in said:
        await hall.take(each)
    assert stub.texts == [each for each in said if each != "稍后"]


async def test_an_answer_that_comes_at_once_does_not_leave_either(hall: Hall, stub: Stub, backend: str) -> None:
    """The turn that opens the form is not committed yet when the next words arrive."""
    await hall.says("入会")
    with all_writers_held(hall.database, 1 if backend == "sqlite" else 2) as let_go:
        before = hall.database.writer.write(lambda work: None)  # a job of this kind that came earlier
        opens = asyncio.create_task(hall.take("同意"))
        answers = asyncio.create_task(hall.take("示例机械厂有限公司第三分厂"))
        await asyncio.wait([opens], timeout=0.05)
        let_go.set()
        await asyncio.gather(before, opens, answers)
    assert stub.texts == []


async def test_a_form_at_another_process_is_seen(
    another: Opener, house: House, clock: FrozenClock, embedder: Embedder, stub: Stub
) -> None:
    one, other = (Hall(another(), house, clock, embedder) for _ in range(2))
    await one.says("入会")
    await one.says("同意")
    await other.take("示例机械厂有限公司第三分厂")
    assert stub.texts == []


async def test_long_numbers_are_masked_on_the_way(hall: Hall, stub: Stub) -> None:
    await hall.take(f"我电话13800138000，{ASKED}")
    assert len(stub.texts) == 1
    assert "〔号码〕" in stub.texts[0] and "138" not in stub.texts[0]


GARBAGE: list[Answer] = [raw(b"{}", 500), raw(b"nonsense"), rows({"index": 0, "embedding": [1.0]})]
SLOW: list[Answer] = [hang, half]


@pytest.mark.parametrize("answer", GARBAGE, ids=["500", "nonsense", "another model"])
async def test_garbage_changes_nothing_for_the_asker(
    hall: Hall, stub: Stub, database: Database, house: House, clock: FrozenClock, answer: Answer
) -> None:
    """Also the vector of another model: it is not compared with those of the base."""
    without = await Hall(database, house, clock, None).says(ASKED, "u2")
    stub.answers = [answer]
    assert await hall.says(ASKED) == without
    assert stub.texts == [ASKED]


@pytest.mark.parametrize("answer", SLOW, ids=["hang", "half"])
async def test_slowness_costs_the_time_of_one_call(
    database: Database, house: House, clock: FrozenClock, stub: Stub, answer: Answer
) -> None:
    async with impatient(stub, clock, 0.2) as embedder:
        hall = Hall(database, house, clock, embedder)
        stub.default = answer
        elapsed = stopwatch()
        assert await hall.says(ASKED)
        assert 180 <= elapsed() < 3000
        assert hall.vector(ASKED) is None


async def test_that_time_is_part_of_the_reply_budget(
    database: Database, house: House, clock: FrozenClock, stub: Stub
) -> None:
    """A second for the answer, 0.4 of it spent outside, and then the turn does not end: late after one second."""
    async with impatient(stub, clock, 0.4) as embedder:
        hall = Hall(database, house, clock, embedder, budget=1.0)
        stub.default = hang
        with hall.ears.covered():
            elapsed = stopwatch()
            assert await hall.take(ASKED) == Reply()
            assert 900 <= elapsed() < 1350
        assert stub.texts == [ASKED]


async def test_an_endpoint_that_is_down_is_left_alone_and_people_are_answered_at_once(hall: Hall, stub: Stub) -> None:
    stub.default = raw(b"{}", 503)
    for number in range(6):
        assert await hall.says(ASKED, f"u{number}")
    assert len(stub.asked) == 3


async def test_nothing_is_asked_while_nobody_can_say_whether_a_form_is_open(
    backend: str, database: Database, house: House, clock: FrozenClock, stub: Stub
) -> None:
    async with impatient(stub, clock, 0.1) as embedder:
        hall = Hall(database, house, clock, embedder)
        await hall.says("谢谢")
        with all_writers_held(database, 1 if backend == "sqlite" else 2) as let_go:
            took = asyncio.create_task(hall.take(ASKED))
            await asyncio.wait([took], timeout=0.5)
            let_go.set()
            reply = await took
        assert reply.out is not None
        assert (stub.texts, hall.vector(ASKED)) == ([], None)


async def test_messages_of_one_person_keep_their_order(hall: Hall, stub: Stub) -> None:
    """The second comes while the first is asked about outside; somebody else does not wait for either."""
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(request: web.Request) -> web.StreamResponse:
        asked.set()
        await go_on.wait()
        return await stub.vectors(request)

    stub.answers = [slowly]
    first = asyncio.create_task(hall.take(ASKED))
    await asyncio.wait_for(asked.wait(), WAIT_S)
    later = [asyncio.create_task(hall.take(text)) for text in ("转人工", "老家的医院看病能不能也给报销")]
    assert await hall.says("谢谢", "u2")
    go_on.set()
    await asyncio.gather(first, *later)
    assert [text for text, _ in hall.ears.heard if text != "谢谢"] == [ASKED, "转人工", "老家的医院看病能不能也给报销"]
    assert stub.texts == [ASKED]
    await hall.take("老家的医院看病能不能也给报销")
    assert len(stub.texts) == 2


@asynccontextmanager
async def impatient(stub: Stub, clock: FrozenClock, seconds: float) -> AsyncIterator[Embedder]:
    embedder = Embedder(Endpoint(stub.url, "stub-small", seconds=seconds), clock)
    try:
        yield embedder
    finally:
        await embedder.close()


@contextmanager
def all_writers_held(database: Database, threads: int) -> Iterator[threading.Event]:
    """Every writer thread is in the middle of a job until the event is set."""
    let_go = threading.Event()
    with ExitStack() as stack:
        for _ in range(threads):
            stack.enter_context(one_writer_held(database, let_go))
        try:
            yield let_go
        finally:
            let_go.set()


@contextmanager
def one_writer_held(database: Database, let_go: threading.Event) -> Iterator[None]:
    """One more writer thread is in the middle of a job; the next job is for another thread."""
    began = threading.Event()

    def hold(work: Work) -> None:
        began.set()
        assert let_go.wait(WAIT_S)

    held = threading.Thread(target=database.writer.run, args=(hold,))
    held.start()
    assert began.wait(WAIT_S)
    yield
    held.join(WAIT_S)
