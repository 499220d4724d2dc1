"""The shape of a pack's pages section: what stands in the list of patients, and what is drawn of one patient."""

from typing import Literal

from pydantic import Field, model_validator

from engine.pack.node import Dotted, Name, Node


class ColumnSpec(Node):
    """A column of the list: the last of these conclusions that comes to an outcome; the list can be filtered by it."""

    name: Name
    label: str
    conclusions: tuple[Dotted, ...] = Field(min_length=1, description="in the order in which they are drawn")


class DaySpec(Node):
    """The day from which days are counted: that of a measure."""

    label: str
    measure: Name


class ListSpec(Node):
    """The list of patients."""

    day: DaySpec | None = None
    columns: tuple[ColumnSpec, ...] = ()
    awaited: tuple[Dotted, ...] = Field(
        default=(), description="conclusions of which it is told when they are due, and what they lack"
    )


class LimitSpec(Node):
    """A limit drawn beside the values of a concept: a parameter, or a measure that is read in each of the windows."""

    label: str = Field(description="what a value there is, before the number: `severe below`")
    parameter: Dotted | None = None
    measure: Name | None = None
    windows: tuple[Name, ...] = Field(default=(), description="where it is drawn; everywhere where none is named")

    @model_validator(mode="after")
    def one_of_two(self) -> "LimitSpec":
        if (self.parameter is None) == (self.measure is None):
            raise ValueError("expected `parameter` or `measure`")
        if self.measure is not None and not self.windows:
            raise ValueError("a `measure` needs `windows` to be read in")
        return self


class PanelSpec(Node):
    """The values of one concept through time."""

    concept: Name
    label: str
    scale: Literal["linear", "log"] = "linear"
    limits: tuple[LimitSpec, ...] = ()


class LaneSpec(Node):
    """What was done or happened, as marks on a line."""

    label: str
    concepts: tuple[Name, ...] = Field(min_length=1)


class ChartSpec(Node):
    """The time line of a patient. day_zero: the anchor from which its days are counted."""

    day_zero: Name
    panels: tuple[PanelSpec, ...] = Field(min_length=1)
    lanes: tuple[LaneSpec, ...] = ()
    windows: tuple[Name, ...] = Field(default=(), description="drawn as bands")
    conclusions: tuple[Dotted, ...] = Field(default=(), description="marked on their day")


class PagesSpec(Node):
    """What the service's pages show of patients."""

    patients: ListSpec = ListSpec()
    chart: ChartSpec | None = None
