"""How often something may be done: token buckets in memory, by key."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from clinic_tui.backend.settings import Settings

_KEPT = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class RateLimit:
    """Lets `burst` through at once and `per_minute` in the long run, for each key by itself."""

    def __init__(self, per_minute: int, burst: int, clock: Callable[[], float] = monotonic) -> None:
        self._rate = per_minute / 60
        self._burst = float(burst)
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def take(self, key: str) -> int:
        """Use one token; 0 when it may go on, else the whole seconds to wait."""
        bucket = self._bucket(key)
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0
        return max(1, math.ceil((1 - bucket.tokens) / self._rate))

    def give_back(self, key: str) -> None:
        """Return a token that turned out not to count, such as a sign-in that succeeded."""
        bucket = self._bucket(key)
        bucket.tokens = min(self._burst, bucket.tokens + 1)

    def _bucket(self, key: str) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= _KEPT:
                self._forget(now)
            bucket = self._buckets[key] = _Bucket(self._burst, now)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._rate)
        bucket.at = now
        return bucket

    def _forget(self, now: float) -> None:
        """Drop the buckets that are full again; they say nothing. If none is, drop the oldest half."""
        full = self._burst - 1e-9
        kept = {k: b for k, b in self._buckets.items() if b.tokens + (now - b.at) * self._rate < full}
        if len(kept) >= _KEPT:
            kept = dict(sorted(kept.items(), key=lambda item: item[1].at)[_KEPT // 2 :])
        self._buckets = kept


class SignInLimits:
    """How often a sign-in may fail: for an account from one address, then for the address, then the account.

    An attempt that one limit refuses does not count towards the next. So one address, which its pair and its
    own limit stop first, never uses up what an account has; many addresses together do. Where a person signed
    in before, neither the address nor the account is held against them, only the pair: nobody elsewhere, nor
    a neighbour behind the same address, keeps them out. Nothing is locked for good, for a lock is a way to
    stop care (security.md 4.12).
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = monotonic) -> None:
        def limit(failures: int) -> RateLimit:
            return RateLimit(failures, failures, clock)

        self._pair = limit(settings.sign_ins_per_minute)
        self._address = limit(settings.sign_ins_per_address)
        self._account = limit(settings.sign_ins_per_account)

    def take(self, account: str, address: str, *, known: bool = False) -> int:
        """Count an attempt; 0 when it may be made, else the seconds to wait, and nothing is counted.

        `known` says that the account was signed in to from this address before.
        """
        taken: list[tuple[RateLimit, str]] = []
        for limit, key in self._keys(account, address, known=known):
            wait = limit.take(key)
            if wait:
                for earlier, name in taken:
                    earlier.give_back(name)
                return wait
            taken.append((limit, key))
        return 0

    def succeeded(self, account: str, address: str, *, known: bool = False) -> None:
        """The attempt was right, so it does not count."""
        for limit, key in self._keys(account, address, known=known):
            limit.give_back(key)

    def _keys(self, account: str, address: str, *, known: bool) -> tuple[tuple[RateLimit, str], ...]:
        name = account.casefold()
        pair = (self._pair, f"{name} {address}")
        return (pair,) if known else (pair, (self._address, address), (self._account, name))
