"""Whether everything that the emission section names is there: conclusions, outcomes, measures, code systems."""

from collections.abc import Collection, Iterator, Mapping

from engine.pack.draft import Draft
from engine.pack.emission import CodingSpec, ConditionSpec, EmissionSpec
from engine.pack.parse import Path, suggestion
from engine.pack.program import ConclusionRule

UNDRAWN = ("UNDETERMINED", "NOT_DUE", "NOT_APPLICABLE")
"""What stands in the place of an outcome (engine.conclusion, which lies above packs)."""

Found = Iterator[tuple[Path, str]]
"""Where inside a section, and what is wrong there."""


def check_emission(draft: Draft, emission: EmissionSpec, rules: Mapping[str, ConclusionRule], measures: Collection[str]) -> None:
    """Add a fault to the draft for each name that stands for nothing."""
    for at, spec in enumerate(emission.conditions):
        for inside, message in _condition(spec, rules, measures, draft.items.get("systems", {})):
            draft.fault("emission", "conditions", message, (at, *inside))
    subject = emission.research_subject
    if subject is not None:
        for inside, message in outcomes_there(subject.conclusion, subject.statuses, rules, "statuses", UNDRAWN):
            draft.fault("emission", "research_subject", message, inside)
    for at, name in enumerate(emission.undetermined):
        for _, message in outcomes_there(name, (), rules, ""):
            draft.fault("emission", "undetermined", message, (at,))


def _condition(
    spec: ConditionSpec, rules: Mapping[str, ConclusionRule], measures: Collection[str], systems: Collection[str]
) -> Found:
    yield from outcomes_there(spec.conclusion, spec.outcomes, rules, "outcomes")
    for at, rule in enumerate(spec.clinical_status):
        for inside, message in outcomes_there(rule.conclusion, rule.outcomes, rules, "outcomes"):
            yield ("clinical_status", at, *inside), message
    for name in spec.sentence:
        if name not in measures:
            yield ("sentence",), f"no conclusion reads a measure `{name}`{suggestion(name, measures)}"
    for inside, coding in _codings(spec):
        if coding.system not in systems:
            yield (*inside, "system"), f"there is no code system `{coding.system}`{suggestion(coding.system, systems)}"


def outcomes_there(
    conclusion: str, outcomes: Collection[str], rules: Mapping[str, ConclusionRule], inside: str, also: Collection[str] = ()
) -> Found:
    """What is wrong with the name of a conclusion, and with those of its outcomes, which stand in the field `inside`."""
    if conclusion not in rules:
        yield ("conclusion",), f"there is no conclusion `{conclusion}`{suggestion(conclusion, rules)}"
        return
    known = [outcome.name for outcome in rules[conclusion].outcomes]
    for name in outcomes:
        if name not in known and name not in also:
            yield (inside, name), f"`{conclusion}` has no outcome `{name}`{suggestion(name, known)}"


def _codings(spec: ConditionSpec) -> Iterator[tuple[Path, CodingSpec]]:
    for at, coding in enumerate(spec.stage_type):
        yield ("stage_type", at), coding
    for name, outcome in spec.outcomes.items():
        for part, codings in (("code", outcome.code), ("stage", outcome.stage), ("severity", outcome.severity)):
            for at, coding in enumerate(codings):
                yield ("outcomes", name, part, at), coding
