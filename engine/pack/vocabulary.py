"""What a pack speaks of: its manifest, its parameters, and its concepts with the codes that say them in FHIR."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from engine.pack.node import Dotted, Name, Node, Statements


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


class StatementSpec(Node):
    """One statement of the source, in the pack author's own words.

    kind: a rule is expressed by the pack and shown by a scenario; a result or the context is only recorded.
    """

    section: str
    text: str
    kind: Literal["rule", "result", "context"] = "rule"


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

    formula: arithmetic over concepts. at_most: the value lies between 0 and this concept's. fallback: for want of a better one.
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
    yields_to: list[Name] = Field(default=[], description="concepts that say more: with a code of theirs, this is not read")
    note: str | None = None
    used_by: Literal["rules", "statistics"] = "rules"

    @property
    def elements(self) -> list[str]:
        return [self.element] if isinstance(self.element, str) else list(self.element)
