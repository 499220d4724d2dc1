"""Estimates of one group or comparison: survival, incidence, follow-up, a test. None stands where there is no number."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Survival:
    """The product-limit estimate at one time: Greenwood standard error, log-log confidence interval."""

    survival: float
    standard_error: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True)
class Step:
    """One day of a curve. at_risk: followed and free of the event just before it."""

    days: int
    at_risk: int
    events: int
    censored: int
    estimate: Survival


@dataclass(frozen=True, slots=True)
class AtTime:
    """The estimate at a time of interest; None where nobody was followed so long and the curve had not reached zero."""

    months: Decimal
    at_risk: int
    estimate: Survival | None


@dataclass(frozen=True, slots=True)
class Curve:
    """One group on one endpoint. median_months: None where not reached. steps begin at day 0."""

    group: str
    n: int
    events: int
    censored: int
    median_months: float | None
    at: tuple[AtTime, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Incidence:
    """Cumulative incidence of one kind of event in one group, the other kinds competing (Aalen-Johansen).

    at: months, at risk, probability. steps: day and probability, from day 0.
    """

    event: str
    label: str
    group: str
    events: int
    at: tuple[tuple[Decimal, int, float | None], ...]
    steps: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A test between groups, by the name of the one that was done; p None where there is nothing to compare.

    degrees_of_freedom: where they are one whole number. limit: p values below it are called significant. why: why there is no
    p, or why another test was done than was asked for.
    """

    test: str
    p: float | None
    statistic: float | None = None
    degrees_of_freedom: int | None = None
    why: str = ""
    limit: float | None = None

    @property
    def significant(self) -> bool | None:
        return None if self.p is None or self.limit is None else self.p < self.limit


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Months of follow-up of one group, None for all; `median_months` is by `method`: the simple or the reverse median."""

    group: str | None
    n: int
    method: str
    median_months: float | None
    simple_median: float | None
    reverse_median: float | None
    shortest: float | None
    longest: float | None
