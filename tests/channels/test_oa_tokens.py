"""The access token: one fetch for all, one retry after a refusal, one forced renewal, shared by processes."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels.oa.channel import OaChannel
from bot.channels.oa.tokens import StoredToken
from bot.clock import FrozenClock
from bot.contract import Outcome, Result
from tests.channels.oa_kit import NOW, SETTINGS, MemoryStore, outgoing
from tests.channels.oa_stub import hang
from tests.channels.test_oa_send import TO, platform


async def results(channel: OaChannel, count: int) -> Counter[Result]:
    outcomes = await asyncio.gather(*(channel.send(outgoing(), TO) for _ in range(count)))
    return Counter(outcome.result for outcome in outcomes)


async def test_200_sends_fetch_one_token() -> None:
    store = MemoryStore()
    async with platform(store, timeout_s=30) as (stub, channel):
        assert await results(channel, 200) == {Result.OK: 200}
        assert stub.token_calls == [
            {
                "grant_type": "client_credential",
                "appid": SETTINGS.app_id,
                "secret": SETTINGS.app_secret,
                "force_refresh": False,
            }
        ]
    assert [token.value for token in store.swaps] == ["tok1"]
    assert store.swaps[0].expires_at == NOW + timedelta(seconds=7200)


async def test_200_sends_with_a_revoked_token_renew_it_once() -> None:
    async with platform(timeout_s=30) as (stub, channel):
        assert await results(channel, 1) == {Result.OK: 1}
        stub.renew()
        assert await results(channel, 200) == {Result.OK: 200}
        assert [call["force_refresh"] for call in stub.token_calls] == [False, False]
        assert len(stub.calls) <= 401


async def test_a_token_is_renewed_five_minutes_before_it_ends() -> None:
    clock = FrozenClock(NOW)
    async with platform(now=clock.now) as (stub, channel):
        await channel.send(outgoing(), TO)
        clock.move(timedelta(seconds=6899))
        await channel.send(outgoing(), TO)
        assert len(stub.token_calls) == 1
        clock.move(timedelta(seconds=1))
        stub.renew()
        assert (await channel.send(outgoing(), TO)).result is Result.OK
        assert len(stub.token_calls) == 2


async def test_a_short_lived_token_is_used_all_the_same() -> None:
    async with platform() as (stub, channel):
        stub.token_answers = [{"access_token": "tok1", "expires_in": 300}]
        assert await results(channel, 1) == {Result.OK: 1}


async def test_the_stored_token_of_another_process_is_used() -> None:
    store = MemoryStore()
    store.token = StoredToken("tok1", NOW + timedelta(hours=1))
    async with platform(store) as (stub, channel):
        assert await results(channel, 3) == {Result.OK: 3}
        assert stub.token_calls == []


async def test_a_refused_token_that_another_process_replaced_is_not_fetched_again() -> None:
    store = MemoryStore()
    async with platform(store) as (stub, channel):
        await results(channel, 1)
        stub.renew()
        store.token = StoredToken("tok2", NOW + timedelta(hours=1))
        assert await results(channel, 50) == {Result.OK: 50}
        assert len(stub.token_calls) == 1


async def test_a_persistent_refusal_costs_two_requests_and_one_forced_renewal() -> None:
    async with platform() as (stub, channel):
        stub.valid, stub.force_renews = set(), False
        first = await channel.send(outgoing(), TO)
        assert (first.result, first.code, len(stub.calls)) == (Result.THROTTLED, "40001", 2)
        assert [call["force_refresh"] for call in stub.token_calls] == [False, False, True]
        second = await channel.send(outgoing(), TO)
        assert second == Outcome(Result.REJECTED, "40001", ours=True, route="custom")
        assert len(stub.calls) == 4
        assert [call["force_refresh"] for call in stub.token_calls] == [False, False, True, False]


async def test_a_forced_renewal_heals_the_next_send() -> None:
    store = MemoryStore()
    async with platform(store) as (stub, channel):
        stub.valid = {"another"}  # the platform keeps giving tok1 and keeps refusing it
        assert (await channel.send(outgoing(), TO)).result is Result.THROTTLED
        assert (await channel.send(outgoing(), TO)).result is Result.OK
        assert store.token == StoredToken("tok2", NOW + timedelta(seconds=7200))


async def test_200_persistent_refusals_force_once() -> None:
    async with platform(timeout_s=30) as (stub, channel):
        stub.valid = {"another"}
        outcomes = await results(channel, 200)
        assert set(outcomes) <= {Result.THROTTLED, Result.OK}
        assert sum(call["force_refresh"] for call in stub.token_calls) == 1
        assert len(stub.token_calls) == 3
        assert len(stub.calls) <= 400


async def test_two_processes_force_once_between_them() -> None:
    store = MemoryStore()
    async with platform(store) as (stub, one):
        other = OaChannel(replace(SETTINGS, api_base_url=stub.base_url), store, lambda: NOW)
        stub.valid = {"another"}
        await asyncio.gather(one.send(outgoing(), TO), other.send(outgoing(), TO))
        assert await results(one, 2) + await results(other, 2) == {Result.OK: 4}
        assert sum(call["force_refresh"] for call in stub.token_calls) == 1
        await other.close()


async def test_while_another_process_forces_sends_wait() -> None:
    clock = FrozenClock(NOW)
    store = MemoryStore()
    store.token = StoredToken(f"claim:{int(NOW.timestamp())}:0123456789abcdef", NOW + timedelta(hours=1))
    async with platform(store, clock.now) as (stub, channel):
        waiting = await channel.send(outgoing(), TO)
        assert (waiting.result, waiting.until) == (Result.THROTTLED, NOW + timedelta(seconds=5))
        assert stub.token_calls == []
        clock.move(timedelta(seconds=30))
        assert (await channel.send(outgoing(), TO)).result is Result.OK
        assert store.token is not None and store.token.value == "tok1"


async def test_after_two_hours_a_renewal_may_be_forced_again() -> None:
    clock = FrozenClock(NOW)
    async with platform(now=clock.now) as (stub, channel):
        stub.valid, stub.force_renews = set(), False
        for _ in range(3):
            await channel.send(outgoing(), TO)
        assert sum(call["force_refresh"] for call in stub.token_calls) == 1
        clock.move(timedelta(hours=2))
        await channel.send(outgoing(), TO)
        assert sum(call["force_refresh"] for call in stub.token_calls) == 2


async def test_a_second_token_that_is_refused_too_stops() -> None:
    async with platform() as (stub, channel):
        await channel.send(outgoing(), TO)
        stub.renew()
        stub.valid = set()
        outcome = await channel.send(outgoing(), TO)
        assert (outcome.result, outcome.ours) == (Result.REJECTED, True)
        assert not any(call["force_refresh"] for call in stub.token_calls)


@pytest.mark.parametrize("code", [40014, 42001, "42001"])
async def test_all_refusals_of_a_token_renew_it(code: int | str) -> None:
    async with platform() as (stub, channel):
        stub.replies = [{"errcode": code, "errmsg": "access_token expired"}]
        assert (await channel.send(outgoing(), TO)).result is Result.OK
        assert len(stub.calls) == 2


@pytest.mark.parametrize(
    ("answer", "result", "ours"),
    [
        ({"errcode": 40164, "errmsg": "invalid ip 192.0.2.1"}, Result.REJECTED, True),
        ({"errcode": 40125, "errmsg": "invalid appsecret"}, Result.REJECTED, True),
        ({"errcode": 40001, "errmsg": "bad secret"}, Result.REJECTED, True),
        ({"errcode": -1, "errmsg": "busy"}, Result.THROTTLED, False),
        ({"errcode": "45009", "errmsg": "limit"}, Result.QUOTA, False),
        ({"access_token": "", "expires_in": 7200}, Result.THROTTLED, False),
        ({"access_token": "t" * 1025, "expires_in": 7200}, Result.THROTTLED, False),
        ({"access_token": "t"}, Result.THROTTLED, False),
        (b"garbage", Result.THROTTLED, False),
        (502, Result.THROTTLED, False),
        (hang, Result.THROTTLED, False),
    ],
)
async def test_no_token_no_message(answer: object, result: Result, ours: bool) -> None:
    clock = FrozenClock(NOW)
    async with platform(now=clock.now, timeout_s=0.4) as (stub, channel):
        stub.token_answers = [answer]
        outcome = await channel.send(outgoing(), TO)
        assert (outcome.result, outcome.ours, stub.calls) == (result, ours, [])
        # Those that wait in line do not each ask again.
        assert await results(channel, 20) == {result: 20}
        assert len(stub.token_calls) == 1
        clock.move(timedelta(seconds=5))
        assert await results(channel, 1) == {Result.OK: 1}


class BrokenStore(MemoryStore):
    """A database that is away."""

    async def load(self, channel: str) -> StoredToken | None:
        raise OSError(channel)


class ReadOnlyStore(MemoryStore):
    """A database that takes nothing."""

    async def swap(self, channel: str, refused: str | None, new: StoredToken) -> StoredToken:
        raise OSError(channel)


@pytest.mark.parametrize("store", [BrokenStore(), ReadOnlyStore()])
async def test_a_broken_store_is_a_value_too(store: MemoryStore) -> None:
    async with platform(store) as (stub, channel):
        outcome = await channel.send(outgoing(), TO)
        assert (outcome.result, outcome.code, stub.calls) == (Result.THROTTLED, "token store", [])


def test_tokens_do_not_show() -> None:
    assert "secret" not in repr(StoredToken("secret", NOW))
