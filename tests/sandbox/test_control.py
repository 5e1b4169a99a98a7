"""Control API: state, stream, logs, reset, state file, page files, hostile input."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from sandbox import pushes
from sandbox.config import ConfigError, SandboxConfig, parse_config
from sandbox.received import Received, ReceivedLog
from sandbox.ring import Ring
from tests.sandbox.room import APP_ID, CHEN, KEY, LI, SECRET, TOKEN, WANG, Room, open_room


async def test_first_state(room: Room) -> None:
    state = await room.get("state")
    assert [(one["user"], one["name"], one["follows"]) for one in state["phones"]] == [
        (CHEN, "小陈", False),
        (WANG, "王主席", False),
        (LI, "李师傅", False),
    ]
    assert state["menu"] is None and state["mode"] == "safe" and state["now"].endswith("+08:00")
    assert state["quota"]["custom"] == {"used": 0, "limit": 500_000}
    assert all(len(one["user"]) == 28 for one in state["phones"])


async def test_new_phones_and_impossible_actions(room: Room) -> None:
    phone = await room.act("phones", name="赵师傅")
    assert phone["role"] == "职工" and phone["user"].startswith("o") and len(phone["user"]) == 28
    assert (await room.try_act(f"phones/{phone['user']}/text", text="好"))[0] == 409
    await room.phone(phone["user"], "follow")
    assert (await room.try_act(f"phones/{phone['user']}/follow"))[0] == 409
    assert (await room.try_act("phones/oNobody/follow"))[0] == 404
    assert (await room.try_act("phones", name=""))[0] == 400
    assert (await room.try_act(f"phones/{phone['user']}/message", kind="poem"))[0] == 400
    bad = {"event": "x", "xml_fields": {"a><b": "1"}}
    assert (await room.try_act(f"phones/{phone['user']}/event", **bad))[0] == 400
    deep: Any = "1"
    for _ in range(200):
        deep = {"a": deep}
    assert (await room.try_act(f"phones/{phone['user']}/event", event="x", xml_fields=deep))[0] == 400
    assert (await room.get("state"))["phones"][-1]["name"] == "赵师傅"


async def test_the_stream_tells_what_changed(room: Room) -> None:
    async with room.http.get("/sandbox/stream") as stream:
        assert stream.content_type == "text/event-stream"
        await stream.content.readuntil(b"\n\n")
        await room.phone(CHEN, "follow")
        event = (await stream.content.readuntil(b"\n\n")).decode().splitlines()
    assert event[0] == "event: changed"
    data = json.loads(event[1].removeprefix("data: "))
    assert data["phones"] == [CHEN] and data["wire"] >= 1


async def test_the_wire_shows_both_sides(room: Room) -> None:
    async def hello(message: dict[str, Any]) -> Any:
        return room.bot.text(message, "您好")

    room.bot.answer = hello
    await room.phone(CHEN, "follow")
    await room.say(CHEN, "回答")
    push, token, call = (await room.get("wire"))["items"]
    assert (push["direction"], push["what"], push["status"]) == ("push", "event:subscribe", 200)
    assert "<Event><![CDATA[subscribe]]>" in push["request"] and "<Encrypt>" in push["request"]
    assert "您好" in push["response"] and "<Encrypt>" in push["response"]
    assert token["what"] == "stable_token" and SECRET not in token["request"] and "98_" not in token["response"]
    assert (call["what"], call["user"], call["errcode"]) == ("message/custom/send", CHEN, 0)
    assert "回答" in call["request"]
    assert (await room.get(f"wire?after={token['id']}"))["items"] == [call]
    assert len((await room.get("wire?limit=1"))["items"]) == 1


async def test_reset_forgets_everything(room: Room) -> None:
    await room.phone(CHEN, "follow")
    await room.say(CHEN, "好")
    await room.shift(500)
    await room.act("reset")
    state = await room.get("state")
    assert not any(phone["follows"] or phone["messages"] for phone in state["phones"])
    assert state["ledger"] == [] and state["shift_seconds"] == 0
    assert await room.get("received") == [] and (await room.get("stats"))["calls"] == 0
    assert (await room.api("menu/get"))["errcode"] == 40001


async def test_state_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    async with open_room(state=path) as room:
        await room.phone(CHEN, "follow", scene="bind_1")
        await room.say(CHEN, "记住")
        await room.phone(CHEN, "consent", template_id="N1", accept=True, count=2)
        await room.api("menu/create", {"button": [{"type": "click", "name": "问", "key": "K"}]})
        tag = (await room.api("tags/create", {"tag": {"name": "会员"}}))["tag"]["id"]
        await room.api("tags/members/batchtagging", {"openid_list": [CHEN], "tagid": tag})
        before = await room.get("state")
    assert path.stat().st_mode & 0o077 == 0
    async with open_room(state=path) as room:
        after = await room.get("state")
        for name in ("phones", "menu", "scenes", "ledger", "consents"):
            assert after[name] == before[name]
        assert (await room.api("tags/getidlist", {"openid": CHEN}))["tagid_list"] == [tag]
        await room.phone(CHEN, "text", text="还在")
        ids = [bubble["id"] for bubble in await room.bubbles(CHEN)]
        assert ids == sorted(set(ids))


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"version":1,"phones":[{}]}', b'{"version":1,"phones":[],"ledger":[]}', b"\xff\xfe"]
)
async def test_a_broken_state_file_means_a_fresh_start(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(content)
    async with open_room(state=path) as room:
        assert len((await room.get("state"))["phones"]) == 3
    assert json.loads(path.read_bytes())["version"] == 1


@pytest.mark.parametrize(
    "change",
    [
        {"p_busy": 2},
        {"p_busy": "1"},
        {"push_attempts": 0},
        {"latency_ms": -1},
        {"bad_signature": 1},
        {"force_path": 3},
        {"unknown": 1},
    ],
)
async def test_bad_faults_change_nothing(room: Room, change: dict[str, Any]) -> None:
    before = (await room.get("state"))["faults"]
    assert (await room.try_act("faults", **change))[0] == 400
    assert (await room.get("state"))["faults"] == before


async def test_foreign_pages_and_rubbish_are_refused(room: Room) -> None:
    async with room.http.post("/sandbox/reset", json={}, headers={"Origin": "https://evil.example"}) as response:
        assert response.status == 403
    for body in (b"[]", b"{", b"\xff"):
        async with room.http.post("/sandbox/phones", data=body) as response:
            assert response.status == 400
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/nothing.js", "/static/x.py"):
        async with room.http.get(path) as response:
            assert response.status == 404
    async with room.http.get("/sandbox/wire?after=x") as response:
        assert response.status == 400


def test_configuration_from_the_environment() -> None:
    env = {
        "SANDBOX_CALLBACK": "http://127.0.0.1:8080/cb",
        "SANDBOX_APP_ID": APP_ID,
        "SANDBOX_APP_SECRET": SECRET,
        "SANDBOX_TOKEN": TOKEN,
        "SANDBOX_ENCODING_AES_KEY": KEY,
    }
    config = parse_config(["--port", "9001", "--mode", "compat"], env)
    assert (config.port, config.mode, config.host, config.state) == (9001, "compat", "127.0.0.1", None)
    assert SECRET not in repr(config) and TOKEN not in repr(config) and KEY not in repr(config)
    with pytest.raises(ConfigError, match="callback"):
        parse_config([], env | {"SANDBOX_CALLBACK": "ftp://x"})
    with pytest.raises(ConfigError, match="encoding_aes_key"):
        SandboxConfig("http://x/", APP_ID, SECRET, TOKEN, "short")
    with pytest.raises(ConfigError, match="required"):
        parse_config([], {"SANDBOX_CALLBACK": "http://x/"})


def test_the_command_serves_and_stops_cleanly(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "SANDBOX_APP_SECRET": SECRET, "SANDBOX_TOKEN": TOKEN, "PYTHONUNBUFFERED": "1"}
    state = tmp_path / "state.json"
    command = [sys.executable, "-m", "sandbox", "--mode", "plain", "--app-id", APP_ID, "--port", str(port)]
    root = Path(pushes.__file__).parent.parent
    assert subprocess.run(command, capture_output=True, check=False, cwd=root, env=env).returncode == 2
    full = [*command, "--callback", "http://127.0.0.1:1/cb", "--state", str(state)]
    with subprocess.Popen(full, stdout=subprocess.PIPE, text=True, cwd=root, env=env) as process:
        assert process.stdout is not None and str(port) in process.stdout.readline()
        with urlopen(f"http://127.0.0.1:{port}/sandbox/state", timeout=5) as response:
            assert json.load(response)["mode"] == "plain"
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    assert json.loads(state.read_bytes())["version"] == 1


def test_received_log_stays_small_but_counts_exactly() -> None:
    log = ReceivedLog()
    for number in range(120_000):
        log.add(Received(number, 0.0, f"o{number % 60_000}", "mass", "通知" * 60))
    assert (log.total, log.duplicates) == (120_000, 60_000)
    assert log.times("o1", "通知" * 60) == 2
    assert len(log.view(None)) <= 100_000


def test_ring_bounds_count_and_weight() -> None:
    ring: Ring[int] = Ring(3, 10)
    for number in range(5):
        ring.add(number, 2)
    assert list(ring) == [2, 3, 4] and ring.newest(2) == [3, 4]
    ring.add(9, 50)
    assert list(ring) == [9] and len(ring) == 1


def test_the_sandbox_shares_no_code_with_the_bot() -> None:
    sources = [path.read_text("utf-8") for path in Path(str(pushes.__file__)).parent.glob("*.py")]
    lines = [line for source in sources for line in source.splitlines() if line.startswith(("import ", "from "))]
    foreign = {"bot", "handlers", "storage", "wechatpy", "xmltodict"}
    assert len(lines) > 100 and not [line for line in lines if line.split()[1].split(".")[0] in foreign]
