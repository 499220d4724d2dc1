"""The MeasureReport (R4) of a cohort: how many patients there are of each kind, in all and by group, and never which."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from math import isfinite
from typing import NamedTuple

from engine.cohort.results import AdverseEventRow, CategoricalRow, CountRow, FlowStep, Group, LeftOut, ResponseRow, Results
from engine.conclusion import NOT_DUE
from engine.pack.program import Pack
from fhir_adapter.identity import Resource, hl7, identity
from fhir_adapter.sentence import name_of

_UNKNOWN = "not known"
_NO_PERIOD = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}
"""FHIR asks for a period, though nothing in the data may have a date."""


class _Line(NamedTuple):
    """One population: patients in all, and of each group; `by_group` is empty where groups are not told apart."""

    code: Resource
    total: int
    by_group: tuple[int, ...] = ()


def measure_report(pack: Pack, results: Results) -> Resource:
    """One group for each table of counts, a stratum in it for each group of patients; valid in R4 and R4B.

    Its days are the cut-off, not the wall clock; where the period begins the results do not say. Id and identifier depend on
    the pack alone, so that a later report takes the place of an earlier one.
    """
    found_groups = _tables(pack, results)
    when = "" if results.as_of is None else f" as of {results.as_of}"
    opening = f"{pack.manifest.title}: counts{when}, by the rules {pack.name} {pack.version}."
    found = identity(pack, "MeasureReport", "measure_report", "", [opening, *map(_told, found_groups)])
    found["status"] = "complete"
    found["type"] = "summary"
    found["measure"] = f"{pack.manifest.system}|{pack.version}"
    found |= {"period": _NO_PERIOD} if results.as_of is None else {"date": results.as_of, "period": {"end": results.as_of}}
    if found_groups:
        found["group"] = found_groups
    return found


def quantity(value: float | Decimal, code: str = "1", unit: str | None = None) -> Resource:
    """A Quantity in a UCUM unit, with every digit. Raises ValueError for what is not finite, which FHIR cannot say."""
    if not isfinite(value):
        raise ValueError("a Quantity needs a finite number")
    named = {} if unit is None else {"unit": unit}
    return {"value": Decimal(str(value)), **named, "system": "http://unitsofmeasure.org", "code": code}


# --- the tables ---


def _tables(pack: Pack, results: Results) -> list[Resource]:
    """In the order of a paper: who is in it, what they were like, how they responded, what happened to them."""
    categorical = [row for row in results.baseline if isinstance(row, CategoricalRow)]
    counted: list[tuple[str, str, list[_Line]]] = [
        ("flow", "patient flow", _flow(pack, results.flow)),
        ("left_out", "left out of the analysis", _left_out(results)),
        *((row.name, row.label, _categories(pack, row)) for row in categorical),
    ]
    outcomes = [
        *((row.name, row.name, _adverse_event(pack, row)) for row in results.adverse_events),
        *((row.name, label, _counted(pack, row, label)) for row, label in _headed(results.long_term)),
    ]
    groups = results.groups
    return [
        *(_table(pack, groups, _local(pack, name, label), lines) for name, label, lines in counted if lines),
        *(_response(pack, groups, row) for row in results.response),
        *(_table(pack, groups, _local(pack, name, label), lines) for name, label, lines in outcomes),
    ]


def _flow(pack: Pack, steps: Sequence[FlowStep]) -> list[_Line]:
    """The steps, of which the first is the initial population, each followed by the reasons why patients stopped there."""
    lines: list[_Line] = []
    for step in steps:
        code = _local(pack, step.name, step.label)
        if not lines:
            code["coding"] = [*_population("initial-population", "")["coding"], *code["coding"]]
        lines.append(_Line(code, step.patients, step.groups))
        for reason in step.reasons:
            text = f"{step.label}: {reason.label}"
            lines.append(_Line(_local(pack, f"{step.name}.{reason.name}", text), reason.patients))
    return lines


def _left_out(results: Results) -> list[_Line]:
    labels = {group.name: group.label for group in results.groups}
    return [_Line({"text": left_out_text(left, labels.get(left.group or ""))}, left.patients) for left in results.left_out]


def left_out_text(left: LeftOut, label: str | None) -> str:
    """Why patients were left out, and of which group, where that is known."""
    return left.reason if label is None else f"{left.reason} ({label})"


def _categories(pack: Pack, row: CategoricalRow) -> list[_Line]:
    everybody = [counts.n + counts.missing for counts in row.groups]
    lines = [_line(_population("initial-population", "patients"), everybody)]
    for place, (name, label) in enumerate(row.categories):
        lines.append(_line(_local(pack, name, label), [counts.counts[place] for counts in row.groups]))
    return [*lines, _line(_local(pack, "missing", _UNKNOWN), [counts.missing for counts in row.groups])]


def _response(pack: Pack, groups: Sequence[Group], row: ResponseRow) -> Resource:
    """The grades of one assessment; the score is the share of responders among those whose assessment is due."""
    due = [group.n for group in row.groups]
    responders = [group.responders for group in row.groups]
    lines = [
        *_denominator(due, "patients whose assessment is due"),
        _line(_population("numerator", "responders"), responders),
    ]
    for grade in dict.fromkeys([*row.labels, *(grade for group in row.groups for grade in group.counts)]):
        counts = [group.counts.get(grade, 0) for group in row.groups]
        lines.append(_line(_local(pack, grade, row.labels.get(grade, grade)), counts))
    lines.append(_line(_local(pack, NOT_DUE, "assessment not due yet"), [group.not_due for group in row.groups]))
    rate = sum(responders) / sum(due) if sum(due) else None
    code = _local(pack, row.conclusion, name_of(pack, pack.conclusions[row.conclusion]))
    return _table(pack, groups, code, lines, (rate, *(group.rate for group in row.groups)))


def _adverse_event(pack: Pack, row: AdverseEventRow) -> list[_Line]:
    lines = [_line(_population("initial-population", "patients"), row.n)]
    for place, (band, (low, high)) in enumerate(zip(row.bands, row.limits, strict=True)):
        lines.append(_line(_local(pack, band, _grades(low, high)), [counts[place] for counts in row.counts]))
    return [*lines, _line(_local(pack, "ungraded", "with a worst grade that is not known"), row.unknown)]


def _grades(low: Decimal, high: Decimal) -> str:
    """A band by what is counted in it: its name may be that of a column in the source, which says less."""
    return f"grade {low.normalize():f}" if low == high else f"grades {low.normalize():f} to {high.normalize():f}"


def _headed(rows: Iterable[CountRow]) -> Iterator[tuple[CountRow, str]]:
    """Each row with a label that can stand alone: a detail begins with what it is a detail of."""
    above = ""
    for row in rows:
        above = above if row.indent else row.label
        yield row, f"{above}: {row.label}" if row.indent and above else row.label


def _counted(pack: Pack, row: CountRow, label: str) -> list[_Line]:
    counted = _line(_population("numerator", label), row.counts)
    return [*_denominator(row.n, "patients"), counted, _line(_local(pack, "unknown", _UNKNOWN), row.unknown)]


def _denominator(by_group: Sequence[int], text: str) -> list[_Line]:
    """The same patients as initial population and as denominator, since nobody is excluded in between."""
    return [_line(_population(code, text), by_group) for code in ("initial-population", "denominator")]


# --- as FHIR ---


def _table(
    pack: Pack, groups: Sequence[Group], code: Resource, lines: Sequence[_Line], rates: Sequence[float | None] = ()
) -> Resource:
    """rates: the score of all, then of each group; None is left out."""
    overall, *by_group = rates or (None,)
    found = {"code": code, **_counts((line.code, line.total) for line in lines), **_score(overall)}
    told_apart = [line for line in lines if line.by_group]
    if not (groups and told_apart):
        return found
    strata = []
    for place, group in enumerate(groups):
        counts = _counts((line.code, line.by_group[place]) for line in told_apart)
        value = _local(pack, group.name, group.label) | {"text": group.name}
        strata.append({"value": value, **counts, **_score(by_group[place] if by_group else None)})
    return found | {"stratifier": [{"code": [_local(pack, "group", "group of the analysis")], "stratum": strata}]}


def _counts(counted: Iterable[tuple[Resource, int]]) -> Resource:
    return {"population": [{"code": code, "count": count} for code, count in counted]}


def _score(rate: float | None) -> Resource:
    return {} if rate is None else {"measureScore": quantity(rate)}


def _line(code: Resource, by_group: Sequence[int]) -> _Line:
    return _Line(code, sum(by_group), tuple(by_group))


def _population(code: str, text: str) -> Resource:
    return hl7("measure-population", code) | {"text": text}


def _local(pack: Pack, code: str, text: str) -> Resource:
    """A code of the pack's own system; FHIR allows single spaces in one and no others."""
    return {"coding": [{"system": pack.manifest.system, "code": " ".join(code.split()), "display": text}], "text": text}


def _told(table: Resource) -> str:
    """One table as a paragraph."""
    parts = [f"{table['code']['text']}: {_listed(table)}."]
    for stratifier in table.get("stratifier", ()):
        parts += [f"{stratum['value']['coding'][0]['display']}: {_listed(stratum)}." for stratum in stratifier["stratum"]]
    return " ".join(parts)


def _listed(counted: Resource) -> str:
    """Each population once, though one may be given for several purposes."""
    return ", ".join(dict.fromkeys(f"{one['code']['text']} ({one['count']})" for one in counted["population"]))
