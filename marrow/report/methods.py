"""How each number was computed, in words, with the choices in force."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from engine.cohort.estimates import Comparison, FollowUp
from engine.cohort.results import ContinuousRow, Endpoint, RepeatedRow, Results
from engine.pack.program import Pack, Parameter
from engine.pack.statistics import EndpointSpec
from marrow.report.compared import test_name
from marrow.report.provenance import in_words
from marrow.report.words import CONFIDENCE, capital, day, exact, listed, plain

Term = tuple[str, str]

_PATIENTS = (
    "The FHIR resources of a patient are read into dated facts, and from these the rules of the pack draw the conclusions "
    "that are counted here."
)
_GROUPS = " Each patient stays in one group; one whose group is not known is in no column and is counted apart."
_RESPONSE = (
    "At each assessment responders are counted among all patients for whom it was due. The {level} of their share is exact "
    "(Clopper-Pearson)."
)
_EVENTS = (
    "Events are grouped as the pack says. In each group of events a patient counts once, with the worst grade, whatever the "
    "cause was held to be."
)
_CURVE = (
    "Kaplan-Meier estimate with Greenwood’s standard error; {level} on the log-log scale. On the same day, events come before "
    "censorings. The median is the first time at which the curve is at one half or below. Past the last follow-up there is no "
    "estimate, unless the curve has come to zero."
)
_INCIDENCE = "Aalen-Johansen estimate for each kind of first event, with the other kinds competing; without an interval."
_FOLLOW_UP = (
    "The simple median is of the times to the event or the last contact; the reverse Kaplan-Meier median takes censoring as the "
    "event. The pack reports the {method} median."
)
_COURSES = (
    ": whether the groups change differently, as F with its degrees of freedom under sphericity. Only patients with a value on "
    "every day take part."
)
_MISSING = (
    "A missing value is never taken as a no. It stays unknown, is in no median and no test, and is counted beside its line. "
    "An assessment that was due and could not be graded stays in the number of the assessed, and is no response."
)
_ROUNDING = (
    "Numbers are computed unrounded and rounded once, half up, where they are printed: shares to whole per cent, probabilities "
    "to a tenth of a per cent, p values to three places. Medians and ranges are as measured."
)


def methods(pack: Pack, results: Results) -> Iterator[Term]:
    """Only what was done, in the order of the page."""
    yield "Patients", _PATIENTS + (_GROUPS if len(results.groups) > 1 else "")
    yield "Time", _time(pack, results)
    if results.baseline:
        yield "Baseline", _baseline(results)
    if results.response:
        yield "Response", _RESPONSE.format(level=CONFIDENCE)
    if results.adverse_events:
        yield "Adverse events", _EVENTS
    for endpoint in results.endpoints:
        yield f"{capital(endpoint.label)} ({endpoint.name})", _endpoint(pack, endpoint)
    if results.endpoints:
        yield "Curves", _CURVE.format(level=CONFIDENCE)
    if any(endpoint.incidences for endpoint in results.endpoints):
        yield "Cumulative incidence", _INCIDENCE
    if results.repeated:
        yield "Measures through time", _courses(results.repeated)
    if results.follow_up:
        yield "Follow-up", _FOLLOW_UP.format(method=_method(results.follow_up))
    yield "Missing values", _MISSING
    yield "Rounding", _ROUNDING
    yield from _choices(pack)


def _time(pack: Pack, results: Results) -> str:
    month = pack.statistics.month_days
    length = f"; a month has {exact(month)} days" if isinstance(month, Decimal) else ""
    as_of = (
        "Nothing in the data has a date"
        if results.as_of is None
        else f"Everything is as of {day(results.cutoff)}, whatever day it is today"
    )
    return f"Days are calendar days at the place of the record. Times are computed in days{length}. {as_of}."


def _baseline(results: Results) -> str:
    numbers = _applied([row.comparison for row in results.baseline if isinstance(row, ContinuousRow)])
    counts = _applied([row.comparison for row in results.baseline if not isinstance(row, ContinuousRow)])
    tests = [f"{what} by {test}" for what, test in (("numbers", numbers), ("categories", counts)) if test]
    compared = f"Groups are compared: {listed(tests)}." if tests else "Groups are not compared."
    return f"Numbers are given as the median and range of the known values, categories as patients. {compared}"


def _applied(comparisons: Sequence[Comparison]) -> str:
    """The tests that gave a p value."""
    return listed(dict.fromkeys(test_name(one.test) for one in comparisons if one.p is not None))


def _endpoint(pack: Pack, endpoint: Endpoint) -> str:
    """From when to what, and how groups are compared."""
    spec = next((one for one in pack.statistics.endpoints if one.name == endpoint.name), None)
    said = []
    if spec is not None:
        start = pack.measures[spec.start].label if spec.start in pack.measures else plain(spec.start)
        events = listed([event.label for event in spec.events if not event.competing], word="or")
        first = f"the first of {events}" if len(spec.events) > 1 else events
        sources = f" [{', '.join(spec.source)}]" if spec.source else ""
        censored = f"who had no event is censored{_also(pack, spec)}{_competing(spec)}"
        said.append(f"From the {start.removeprefix('the ')} to {first}{sources}; {censored}.")
    if endpoint.comparison.p is not None:
        said.append(f"Groups are compared by the {test_name(endpoint.comparison.test)}.")
    return " ".join(said)


def _also(pack: Pack, spec: EndpointSpec) -> str:
    """What else ends the follow-up of an endpoint."""
    labels = [pack.measures[name].label for name in spec.censored_at if name in pack.measures]
    return f" at the last contact, and everybody at the end of the {listed(labels, word='or')}" if labels else ""


def _competing(spec: EndpointSpec) -> str:
    """What ends the follow-up of a patient in the curve, and has an incidence of its own."""
    labels = [event.label for event in spec.events if event.competing]
    if not labels:
        return ""
    return f"; {listed(labels, word='or')} before that censors in the curve and competes in the cumulative incidence"


def _courses(rows: Sequence[RepeatedRow]) -> str:
    return capital(listed(dict.fromkeys(test_name(row.effect) for row in rows))) + _COURSES


def _method(follow_up: Sequence[FollowUp]) -> str:
    method = follow_up[0].method
    return {"reverse_km": "reverse Kaplan-Meier"}.get(method, plain(method))


def _choices(pack: Pack) -> Iterator[Term]:
    """The parameters that the statistics themselves are computed with."""
    chosen = [one for one in pack.parameters.values() if one.name in pack.computed_with]
    if chosen:
        said = "; ".join(f"{one.spec.label}: {_chosen(one)}" for one in chosen)
        yield "Choices of the pack for these numbers", f"{capital(said)}."


def _chosen(parameter: Parameter) -> str:
    words = in_words(parameter.value, parameter.spec.unit)
    return plain(words) if parameter.spec.type in ("choice", "choices") else words
