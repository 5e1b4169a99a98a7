"""The bot as it is run: a configuration in a temporary folder, the FAQ imported, `serve` as the command."""

import base64
import os
import subprocess
from pathlib import Path

import yaml

from benchmarks import account
from benchmarks.machine import ROOT, NotStarted, module

PATH = "/wechat/oa"
DEAD = "http://127.0.0.1:9"


def write_faq(file: Path) -> None:
    """The benchmark's entries as `faq import` reads them."""
    entries = [
        {
            "id": f"bench-{number}",
            "question": account.question(number),
            "phrasings": [f"第{number}项困难补助"],
            "answer": account.answer(number),
            "category": "测试",
            "citations": [{"law": "中华人民共和国工会法", "article": "第三条", "version": "2021-12-24修正"}],
            "as_of": "2026-01-01",
            "review_by": "2099-12-31",
        }
        for number in range(account.ENTRIES)
    ]
    file.write_text(yaml.safe_dump({"entries": entries}, allow_unicode=True), encoding="utf-8")


def write_config(file: Path, url: str, mode: str, port: int, api: str = DEAD, at_once: int = 48) -> None:
    """A configuration with the Official Account switched on."""
    account_ = {"enabled": True, "app_id": account.APP_ID, "api_base_url": api, "mode": mode, "in_flight": at_once}
    config = {
        "database": {"url": url},
        "server": {"public": {"port": port}, "console": {"port": 0}},
        "channels": {"oa": account_},
    }
    file.write_text(yaml.safe_dump(config), encoding="utf-8")


def secrets() -> dict[str, str]:
    """The environment of one run; the keys protect nothing."""
    return {
        "UNIONBOT__SECURITY__SEAL_KEYS": "1:" + base64.b64encode(bytes(32)).decode(),
        "UNIONBOT__SECURITY__PEPPER": "benchmark",
        "UNIONBOT__CHANNELS__OA__APP_SECRET": "secret",
        "UNIONBOT__CHANNELS__OA__TOKEN": account.TOKEN,
        "UNIONBOT__CHANNELS__OA__ENCODING_AES_KEY": account.AES_KEY,
    }


def environment() -> dict[str, str]:
    """The environment of a process that reads the configuration."""
    return {**os.environ, **secrets(), "PYTHONWARNINGS": "ignore"}


def prepare(folder: Path, url: str, mode: str, port: int) -> list[str]:
    """Write the configuration, fill the knowledge base; returns the command that serves. Raises NotStarted."""
    config, faq = folder / f"config-{port}.yaml", folder / "faq.yaml"
    write_config(config, url, mode, port)
    if not faq.exists():
        write_faq(faq)
    done = subprocess.run(
        module("bot", "--config", config, "faq", "import", faq),
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotStarted(done.stderr[-800:])
    return module("bot", "--config", config, "serve")
