"""The shape of a pack's printed section: numbers as the source prints them, and where the computed ones are found."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from engine.pack.node import Node, Statements

Figure = Annotated[str, StringConstraints(pattern=r"^-?\d+(\.\d+)?$")]
"""A number in the digits of the source, which are its precision."""
ResultPath = Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\[[^\[\]]+\])?(\.[A-Za-z0-9_]+(\[[^\[\]]+\])?)*$")]
"""A place in tables.json or survival.json: `baseline[age_years].median`, `endpoints[FFS].at[48].survival`, `response[90].PR`.

`[...]` picks the row of a list by its name, measure, event, day, outcome, step or months. What a row does not have itself, each
of its groups has: `baseline[age_years].median` is found for the groups one by one, `baseline[age_years].p` once.
"""


class PrintedSpec(Node):
    """What the source prints: one number, or one for each group, and the computed number that it is compared with.

    Without a number, and with the reason in `cannot`: something that the source announces or draws and does not print.
    """

    place: str = Field(description="where it is printed: the table or section")
    label: str
    source: Statements
    value: Figure | None = None
    values: dict[str, Figure] = Field(default={}, description="by the name of the group")
    of: ResultPath | None = None
    shown: Literal["percent", "percent_of_n", "total"] | None = Field(
        default=None,
        alias="as",
        description="percent: a share times 100; percent_of_n: a count as per cent of the `n` beside it; total: over all groups",
    )
    cannot: str | None = Field(default=None, description="why there is nothing to compare it with")

    @model_validator(mode="after")
    def one_number_one_place(self) -> "PrintedSpec":
        if (self.of is None) == (self.cannot is None):
            raise ValueError("exactly one of `of` and `cannot`")
        if self.value is not None and self.values:
            raise ValueError("either `value` or `values`")
        if self.value is None and not self.values and self.cannot is None:
            raise ValueError("`value` or `values` is needed")
        if self.shown is not None and self.of is None:
            raise ValueError("`as` says how `of` is shown, and is nothing without it")
        if self.shown == "total" and self.values:
            raise ValueError("a total is one number: `value`")
        return self
