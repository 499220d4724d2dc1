"""How often each caller may ask: a bucket of tokens that refills, and a bounded number of buckets."""

import math
from collections import OrderedDict
from collections.abc import Callable

_MOST = 10_000


class Rates:
    """per_second: how fast a caller's bucket refills; burst: what it holds. steady: seconds, never set back."""

    def __init__(self, per_second: float, burst: int, steady: Callable[[], float], most: int = _MOST) -> None:
        self._per_second, self._burst, self._steady, self._most = per_second, float(burst), steady, most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: str) -> int | None:
        """None where this caller may ask now, else the seconds to wait, at least one.

        Where there are too many callers, who asked longest ago is forgotten: the caller's bucket is full again, most often truly.
        """
        now = self._steady()
        left, since = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + max(now - since, 0.0) * self._per_second)
        allowed = left >= 1
        self._buckets[key] = (left - 1 if allowed else left, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return None if allowed else max(math.ceil((1 - left) / self._per_second), 1)
