"""The shape of pack files: what an author may write, checked by pydantic before anything else looks at it.

Every numeric place takes a number or the name of a parameter, every node may be `{choose: PARAMETER, options: {VALUE: NODE}}`.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag, model_validator

from engine.pack.emission import EmissionSpec
from engine.pack.node import Bound, Dotted, Limit, Name, Node, Number, Reference, Statements

# --- manifest, parameters, codes -------------------------------------------------------------------------------------


class Manifest(Node):
    """pack.yaml: which protocol this is and where it comes from."""

    name: Name
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    title: str
    source: str
    url: str
    registry: str | None = None
    system: str = Field(description="URI of the pack's own code system")
    language_version: Literal[1] = 1


class ParameterSpec(Node):
    """A choice that the source leaves open, or a number that it prints."""

    default: Any
    type: Literal["number", "integer", "flag", "choice", "choices", "range", "date"]
    unit: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    options: list[str] | None = None
    label: str
    reason: str
    source: Statements | str
    used_by: Literal["rules", "statistics"] = "rules"

    @model_validator(mode="after")
    def options_for_choices(self) -> "ParameterSpec":
        if (self.type in ("choice", "choices")) != (self.options is not None):
            raise ValueError("`options` belongs to the types choice and choices, and only to them")
        return self


class CodeSpec(Node):
    """Codes of one system, with an optional mark that facts read from them carry."""

    system: Name
    codes: list[str]
    mark: Name | None = None
    means: str | None = None


class QuantitySpec(Node):
    """A numeric value: its canonical UCUM unit, its plausible limits, and conversions that depend on the substance."""

    unit: str
    plausible: tuple[Decimal, Decimal]
    conversions: dict[str, Decimal] = {}
    also_units: list[str] = Field(default=[], description="further canonical units that are kept apart (mg, mg/kg)")


class DeriveSpec(Node):
    """A fact computed from facts of the same sample, where the direct value is missing.

    formula: arithmetic over concepts. bound: the value lies between 0 and this concept's. fallback: only where nothing better serves.
    """

    formula: str | None = None
    at_most: Name | None = None
    mark: Name | None = None
    fallback: bool = False
    when: Dotted | None = Field(default=None, description="a flag parameter that must be true")
    source: Statements | str

    @model_validator(mode="after")
    def one_way(self) -> "DeriveSpec":
        if (self.formula is None) == (self.at_most is None):
            raise ValueError("exactly one of `formula` and `at_most`")
        return self


Element = Literal[
    "Observation", "MedicationAdministration", "Procedure", "Condition", "AdverseEvent", "Consent",
    "Patient.birthDate", "Patient.gender", "Patient.deceased", "ResearchSubject.arm", "ResearchSubject.period.start",
    "ResearchSubject.period.end", "any.date",
]  # fmt: skip


class ConceptSpec(Node):
    """Something that the protocol speaks of, and how FHIR says it."""

    label: str
    short: str | None = None
    element: Element | list[Element]
    codes: list[CodeSpec] = []
    never: list[CodeSpec] = Field(default=[], description="codes that look right and are not, refused by name")
    quantity: QuantitySpec | None = None
    answers: dict[str, list[CodeSpec]] | None = Field(default=None, description="coded or true/false answers by meaning")
    numbers: dict[str, Decimal] | None = Field(default=None, description="the number that an answer stands for")
    methods: list[CodeSpec] = Field(default=[], description="codes of the method, for their marks")
    texts: list[str] = Field(default=[], description="wordings that count where no coding is sent (AdverseEvent terms)")
    derive: list[DeriveSpec] = []
    note: str | None = None

    @property
    def elements(self) -> list[str]:
        return [self.element] if isinstance(self.element, str) else list(self.element)


# --- time ------------------------------------------------------------------------------------------------------------


class AnchorSpec(Node):
    """A day that other days are counted from: the first or last fact of some concepts, the first anchor of a list that exists, or
    the earliest of them.

    after, days: only facts that lie so many days after another anchor. clamped: facts after `as_of` count as `as_of`.
    """

    label: str
    first: list[Name] | None = None
    last: list[Name] | None = None
    first_known: list[Name] | None = None
    earliest: list[Name] | None = None
    date: Reference | None = Field(default=None, description="the date that a parameter holds")
    after: Name | None = None
    days: tuple[Number | None, Number | None] | None = None
    clamped: bool = False
    undated: bool = Field(default=False, description="a fact without a date counts, on an unknown day")

    @model_validator(mode="after")
    def one_way(self) -> "AnchorSpec":
        if sum(way is not None for way in (self.first, self.last, self.first_known, self.earliest, self.date)) != 1:
            raise ValueError("exactly one of `first`, `last`, `first_known`, `earliest`, `date`")
        return self


class WindowSpec(Node):
    """Days around an anchor, both edges included.

    days: [from, to] relative to the anchor's day (a `range` parameter, or two numbers; null for no limit).
    pick: which value in it counts. target: the day that `nearest` is nearest to.
    not_after_anchor: on the anchor's own day only what came before it counts.
    """

    label: str
    anchor: Name
    days: tuple[Number | None, Number | None] | Reference
    pick: Literal["last", "first", "nearest", "lowest", "highest"]
    target: Number | None = None
    not_after_anchor: bool = False
    panel: list[Name] = Field(default=[], description="measures that should come from one visit")
    max_spread: Number | None = Field(default=None, description="days that the panel's values may lie apart")


class VisitSpec(Node):
    """A window that is laid at each day with one of these concepts, by a `scan` measure."""

    label: str
    visits: list[Name]
    lookback: Number


# --- measures --------------------------------------------------------------------------------------------------------


class After(Node):
    """Within so many days after a fact of one of these concepts."""

    concepts: list[Name]
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
    since: Name


class PanelDay(Node):
    """The day of a window's panel: of its newest value, else the window's last day; in days after its anchor."""

    panel: list[Bound]


class Marked(Node):
    """Whether the value of a measure carries a mark."""

    measure: Bound
    mark: Name


MEASURE_KINDS = (
    "select", "count", "daily", "doses", "days", "age", "formula", "lookup", "state", "earliest", "outcome_day", "scan",
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

    @model_validator(mode="after")
    def one_way(self) -> "MeasureSpec":
        ways = [name for name in MEASURE_KINDS if getattr(self, name) is not None]
        if len(ways) != 1:
            raise ValueError(f"exactly one of {', '.join(MEASURE_KINDS)}; found {', '.join(ways) or 'none'}")
        return self


# --- criteria and conclusions ----------------------------------------------------------------------------------------


class Comparison(Node):
    """One measure against one constant."""

    measure: Bound
    below: Limit | None = None
    at_most: Limit | None = None
    above: Limit | None = None
    at_least: Limit | None = None
    between: tuple[Limit, Limit] | Reference | None = None
    equals: Limit | None = None
    is_: str | list[str] | None = Field(default=None, alias="is")
    known: bool | None = None

    @model_validator(mode="after")
    def one_test(self) -> "Test":
        names = ("below", "at_most", "above", "at_least", "between", "equals", "is_", "known")
        found = [name for name in names if getattr(self, name) is not None]
        if len(found) != 1:
            raise ValueError("exactly one of below, at_most, above, at_least, between, equals, is, known")
        return self


class Setting(Node):
    """A parameter against a constant: decided when the pack is loaded."""

    parameter: Dotted
    is_: Any = Field(default=None, alias="is")
    includes: str | None = None


class AllOf(Node):
    all: list["Expression"] = Field(min_length=1)


class AnyOf(Node):
    any: list["Expression"] = Field(min_length=1)


class NotOf(Node):
    not_: "Expression" = Field(alias="not")


class AtLeastOf(Node):
    at_least: Number
    of: list["Expression"] = Field(min_length=1)


def _expression_kind(value: Any) -> str:
    if isinstance(value, str):
        return "name"
    fields = value if isinstance(value, dict) else {name.rstrip("_"): 1 for name in type(value).model_fields}
    for key in ("measure", "parameter", "all", "any", "not", "of"):
        if key in fields:
            return key
    return "measure"


Expression = Annotated[
    Annotated[Bound, Tag("name")]
    | Annotated[Comparison, Tag("measure")]
    | Annotated[Setting, Tag("parameter")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[NotOf, Tag("not")]
    | Annotated[AtLeastOf, Tag("of")],
    Discriminator(_expression_kind),
]


class CriterionSpec(Node):
    """A statement of the protocol that is met, not met or unknown."""

    label: str
    source: Statements | str
    when: Expression
    kind: Literal["inclusion", "exclusion"] | None = None


class OutcomeSpec(Node):
    """One outcome of a conclusion; the last has no `when` and holds otherwise."""

    outcome: str
    label: str
    when: Expression | None = None


class FlagSpec(Node):
    """A remark on a conclusion that decides nothing."""

    flag: Name
    label: str
    when: Expression


class DueSpec(Node):
    """When a conclusion may be drawn: on the last day of a window, or so many days after an anchor; earlier once `settled`."""

    window: str | None = None
    anchor: Name | None = None
    day: Number | None = None
    length: Number | None = Field(default=None, description="how many days from the anchor on, instead of `day`")
    settled: Expression | None = None

    @model_validator(mode="after")
    def one_way(self) -> "DueSpec":
        if sum(way is not None for way in (self.window, self.day, self.length)) != 1 or (self.window is None) == (self.anchor is None):
            raise ValueError("either `window`, or `anchor` with `day` or `length`")
        return self


class ConclusionSpec(Node):
    """What is concluded: the first outcome that is met when all before it are not met."""

    label: str
    source: Statements | str
    for_each: list[Name] | None = None
    window: Name | None = None
    applies: Expression | None = None
    due: DueSpec | None = None
    criteria: list[Bound]
    outcomes: list[OutcomeSpec] = Field(min_length=2)
    flags: list[FlagSpec] = []
    effective: Literal["newest"] | Bound | dict[str, Bound] = "newest"

    @model_validator(mode="after")
    def otherwise_last(self) -> "ConclusionSpec":
        if any(outcome.when is None for outcome in self.outcomes[:-1]) or self.outcomes[-1].when is not None:
            raise ValueError("every outcome but the last needs `when`, the last holds otherwise")
        return self


class PackFile(Node):
    """Any file of a pack: each may hold any of these sections, no name twice."""

    systems: dict[Name, list[str]] = {}
    parameters: dict[Dotted, ParameterSpec] = {}
    concepts: dict[Name, ConceptSpec] = {}
    anchors: dict[Name, AnchorSpec] = {}
    windows: dict[Name, WindowSpec] = {}
    moving_windows: dict[Name, VisitSpec] = {}
    measures: dict[Name, MeasureSpec] = {}
    criteria: dict[Name, CriterionSpec] = {}
    conclusions: dict[Dotted, ConclusionSpec] = {}
    emission: EmissionSpec | None = None
    tables: dict[Name, str] = Field(default={}, description="CSV files by the name that rules use")


for _model in (AllOf, AnyOf, NotOf, AtLeastOf, CriterionSpec, OutcomeSpec, FlagSpec, DueSpec, ConclusionSpec, PackFile):
    _model.model_rebuild()
