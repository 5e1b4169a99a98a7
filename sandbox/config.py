"""Configuration of a sandbox: which account it plays, where its callback is, and how it talks to it."""

import argparse
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

Mode = Literal["safe", "compat", "plain"]
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}\Z")


class ConfigError(ValueError):
    """The configuration cannot be used; the text says which option is wrong."""


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """One official account. ``templates`` maps a template id to its field names; empty = every id is accepted."""

    callback: str
    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    encoding_aes_key: str = field(default="", repr=False)
    mode: Mode = "safe"
    host: str = "127.0.0.1"
    port: int = 8090
    account: str = "gh_5a9d80b0c0de"
    state: Path | None = None
    public_url: str = ""
    templates: Mapping[str, Sequence[str]] = field(default_factory=dict)
    max_pushes: int = 64
    now: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        if self.mode not in get_args(Mode):
            raise ConfigError("mode must be safe, compat or plain")
        if not self.callback.startswith(("http://", "https://")):
            raise ConfigError("callback must be an http(s) address")
        if not (self.app_id and self.app_secret and self.token):
            raise ConfigError("app_id, app_secret and token are required")
        if self.mode != "plain" and not _AES_KEY.match(self.encoding_aes_key):
            raise ConfigError("encoding_aes_key must be 43 letters or digits")

    @property
    def base_url(self) -> str:
        """Address under which the sandbox can be reached, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


_OPTIONS = ("callback", "app-id", "app-secret", "token", "encoding-aes-key", "host", "account", "state", "public-url")


def parse_config(argv: Sequence[str], env: Mapping[str, str]) -> SandboxConfig:
    """Configuration from the command line; every option also from ``SANDBOX_<OPTION>`` (secrets preferably so)."""
    values = vars(_parser(env).parse_args(argv))
    templates, state = values.pop("templates"), values.pop("state")
    known = {key: value for key, value in values.items() if value != ""}
    for name in ("callback", "app_id", "app_secret", "token"):
        known.setdefault(name, "")
    return SandboxConfig(**known, state=Path(state) if state else None, templates=_templates(templates))


def _parser(env: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Stand-in for the WeChat platform")
    for name in _OPTIONS:
        parser.add_argument(f"--{name}", default=env.get(_variable(name), ""), help=f"or {_variable(name)}")
    parser.add_argument("--mode", choices=get_args(Mode), default=env.get("SANDBOX_MODE") or "safe")
    parser.add_argument("--port", type=int, default=int(env.get("SANDBOX_PORT") or 8090))
    parser.add_argument("--templates", default=env.get("SANDBOX_TEMPLATES", ""), help="JSON file: id to field names")
    return parser


def _variable(option: str) -> str:
    return "SANDBOX_" + option.upper().replace("-", "_")


def _templates(path: str) -> Mapping[str, Sequence[str]]:
    if not path:
        return {}
    loaded = json.loads(Path(path).read_text("utf-8"))
    if not isinstance(loaded, dict):
        raise ConfigError("templates must be a JSON object: template id to list of field names")
    return {str(key): [str(name) for name in names] for key, names in loaded.items()}
