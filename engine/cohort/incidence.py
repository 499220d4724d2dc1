"""How many of a group come to each kind of event while the other kinds compete: cumulative incidence (Aalen-Johansen)."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate

from engine.cohort.estimates import Incidence, Step
from engine.cohort.survival import Followed, holding, product_limit


def incidences(
    group: str, followed: Followed, kinds: Sequence[tuple[str, str]], months: Sequence[Decimal], month_days: Decimal
) -> tuple[Incidence, ...]:
    """The incidence of each kind, given as (event, label) with the k-th as event k; on every day they and survival add up to one.

    A step for day 0 and for each day on which somebody left; a group without patients has none. Raises ValueError for an event of
    a kind that is not given.
    """
    if max(followed.events, default=0) > len(kinds):
        raise ValueError(f"an event is of kind {max(followed.events)}, and the endpoint has {len(kinds)} kinds")
    steps = product_limit(followed, frozenset(range(1, len(kinds) + 1)))
    return tuple(
        _incidence(group, event, label, steps, _days_of(kind, followed), months, month_days)
        for kind, (event, label) in enumerate(kinds, 1)
    )


def _days_of(kind: int, followed: Followed) -> Counter[int]:
    return Counter(day for day, event in zip(followed.days, followed.events, strict=True) if event == kind)


def _incidence(
    group: str,
    event: str,
    label: str,
    steps: Sequence[Step],
    days: Counter[int],
    months: Sequence[Decimal],
    month_days: Decimal,
) -> Incidence:
    sums = _summed(steps, days)
    read = [(month, *holding(steps, month * month_days)) for month in months]
    return Incidence(
        event=event,
        label=label,
        group=group,
        events=days.total(),
        at=tuple((month, at_risk, None if place is None else sums[place]) for month, at_risk, place in read),
        steps=tuple((step.days, total) for step, total in zip(steps, sums, strict=True)),
    )


def _summed(steps: Sequence[Step], days: Counter[int]) -> list[float]:
    """Day by day, the share free of any event just before, times the share of those at risk to whom it came that day.

    lifelines has an estimator of this, but it moves ties apart at random and drops the events of day 0.
    """
    before = (1.0, *(step.estimate.survival for step in steps))
    falls = (free * days[step.days] / step.at_risk for free, step in zip(before, steps, strict=False))
    return [min(1.0, total) for total in accumulate(falls)]
