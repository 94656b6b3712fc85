"""How often something may be done: token buckets in memory, by key."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

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
