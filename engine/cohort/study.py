"""A cohort to its results: who is in it, survival, the tables, the flow."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import chain
from typing import TypeVar

from engine.cohort.columns import Columns
from engine.cohort.estimates import Comparison, FollowUp
from engine.cohort.flow import flow
from engine.cohort.follow_up import follow_up
from engine.cohort.incidence import incidences
from engine.cohort.logrank import compare
from engine.cohort.placing import Placed, counted, follow, place
from engine.cohort.results import Endpoint, Group, RepeatedRow, Results
from engine.cohort.survival import Followed, curve, product_limit
from engine.cohort.tables import adverse_events, baseline, long_term, repeated, response
from engine.pack.node import Number
from engine.pack.program import Pack
from engine.pack.statistics import EndpointSpec

Tested = TypeVar("Tested", Comparison, RepeatedRow)
OfGroups = list[tuple[Followed, Counter[str]]]
"""For each group who was followed for how long, and how many could not be placed, by reason."""


def study(pack: Pack, columns: Columns, cutoff: int) -> Results:
    """Everything that the pack asks for of a cohort; cutoff: proleptic ordinal of the day of evaluation."""
    spec = pack.statistics
    placed = place(pack, columns)
    followed = {one.name: [follow(pack, columns, one, places) for places in placed.places] for one in spec.endpoints}
    endpoints = endpoints_of(pack, placed.groups, followed)
    alpha = _alpha(pack)
    return Results(
        cutoff=cutoff,
        groups=placed.groups,
        endpoints=endpoints,
        follow_up=tuple(_follow_up(pack, columns, placed, followed)),
        baseline=tuple(replace(row, comparison=judged(row.comparison, alpha)) for row in baseline(pack, columns, placed)),
        adverse_events=tuple(adverse_events(pack, columns, placed)),
        response=tuple(response(pack, columns, placed)),
        repeated=tuple(judged(row, alpha) for row in repeated(pack, columns, placed)),
        long_term=tuple(long_term(pack, columns, placed)),
        flow=flow(pack, columns, placed, endpoints),
        left_out=placed.left_out,
    )


def endpoints_of(pack: Pack, groups: Sequence[Group], followed: Mapping[str, OfGroups]) -> tuple[Endpoint, ...]:
    """The endpoints alone. followed: by endpoint, for each group."""
    found = [_endpoint(pack, one, groups, followed[one.name]) for one in pack.statistics.endpoints]
    return tuple(replace(one, comparison=judged(one.comparison, _alpha(pack))) for one in found)


def _alpha(pack: Pack) -> float | None:
    limit = pack.statistics.alpha
    return None if limit is None else float(_number(limit))


def judged(tested: Tested, alpha: float | None) -> Tested:
    """A test, with the pack's limit of significance."""
    return replace(tested, limit=alpha)


def _number(value: Number) -> Decimal:
    """A number of a compiled pack, where only numbers are left."""
    assert isinstance(value, Decimal)
    return value


def _of_interest(spec: EndpointSpec) -> frozenset[int]:
    """The kinds of event that the endpoint is about, counted from 1."""
    return frozenset(kind for kind, event in enumerate(spec.events, start=1) if not event.competing)


def _endpoint(pack: Pack, spec: EndpointSpec, groups: Sequence[Group], followed: OfGroups) -> Endpoint:
    wanted, month, times = _of_interest(spec), _number(pack.statistics.month_days), _times(spec)
    kinds = [(event.event, event.label) for event in spec.events]
    every_kind = frozenset(range(1, len(kinds) + 1))
    named = [(group.name, one, product_limit(one, wanted)) for group, (one, _) in zip(groups, followed, strict=True)]
    lost: Counter[tuple[str, str | None]] = Counter(
        {(reason, group.name): n for group, (_, by) in zip(groups, followed, strict=True) for reason, n in by.items()}
    )
    return Endpoint(
        name=spec.name,
        label=spec.label,
        curves=tuple(curve(name, one, wanted, times, month, steps) for name, one, steps in named),
        comparison=compare([one for _, one, _ in named], wanted),
        incidences=tuple(
            chain.from_iterable(
                incidences(name, one, kinds, times, month, steps if wanted == every_kind else None) for name, one, steps in named
            )
        ),
        left_out=counted(lost, [group.name for group in groups]),
    )


def _times(spec: EndpointSpec) -> list[Decimal]:
    """The months at which the estimate is read, up to the horizon and with it."""
    times = {_number(months) for months in spec.at}
    if spec.horizon is not None:
        horizon = _number(spec.horizon)
        times = {months for months in times if months < horizon} | {horizon}
    return sorted(times)


def _follow_up(pack: Pack, columns: Columns, placed: Placed, followed: Mapping[str, OfGroups]) -> Iterator[FollowUp]:
    """Of all patients, then of each group: to the event or the last contact, whatever else ends the endpoint.

    followed: by endpoint.
    """
    asked = pack.statistics.follow_up
    if asked is None:
        return
    spec = next(one for one in pack.statistics.endpoints if one.name == asked.endpoint)
    if spec.censored_at:
        spec = spec.model_copy(update={"censored_at": ()})
        groups = [follow(pack, columns, spec, places)[0] for places in placed.places]
    else:
        groups = [one for one, _ in followed[spec.name]]
    everyone = Followed(tuple(chain(*(one.days for one in groups))), tuple(chain(*(one.events for one in groups))))
    names = [group.name for group in placed.groups]
    each = zip(names, groups, strict=True) if len(groups) > 1 else ()
    for name, one in [(None, everyone), *each]:
        yield follow_up(name, one, _number(pack.statistics.month_days), asked.method)
