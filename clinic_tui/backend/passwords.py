"""Passwords: argon2id, away from the event loop, a few at a time."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_AT_ONCE = asyncio.Semaphore(4)
"""Each hash takes 64 MiB (security.md 4.1)."""
_hasher = PasswordHasher()


@cache
def _dummy() -> str:
    return _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """A new hash; takes about a tenth of a second."""
    return _hasher.hash(password)


async def check_password(stored: str | None, password: str) -> bool:
    """Whether it is right. An account that does not exist takes as long as one that does."""
    async with _AT_ONCE:
        return await asyncio.to_thread(_verify, stored, password)


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with older parameters."""
    return _hasher.check_needs_rehash(stored)


def _verify(stored: str | None, password: str) -> bool:
    try:
        return _hasher.verify(stored or _dummy(), password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False
