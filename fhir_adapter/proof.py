"""That what is written is valid FHIR: every template filled in with examples, and a sample of what a run writes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from engine.conclusion import NO_OUTCOME, Conclusion
from engine.evaluation import Evaluated
from engine.interval import Interval
from engine.moment import Moment
from engine.pack.program import ConclusionRule, Pack
from engine.snapshot import Measured
from fhir_adapter.emission import Emission, Emitted
from fhir_adapter.releases import Release
from fhir_adapter.write import from_json, problems

SHARE = "004"
"""Ids below this are in the sample: they are hexadecimal digests, so that these are 1 in 1,024."""
_DAY = 730_000
_PATIENT, _SEEN = "Patient/example", "Observation/example/_history/1"


class NotValid(Exception):
    """Marrow was about to write, or wrote, what is not valid FHIR: which type and release, and where, without any value."""

    def __init__(self, what: str, kind: str, release: Release, found: Iterable[str]) -> None:
        super().__init__(f"a fault in Marrow itself: {what} {kind} is not valid {release}: {'; '.join(found)}; please report it")


def prove(pack: Pack, release: Release) -> int:
    """Validate what a pack writes of each outcome in a release, with everything known and with nothing, by examples.

    Returns how many resources were validated. Raises NotValid. It loads the models of the release, so it is called once in a run.
    """
    emission = Emission(pack)
    examples = {emitted.line: emitted for example in _examples(pack) for emitted in emission(example, release)}
    for emitted in examples.values():
        _require(emitted, release, "the template of a")
    return len(examples)


def _require(emitted: Emitted, release: Release, what: str) -> None:
    found = problems(from_json(emitted.line), release)
    if found:
        raise NotValid(what, emitted.kind, release, found)


@dataclass(slots=True)
class Sample:
    """Which of the resources that a run writes are validated: those with ids of a SHARE of all, and the first id of each kind.

    It depends on what is written and on nothing else: neither on its order nor on how it is spread over processes, whose samples
    can be pickled and added up. everything: every one is validated, at once.
    """

    everything: bool = False
    chosen: dict[tuple[str, str], tuple[Emitted, Release]] = field(default_factory=dict)
    first: dict[tuple[str, Release], Emitted] = field(default_factory=dict)

    def take(self, written: Iterable[Emitted], release: Release) -> None:
        """Choose among what was written of one patient. Raises NotValid where everything is validated."""
        for emitted in written:
            if self.everything:
                _require(emitted, release, "a")
                continue
            first = self.first.get((emitted.kind, release))
            if first is None or emitted.id < first.id:
                self.first[emitted.kind, release] = emitted
            if emitted.id < SHARE:
                self.chosen[emitted.kind, emitted.id] = emitted, release

    def add(self, other: "Sample") -> None:
        """Take in what another process chose."""
        self.chosen |= other.chosen
        for (kind, release), emitted in other.first.items():
            first = self.first.get((kind, release))
            if first is None or emitted.id < first.id:
                self.first[kind, release] = emitted

    def require_valid(self) -> int:
        """Validate what was chosen; how many. Raises NotValid."""
        least = {(emitted.kind, emitted.id): (emitted, release) for (_, release), emitted in self.first.items()}
        each = self.chosen | least
        for _, (emitted, release) in sorted(each.items()):
            _require(emitted, release, "a")
        return len(each)


def _examples(pack: Pack) -> Iterator[Evaluated]:
    """Patients who together have each outcome of each conclusion, with everything known of them and with nothing."""
    rules = list(pack.conclusions.values())
    for known in (True, False):
        value = Measured(Interval.exactly(Decimal(1)), (_SEEN,), Moment(_DAY, _DAY)) if known else Measured()
        snapshot = tuple(value for _ in pack.measures)
        for place in range(max((len(_outcomes(rule)) for rule in rules), default=0)):
            yield Evaluated(_PATIENT, snapshot, tuple(_example(rule, place, value) for rule in rules))


def _example(rule: ConclusionRule, place: int, value: Measured) -> Conclusion:
    outcomes, known = _outcomes(rule), value.value is not None
    return Conclusion(
        patient=_PATIENT,
        name=rule.name,
        outcome=outcomes[place % len(outcomes)],
        as_of=_DAY,
        effective=_DAY if known else None,
        possible=() if known else tuple(outcomes),
        missing=() if known else rule.measures,
        flags=tuple(flag.name for flag in rule.flags) if known else (),
        sources=(value,),
        names=rule.criteria,
        truths=tuple([True if known else None for _ in rule.criteria]),
        parameters=(),
    )


def _outcomes(rule: ConclusionRule) -> list[str]:
    return list(dict.fromkeys([*(outcome.name for outcome in rule.outcomes), *NO_OUTCOME]))
