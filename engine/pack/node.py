"""What every node of a pack file is made of: names, numbers that a parameter may stand for, and a frozen, closed model."""

from decimal import Decimal
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, StringConstraints

NAME = r"^[a-z][a-z0-9_]*$"
DOTTED = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$"

Name = Annotated[str, StringConstraints(pattern=NAME)]
Dotted = Annotated[str, StringConstraints(pattern=DOTTED)]
Bound = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(@[a-z][a-z0-9_]*)?$")]
"""The name of a measure or criterion, with the window that it is read in: `anc@baseline`, `anc@here`."""
Reference = Annotated[str, StringConstraints(pattern=r"^-?[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")]
"""The name of a parameter, or its negative: `-baseline.count_lookback_days`."""
Number: TypeAlias = Decimal | Reference
"""A number, or the parameter that holds it."""
Limit: TypeAlias = Decimal | str
"""A number with its unit ("0.5 10*9/L"), a bare number for what has no unit, or the parameter that holds it."""
Statements: TypeAlias = list[str]
"""The statements of the source (the section `statements`) that this expresses."""


class Node(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, arbitrary_types_allowed=True)
