"""How many of a group come to each kind of event while the other kinds compete: cumulative incidence (Aalen-Johansen)."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate

from engine.cohort.estimates import Incidence, Step
from engine.cohort.survival import Followed, holding, product_limit


def incidences(
    group: str,
    followed: Followed,
    kinds: Sequence[tuple[str, str]],
    months: Sequence[Decimal],
    month_days: Decimal,
    steps: Sequence[Step] | None = None,
) -> tuple[Incidence, ...]:
    """The incidence of each kind, given as (event, label) with the k-th as event k; on every day they and survival add up to one.

    A step for day 0 and for each day on which somebody left; a group without patients has none. steps: those of `product_limit`
    with every kind of interest, where they are known already. Raises ValueError for an event of a kind that is not given.
    """
    if max(followed.events, default=0) > len(kinds):
        raise ValueError(f"an event is of kind {max(followed.events)}, and the endpoint has {len(kinds)} kinds")
    if steps is None:
        steps = product_limit(followed, frozenset(range(1, len(kinds) + 1)))
    days: dict[int, Counter[int]] = {kind: Counter() for kind in range(len(kinds) + 1)}
    for (day, kind), patients in followed.patients.items():
        days[kind][day] = patients
    return tuple(
        _incidence(group, event, label, steps, days[kind], months, month_days) for kind, (event, label) in enumerate(kinds, 1)
    )


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
