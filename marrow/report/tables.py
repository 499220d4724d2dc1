"""Tables of patients by group: baseline, response, adverse events and what became of them."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from engine.cohort.results import (
    AdverseEventRow,
    CategoricalRow,
    ContinuousRow,
    CountRow,
    Group,
    Response,
    ResponseRow,
    Results,
    Summary,
)
from marrow.report.blocks import Cell, Column, Notes, Part, Row, Table
from marrow.report.compared import p_cell
from marrow.report.words import (
    LEVEL,
    NONE,
    between,
    by_group,
    capital,
    counted,
    exact,
    group_label,
    interval,
    measured,
    median_range,
    months,
    per_cent,
    probability,
    share,
)


def group_columns(groups: Sequence[Group]) -> tuple[Column, ...]:
    """A column for each group, with its size."""
    return tuple(Column(group_label(group), f"n = {counted(group.n)}") for group in groups)


def baseline_table(results: Results) -> Table:
    """What patients were like at the beginning."""
    notes, compared = Notes(), len(results.groups) > 1
    parts = tuple(_baseline_part(row, notes, compared) for row in results.baseline)
    return Table(
        name="baseline",
        caption=f"Patients at baseline{by_group(results.groups)}",
        corner="Characteristic",
        columns=(*group_columns(results.groups), *([Column("p")] if compared else [])),
        parts=parts,
        notes=notes.listed(),
        explained="Numbers are the median (range), patients are n (% of those with a known value).",
    )


def _baseline_part(row: ContinuousRow | CategoricalRow, notes: Notes, compared: bool) -> Part:
    p = (p_cell(row.comparison, notes),) if compared else ()
    if isinstance(row, ContinuousRow):
        return Part((Row(Cell(measured(row.label, row.unit)), (*(_summary_cell(one) for one in row.groups), *p)),))
    unknown = tuple(Cell("", below=_unknown(one.missing)) for one in row.groups)
    head = Row(Cell(capital(row.label)), (*unknown, *p))
    return Part(tuple(_categories(row, len(p))), head)


def _categories(row: CategoricalRow, after: int) -> Iterator[Row]:
    for place, (_, label) in enumerate(row.categories):
        found = [Cell(share(one.counts[place], one.n)) for one in row.groups]
        yield Row(Cell(capital(label)), (*found, *[Cell("")] * after), indent=True)


def _summary_cell(summary: Summary) -> Cell:
    if summary.median is None or summary.minimum is None or summary.maximum is None:
        return Cell(NONE, below=_unknown(summary.missing))
    text = median_range(summary.median, summary.minimum, summary.maximum)
    return Cell(text, below=_unknown(summary.missing))


def _unknown(missing: int) -> tuple[str, ...]:
    return (f"{counted(missing)} unknown",) if missing else ()


# --- response ---


def response_table(results: Results) -> Table:
    """The grades at each assessment, with the rate of responders."""
    open_ = any(_at_most(one) is not None for row in results.response for one in row.groups)
    return Table(
        name="response",
        caption=f"Response at each assessment{by_group(results.groups)}",
        corner="Assessment",
        columns=group_columns(results.groups),
        parts=tuple(_response_part(row) for row in results.response),
        explained="n: patients whose assessment was due, also those who were lost before; shares are of them. CI: exact "
        "confidence interval." + (" At most: had all responded who may have." if open_ else ""),
    )


def _response_part(row: ResponseRow) -> Part:
    grades = dict.fromkeys((*row.labels, *(grade for one in row.groups for grade in one.counts)))
    due = tuple(Cell(f"n = {counted(one.n)}", below=_not_due(one)) for one in row.groups)
    rows = [
        Row(
            Cell(capital(row.labels.get(grade, grade.lower()))),
            tuple(Cell(share(one.counts.get(grade, 0), one.n)) for one in row.groups),
            indent=True,
        )
        for grade in grades
    ]
    overall = Row(Cell("Overall response", strong=True), tuple(_rate_cell(one) for one in row.groups), indent=True)
    return Part((*rows, overall), Row(Cell(f"Day {row.day}"), due))


def _not_due(response: Response) -> tuple[str, ...]:
    return (f"{counted(response.not_due)} not yet due",) if response.not_due else ()


def _rate_cell(response: Response) -> Cell:
    ends = interval(response.ci_low, response.ci_high)
    text = f"{counted(response.responders)} ({per_cent(response.responders, response.n)})" if response.n else NONE
    most = _at_most(response)
    if most is not None:
        return Cell(text, below=(f"at most {probability(most, 0)}%",), strong=True)
    below = (f"{LEVEL} {ends}%",) if ends else ()
    return Cell(text, below=below, strong=True)


def _at_most(response: Response) -> float | None:
    """What the rate could come to, where patients without a grade could still raise it."""
    rate, most = response.rate, response.rate_at_most
    return most if rate is not None and most is not None and most > rate else None


# --- adverse events ---


def adverse_events_table(results: Results) -> Table:
    """Patients by their worst grade of each kind of event, in bands of grades for each group."""
    rows = results.adverse_events
    ungraded = any(count for row in rows for count in row.unknown)
    each = (*(Column(_grades(low, high)) for low, high in rows[0].limits), *([Column("Unclear")] if ungraded else []))
    return Table(
        name="adverse-events",
        caption="Patients with adverse events, by worst grade.",
        corner="Event",
        columns=each * len(results.groups),
        above=tuple(
            Column(group_label(group), f"n = {counted(n)}", span=len(each))
            for group, n in zip(results.groups, rows[0].n, strict=True)
        ),
        parts=(Part(tuple(_event_row(row, ungraded) for row in rows)),),
        explained="Patients, n (%), by the worst grade of each kind of event; bands of grades may overlap."
        + (" Unclear: an event without a grade, or one that may lie outside the time that counts." if ungraded else ""),
    )


def _grades(low: Decimal, high: Decimal) -> str:
    """A band of grades by what is counted in it."""
    return f"Grade {exact(low)}" if low == high else f"Grade {between(exact(low), exact(high))}"


def _event_row(row: AdverseEventRow, ungraded: bool) -> Row:
    found: list[Cell] = []
    for n, counts, unknown in zip(row.n, row.counts, row.unknown, strict=True):
        found += [Cell(share(count, n)) for count in (*counts, *([unknown] if ungraded else []))]
    return Row(Cell(capital(row.name)), tuple(found))


# --- long-term ---


def long_term_table(results: Results) -> Table:
    """Of how many patients something is true by the day of evaluation."""
    return Table(
        name="long-term",
        caption=f"Long-term outcomes{by_group(results.groups)}",
        corner="Outcome",
        columns=group_columns(results.groups),
        parts=(Part(tuple(_count_row(row) for row in results.long_term)),),
        explained="Patients, n (% of the group). Indented lines are among those of the line above.",
    )


def _count_row(row: CountRow) -> Row:
    found = [
        Cell(share(count, n), below=(*_when(row, at), *_unknown(unknown)))
        for at, (n, count, unknown) in enumerate(zip(row.n, row.counts, row.unknown, strict=True))
    ]
    return Row(Cell(capital(row.label)), tuple(found), indent=row.indent)


def _when(row: CountRow, at: int) -> tuple[str, ...]:
    """The earliest and the latest of one group, where the pack asks when."""
    earliest, latest = (row.earliest[at], row.latest[at]) if row.earliest else (None, None)
    if earliest is None or latest is None:
        return ()
    first, last = months(earliest), months(latest)
    return (f"at {first if first == last else between(first, last)} months",)
