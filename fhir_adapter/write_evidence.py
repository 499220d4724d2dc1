"""The survival figures of a cohort as R5 Evidence: estimates at times of interest, medians, incidences, and tests of groups."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from math import isclose
from typing import NamedTuple

from engine.cohort.estimates import AtTime, Comparison, Curve, Incidence, Survival
from engine.cohort.results import Endpoint, Results
from engine.pack.program import Pack
from fhir_adapter.identity import Resource, hl7, id_of, identity, labels, notes, urn_of
from fhir_adapter.write_measure_report import left_out_text, quantity

_ROLE = "evidence"
_LEVEL = Decimal("0.95")
"""Of the confidence intervals in the results."""
_SURVIVAL = {"text": "survival probability (product-limit estimate)"}
_INCIDENCE = {"text": "cumulative incidence (Aalen-Johansen estimate)"}
_STANDARD_ERROR = {"text": "standard error (Greenwood)"}
"""HL7 has codes for a proportion, an incidence and the standard error of a mean, and these are none of them."""
_NOBODY = "not estimable: nobody was followed so long"


def evidence(pack: Pack, results: Results) -> Resource:
    """A Bundle (R5, collection): for each endpoint an Evidence for each group, each kind of event in it, and the comparison.

    Its days are the cut-off, not the wall clock. Ids depend on pack, endpoint, group and kind of event only.
    """
    names = _names(results)
    found = [
        _resource(pack, results, endpoint, finding) for endpoint in results.endpoints for finding in _findings(endpoint, names)
    ]
    head = identity(pack, "Bundle", _ROLE, "", ())
    bundle: Resource = {
        "resourceType": "Bundle",
        "id": id_of(pack, _ROLE),
        "meta": labels(pack),
        "identifier": head["identifier"][0],
        "type": "collection",
    }
    if results.as_of is not None:
        bundle["timestamp"] = f"{results.as_of}T00:00:00Z"
    entries = [{"fullUrl": urn_of(resource), "resource": resource} for resource in found]
    return bundle | ({"entry": entries} if entries else {})


class _Finding(NamedTuple):
    """What becomes one Evidence: of what, in which groups, with which figures."""

    role: str
    title: str
    measured: str
    groups: tuple[str, ...]
    statistics: list[Resource]


def _findings(endpoint: Endpoint, names: Mapping[str, str]) -> Iterator[_Finding]:
    """names: the groups with what they are called."""
    sizes = {curve.group: curve.n for curve in endpoint.curves}
    for curve in endpoint.curves:
        role, title = f"survival.{endpoint.name}.{curve.group}", f"{endpoint.label}, {names[curve.group]}"
        yield _Finding(role, title, endpoint.label, (curve.group,), _curve(endpoint.label, curve))
    for incidence in endpoint.incidences:
        role = f"incidence.{endpoint.name}.{incidence.event}.{incidence.group}"
        measured = f"{endpoint.label}: {incidence.label}"
        figures = _incidence(measured, incidence, sizes[incidence.group])
        yield _Finding(role, f"{measured}, {names[incidence.group]}", measured, (incidence.group,), figures)
    title = f"{endpoint.label}, comparison of the groups: {', '.join(names.values())}"
    compared = _comparison(endpoint.comparison, endpoint.curves)
    yield _Finding(f"comparison.{endpoint.name}", title, endpoint.label, tuple(names), [compared])


def _resource(pack: Pack, results: Results, endpoint: Endpoint, finding: _Finding) -> Resource:
    """Where the results have one group only, nothing was compared and it is no exposure."""
    names = _names(results)
    rules = f"the rules {pack.name} {pack.version} ({pack.manifest.source})."
    description = f"By {rules}" if results.as_of is None else f"As of {results.as_of}, by {rules}"
    remarks = _left_out(endpoint, names, finding.groups)
    told = [f"{finding.title}.", *map(_sentence, finding.statistics), description, *remarks]
    exposures = [_variable("exposure", names[group]) for group in finding.groups] if len(names) > 1 else []
    population = _variable("population", f"patients in the analysis: {pack.manifest.title}")
    found = identity(pack, "Evidence", finding.role, "", told)
    found["title"] = finding.title
    found["status"] = "active"
    if results.as_of is not None:
        found["date"] = results.as_of
    found["description"] = description
    if remarks:
        found["note"] = notes(remarks)
    found["variableDefinition"] = [population, *exposures, _variable("measuredVariable", finding.measured)]
    found["statistic"] = finding.statistics
    return found


def _names(results: Results) -> dict[str, str]:
    return {group.name: group.label for group in results.groups}


def _left_out(endpoint: Endpoint, names: Mapping[str, str], groups: Sequence[str]) -> list[str]:
    """Who is missing from these groups, or may be, since nobody knows the group."""
    concerned = [left for left in endpoint.left_out if left.group is None or left.group in groups]
    return [f"Left out: {left_out_text(left, names.get(left.group or ''))}: {left.patients}." for left in concerned]


# --- what is estimated ---


def _curve(label: str, curve: Curve) -> list[Resource]:
    """The estimate at each time of interest, and the median with all events of the curve."""
    at_times = [_at(label, curve, at) for at in curve.at]
    median = _statistic(f"median of {label}", _coded("statistic-type", "C28007", "Median"), curve.n) | _affected(curve.events)
    if curve.median_months is None:
        return [*at_times, _ordered(median | _note("not reached"))]
    return [*at_times, _ordered(median | {"quantity": quantity(curve.median_months, "mo", "months")})]


def _at(label: str, curve: Curve, at: AtTime) -> Resource:
    found = _statistic(f"{label} at {_plain(at.months)} months", _SURVIVAL, curve.n, at.at_risk)
    if at.estimate is None:
        return _ordered(found | _note(_NOBODY))
    found |= {"quantity": quantity(at.estimate.survival)} | _affected(_events_until(curve, at.estimate))
    estimates = [*_standard_error(at.estimate), *_confidence_interval(at.estimate)]
    return _ordered(found | ({"attributeEstimate": estimates} if estimates else {}))


def _events_until(curve: Curve, estimate: Survival) -> int:
    """The events that brought a curve down to an estimate, which is that of one of its steps."""
    reached = estimate.survival
    before = [step for step in curve.steps if step.estimate.survival > reached or isclose(step.estimate.survival, reached)]
    return sum(step.events for step in before)


def _standard_error(estimate: Survival) -> list[Resource]:
    if estimate.standard_error is None:
        return []
    return [{"type": _STANDARD_ERROR, "quantity": quantity(estimate.standard_error)}]


def _confidence_interval(estimate: Survival) -> list[Resource]:
    ends = {"low": estimate.ci_low, "high": estimate.ci_high}
    known = {end: quantity(value) for end, value in ends.items() if value is not None}
    kind = _coded("attribute-estimate-type", "C53324", "confidence interval")
    return [{"type": kind, "level": _LEVEL, "range": known}] if known else []


def _incidence(measured: str, incidence: Incidence, patients: int) -> list[Resource]:
    """The probability at each time of interest, and how many had the event first."""
    found = []
    for months, at_risk, probability in incidence.at:
        one = _statistic(f"{measured} within {_plain(months)} months", _INCIDENCE, patients, at_risk)
        found.append(_ordered(one | (_note(_NOBODY) if probability is None else {"quantity": quantity(probability)})))
    count = _statistic(f"{measured}, first events", _coded("statistic-type", "C25463", "Count"), patients)
    return [*found, _ordered(count | {"quantity": quantity(Decimal(incidence.events))})]


def _comparison(comparison: Comparison, curves: Iterable[Curve]) -> Resource:
    """The test's statistic with its p value; degrees of freedom as a characteristic of the test."""
    each = list(curves)
    found = _statistic(f"test between the groups: {comparison.test}", {"text": comparison.test}, sum(curve.n for curve in each))
    found |= _affected(sum(curve.events for curve in each)) | _note(comparison.why)
    if comparison.statistic is not None:
        found["quantity"] = quantity(comparison.statistic)
    if comparison.p is not None:
        kind = _coded("attribute-estimate-type", "C44185", "p value")
        found["attributeEstimate"] = [{"type": kind, "quantity": quantity(comparison.p)}]
    if comparison.degrees_of_freedom is not None:
        freedom = {"code": {"text": "degrees of freedom"}, "value": quantity(Decimal(comparison.degrees_of_freedom))}
        found["modelCharacteristic"] = [freedom]
    return _ordered(found)


# --- as FHIR ---

_ORDER = (
    "description", "note", "statisticType", "quantity", "numberOfEvents", "numberAffected", "sampleSize", "attributeEstimate",
    "modelCharacteristic",
)  # fmt: skip


def _statistic(description: str, kind: Resource, patients: int, at_risk: int | None = None) -> Resource:
    """at_risk: patients still followed at the time, which FHIR has no number for."""
    size = {} if at_risk is None else {"description": f"{at_risk} at risk"}
    return {
        "description": description,
        "statisticType": kind,
        "sampleSize": size | {"numberOfStudies": 1, "numberOfParticipants": patients},
    }


def _ordered(statistic: Resource) -> Resource:
    return {name: statistic[name] for name in _ORDER if name in statistic}


def _affected(events: int) -> Resource:
    """Events and patients with one are the same number: the first event of a patient ends the follow-up."""
    return {"numberOfEvents": events, "numberAffected": events}


def _note(text: str) -> Resource:
    return {"note": notes([text])} if text else {}


def _coded(system: str, code: str, text: str) -> Resource:
    return hl7(system, code) | {"text": text}


def _variable(role: str, description: str) -> Resource:
    return {"description": description, "variableRole": hl7("variable-role", role)}


def _plain(months: Decimal) -> str:
    return f"{months.normalize():f}"


def _sentence(statistic: Resource) -> str:
    """A statistic for people: three digits, where the number itself has every one."""
    said = [_rounded(statistic["quantity"])] if "quantity" in statistic else []
    for estimate in statistic.get("attributeEstimate", ()):
        values = estimate["range"].values() if "range" in estimate else [estimate["quantity"]]
        said.append(f"{estimate['type']['text']} {' to '.join(map(_rounded, values))}")
    said += [note["text"] for note in statistic.get("note", ())]
    size = statistic["sampleSize"]
    said += [size["description"]] if "description" in size else []
    said.append(f"{size['numberOfParticipants']} patients")
    return f"{statistic['description']}: {', '.join(said)}."


def _rounded(written: Resource) -> str:
    value = written["value"]
    shown = f"{value:.0f}" if value == value.to_integral_value() or abs(value) >= 1000 else f"{value:.3g}"
    return f"{shown} {written['unit']}" if "unit" in written else shown
