"""One row of the cohort, read."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import TypeVar

from marrow.demo.plan import Columns, Source, load_plan

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Child:
    """A synthetic child; `turn` is its place in the cohort and decides which of several ways its hospital writes."""

    turn: int
    row: Mapping[str, str]
    columns: Columns

    @property
    def id(self) -> str:
        return self.row[self.columns.child].lower()

    @property
    def reference(self) -> dict[str, str]:
        return {"reference": f"Patient/{self.id}"}

    @property
    def age(self) -> int:
        """Completed years at diagnosis."""
        return int(self.row[self.columns.age_years])

    @property
    def weight(self) -> Decimal:
        return Decimal(self.row[self.columns.weight_kg])

    @property
    def diagnosed(self) -> date:
        return date.fromisoformat(self.row[self.columns.diagnosed])

    @property
    def last_contact(self) -> date:
        return date.fromisoformat(self.row[self.columns.last_contact])

    @property
    def transplanted(self) -> date | None:
        text = self.row[self.columns.transplanted]
        return date.fromisoformat(text) if text else None

    @property
    def died(self) -> bool:
        return self.row[self.columns.died] == "1"

    def day(self, number: int) -> date:
        """The calendar day so many days after day 0."""
        return date.fromisoformat(self.row[self.columns.day_zero]) + timedelta(days=number)

    def treated_on(self, day: date) -> bool:
        """Whether the clinic still treats and counts on that day: not after the last contact, not from a transplant on."""
        return day <= self.last_contact and (self.transplanted is None or day < self.transplanted)

    def takes(self, choices: Sequence[T]) -> T:
        """The one of several alternatives that is this child's."""
        return choices[self.turn % len(choices)]

    def value(self, source: Source) -> str:
        """The text of a value; empty where the row has none."""
        if source.column is not None:
            return self.row[source.column]
        if source.by_age is not None:
            return source.by_age[self.age]
        if source.turns is not None:
            return self.takes(source.turns)
        return source.value or ""


def load_children() -> tuple[Child, ...]:
    """All children, in the order of cohort.csv."""
    lines = files(__package__).joinpath("cohort.csv").read_text("utf-8").splitlines()
    columns = load_plan().columns
    return tuple(Child(turn, row, columns) for turn, row in enumerate(csv.DictReader(lines)))
