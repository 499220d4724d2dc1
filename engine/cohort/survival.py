"""How many of a group stay free of an event: the product-limit estimate (Kaplan-Meier) with its error, interval and median."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate
from math import prod, sqrt

from engine.cohort.estimates import AtTime, Curve, Step, Survival

NO_EVENT_YET = Survival(1.0, 0.0, None, None)
NOBODY_LEFT = Survival(0.0, None, None, None)
"""At one and at zero the log-log interval is not defined, and at zero Greenwood's formula is not either."""


@dataclass(frozen=True, slots=True)
class Followed:
    """One group's patients on one endpoint, a place for each: the days that each was followed, and how that ended.

    events: 0 for censored, k for the k-th kind of event that the endpoint has. Raises ValueError where these cannot be.
    """

    days: tuple[int, ...]
    events: tuple[int, ...]
    patients: Counter[tuple[int, int]] = field(init=False, repr=False, compare=False)
    """How many left on each day in each way, in the order of the days."""

    def __post_init__(self) -> None:
        if len(self.days) != len(self.events):
            raise ValueError("every patient needs both the days followed and how that ended")
        counts = Counter(zip(self.days, self.events, strict=True))
        object.__setattr__(self, "patients", Counter(dict(sorted(counts.items()))))
        if min(self.days, default=0) < 0:
            raise ValueError("follow-up ends before it starts: days are counted from the start and cannot be negative")
        if min(self.events, default=0) < 0:
            raise ValueError("kinds of event are numbered from 1, and 0 is censored")


def curve(
    group: str,
    followed: Followed,
    of_interest: frozenset[int],
    months: Sequence[Decimal],
    month_days: Decimal,
    steps: Sequence[Step] | None = None,
) -> Curve:
    """The curve of one group, read at some months; kinds of event that are not of interest count as censored.

    month_days: how many days a month has; times are compared in days, exactly. steps: those of `product_limit`, where they are
    known already. A group without patients has no steps, and an estimate at no time.
    """
    steps = product_limit(followed, of_interest) if steps is None else tuple(steps)
    events = sum(step.events for step in steps)
    median = median_day(steps)
    return Curve(
        group=group,
        n=len(followed.days),
        events=events,
        censored=len(followed.days) - events,
        median_months=None if median is None else float(median / month_days),
        at=tuple(_at(steps, month, month_days) for month in months),
        steps=steps,
    )


def _at(steps: Sequence[Step], month: Decimal, month_days: Decimal) -> AtTime:
    at_risk, place = holding(steps, month * month_days)
    return AtTime(month, at_risk, None if place is None else steps[place].estimate)


def holding(steps: Sequence[Step], time: Decimal) -> tuple[int, int | None]:
    """How many are at risk at a time (in days), and the place of the step that holds then.

    At risk are those who are followed and free of the event just before. No step holds where nobody was followed so long, unless
    nobody was left to follow. Raises ValueError for a time before the start.
    """
    if time < 0:
        raise ValueError(f"a curve is read at {time} days: it begins at day 0")
    after = bisect_left(steps, time, key=_day)
    if after < len(steps):
        return steps[after].at_risk, bisect_right(steps, time, key=_day) - 1
    return 0, len(steps) - 1 if steps and steps[-1].estimate.survival == 0 else None


def _day(step: Step) -> Decimal:
    return Decimal(step.days)


def median_day(steps: Sequence[Step]) -> int | None:
    """The first day on which at most half are estimated to be free of the event; None where that is not reached.

    The last word is with whole numbers: in floats a curve that reaches one half may stay a rounding error above it.
    """
    for place, step in enumerate(steps):
        if step.events and 2 * step.estimate.survival <= 1 + 1e-9 and _at_most_half(steps[: place + 1]):
            return step.days
    return None


def _at_most_half(steps: Sequence[Step]) -> bool:
    falls = [step for step in steps if step.events]
    return 2 * prod(step.at_risk - step.events for step in falls) <= prod(step.at_risk for step in falls)


def product_limit(followed: Followed, of_interest: frozenset[int]) -> tuple[Step, ...]:
    """A step for day 0 and for each day on which somebody left; on a day events come before censorings.

    The estimates are those of lifelines, but for a group of one and a group without an event: these need none, and a single
    patient is not kept waiting until it is loaded.
    """
    ends = ends_of(followed, of_interest)
    if len(followed.days) > 1 and any(ended for _, ended in ends):
        return tuple(_estimated(ends))
    return tuple(_counted(ends))


def ends_of(followed: Followed, of_interest: frozenset[int]) -> Counter[tuple[int, bool]]:
    """How many left on each day, with and without an event of interest, in the order of the days."""
    found: Counter[tuple[int, bool]] = Counter()
    for (day, kind), patients in followed.patients.items():
        found[day, kind in of_interest] += patients
    return found


def _counted(ends: Counter[tuple[int, bool]]) -> Iterator[Step]:
    """The steps where an event leaves nobody, or there is none."""
    leave, events = Counter[int](), Counter[int]()
    for (day, ended), patients in ends.items():
        leave[day] += patients
        events[day] += patients if ended else 0
    at_risk, estimate = ends.total(), NO_EVENT_YET
    for day in sorted({0, *leave}) if leave else ():
        estimate = NOBODY_LEFT if events[day] else estimate
        yield Step(day, at_risk, events[day], leave[day] - events[day], estimate)
        at_risk -= leave[day]


def _estimated(ends: Counter[tuple[int, bool]]) -> Iterator[Step]:
    """The steps by lifelines: its table, its survival and its log-log interval; the error by Greenwood from its table.

    Patients who left on the same day in the same way are one row with a weight: the table is the same, and the time that it takes
    is that of the days, not of the patients.
    """
    import numpy
    from lifelines import KaplanMeierFitter

    with numpy.errstate():  # lifelines switches numpy's warnings off for the whole process
        fitted = KaplanMeierFitter().fit(*zip(*ends, strict=True), weights=list(ends.values()))
    table = fitted.event_table
    rows = list(zip(*(table[column].tolist() for column in ("at_risk", "observed", "censored")), strict=True))
    sums = accumulate(events / (at_risk * (at_risk - events)) if events < at_risk else 0.0 for at_risk, events, _ in rows)
    survival = fitted.survival_function_.iloc[:, 0].tolist()
    intervals = fitted.confidence_interval_.to_numpy().tolist()
    for day, (at_risk, events, censored), free, summed, (low, high) in zip(
        table.index.tolist(), rows, survival, sums, intervals, strict=True
    ):
        yield Step(int(day), at_risk, events, censored, _estimate(free, free * sqrt(summed), low, high))


def _estimate(survival: float, error: float, low: float, high: float) -> Survival:
    if survival == 1:
        return NO_EVENT_YET
    return Survival(survival, error, low, high) if survival else NOBODY_LEFT
