"""How a named value of one assessment is computed, in exactly one of a closed list of ways."""

from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from engine.pack.node import Bound, Dotted, Name, Node, Number, Reference, Statements


class After(Node):
    """Within so many days after a fact of one of these concepts."""

    concepts: list[Name]
    or_possibly: list[Name] = Field(default=[], description="concepts that may be one of these, and may not")
    days: Number
    otherwise: Literal["lowest", "none"] = "none"
    flag: Name
    windows: list[Name] | None = Field(default=None, description="only in these windows of the measure")


class Select(Node):
    """The value of a concept in a window, picked as the window says."""

    concept: Name
    pick: Literal["last", "first", "nearest", "lowest", "highest"] | None = None
    lookback: Number | None = Field(default=None, description="days before the anchor, instead of the window's")
    unless_after: After | None = None
    flag_after: After | None = None
    prefer: Name | None = Field(default=None, description="the mark that goes first")
    same_day: Literal["highest", "lowest"] | None = None
    range_as: Dotted | None = Field(default=None, description="a choice of interval, lower, mid, upper for ranges")


class Span(Node):
    """Days from an anchor, or from the day of a measure, both edges included."""

    anchor: Bound
    days: tuple[Number | None, Number | None]
    length: Number | None = Field(default=None, description="how many days from the first on, instead of an end")
    so_far: bool = Field(default=False, description="only what lies before as_of counts, and the span is then closed")


class Count(Node):
    """How many facts, or different days with one, lie in a window or span.

    world: closed when all of them are recorded, open when absence proves nothing, or a flag parameter that says closed.
    """

    concepts: list[Name] = []
    anchors: list[Name] = Field(default=[], description="anchors that count where they exist, instead of concepts")
    or_possibly: list[Name] = []
    within: Span | None = None
    answers: list[str] | None = None
    days: bool = Field(default=False, description="count days, not facts")
    world: Literal["closed", "open"] | Reference


class Worst(Node):
    """The highest value among facts of a span, 0 where there is none: the worst grade of some events.

    An event without a value is worse than none, by what is plausible. until: the earliest of these days ends the span.
    """

    concepts: list[Name]
    within: Span
    until: list[Name] = Field(default=[], description="anchors")


class Daily(Node):
    """Sums of doses by calendar day, per kilogram of the newest weight, over each day of a span."""

    concept: Name
    within: Span
    weight: Name | None = None
    weight_lookback: Number | None = None
    reduce: Literal["lowest", "highest", "first"]


class Doses(Node):
    """Single doses in a span: the extreme dose per kilogram, or the extreme number of days between two."""

    concept: Name
    within: Span
    weight: Name | None = None
    weight_lookback: Number | None = None
    reduce: Literal["lowest_dose", "highest_dose", "shortest_interval", "longest_interval"]


class Days(Node):
    """Days from one anchor to another; `as_of` is the day of evaluation."""

    since: Name
    until: Name


class AgeAt(Node):
    """Calendar age on the day of an anchor or of a measure's value, in completed months with the fraction of the next."""

    at: Bound
    birth: Name
    whole: Literal["months", "years"] | None = None


class Lookup(Node):
    """The row of a table for an age and a sex; all rows that may apply where either is not known exactly."""

    table: Name
    birth: Name
    at: Bound
    sex: Bound


class Event(Node):
    """One of several events: its day, and the day of what keeps it from counting when it came before."""

    event: str
    day: Bound
    unless_after: Bound | None = None


class Earliest(Node):
    """Which of some dated events came first, as a code; on the same day the one listed first."""

    events: list[Event]


class OutcomeDay(Node):
    """The day of the first of some conclusions that came to one of these outcomes."""

    conclusions: list[str]
    outcomes: list[str]
    since: Name


class Scan(Node):
    """The day, after an anchor, of the first visit in a moving window at which a criterion is met."""

    criterion: Name
    window: Name
    after: Bound
    until: Bound | None = Field(default=None, description="a measure from whose day on visits no longer count")
    since: Name


class PanelDay(Node):
    """The day of a window's panel: of its newest value, else the window's last day; in days after its anchor."""

    panel: list[Bound]
    otherwise: list[Bound] = Field(default=[], description="measures whose newest day counts where the panel has none")


class Marked(Node):
    """Whether the value of a measure carries a mark."""

    measure: Bound
    mark: Name


MEASURE_KINDS = (
    "select", "count", "worst", "daily", "doses", "days", "age", "formula", "lookup", "state", "earliest", "outcome_day", "scan",
    "panel_day", "marked",
)  # fmt: skip


class MeasureSpec(Node):
    """A named value of one assessment, computed in exactly one way."""

    label: str
    short: str | None = None
    unit: str | None = Field(default=None, description="UCUM; null for codes")
    windows: list[Name] = Field(default=[], description="the windows that it is read in")
    source: Statements | str = []
    select: Select | None = None
    count: Count | None = None
    worst: Worst | None = None
    daily: Daily | None = None
    doses: Doses | None = None
    days: Days | None = None
    age: AgeAt | None = None
    formula: str | None = Field(
        default=None, description="+ - * / ( ) over measures, parameters, numbers, upper_limit(m), lower_limit(m)"
    )
    lookup: Lookup | None = None
    state: Name | None = Field(default=None, description="a concept without time: sex, the assigned arm")
    earliest: Earliest | None = None
    outcome_day: OutcomeDay | None = None
    scan: Scan | None = None
    panel_day: PanelDay | None = None
    marked: Marked | None = None

    @cached_property
    def kind(self) -> str:
        """The way in which it is computed, by the name of its field."""
        return next(name for name in MEASURE_KINDS if getattr(self, name) is not None)

    @model_validator(mode="after")
    def one_way(self) -> "MeasureSpec":
        ways = [name for name in MEASURE_KINDS if getattr(self, name) is not None]
        if len(ways) != 1:
            raise ValueError(f"exactly one of {', '.join(MEASURE_KINDS)}; found {', '.join(ways) or 'none'}")
        return self
