"""What was wrong with one resource or value: where, why and what to do about it, without the value."""

import json
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "information"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault: how grave, its FHIR IssueType for an OperationOutcome, and its message with room for words of the pack."""

    severity: Severity
    issue_type: str
    message: str


FAULTS: dict[str, Fault] = {
    # the text
    "unreadable": Fault("error", "structure", "this file cannot be opened or unpacked; copy it again"),
    "empty": Fault("error", "structure", "there is nothing in it; expected a FHIR Bundle, resource or NDJSON"),
    "encoding": Fault("error", "structure", "this is not UTF-8; write FHIR JSON as UTF-8"),
    "byte-order-mark": Fault("warning", "structure", "a byte order mark before the JSON was skipped; write plain UTF-8"),
    "not-json": Fault("error", "structure", "this is not complete, valid JSON; nothing of it was read"),
    "not-an-object": Fault("error", "structure", "expected one JSON object with a resourceType; lists go into a Bundle"),
    "unreadable-value": Fault(
        "error", "structure", "NaN, Infinity, a broken escape or nesting below {depth} levels: the resource was not read"
    ),
    "duplicate-key": Fault("error", "structure", "an element stands here twice, so what is meant is unclear; send it once"),
    "structure": Fault("error", "structure", "an element has another JSON type than FHIR gives it; see the path"),
    # the resource
    "no-resource-type": Fault("error", "structure", "resourceType is missing; expected the name of a FHIR resource type"),
    "unknown-resource-type": Fault("error", "not-supported", "resourceType names no FHIR resource type of R4, R4B or R5"),
    "id-invalid": Fault("error", "value", "the id is not a FHIR id (letters, digits, - and ., at most 64)"),
    "extra-element": Fault("error", "structure", "FHIR {release} has no such element here; check the release, or drop it"),
    "required": Fault("error", "required", "an element that FHIR {release} requires is missing here"),
    "invalid": Fault("error", "invalid", "FHIR {release} does not allow this value or this combination of elements"),
    "status-missing": Fault("error", "required", "the status is missing, so whether this counts is unknown; send one"),
    "status-unknown": Fault("error", "code-invalid", "this status does not say whether it happened; send one that FHIR defines"),
    "version-conflict": Fault(
        "warning", "conflict", "different contents under one id and nothing orders them; one was taken; send meta.versionId"
    ),
    "two-servers": Fault(
        "warning", "conflict", "one Patient id came from more than one server and was taken as one child; evaluate servers apart"
    ),
    # whose
    "subject-missing": Fault("error", "required", "it does not say whose it is; expected a reference to a Patient"),
    "subject-logical": Fault(
        "error", "not-supported", "the patient is named by identifier or display only; expected Patient/id or a urn of the Bundle"
    ),
    "subject-unreadable": Fault("error", "value", "expected a reference to a Patient: Patient/id, its URL, a urn or contained"),
    "patient-replaced": Fault(
        "warning", "informational", "this Patient was replaced by another, whose data this now counts as; refer to the other"
    ),
    "merge-loop": Fault(
        "warning", "conflict", "Patients replace themselves or each other, so it was merged with none; mend link"
    ),
    "merge-several": Fault("warning", "conflict", "more than one other Patient took its place, so it was merged with none"),
    "merge-unclear": Fault(
        "warning", "not-found", "what took this Patient's place is no Patient that can be told, so it was merged with none"
    ),
    # codes
    "code-contradiction": Fault("error", "conflict", "the codings name different things ({concepts}); send only what is meant"),
    "code-refused": Fault("error", "business-rule", "this code means {means}, not what it is easily taken for; it was not used"),
    "medication-unresolved": Fault(
        "error", "not-found", "the Medication that it refers to is not in the input; send it along, or the code itself"
    ),
    # values
    "value-several": Fault("error", "structure", "more than one value[x]; FHIR allows one"),
    "value-and-absent": Fault("error", "conflict", "a value and a dataAbsentReason contradict each other; send one of them"),
    "value-form": Fault("error", "value", "{concept} cannot be read from this form of value; expected {expected}"),
    "value-text": Fault("error", "value", "a value in words is not guessed at; send {expected}"),
    "number-form": Fault("error", "value", "expected a JSON number"),
    "number-size": Fault("error", "value", "a number this long or this far from 1 cannot be a measurement"),
    "implausible": Fault("error", "business-rule", "{concept} outside {lowest} to {highest} {unit}; check value and unit"),
    "range-empty": Fault("error", "value", "the range ends before it begins"),
    "comparator-unknown": Fault("error", "code-invalid", "expected the comparator <, <=, >= or >, or none"),
    "unit-missing": Fault("error", "required", "a number without a unit is not guessed at; expected {unit} or a unit like it"),
    "unit-unknown": Fault("error", "code-invalid", "this unit is not known or cannot be turned into {unit}; send UCUM"),
    "unit-conflict": Fault("error", "conflict", "unit and code of the quantity are different units; make them agree"),
    "limit-unreadable": Fault("warning", "value", "the reference range cannot be read in {unit} and was left out"),
    "answer-unknown": Fault("error", "code-invalid", "none of the codes is an answer that the rules know for {concept}"),
    "answer-contradiction": Fault("warning", "conflict", "the codes answer differently for {concept}; all were kept as possible"),
    "grade-unreadable": Fault("error", "value", "expected the CTCAE grade extension with one whole number"),
    "grade-missing": Fault("warning", "required", "the event has no grade; expected the CTCAE grade extension"),
    "arm-unknown": Fault("error", "code-invalid", "the arm is none that the rules know for {concept}"),
    "gender-unknown": Fault("error", "code-invalid", "expected male, female, other or unknown"),
    "dose-incomplete": Fault("warning", "incomplete", "the administration was halted; it counts as given, its dose as unknown"),
    # time
    "time-invalid": Fault("error", "value", "not a FHIR date or dateTime (2013-11-02, 2013-11, 2013-11-02T08:30:00+01:00)"),
    "time-form": Fault("warning", "not-supported", "this form of time is not read; expected a dateTime or a Period"),
    "period-order": Fault("error", "value", "the period ends before it begins"),
}


@dataclass(frozen=True, slots=True)
class Issue:
    """One line of issues.ndjson. source: file and line, or file and Bundle entry; path: as in FHIRPath."""

    source: str
    path: str
    code: str
    severity: Severity
    message: str

    @property
    def issue_type(self) -> str:
        """The FHIR IssueType, for an OperationOutcome."""
        return FAULTS[self.code].issue_type

    def line(self) -> str:
        """The JSON of one line, without the line's end."""
        fields = {"source": self.source, "path": self.path, "code": self.code, "severity": self.severity, "message": self.message}
        return json.dumps(fields, ensure_ascii=False)


def issue(source: str, path: str, code: str, **words: str) -> Issue:
    """An issue of a known kind; `words` come from the pack or from FHIR, never from what was sent."""
    fault = FAULTS[code]
    return Issue(source, path, code, fault.severity, fault.message.format(**words))


class Refusal(Exception):
    """The sender's fault that costs a resource or a value: its kind, the path, and words of the pack for the message."""

    def __init__(self, code: str, path: str, **words: str) -> None:
        self.code, self.path, self.words = code, path, words
        super().__init__(code)

    def issue(self, source: str) -> Issue:
        return issue(source, self.path, self.code, **self.words)
