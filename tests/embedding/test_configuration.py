"""Switching it on: what `check` and the start say about settings that cannot work, and which jobs there are then."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot import checking, commands
from bot.app import Application, embedding_endpoint
from bot.config import Config, load
from bot.errors import Misconfigured
from tests.embedding.stub import Stub, raw
from tests.wire.room import configuration

NOTHING = argparse.Namespace()
ON = {"enabled": True, "url": "https://embeddings.example.org/v1", "model": "m"}
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"enabled": True}, "embedding: url and model must be set where enabled is true"),
    ({**ON, "url": ""}, "embedding: url and model must be set where enabled is true"),
    ({**ON, "model": ""}, "embedding: url and model must be set where enabled is true"),
    ({**ON, "url": "http://10.1.2.3/v1"}, "embedding: url must be https, or http on this machine"),
    ({**ON, "api_key": "a b"}, "embedding: api_key must be"),
]


def configured(folder: Path, **embedding: Any) -> Config:
    url = f"sqlite:///{folder / 'union.db'}"
    return configuration(url, "http://127.0.0.1:1", embedding=embedding)


def checked(config: Config, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What `check` says about the endpoint."""
    assert checking.check(config, NOTHING) == 1  # the platform of this configuration does not exist
    return [line for line in capsys.readouterr().out.splitlines() if "embedding" in line]


def test_it_is_off_by_default() -> None:
    config = load(None)
    assert not config.embedding.enabled
    assert embedding_endpoint(config) is None


@pytest.mark.parametrize(("given", "said"), WRONG)
def test_settings_that_cannot_work_are_said_and_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: dict[str, Any], said: str
) -> None:
    config = configured(tmp_path, **given)
    found = checked(config, capsys)
    assert len(found) == 1 and found[0].startswith(f"✗ {said}")
    with pytest.raises(Misconfigured, match=said):
        Application(config)


@pytest.mark.parametrize("given", [{"timeout_seconds": 0}, {"timeout_seconds": 2.1}, {"batch": 0}, {"batch": 129}])
def test_numbers_out_of_range(given: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured, match=r"embedding\.(timeout_seconds|batch)"):
        load(None, embedding={**ON, **given})


def test_the_key_comes_from_the_environment_and_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNIONBOT__EMBEDDING__API_KEY", "key-of-the-test")
    config = load(None, embedding=ON)
    endpoint = embedding_endpoint(config)
    assert endpoint is not None and endpoint.api_key == "key-of-the-test"
    assert "key-of-the-test" not in repr(config) + repr(endpoint)


@pytest.mark.parametrize(("budget", "seconds"), [(4.0, 0.8), (1.0, 0.25)])
def test_form_and_vector_take_at_most_half_of_the_reply_budget(budget: float, seconds: float) -> None:
    endpoint = embedding_endpoint(load(None, embedding=ON, timing={"reply_budget_seconds": budget}))
    assert endpoint is not None and endpoint.seconds == seconds


async def test_check_asks_for_one_vector(tmp_path: Path, capsys: pytest.CaptureFixture[str], stub: Stub) -> None:
    config = configured(tmp_path, enabled=True, url=stub.url, model="stub-small")
    assert await asyncio.to_thread(checked, config, capsys) == []
    assert len(stub.texts) == 1
    stub.default = raw(b"{}", 401)
    found = await asyncio.to_thread(checked, config, capsys)
    assert len(found) == 1 and "no usable vector within 0.8 s" in found[0]


def test_the_job_is_listed_where_it_is_switched_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for given, listed in (({}, False), (ON, True)):
        assert commands.jobs_list(configured(tmp_path, **given), NOTHING) == 0
        assert ("embed_entries" in capsys.readouterr().out) is listed
    asked = argparse.Namespace(name="embed_entries", at=None)
    with pytest.raises(commands.Failed, match="no job named embed_entries"):
        commands.jobs_run(configured(tmp_path), asked)
    assert commands.jobs_run(configured(tmp_path, **ON), asked) == 0
    assert capsys.readouterr().out == '{"embedded": 0, "failed": 0, "dropped": 0}\n'
