"""The flow of patients: screened, eligible, treated, assessed, in each analysis, and why the others were not."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain

from engine.cohort.coded import combined, counted
from engine.cohort.columns import Columns
from engine.cohort.placing import Placed
from engine.cohort.results import Endpoint, FlowStep, Reason
from engine.conclusion import NOT_APPLICABLE, NOT_DUE, UNDETERMINED
from engine.pack.program import Pack

_NOT_GRADED = {NOT_DUE: "not due", NOT_APPLICABLE: "not applicable"}


def flow(pack: Pack, columns: Columns, placed: Placed, endpoints: tuple[Endpoint, ...]) -> tuple[FlowStep, ...]:
    """Every step, in the order in which patients go through them."""
    screened = FlowStep("screened", "screened", columns.patients, ())
    left_out = Counter[str]()
    for one in placed.left_out:
        left_out[one.reason] += one.patients
    treated = FlowStep(
        "treated", "treated, in the analysis", sum(map(len, placed.places)), tuple(map(len, placed.places)), _reasons(left_out)
    )
    return (
        screened,
        *_eligibility(pack, columns, placed),
        treated,
        *_assessed(pack, columns, placed),
        *(_analysed(endpoint) for endpoint in endpoints),
    )


def _eligibility(pack: Pack, columns: Columns, placed: Placed) -> Iterator[FlowStep]:
    """Who may not enter by criterion, of whom it is not known by what is missing, and who may.

    The last is a step on the way where everybody in the analysis took it.
    """
    spec = pack.statistics.eligibility
    if spec is None:
        return
    outcomes = columns.outcomes[spec.conclusion]
    found = counted(outcomes)
    labels = {outcome.name: outcome.label for outcome in pack.conclusions[spec.conclusion].outcomes}
    others = [name for name in labels if name not in spec.outcomes]
    stopped, missing = Counter[str](), Counter[str]()
    for (outcome, criteria, measures), patients in combined((outcomes, columns.stopped, columns.lacks[spec.conclusion])).items():
        for name in criteria if outcome in others else measures if outcome == UNDETERMINED else ():
            (stopped if outcome in others else missing)[name] += patients
    everyone = Counter[str]()
    for places in placed.places:
        everyone += counted(outcomes, places)
    passed = set(everyone) <= set(spec.outcomes)
    not_met = {name: pack.criteria[name].label for name in stopped}
    stopped_by, missing_by = _reasons(stopped, not_met), _reasons(missing, _measure_labels(pack))
    yield FlowStep("ineligible", "not eligible", sum(found[name] for name in others), (), stopped_by, "beside")
    yield FlowStep("undetermined", "undetermined", found[UNDETERMINED], (), missing_by, "beside")
    not_asked = Counter({reason: found[outcome] for outcome, reason in _NOT_GRADED.items() if found[outcome]})
    if not_asked:
        yield FlowStep("not_asked", "eligibility not concluded", not_asked.total(), (), _reasons(not_asked), "beside")
    for name in spec.outcomes:
        yield FlowStep("eligible", labels[name], found[name], (), (), "through" if passed else "beside")


def _measure_labels(pack: Pack) -> dict[str, str]:
    """What a missing measure is called: by its name, with its window where it has one; by its name alone in the window itself."""
    found = {measure.base: measure.label for measure in pack.measures.values()}
    for name, measure in pack.measures.items():
        window = pack.windows.get(measure.window or "")
        found[name] = measure.label if window is None else f"{measure.label} ({window.label})"
    return found


def _assessed(pack: Pack, columns: Columns, placed: Placed) -> Iterator[FlowStep]:
    spec = pack.statistics.response
    for one in () if spec is None else spec.assessments:
        rule = pack.conclusions[one.conclusion]
        graded = {outcome.name for outcome in rule.outcomes}
        said = [combined((columns.outcomes[one.conclusion], columns.lacks[one.conclusion]), places) for places in placed.places]
        groups = tuple(sum(n for (outcome, _), n in found.items() if outcome in graded) for found in said)
        missing = Counter[str]()
        for (outcome, measures), patients in chain.from_iterable(found.items() for found in said):
            for name in measures if outcome == UNDETERMINED else ():
                missing[name] += patients
            if outcome in _NOT_GRADED:
                missing[_NOT_GRADED[outcome]] += patients
        reasons = _reasons(missing, _measure_labels(pack))
        yield FlowStep(one.conclusion, f"graded at day {int(one.day)}", sum(groups), groups, reasons, "of")


def _analysed(endpoint: Endpoint) -> FlowStep:
    lost = Counter[str]()
    for one in endpoint.left_out:
        lost[one.reason] += one.patients
    groups = tuple(curve.n for curve in endpoint.curves)
    return FlowStep(endpoint.name, f"in the analysis of {endpoint.label}", sum(groups), groups, _reasons(lost), "of")


def _reasons(counts: Counter[str], labels: dict[str, str] | None = None) -> tuple[Reason, ...]:
    """The most frequent first."""
    known = labels or {}
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return tuple(Reason(name, known.get(name, name), number) for name, number in ordered)
