"""The shape of a pack's emission section: which conclusions are written back as FHIR, and in which codes and words."""

from typing import Literal

from pydantic import Field

from engine.pack.node import Bound, Dotted, Name, Node


class CodingSpec(Node):
    """A code of one of the pack's systems; the system's first URI is the one written."""

    system: Name
    code: str
    display: str


class StatusRule(Node):
    """The clinical status while a conclusion has one of these outcomes; the first that holds counts."""

    conclusion: Dotted
    outcomes: tuple[str, ...]
    status: Literal["active", "recurrence", "relapse", "inactive", "remission", "resolved"]


class EmittedOutcome(Node):
    """How one outcome is said: its codes, and the words that head the sentence."""

    code: tuple[CodingSpec, ...]
    stage: tuple[CodingSpec, ...] = ()
    severity: tuple[CodingSpec, ...] = ()
    text: str


class ConditionSpec(Node):
    """The Condition that states a conclusion: one for each patient, whatever the outcome."""

    conclusion: Dotted
    outcomes: dict[str, EmittedOutcome]
    stage_type: tuple[CodingSpec, ...] = ()
    clinical_status: tuple[StatusRule, ...] = ()
    verification: Literal["confirmed", "provisional", "unconfirmed"] = "provisional"
    sentence: tuple[Bound, ...] = Field(default=(), description="the measures that the text quotes, in this order")


class SubjectSpec(Node):
    """The ResearchSubject that states eligibility: the subject's state for each outcome, in codes that every release has."""

    conclusion: Dotted
    study: str
    study_system: str
    statuses: dict[str, Literal["candidate", "eligible", "ineligible", "screening", "not-registered"]]


class EmissionSpec(Node):
    """What is written back."""

    conditions: tuple[ConditionSpec, ...] = ()
    research_subject: SubjectSpec | None = None
    undetermined: tuple[Dotted, ...] = Field(default=(), description="conclusions whose UNDETERMINED becomes an Observation")
