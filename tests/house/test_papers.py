"""Configuration, commands and the Makefile say the same as the code."""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, SecretStr

from bot.cli import parser
from bot.config import Config
from tests.house.repository import ROOT


def keys(model: type[BaseModel], before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every leaf of the configuration with its type."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from keys(kind, (*before, name))
        else:
            yield (*before, name), kind


def given(values: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every leaf of a YAML mapping."""
    if not isinstance(values, dict):
        yield before
        return
    for name, value in values.items():
        yield from given(value, (*before, name))


def test_every_key_is_in_the_file_or_is_a_secret() -> None:
    in_file = set(given(yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))))
    known = dict(keys(Config))
    absent = [".".join(key) for key, kind in known.items() if key not in in_file and kind is not SecretStr]
    unknown = [".".join(key) for key in in_file - set(known)]
    assert (sorted(absent), sorted(unknown)) == ([], []), (
        f"not in config.yaml: {absent}; unknown to the code: {unknown}"
    )


def test_no_secret_stands_in_the_file() -> None:
    in_file = set(given(yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))))
    assert [".".join(key) for key, kind in keys(Config) if kind is SecretStr and key in in_file] == []


def commands(top: argparse.ArgumentParser, before: str = "") -> Iterator[str]:
    """Every command that does something, like `faq import`."""
    below = [action for action in top._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield before.strip()
    for action in below:
        for name, made in action.choices.items():
            yield from commands(made, f"{before} {name}")


def papers() -> list[Path]:
    return [path for path in [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"] if path.is_file()]


def test_every_command_is_written_about() -> None:
    text = "\n".join(path.read_text("utf-8") for path in papers())
    missing = [each for each in commands(parser()) if not re.search(rf"\b{each.replace(' ', chr(92) + 's+')}\b", text)]
    assert missing == [], f"not mentioned in docs/*.md or README.md: {', '.join(missing)}"


def test_help_is_printed_for_every_command() -> None:
    names = list(commands(parser()))
    assert len(names) == len(set(names)) > 10
    shown = subprocess.run(
        [sys.executable, "-m", "bot", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert all(name.split()[0] in shown.stdout for name in names)


def test_make_runs_linter_types_and_import_contracts_before_the_tests() -> None:
    """Read from `make -n`: what would run, in this order."""
    asked = ["make", "-n", "-B", "-o", ".venv/.dev", "test"]
    planned = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout
    places = [planned.index(tool) for tool in ("ruff check", "ruff format --check", "mypy", "lint-imports", "pytest")]
    assert places == sorted(places)
