"""The shape of a pack's statistics section: who is compared with whom, endpoints, tables, and what is counted."""

from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from engine.pack.node import Bound, Dotted, Name, Node, Number, Statements

ALL = "all"
"""The one group of a pack without arms."""


class Drawn(Node):
    """Patients whose conclusion came to one of these outcomes."""

    conclusion: Dotted
    outcomes: tuple[str, ...]


class GroupsSpec(Node):
    """The arms: the outcomes of a conclusion, in this order."""

    conclusion: Dotted
    outcomes: tuple[str, ...] = Field(min_length=1)
    labels: dict[str, str] = Field(default={}, description="shorter names than the outcomes have")


class EventSpec(Node):
    """A kind of event: a conclusion that came to one of these outcomes, on its day.

    competing: it ends the follow-up and is not itself what the endpoint is about.
    """

    event: Name
    label: str
    conclusion: Dotted
    outcomes: tuple[str, ...]
    competing: bool = False


class EndpointSpec(Node):
    """Time from a day to the first of some events; on the same day the one listed first. Who had none is censored.

    start, last_contact, censored_at: measures that have a day. An event after the last contact on record counts: it was seen.
    What comes after the earliest of censored_at is no event. The data cut-off ends everything.
    """

    name: str
    label: str
    source: Statements
    start: Bound
    events: tuple[EventSpec, ...] = Field(min_length=1)
    last_contact: Bound
    censored_at: tuple[Bound, ...] = ()
    at: tuple[Number, ...] = Field(default=(), description="months at which the estimate is read")
    horizon: Number | None = Field(default=None, description="the last of these months")
    test: Literal["logrank"] = "logrank"


class FollowUpSpec(Node):
    """How long patients were followed: the time of an endpoint, summarised in one of two ways."""

    endpoint: str
    method: Literal["simple", "reverse_km"]


class BaselineRow(Node):
    """One measure of the baseline table: numbers, or codes by category, or the outcomes of a conclusion."""

    name: str
    label: str | None = None
    measure: Bound | None = None
    conclusion: Dotted | None = None
    categories: dict[str, str] = Field(default={}, description="codes or outcomes with what they are called, in this order")
    source: Statements = []

    @model_validator(mode="after")
    def one_origin(self) -> "BaselineRow":
        if (self.measure is None) == (self.conclusion is None):
            raise ValueError("exactly one of `measure` and `conclusion`")
        if self.conclusion is not None and not self.categories:
            raise ValueError("a row of a conclusion needs `categories`")
        return self


class BaselineSpec(Node):
    """The table of what patients were like at the beginning, and how groups are compared."""

    numbers: Literal["student_pooled", "welch", "mann_whitney"]
    counts: Literal["fisher_exact", "chi_square"]
    rows: tuple[BaselineRow, ...]


class AdverseEventRow(Node):
    """One group of events: a measure that holds the worst grade, 0 for none."""

    name: str
    measure: Bound
    source: Statements = []


class AdverseEventsSpec(Node):
    """Patients by worst grade. bands: [from, to] by name, both included; a grade may lie in several."""

    bands: dict[Name, tuple[Decimal, Decimal]]
    rows: tuple[AdverseEventRow, ...]


class AssessmentSpec(Node):
    day: Number
    conclusion: Dotted


class ResponseSpec(Node):
    """The response table: each assessment's outcomes, of which `responders` are the response rate."""

    responders: tuple[str, ...]
    labels: dict[str, str] = Field(default={}, description="other names than the outcomes have")
    assessments: tuple[AssessmentSpec, ...]


class RepeatedRow(Node):
    """One measure on each day of its panel."""

    name: str
    label: str
    measures: tuple[Bound, ...]


class PanelSpec(Node):
    """Measures that are shown and tested through time together."""

    name: Name
    label: str
    days: tuple[Number, ...] = Field(min_length=2)
    rows: tuple[RepeatedRow, ...]


_WAYS = {(True, True, False, False, False), (False, False, True, True, False), (False, False, True, False, True)}
"""What a line may say of conclusion, outcomes, measure, codes and at_least."""


class CountSpec(Node):
    """Patients of whom something is true: a conclusion's outcomes, a measure's codes, or a measure of at least so much.

    of: only patients whom the line of this name counts, which stands above and which this one details.
    after: a measure in days; the earliest and the latest of the patients who are counted are shown, in months.
    """

    name: Name
    label: str
    conclusion: Dotted | None = None
    outcomes: tuple[str, ...] = ()
    measure: Bound | None = None
    codes: tuple[str, ...] = ()
    at_least: Number | None = None
    of: Name | None = None
    after: Bound | None = None
    source: Statements = []

    @model_validator(mode="after")
    def one_way(self) -> "CountSpec":
        said = (
            self.conclusion is not None,
            bool(self.outcomes),
            self.measure is not None,
            bool(self.codes),
            self.at_least is not None,
        )
        if said not in _WAYS:
            raise ValueError("either `conclusion` and `outcomes`, or `measure` with one of `codes` and `at_least`")
        return self


class StatisticsSpec(Node):
    """What is computed of a cohort.

    start: the measure whose day begins the trial for a patient; who has none is not in the analysis.
    population: what else has to be concluded of a patient; eligibility: the conclusion that says who may enter.
    """

    groups: GroupsSpec | None = None
    start: Bound | None = None
    population: tuple[Drawn, ...] = ()
    eligibility: Drawn | None = None
    month_days: Number = Decimal("30.4375")
    alpha: Number | None = Field(default=None, description="a p value below this is called significant")
    cutoff: Dotted | None = Field(default=None, description="the date parameter that holds the trial's own data cut-off")
    endpoints: tuple[EndpointSpec, ...] = ()
    follow_up: FollowUpSpec | None = None
    baseline: BaselineSpec | None = None
    adverse_events: AdverseEventsSpec | None = None
    response: ResponseSpec | None = None
    repeated_measures: tuple[PanelSpec, ...] = ()
    long_term: tuple[CountSpec, ...] = ()
