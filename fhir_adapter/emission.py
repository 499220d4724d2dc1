"""What `write` and `provenance` state of a patient, as lines: templates made of what they make, filled in for each patient."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from engine.conclusion import UNDETERMINED, Conclusion
from engine.evaluation import Evaluated
from engine.moment import day_text
from engine.open import tests_of
from engine.pack.emission import ConditionSpec, SubjectSpec
from engine.pack.expression import Literal
from engine.pack.program import ConclusionRule, Pack
from engine.regions import Regions
from engine.snapshot import Snapshot
from fhir_adapter.identity import id_of
from fhir_adapter.releases import Release
from fhir_adapter.sentence import quoting, remarks, tightest_limits
from fhir_adapter.template import ABOUT, DAY, PATIENT, RESTS_ON, TOLD, as_json, inside, template, told
from fhir_adapter.write_condition import Filling, condition_of, course, evidence, tested
from fhir_adapter.write_provenance import PROVENANCE, behind, provenance_of, sources
from fhir_adapter.write_subject import subject_of, subject_paragraphs
from fhir_adapter.write_undetermined import derived, observation_of, observation_paragraphs

_MOST = 5_000
"""Texts that are kept of one kind; patients have few."""


class Emitted(NamedTuple):
    """A resource of ours as it is written: its type, its id, and its JSON on one line."""

    kind: str
    id: str
    line: bytes


Gaps = dict[str, str]
Filled = tuple[str, Gaps]
"""A template, and what goes into its gaps besides id and patient."""
Concluded = Mapping[str, Conclusion]


class _Writer(NamedTuple):
    """What is written of one conclusion where it has one of these outcomes."""

    kind: str
    conclusion: str
    outcomes: frozenset[str]
    fill: Callable[[Conclusion, Concluded, Snapshot], Filled]


class Emission:
    """Writes what a pack states of its patients; all that is the same for each patient is written once."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._writers: dict[Release, tuple[_Writer, ...]] = {}
        self._provenances: dict[bool, str] = {}
        self._behind: dict[tuple[str, ...], frozenset[str]] = {}

    def __call__(self, evaluated: Evaluated, release: Release) -> list[Emitted]:
        """Everything in the order of the pack's emission section, then the Provenance; nothing where nothing is stated.

        evaluated: by the pack that this was made for.
        """
        patient, pack = evaluated.patient, self._pack
        spelled = inside(patient)
        concluded = {conclusion.name: conclusion for conclusion in evaluated.conclusions}
        found: list[Emitted] = []
        stated: list[str] = []
        for kind, name, outcomes, fill in self._writers.get(release) or self._begin(release):
            conclusion = concluded[name]
            if conclusion.outcome not in outcomes:
                continue
            text, gaps = fill(conclusion, concluded, evaluated.snapshot)
            gaps["id"] = key = id_of(pack, name, patient)
            gaps["patient"] = spelled
            found.append(Emitted(kind, key, (text % gaps).encode()))
            stated.append(name)
        if found:
            found.append(self._provenance(evaluated, found, tuple(stated)))
        return found

    def _begin(self, release: Release) -> tuple[_Writer, ...]:
        pack, emission = self._pack, self._pack.emission
        writers = [_conditions(pack, spec, release) for spec in emission.conditions]
        if emission.research_subject is not None:
            writers.append(_subjects(pack, emission.research_subject, release))
        writers += [_observations(pack, pack.conclusions[name]) for name in emission.undetermined]
        self._writers[release] = tuple(writers)
        return self._writers[release]

    def _provenance(self, evaluated: Evaluated, found: Sequence[Emitted], stated: tuple[str, ...]) -> Emitted:
        names = self._behind.get(stated)
        if names is None:
            names = self._behind[stated] = behind(self._pack, stated)
        rests_on = sources(evaluated, names)
        text = self._provenances.get(bool(rests_on))
        if text is None:
            entity = RESTS_ON if rests_on else None
            text = self._provenances[bool(rests_on)] = template(
                provenance_of(self._pack, PATIENT, DAY, target=ABOUT, entity=entity)
            )
        key = id_of(self._pack, PROVENANCE, evaluated.patient)
        gaps = {
            "id": key,
            "day": day_text(max([conclusion.as_of for conclusion in evaluated.conclusions])),
            "about": as_json([{"reference": f"{each.kind}/{each.id}"} for each in found]),
            "rests_on": as_json(rests_on),
        }
        return Emitted("Provenance", key, (text % gaps).encode())


def _conditions(pack: Pack, spec: ConditionSpec, release: Release) -> _Writer:
    rule = pack.conclusions[spec.conclusion]
    criteria, limits_of, tail_of = tested(pack, rule), _limits(pack, rule, spec.sentence), _remarks(pack, rule)
    templates: dict[tuple[str, str, bool, bool], str] = {}

    def fill(conclusion: Conclusion, concluded: Concluded, snapshot: Snapshot) -> Filled:
        outcome, effective = conclusion.outcome, conclusion.effective
        emitted = spec.outcomes[outcome]
        narrative, note = told([quoting(pack, emitted.text, limits_of(conclusion, snapshot), effective, snapshot)])
        more_narrative, more_note = tail_of(conclusion)
        rests_on = evidence(conclusion, snapshot, release, criteria)
        key = outcome, course(spec, concluded), effective is not None, bool(rests_on)
        text = templates.get(key)
        if text is None:
            filling = Filling(PATIENT, [TOLD], key[1], DAY, key[2], RESTS_ON if rests_on else None)
            text = templates[key] = template(condition_of(pack, spec, emitted, release, filling))
        return text, {
            "narrative": narrative + more_narrative,
            "note": note + more_note,
            "day": day_text(conclusion.as_of if effective is None else effective),
            "rests_on": as_json(rests_on),
        }

    return _Writer("Condition", rule.name, frozenset(spec.outcomes), fill)


def _limits(pack: Pack, rule: ConclusionRule, quoted: Sequence[str]) -> Callable[[Conclusion, Snapshot], list[tuple[str, str]]]:
    """The quoted measures with the tightest limits that they passed, worked out once for each pattern of what was passed."""
    nodes = [pack.criteria[name].expression for name in rule.criteria]
    nodes += [outcome.when for outcome in rule.outcomes if outcome.when is not None]
    tests: dict[str, list[Literal]] = {}
    for test in tests_of(pack, nodes):
        tests.setdefault(test.measure, []).append(test)
    reads = [(pack.measures[measure].index, Regions.of(mine).of_value) for measure, mine in tests.items()]
    seen: dict[Any, list[tuple[str, str]]] = {}

    def limits(conclusion: Conclusion, snapshot: Snapshot) -> list[tuple[str, str]]:
        regions = [None if (value := snapshot[index].value) is None else region(value) for index, region in reads]
        key = conclusion.outcome, conclusion.truths, *regions
        known = seen.get(key)
        if known is None:
            found = tightest_limits(pack, conclusion, snapshot)
            known = _kept(seen)[key] = [(name, found.get(name, "")) for name in quoted]
        return known

    return limits


def _remarks(pack: Pack, rule: ConclusionRule) -> Callable[[Conclusion], tuple[str, str]]:
    """What follows the first paragraph, in the narrative and in the notes."""
    seen: dict[tuple[str, ...], tuple[str, str]] = {}

    def tail(conclusion: Conclusion) -> tuple[str, str]:
        known = seen.get(conclusion.flags)
        if known is None:
            known = _kept(seen)[conclusion.flags] = told(["", *remarks(pack, rule, conclusion)])
        return known

    return tail


def _subjects(pack: Pack, spec: SubjectSpec, release: Release) -> _Writer:
    rule = pack.conclusions[spec.conclusion]
    told_of = _paragraphs(pack, rule, subject_paragraphs)
    templates: dict[tuple[str, bool], str] = {}

    def fill(conclusion: Conclusion, _: Concluded, __: Snapshot) -> Filled:
        effective = conclusion.effective
        key = conclusion.outcome, effective is not None
        text = templates.get(key)
        if text is None:
            state, since = spec.statuses[conclusion.outcome], None if effective is None else DAY
            text = templates[key] = template(subject_of(pack, spec, state, release, PATIENT, [TOLD], since))
        return text, {"narrative": told_of(conclusion)[0], "day": "" if effective is None else day_text(effective)}

    return _Writer("ResearchSubject", rule.name, frozenset(spec.statuses), fill)


def _observations(pack: Pack, rule: ConclusionRule) -> _Writer:
    told_of = _paragraphs(pack, rule, observation_paragraphs)
    templates: dict[bool, str] = {}

    def fill(conclusion: Conclusion, _: Concluded, __: Snapshot) -> Filled:
        rests_on = derived(conclusion)
        text = templates.get(bool(rests_on))
        if text is None:
            made = observation_of(pack, rule, PATIENT, [TOLD], DAY, RESTS_ON if rests_on else None)
            text = templates[bool(rests_on)] = template(made)
        narrative, note = told_of(conclusion)
        gaps = {"narrative": narrative, "note": note, "day": day_text(conclusion.as_of), "rests_on": as_json(rests_on)}
        return text, gaps

    return _Writer("Observation", rule.name, frozenset([UNDETERMINED]), fill)


def _paragraphs(
    pack: Pack, rule: ConclusionRule, say: Callable[[Pack, ConclusionRule, Conclusion], list[str]]
) -> Callable[[Conclusion], tuple[str, str]]:
    """What is said of a conclusion without anything of the patient alone, in the narrative and in the notes."""
    seen: dict[Any, tuple[str, str]] = {}

    def paragraphs(conclusion: Conclusion) -> tuple[str, str]:
        key = conclusion.outcome, conclusion.as_of, conclusion.possible, conclusion.missing, conclusion.flags, conclusion.truths
        known = seen.get(key)
        if known is None:
            known = _kept(seen)[key] = told(say(pack, rule, conclusion))
        return known

    return paragraphs


def _kept(seen: dict[Any, Any]) -> dict[Any, Any]:
    """Where one more is kept; begun anew where there are very many."""
    if len(seen) >= _MOST:
        seen.clear()
    return seen
