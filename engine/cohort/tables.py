"""The tables of a cohort by group: what patients were like, adverse events, response, counts through time, long-term outcomes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import isnan

from engine.cohort.coded import combined, counted
from engine.cohort.columns import Columns, holding
from engine.cohort.comparing import compare_counts, compare_numbers, summarise
from engine.cohort.courses import Courses, exact, values_at
from engine.cohort.placing import Placed
from engine.cohort.proportion import exact_interval
from engine.cohort.repeated import group_by_time
from engine.cohort.results import (
    AdverseEventRow,
    CategoricalRow,
    ContinuousRow,
    CountRow,
    Counts,
    RepeatedRow,
    Response,
    ResponseRow,
)
from engine.conclusion import NOT_APPLICABLE, NOT_DUE, UNDETERMINED
from engine.pack.program import Pack
from engine.pack.statistics import BaselineRow, BaselineSpec, CountSpec, PanelSpec
from engine.pack.statistics import RepeatedRow as RepeatedSpec
from engine.truth import Truth, conjunction

ANSWERS: tuple[Truth, ...] = (True, False, None)


def baseline(pack: Pack, columns: Columns, placed: Placed) -> Iterator[ContinuousRow | CategoricalRow]:
    """What patients were like at the beginning, with the test between groups that the pack names."""
    spec = pack.statistics.baseline
    if spec is None:
        return
    for row in spec.rows:
        yield (_categories if row.categories else _numbers)(pack, columns, placed, spec, row)


def _numbers(pack: Pack, columns: Columns, placed: Placed, spec: BaselineSpec, row: BaselineRow) -> ContinuousRow:
    measure = pack.measures[row.measure or ""]
    values = [values_at(columns.numbers[measure.name], places) for places in placed.places]
    groups = tuple(summarise(found, len(places) - found.total()) for found, places in zip(values, placed.places, strict=True))
    return ContinuousRow(row.name, row.label or measure.label, measure.unit, groups, compare_numbers(values, spec.numbers))


def _categories(pack: Pack, columns: Columns, placed: Placed, spec: BaselineSpec, row: BaselineRow) -> CategoricalRow:
    said = columns.outcomes[row.conclusion] if row.conclusion is not None else columns.codes[row.measure or ""]
    label = row.label or (pack.conclusions[row.conclusion] if row.conclusion else pack.measures[row.measure or ""]).label
    groups: list[Counts] = []
    for places in placed.places:
        found = counted(said, places)
        counts = tuple(found[name] for name in row.categories)
        groups.append(Counts(sum(counts), len(places) - sum(counts), counts))
    comparison = compare_counts([group.counts for group in groups], spec.counts)
    return CategoricalRow(row.name, label, tuple(row.categories.items()), tuple(groups), comparison)


def adverse_events(pack: Pack, columns: Columns, placed: Placed) -> Iterator[AdverseEventRow]:
    """Patients by the worst grade of each kind of event; a grade may lie in several bands."""
    spec = pack.statistics.adverse_events
    if spec is None:
        return
    limits = [(float(low), float(high)) for low, high in spec.bands.values()]
    sizes = tuple(map(len, placed.places))
    for row in spec.rows:
        lows, highs, grades = columns.lows[row.measure], columns.highs[row.measure], columns.numbers[row.measure]
        bounds = [combined((lows, highs), places) for places in placed.places]
        counts = tuple(
            tuple(sum(n for (least, most), n in found.items() if low <= least and most <= high) for low, high in limits)
            for found in bounds
        )
        unknown = tuple(sum(map(isnan, map(grades.__getitem__, places))) for places in placed.places)
        yield AdverseEventRow(row.name, tuple(spec.bands), tuple(spec.bands.values()), sizes, counts, unknown)


def response(pack: Pack, columns: Columns, placed: Placed) -> Iterator[ResponseRow]:
    """The grades at each assessment. Who should have been assessed and could not be graded stays in the denominator."""
    spec = pack.statistics.response
    if spec is None:
        return
    for one in spec.assessments:
        rule = pack.conclusions[one.conclusion]
        labels = {outcome.name: outcome.label for outcome in rule.outcomes} | spec.labels | {UNDETERMINED: "undetermined"}
        groups: list[Response] = []
        for places in placed.places:
            found = counted(columns.outcomes[one.conclusion], places)
            n = found.total() - found[NOT_DUE] - found[NOT_APPLICABLE]
            responders = sum(found[name] for name in spec.responders)
            low, high = exact_interval(responders, n)
            asked = combined((columns.outcomes[one.conclusion], columns.possible[one.conclusion]), places)
            maybe = sum(n for (said, possible), n in asked.items() if _may_respond(said, possible, spec.responders))
            rate, most = (responders / n, (responders + maybe) / n) if n else (None, None)
            counts = {name: found[name] for name in labels}
            groups.append(Response(n, counts, found[NOT_DUE], responders, rate, low, high, most))
        yield ResponseRow(int(one.day), one.conclusion, labels, tuple(groups))


def _may_respond(outcome: str, possible: Sequence[str], responders: Sequence[str]) -> bool:
    """Whether a patient without a grade may have responded."""
    return outcome == UNDETERMINED and (not possible or not set(possible).isdisjoint(responders))


def repeated(pack: Pack, columns: Columns, placed: Placed) -> Iterator[RepeatedRow]:
    """Each measure on each day of its panel, and the test of group by time on the patients who have every value."""
    for panel in pack.statistics.repeated_measures:
        for row in panel.rows:
            yield _repeated(pack, columns, placed, panel, row)


def _repeated(pack: Pack, columns: Columns, placed: Placed, panel: PanelSpec, row: RepeatedSpec) -> RepeatedRow:
    read = [columns.numbers[name] for name in row.measures]
    values = tuple(Courses(read, places) for places in placed.places)
    complete = [found.complete() for found in values]
    tested = group_by_time(complete, exact)
    return RepeatedRow(
        row.name, row.label, pack.measures[row.measures[0]].unit, panel.name, tuple(map(int, panel.days)), values,
        tuple(map(len, complete)), "group_by_time", tested.f, tested.df_effect, tested.df_error, tested.p, tested.why,
    )  # fmt: skip


def long_term(pack: Pack, columns: Columns, placed: Placed) -> Iterator[CountRow]:
    """What became of the patients, line by line; a line that details another counts only whom that one counts."""
    found: dict[str, list[list[Truth]]] = {}
    for spec in pack.statistics.long_term:
        truths = found[spec.name] = _truths(columns, spec, placed, found.get(spec.of or ""))
        sums = [Counter(group) for group in truths]
        sizes = tuple(len(places) - _not_asked(columns, spec, places) for places in placed.places)
        when = [_months(pack, columns, spec, zip(*each, strict=True)) for each in zip(placed.places, truths, strict=True)]
        yield CountRow(
            spec.name, spec.label, spec.of is not None, sizes,
            tuple(each[True] for each in sums), tuple(each[None] for each in sums),
            *((tuple(min(each, default=None) for each in when), tuple(max(each, default=None) for each in when))
              if spec.after is not None else ()),
        )  # fmt: skip


def _truths(columns: Columns, spec: CountSpec, placed: Placed, above: list[list[Truth]] | None) -> list[list[Truth]]:
    """Whether a line counts each patient, by group; one who is not counted above is not counted here."""
    truths = [holding(columns, spec, places) for places in placed.places]
    if above is None:
        return truths
    both = {(first, second): conjunction([first, second]) for first in ANSWERS for second in ANSWERS}
    return [list(map(both.__getitem__, zip(*pair, strict=True))) for pair in zip(above, truths, strict=True)]


def _months(pack: Pack, columns: Columns, spec: CountSpec, places: Iterable[tuple[int, Truth]]) -> list[float]:
    """When it was, of the patients of whom that is known exactly; what lies before the start contradicts it."""
    if spec.after is None:
        return []
    days = columns.numbers[spec.after]
    return [days[place] / float(pack.statistics.month_days) for place, truth in places if truth and days[place] >= 0]


def _not_asked(columns: Columns, spec: CountSpec, places: Sequence[int]) -> int:
    """Of how many what a line counts cannot be said at all: a conclusion that does not apply says nothing."""
    return 0 if spec.conclusion is None else counted(columns.outcomes[spec.conclusion], places)[NOT_APPLICABLE]
