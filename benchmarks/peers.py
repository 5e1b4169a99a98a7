"""Virtual environments for peers: each gets its own, so that none of them touches the bot's dependencies."""

import subprocess
import sys
import venv
from pathlib import Path

LIST = Path(__file__).with_name("peers.txt")


def wanted() -> dict[str, list[str]]:
    """Peer -> requirements, as listed in `peers.txt`."""
    lines = [line.split() for line in LIST.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    return {name: requirements for name, *requirements in lines}


def python_of(folder: Path | None, name: str) -> Path | None:
    """The interpreter of a peer, made when missing; None without a folder or when pip fails."""
    if folder is None:
        return None
    home = folder.resolve() / name
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
    done = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted()[name]],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"{name}: pip failed: {done.stderr.strip()[-300:]}", file=sys.stderr)
        return None
    return python
