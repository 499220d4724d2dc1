"""Criteria and conclusions as they are written: tests of measures, combined, and the outcomes that they decide."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from engine.pack.node import Bound, Dotted, Limit, Name, Node, Number, Reference, Statements


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
    def one_test(self) -> "Comparison":
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
        ways = sum(way is not None for way in (self.window, self.day, self.length))
        if ways != 1 or (self.window is None) == (self.anchor is None):
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


for _model in (AllOf, AnyOf, NotOf, AtLeastOf, CriterionSpec, OutcomeSpec, FlagSpec, DueSpec, ConclusionSpec):
    _model.model_rebuild()
