"""What a cohort comes to: who is in the analysis, survival, tables. None stands where there is no number; nothing is rounded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from engine.cohort.courses import Course
from engine.cohort.estimates import Comparison, Curve, FollowUp, Incidence
from engine.moment import day_text

NO_DATE = 1
"""The day of evaluation where nothing in the data has a date: the first that there is."""


@dataclass(frozen=True, slots=True)
class Group:
    """One arm, or all patients where the pack has no arms. n: patients in the analysis."""

    name: str
    label: str
    n: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many patients an analysis could not place, by reason; group None where the group itself is not known."""

    reason: str
    group: str | None
    patients: int


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint: a curve for each group, in the order of the groups."""

    name: str
    label: str
    curves: tuple[Curve, ...]
    comparison: Comparison
    incidences: tuple[Incidence, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A continuous measure in one group. n: exact values; missing: patients without one. Exact decimals but for mean and SD."""

    n: int
    missing: int
    median: Decimal | None
    minimum: Decimal | None
    maximum: Decimal | None
    mean: float | None
    standard_deviation: float | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Patients of one group by category, aligned with the row's categories. n: those with a known category."""

    n: int
    missing: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ContinuousRow:
    """One line of the baseline table; groups in the order of the results' groups."""

    name: str
    label: str
    unit: str | None
    groups: tuple[Summary, ...]
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class CategoricalRow:
    """One measure of the baseline table that has categories, as (name, label)."""

    name: str
    label: str
    categories: tuple[tuple[str, str], ...]
    groups: tuple[Counts, ...]
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class AdverseEventRow:
    """Patients by the worst grade of one group of events, where it certainly lies in a band; limits: of each, both included.

    unknown: patients whose worst grade is not one certain grade, since an event has no grade or no certain day.
    """

    name: str
    bands: tuple[str, ...]
    limits: tuple[tuple[Decimal, Decimal], ...]
    n: tuple[int, ...]
    counts: tuple[tuple[int, ...], ...]
    unknown: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Response:
    """The grades of one group at one assessment. n: all whose assessment is due; rate: responders of them, exact interval.

    rate_at_most: the rate if every patient who may have responded had; the same as `rate` where all are graded.
    """

    n: int
    counts: Mapping[str, int]
    not_due: int
    responders: int
    rate: float | None
    ci_low: float | None
    ci_high: float | None
    rate_at_most: float | None = None


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """One assessment; `labels` says what each grade is called."""

    day: int
    conclusion: str
    labels: Mapping[str, str]
    groups: tuple[Response, ...]


@dataclass(frozen=True, slots=True)
class RepeatedRow:
    """One measure through time. values: for each group the patients' values at each day, None where not known.

    The test takes patients with every value (`complete`, by group): group by time, F with its two degrees of freedom.
    """

    name: str
    label: str
    unit: str | None
    panel: str
    days: tuple[int, ...]
    values: tuple[Sequence[Course], ...]
    complete: tuple[int, ...]
    effect: str
    f: float | None
    df_effect: int | None
    df_error: int | None
    p: float | None
    why: str = ""
    limit: float | None = None

    @property
    def significant(self) -> bool | None:
        return None if self.p is None or self.limit is None else self.p < self.limit


@dataclass(frozen=True, slots=True)
class CountRow:
    """How many patients of each group something is true of; `indent` for a line that details the one above.

    earliest, latest: months after the start, by group; empty where the pack does not ask when.
    """

    name: str
    label: str
    indent: bool
    n: tuple[int, ...]
    counts: tuple[int, ...]
    unknown: tuple[int, ...]
    earliest: tuple[float | None, ...] = ()
    latest: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why patients stopped at a step of the flow, in words, and how many (one patient may have several reasons)."""

    name: str
    label: str
    patients: int


@dataclass(frozen=True, slots=True)
class FlowStep:
    """One box of the flow. groups: by group in the results' order, empty before patients are in groups.

    part: patients go `through` it on their way, or stop `beside` it; or it is one of several things said `of` those who arrived.
    """

    name: str
    label: str
    patients: int
    groups: tuple[int, ...]
    reasons: tuple[Reason, ...] = ()
    part: Literal["through", "beside", "of"] = "through"


@dataclass(frozen=True, slots=True)
class Results:
    """Everything, in the pack's order. cutoff: proleptic ordinal of the day of evaluation."""

    cutoff: int
    groups: tuple[Group, ...]
    endpoints: tuple[Endpoint, ...]
    follow_up: tuple[FollowUp, ...]
    baseline: tuple[ContinuousRow | CategoricalRow, ...]
    adverse_events: tuple[AdverseEventRow, ...]
    response: tuple[ResponseRow, ...]
    repeated: tuple[RepeatedRow, ...]
    long_term: tuple[CountRow, ...]
    flow: tuple[FlowStep, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def as_of(self) -> str | None:
        """The day of evaluation; none where nothing in the data has a date."""
        return None if self.cutoff == NO_DATE else day_text(self.cutoff)
