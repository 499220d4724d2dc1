"""The shape of a pack's hooks section: what is said to a doctor who opens a chart or chooses an order (CDS Hooks)."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from engine.pack.node import Dotted, Name, Node

SERVICE = r"^[a-z][a-z0-9-]*$"
ServiceId = Annotated[str, StringConstraints(pattern=SERVICE)]
"""What a service is called in its address."""
Indicator = Literal["info", "warning", "critical"]


class CardSpec(Node):
    """The card that tells a conclusion."""

    conclusion: Dotted
    indicators: dict[str, Indicator] = Field(description="how urgent each outcome is; what is not listed is not told")


class HookSpec(Node):
    """One service: when it is asked, and which conclusions it tells, in this order."""

    hook: Literal["patient-view", "order-select"]
    title: str
    description: str
    orders: tuple[Name, ...] = Field(default=(), description="the concepts of drugs whose orders it is asked about")
    cards: tuple[CardSpec, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def orders_where_they_are_chosen(self) -> "HookSpec":
        if (self.hook == "order-select") != bool(self.orders):
            raise ValueError("`orders` belongs to the hook order-select, and only to it")
        return self
