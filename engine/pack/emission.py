"""The shape of a pack's emission section: which conclusions are written back as FHIR, and in which codes and words."""

from typing import Literal

from pydantic import Field

from engine.pack.node import Bound, Name, Node


class CodingSpec(Node):
    system: Name
    code: str
    display: str


class StatusRule(Node):
    """The clinical status while a conclusion has one of these outcomes; the first that holds counts."""

    conclusion: str
    outcomes: list[str]
    status: Literal["active", "recurrence", "relapse", "inactive", "remission", "resolved"]


class EmittedOutcome(Node):
    code: list[CodingSpec]
    stage: list[CodingSpec] = []
    severity: list[CodingSpec] = []
    text: str


class ConditionSpec(Node):
    """The Condition that states a conclusion: one for each patient, whatever the outcome."""

    conclusion: str
    outcomes: dict[str, EmittedOutcome]
    stage_type: list[CodingSpec] = []
    clinical_status: list[StatusRule] = []
    verification: Literal["confirmed", "provisional", "unconfirmed"] = "provisional"
    sentence: list[Bound] = Field(default=[], description="the measures that the text quotes, in this order")


class SubjectSpec(Node):
    """The ResearchSubject that states eligibility: the status for each outcome."""

    conclusion: str
    study: str
    study_system: str
    statuses: dict[str, str]


class EmissionSpec(Node):
    conditions: list[ConditionSpec] = []
    research_subject: SubjectSpec | None = None
    undetermined: list[str] = Field(default=[], description="conclusions whose UNDETERMINED is emitted as an Observation")
