"""`faq ask`: a line out for every line in, whatever is in it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import faq_commands
from tests.exchange.conftest import ANNUAL, SICK, Terminal, settings
from tests.wire.room import CONTENT


def asked(terminal: Terminal, stdin: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in terminal.ok("faq", "ask", "--json", stdin=stdin).splitlines()]


def test_the_format(terminal: Terminal) -> None:
    answer, decline = asked(terminal, "年假几天\n今天股票涨了吗\n".encode())
    assert answer == {
        "decision": "answer",
        "entries": [{"id": "lv-annual", "question": ANNUAL["question"], "score": 1.0}],
    }
    assert decline == {"decision": "decline", "entries": []}
    assert terminal.ok("faq", "ask", stdin="病假一天扣多少钱".encode()) == f"answer lv-sick {SICK['question']} 1.0\n"


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"   ",
        b"\xff\xfe\x00\x80",
        b"\x00" * 100,
        b"\r",
        "年假".encode()[:4],
        "🙂".encode() * 1000,
        b"a" * (faq_commands.MAX_LINE - 1),
        b"a" * faq_commands.MAX_LINE,
        b"a" * (faq_commands.MAX_LINE + 1),
        b"a" * (3 * faq_commands.MAX_LINE),
        '{"text": "年假几天"}'.encode(),
    ],
    ids=lambda line: f"{len(line)}-{line[:4].hex()}",
)
def test_a_line_out_for_every_line_in(terminal: Terminal, line: bytes) -> None:
    known = "年假几天".encode()
    found = asked(terminal, b"\n".join([known, line, known]))
    assert len(found) == 3
    assert {each["decision"] for each in found} <= {"answer", "suggest", "decline"}
    assert found[0] == found[2] and found[0]["entries"][0]["id"] == "lv-annual"


def test_nothing_in_is_nothing_out(terminal: Terminal) -> None:
    assert asked(terminal, b"") == []


def test_other_line_ends(terminal: Terminal) -> None:
    first, second = asked(terminal, "年假几天\r\n病假一天扣多少钱\r\n".encode())
    assert (first["entries"][0]["id"], second["entries"][0]["id"]) == ("lv-annual", "lv-sick")


@given(st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"")), max_size=6))
def test_lines_are_counted_as_they_come(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]) -> None:
    path = tmp_path_factory.getbasetemp() / "lines"
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    with path.open("rb") as source:
        assert len(list(faq_commands._lines(source))) == len(lines)


def command(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    env = {**os.environ, **settings(folder), "UNIONBOT__CONTENT__FOLDER": str(CONTENT)}
    env["PYTHONPATH"] = str(CONTENT.parent)
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "--log-level", "WARNING", *arguments],
        cwd=folder,
        env=env,
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
    )


def test_the_real_thing_in_a_process_of_its_own(tmp_path: Path) -> None:
    with command(tmp_path, "faq", "ask", "--json") as process:
        out, err = process.communicate("年休假有几天？\n\n\xff明天会下雨吗\n".encode("utf-8", "replace"), timeout=120)
    found = [json.loads(line) for line in out.splitlines()]
    assert (process.returncode, err) == (0, b"")
    assert [each["decision"] for each in found] == ["answer", "decline", "decline"]
    assert found[0]["entries"][0]["id"] == "lv-annual"


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    """Like `… | head -1`: no traceback, no complaint."""
    with command(tmp_path, "faq", "ask", "--json") as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        process.stdin.write("年假\n".encode())
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["decision"]
        process.stdout.close()
        process.stdin.write("年假\n".encode() * 10)
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0
