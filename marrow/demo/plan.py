"""The shape of cohort.yaml: what a hospital's records add to a row of the cohort."""

from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A mapping of the file in which a misspelt name is an error."""


class Coded(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A coding, its system by the name under `systems`."""

    system: str
    code: str
    display: str


class Columns(_Part, frozen=True):
    """Where a row says what the generator itself needs."""

    child: str
    arm: str
    sex: str
    age_years: str
    weight_kg: str
    diagnosed: str
    day_zero: str
    last_contact: str
    died: str
    death_cause: str
    transplanted: str
    donor: str


class Study(_Part, frozen=True):
    id: str
    system: str
    value: str
    title: str


class Enrolment(_Part, frozen=True):
    identifier: str
    birthdays: tuple[int, ...]
    arms: dict[str, str]
    study: Study
    consent_day: int
    consent_text: str
    guardian: Coded
    consent_scope: Coded
    consent_category: Coded


class Visit(_Part, frozen=True):
    days: tuple[int, ...]
    time: str


class Source(_Part, frozen=True):
    """Where a value comes from: exactly one of these is given; `by_age` is read at the age in whole years."""

    column: str | None = None
    value: str | None = None
    by_age: tuple[str, ...] | None = None
    turns: tuple[str, ...] | None = None


class Way(_Part, frozen=True):
    """One way to report a measure; `times` turns the row's number into this unit."""

    codings: tuple[Coded, ...]
    says: Literal["quantity", "integer", "boolean", "concept", "interpretation"] = "quantity"
    unit: str = ""
    times: Decimal | None = None
    low: str | None = None
    high: str | None = None


class Measure(_Part, frozen=True):
    category: str
    at: dict[str, Source]
    ways: tuple[Way, ...]
    answers: dict[str, Coded] = {}
    method: Coded | None = None
    method_text: str | None = None


class Dose(_Part, frozen=True):
    """The unit of a dose, and whether the clinic writes it per kilogram."""

    unit: str
    per_kg: bool = False


class Medication(_Part, frozen=True):
    """A drug on fixed days; `how_many` names the column with the number of days on which it was given."""

    codings: tuple[tuple[Coded, ...], ...]
    route: str
    days: tuple[int, ...]
    times: tuple[str, ...]
    per_kg: Decimal
    doses: tuple[Dose, ...]
    until: str | None = None
    how_many: str | None = None


class Course(_Part, frozen=True):
    """Days of transfusion, for all children or for those `where` a column says True."""

    days: tuple[int, ...]
    where: str | None = None


class Transfusion(_Part, frozen=True):
    coding: Coded
    time: str
    courses: tuple[Course, ...]


class Event(_Part, frozen=True):
    """An adverse event with its grade in a column; of a child that died it is dated before death where that is given."""

    column: str
    day: int
    time: str
    by_grade: dict[str, Coded]
    days_before_death: int | None = None


class AdverseEvents(_Part, frozen=True):
    grade_extension: str
    grades: dict[str, Coded]
    events: dict[str, Event]


class Acute(_Part, frozen=True):
    """The column of each organ's grade, and what an Observation of it is called."""

    coding: Coded
    days_after: int
    grades: dict[str, str]
    category: str
    graded: dict[str, Coded]


class Chronic(_Part, frozen=True):
    """Organs in one column, separated by semicolons; `ongoing` is the word for one that has not healed."""

    coding: Coded
    days_after: int
    column: str
    ongoing: str


class GraftVersusHost(_Part, frozen=True):
    acute: Acute
    chronic: Chronic


class Donor(_Part, frozen=True):
    """How the donor is recorded; the answers by the words of the row."""

    category: str
    coding: Coded
    answers: dict[str, Coded]


class Transplant(_Part, frozen=True):
    coding: Coded
    time: str
    reason: str
    donor: Donor
    graft_versus_host: GraftVersusHost


class Death(_Part, frozen=True):
    coding: Coded
    days_before: int


class Certificate(_Part, frozen=True):
    category: str
    coding: Coded


class LastVisit(_Part, frozen=True, rename={"begin": "from"}):
    coding: Coded
    begin: str
    until: str


class Labels(_Part, frozen=True):
    synthetic: Coded
    active: Coded
    resolved: Coded
    confirmed: Coded
    on_study: Coded


class Plan(_Part, frozen=True):
    zone: str
    server: str
    columns: Columns
    systems: dict[str, str]
    enrolment: Enrolment
    diagnosis: Coded
    visits: dict[str, Visit]
    measures: dict[str, Measure]
    medications: dict[str, Medication]
    transfusions: dict[str, Transfusion]
    adverse_events: AdverseEvents
    transplant: Transplant
    deaths: dict[str, Death]
    death_certificate: Certificate
    last_visit: LastVisit
    labels: Labels


@cache
def load_plan() -> Plan:
    """The plan that lies beside this module."""
    return msgspec.yaml.decode(files(__package__).joinpath("cohort.yaml").read_bytes(), type=Plan)
