"""Tables of time: curves at the times of interest, kinds of events, measures through time, follow-up."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import chain, repeat

from engine.cohort.courses import known
from engine.cohort.estimates import AtTime, Curve, FollowUp, Incidence
from engine.cohort.results import Endpoint, Group, RepeatedRow, Results
from marrow.report.blocks import Cell, Column, Notes, Part, Row, Table
from marrow.report.compared import p_cell, repeated_p_cell
from marrow.report.tables import group_columns
from marrow.report.words import (
    CONFIDENCE,
    NONE,
    between,
    by_group,
    capital,
    counted,
    exact,
    group_of,
    interval,
    measured,
    median_range,
    months,
    probability,
)

NOT_REACHED = "Not reached: at no time was the curve at one half or below."
NOBODY = "Nobody was followed that long."


def curves_table(endpoint: Endpoint, groups: Sequence[Group]) -> Table:
    """Events, median and the estimate at each time, a column for each group."""
    notes, curves = Notes(), endpoint.curves
    p, blank = (p_cell(endpoint.comparison, notes),) * (len(curves) > 1), (Cell(""),) * (len(curves) > 1)
    summary = [
        Row(Cell("Events"), (*(Cell(counted(curve.events)) for curve in curves), *p)),
        Row(Cell("Censored"), (*(Cell(counted(curve.censored)) for curve in curves), *blank)),
        Row(Cell("Median, months"), (*(_median_cell(curve, notes) for curve in curves), *blank)),
    ]
    times = [_time_row(place, at.months, curves, notes, blank) for place, at in enumerate(curves[0].at)] if curves else []
    head = Row(Cell(f"{capital(endpoint.label)} at, % ± SE"), ((Cell(""),) * len(curves) + blank))
    return Table(
        name=f"curves-{endpoint.name.lower()}",
        caption=f"{capital(endpoint.label)} ({endpoint.name}){by_group(groups)}",
        corner="",
        columns=(*_sized(groups, curves), *(Column("p") for _ in blank)),
        parts=(Part(tuple(summary)), Part(tuple(times), head)) if times else (Part(tuple(summary)),),
        notes=notes.listed(),
        explained=f"SE: standard error; CI: {CONFIDENCE} on the log-log scale; at risk: followed and event-free just before.",
    )


def _sized(groups: Sequence[Group], curves: Sequence[Curve]) -> tuple[Column, ...]:
    return tuple(Column(group_of(groups, curve.group), f"n = {counted(curve.n)}") for curve in curves)


def _median_cell(curve: Curve, notes: Notes) -> Cell:
    if curve.median_months is None:
        return Cell(NONE, notes.mark(NOT_REACHED if curve.n else "Nobody is in this group."))
    return Cell(months(curve.median_months))


def _time_row(place: int, at: Decimal, curves: Sequence[Curve], notes: Notes, blank: tuple[Cell, ...]) -> Row:
    found = (*(_estimate_cell(curve.at[place], notes) for curve in curves), *blank)
    return Row(Cell(f"{exact(at)} months"), found, indent=True)


def _estimate_cell(at: AtTime, notes: Notes) -> Cell:
    risk = f"{counted(at.at_risk)} at risk"
    if at.estimate is None:
        return Cell(NONE, notes.mark(NOBODY), (risk,))
    error, ends = at.estimate.standard_error, interval(at.estimate.ci_low, at.estimate.ci_high)
    text = probability(at.estimate.survival) + (f" ± {probability(error)}" if error is not None else "")
    return Cell(text, below=(f"CI {ends}; {risk}" if ends else risk,))


# --- kinds of events ---


def incidence_table(endpoint: Endpoint, groups: Sequence[Group]) -> Table:
    """The probability of each kind of event at each time, a column for each group."""
    notes = Notes()
    kinds = dict.fromkeys((one.event, one.label) for one in endpoint.incidences)
    return Table(
        name=f"incidence-{endpoint.name.lower()}",
        caption=f"Cumulative incidence of the events of {endpoint.label} ({endpoint.name}){by_group(groups)}",
        corner="Event first to come, %",
        columns=_sized(groups, endpoint.curves),
        parts=tuple(_kind(event, label, endpoint, notes) for event, label in kinds),
        notes=notes.listed(),
        explained="Each kind of event competes with the others: only the first event of a patient counts.",
    )


def _kind(event: str, label: str, endpoint: Endpoint, notes: Notes) -> Part:
    by_group = {one.group: one for one in endpoint.incidences if one.event == event}
    ordered = [by_group.get(curve.group) for curve in endpoint.curves]
    happened = tuple(Cell(NONE if one is None else f"{counted(one.events)} of {counted(curve.n)}")
                     for one, curve in zip(ordered, endpoint.curves, strict=True))  # fmt: skip
    times = next((one.at for one in ordered if one is not None), ())
    rows = (
        Row(Cell(f"{exact(at)} months"), tuple(_share_cell(one, place, notes) for one in ordered), indent=True)
        for place, (at, _, _) in enumerate(times)
    )
    return Part(tuple(rows), Row(Cell(capital(label)), happened))


def _share_cell(incidence: Incidence | None, place: int, notes: Notes) -> Cell:
    value = None if incidence is None else incidence.at[place][2]
    return Cell(NONE, notes.mark(NOBODY)) if value is None else Cell(probability(value))


# --- measures through time ---


def courses_table(rows: Sequence[RepeatedRow], groups: Sequence[Group], caption: str) -> Table:
    """Medians of each measure by day, and whether its course differs between the groups."""
    notes = Notes()
    return Table(
        name=f"course-{rows[0].panel}",
        caption=caption,
        corner="Measure and day",
        columns=(*group_columns(groups), *([Column("p")] if len(groups) > 1 else [])),
        parts=tuple(_course(row, notes) for row in rows),
        notes=notes.listed(),
        explained="Median (range) of the patients with a known value. The test takes those with every value: they are the number "
        "beside the measure.",
    )


def _course(row: RepeatedRow, notes: Notes) -> Part:
    complete = tuple(Cell(f"{counted(number)} complete") for number in row.complete)
    p, blank = (repeated_p_cell(row, notes),) * (len(row.values) > 1), (Cell(""),) * (len(row.values) > 1)
    rows = (
        Row(
            Cell(f"Day {each}"),
            (*(_values_cell(known(group, place), len(group)) for group in row.values), *blank),
            indent=True,
        )
        for place, each in enumerate(row.days)
    )
    return Part(tuple(rows), Row(Cell(measured(row.label, row.unit)), (*complete, *p)))


def _values_cell(found: Mapping[Decimal, int], patients: int) -> Cell:
    """found: the values that are known, each with how many patients have it."""
    values = [*chain.from_iterable(repeat(value, times) for value, times in sorted(found.items()))]
    if not values:
        return Cell(NONE, below=("nobody known",))
    unknown = patients - len(values)
    middle = (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2
    return Cell(median_range(middle, values[0], values[-1]), below=(f"{counted(unknown)} unknown",) if unknown else ())


# --- follow-up ---


def follow_up_table(results: Results) -> Table:
    """How long patients were followed, all of them and by group."""
    return Table(
        name="follow-up",
        caption="Follow-up, in months.",
        corner="Group",
        columns=tuple(Column(text) for text in ("Patients", "Median", "Range", "Median, reverse Kaplan-Meier")),
        parts=(Part(tuple(_followed(one, results.groups) for one in results.follow_up)),),
        explained="Median: simple, of the times to the event or the last contact. Reverse Kaplan-Meier: censoring is the event. "
        "In bold: the one that the pack reports.",
    )


def _followed(one: FollowUp, groups: Sequence[Group]) -> Row:
    span = NONE if one.shortest is None or one.longest is None else between(months(one.shortest), months(one.longest))
    chosen = one.method == "simple"
    cells = (
        Cell(counted(one.n)),
        Cell(months(one.simple_median), strong=chosen),
        Cell(span),
        Cell(months(one.reverse_median), strong=not chosen),
    )
    return Row(Cell(group_of(groups, one.group) if one.group else "All patients"), cells)
