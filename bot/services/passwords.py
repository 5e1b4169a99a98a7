"""Passwords of staff accounts: argon2id hashes, what a new one must be like, one-time ones.

Hashing takes tens of milliseconds and 64 MiB by design: never in a unit of work, never on the event loop.
"""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from bot.errors import Refusal

SHORTEST, LONGEST = 10, 128
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else on paper
COMMON = (
    "password",
    "passw0rd",
    "1234567890",
    "0123456789",
    "9876543210",
    "qwertyuiop",
    "asdfghjkl",
    "1qaz2wsx",
    "admin",
    "iloveyou",
    "woaini",
    "gonghui",
    "zonggonghui",
    "unionbot",
    "a123456",
    "abc123",
    "5201314",
    "888888",
    "666666",
    "123123",
    "112233",
    "12345",
    "工会",
)


class WeakPassword(Refusal):
    """The new password is too easy; the words say what is missing."""


class Passwords:
    """Hashes and compares with one set of parameters. Thread-safe. Make one per process: it hashes once at start."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    def hash(self, password: str) -> str:
        """The argon2id hash with its salt and parameters."""
        return self._hasher.hash(password)

    def right(self, kept: str | None, password: str) -> bool:
        """Whether this is the password. Without a kept hash it works as long and says no."""
        try:
            self._hasher.verify(kept or self._nobody, password[:LONGEST])
        except (Argon2Error, InvalidHashError):
            return False
        return kept is not None

    def outdated(self, kept: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)


def check_new(password: str, name: str) -> None:
    """Raises WeakPassword unless it is long enough, not the name and not one that everybody tries first."""
    if len(password) < SHORTEST:
        raise WeakPassword(f"密码至少要{SHORTEST}个字符。")
    if len(password) > LONGEST:
        raise WeakPassword(f"密码最多{LONGEST}个字符。")
    plain = password.casefold()
    if name.casefold() in plain:
        raise WeakPassword("密码里不能包含账号名。")
    rest = plain
    for word in COMMON:
        rest = rest.replace(word, "")
    if len(rest) < SHORTEST // 2 or len(set(plain)) < SHORTEST // 2:
        raise WeakPassword("这个密码太常见，容易被猜到，请换一个。可以用几个不相干的词连起来。")


def one_time() -> str:
    """A random password to hand over once: 15 letters and digits in three groups, 74 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(3))
