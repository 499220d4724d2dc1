"""Which days matter: anchors that other days are counted from, and the windows around them."""

from typing import Literal

from pydantic import Field, model_validator

from engine.pack.node import Name, Node, Number, Reference


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
