"""Whatever is known of a cohort, every patient is in an analysis or left out of it for one reason: nobody is counted twice."""

import json
from decimal import Decimal
from math import inf, isnan, nan
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cohort.columns import NO_DAY, VAGUE, Columns, Observer
from engine.cohort.results import CategoricalRow, ContinuousRow, Results
from engine.cohort.study import study
from engine.conclusion import NOT_APPLICABLE, NOT_DUE, UNDETERMINED, Conclusion
from engine.evaluation import Evaluated
from engine.interval import Interval
from engine.moment import Moment
from engine.snapshot import Measured
from marrow.lines import encode
from marrow.report.data import survival_json, tables_json
from tests.trial import columns, red, trial
from tests.written_packs import exactly

NUMBERS = (nan, 0.0, 0.07, 1.0, 2.5, 3.0, 5.0, 73.0, 1e-6)
DAYS = (NO_DAY, VAGUE, *range(100, 112), *range(100, 112))
CODES = ("", "male", "female", "other", "infection")
LACKS: tuple[tuple[str, ...], ...] = ((), ("count",), ("count@week_6", "sex"))
STOPPED: tuple[tuple[str, ...], ...] = ((), ("consented",), ("consented", "pregnant"))
ANSWERS = (UNDETERMINED, NOT_DUE, NOT_APPLICABLE)


def cohort(patients: int, random: Random) -> Columns:
    """Any columns that patients of the invented trial could come to, and more."""
    pack = trial()
    made = Observer(pack).empty()
    for name in made.numbers:
        made.numbers[name].extend(random.choices(NUMBERS, k=patients))
        made.codes[name].extend(random.choices(CODES, k=patients))
    for name in made.lows:  # exact, or anything around
        for value in made.numbers[name]:
            made.lows[name].append(random.choice((-inf, 0.0, 3.0)) if isnan(value) else value)
            made.highs[name].append(random.choice((inf, 3.0, 5.0)) if isnan(value) else value)
    for name in made.days:
        made.days[name].extend(random.choices(DAYS, k=patients))
    for name in made.outcomes:
        own = [outcome.name for outcome in pack.conclusions[name].outcomes]
        made.outcomes[name].extend(random.choices([*own, *own, *own, *ANSWERS], k=patients))
        made.effective[name].extend(random.choices(DAYS, k=patients))
        made.lacks[name].extend(random.choices(LACKS, k=patients))
        made.possible[name].extend(random.choices([(), tuple(own), tuple(own[:1])], k=patients))
    made.stopped.extend(random.choices(STOPPED, k=patients))
    made.patients = patients
    return made


def cohorts() -> st.SearchStrategy[Columns]:
    return st.builds(cohort, st.integers(0, 30), st.randoms(use_true_random=False))


def studied(made: Columns) -> Results:
    return study(trial(analysis__population="fit"), made, 500)


def part(made: Columns, places: range) -> Columns:
    """Some of the patients."""
    found = Observer(trial()).empty()
    for one in ("numbers", "lows", "highs", "codes", "days", "outcomes", "effective", "lacks", "possible"):
        for name, values in getattr(made, one).items():
            getattr(found, one)[name].extend([values[place] for place in places])
    found.stopped.extend([made.stopped[place] for place in places])
    found.patients = len(places)
    return found


# --- the sum laws ------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(cohorts())
def test_screened_are_those_in_the_analysis_and_those_left_out(made: Columns) -> None:
    found = studied(made)
    assert made.patients == sum(group.n for group in found.groups) + sum(one.patients for one in found.left_out)
    assert all(one.patients > 0 and one.reason for one in found.left_out)
    assert len({(one.reason, one.group) for one in found.left_out}) == len(found.left_out)


@settings(max_examples=60, deadline=None)
@given(cohorts())
def test_a_group_is_its_curve_and_those_left_out_of_it(made: Columns) -> None:
    found = studied(made)
    for endpoint in found.endpoints:
        for group, curve in zip(found.groups, endpoint.curves, strict=True):
            lost = sum(one.patients for one in endpoint.left_out if one.group == group.name)
            assert group.n == curve.n + lost
            assert curve.n == curve.events + curve.censored == sum(step.events + step.censored for step in curve.steps)
            assert all(step.days >= 0 for step in curve.steps)
        kinds = [one.events for one in endpoint.incidences]
        assert sum(kinds) <= sum(curve.n for curve in endpoint.curves)


@settings(max_examples=50, deadline=None)
@given(cohorts())
def test_every_table_counts_each_patient_of_a_group_once(made: Columns) -> None:
    found = studied(made)
    sizes = tuple(group.n for group in found.groups)
    for row in found.baseline:
        assert isinstance(row, ContinuousRow | CategoricalRow)
        assert tuple(one.n + one.missing for one in row.groups) == sizes
    for event in found.adverse_events:
        any_grade, mild, grave, fatal = zip(*event.counts, strict=True)
        assert event.n == sizes
        assert all(max(a, u) <= n for a, u, n in zip(any_grade, event.unknown, sizes, strict=True))
        assert all(m + g <= a and f <= g for a, m, g, f in zip(any_grade, mild, grave, fatal, strict=True))
    for line in found.long_term:
        assert all(asked <= size for asked, size in zip(line.n, sizes, strict=True))
        assert all(true + unknown <= n for true, unknown, n in zip(line.counts, line.unknown, line.n, strict=True))
    for answer in found.response:
        for one, size in zip(answer.groups, sizes, strict=True):
            assert sum(one.counts.values()) == one.n <= size - one.not_due
            assert (one.rate is None) == (one.n == 0)
            assert one.rate is None or one.rate <= (one.rate_at_most or 0) <= 1
    above = {line.name: line for line in found.long_term}
    for name, of in (("by_infection", "deaths"), ("girls_by_infection", "by_infection")):
        assert all(
            inner + unknown <= outer + perhaps
            for inner, unknown, outer, perhaps in zip(
                above[name].counts, above[name].unknown, above[of].counts, above[of].unknown, strict=True
            )
        )


@settings(max_examples=50, deadline=None)
@given(cohorts())
def test_the_flow_tells_of_everybody(made: Columns) -> None:
    steps = {step.name: step for step in studied(made).flow}
    entered = [steps[name].patients for name in ("eligible", "ineligible", "undetermined", "not_asked") if name in steps]
    assert sum(entered) == steps["screened"].patients == made.patients
    assert all(
        reason.patients <= step.patients for name, step in steps.items() if name == "ineligible" for reason in step.reasons
    )
    assert steps["treated"].patients + sum(reason.patients for reason in steps["treated"].reasons) == made.patients
    for endpoint in ("RFS", "OS"):
        assert steps[endpoint].patients + sum(reason.patients for reason in steps[endpoint].reasons) == steps["treated"].patients


@settings(max_examples=50, deadline=None)
@given(cohorts())
def test_what_is_written_holds_numbers_only(made: Columns) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    for document in (survival_json(trial(), studied(made)), tables_json(trial(), studied(made))):
        json.loads(encode(document), parse_constant=refuse)


@settings(max_examples=25, deadline=None)
@given(cohorts(), st.integers(0, 30))
def test_parts_of_a_cohort_make_the_same_whole(made: Columns, cut: int) -> None:
    cut = min(cut, made.patients)
    first, second = part(made, range(cut)), part(made, range(cut, made.patients))
    first.extend(second)
    assert repr(studied(first)) == repr(studied(made))
    second.extend(part(made, range(cut)))
    assert encode(tables_json(trial(), studied(second))) == encode(tables_json(trial(), studied(made)))
    assert encode(survival_json(trial(), studied(second))) == encode(survival_json(trial(), studied(made)))


# --- what is read of a patient -----------------------------------------------------------------------------------------


def observed(measure: str, measured: Measured) -> Columns:
    """The columns of one patient of whom one measure is known, with the conclusions of somebody whom nothing is known of."""
    pack = trial()
    observe = Observer(pack)
    snapshot = tuple(measured if name == measure else Measured() for name in pack.measures)
    observe(Evaluated("Patient/p", snapshot, tuple(_drawn(name) for name in pack.conclusions)))
    return observe.columns


def _drawn(name: str, effective: int | None = None, sources: tuple[Measured, ...] = ()) -> Conclusion:
    truths = (None,) * len(trial().conclusions[name].criteria)
    return Conclusion("Patient/p", name, UNDETERMINED, 500, effective, (), (), (), sources, (), truths, ())


@pytest.mark.parametrize("text", ["0.07", "73.0", "123.456789012345", "0", "1E-7", "900"])
def test_an_exact_number_is_read(text: str) -> None:
    (number,) = observed("count@before", Measured(exactly(text))).numbers["count@before"]
    assert Decimal(repr(number)) == Decimal(text)


@pytest.mark.parametrize(
    "value",
    [
        None,
        Interval(Decimal(0), Decimal(5)),
        Interval(None, Decimal(5)),
        Interval(Decimal(5), None),
        frozenset({"a"}),
        exactly("1E+999"),
    ],
    ids=["none", "range", "at most", "at least", "code", "beyond what is counted with"],
)
def test_what_is_no_exact_number_is_missing(value: Interval | frozenset[str] | None) -> None:
    (number,) = observed("count@before", Measured(value)).numbers["count@before"]
    assert isnan(number)


@pytest.mark.parametrize(("codes", "read"), [({"male"}, "male"), ({"male", "female"}, ""), (set(), "")])
def test_one_code_is_read_and_several_are_not(codes: set[str], read: str) -> None:
    assert observed("sex", Measured(frozenset(codes))).codes["sex"] == [read]


DAY = Moment(120, 120)


@pytest.mark.parametrize(
    ("measured", "read"),
    [
        (Measured(), NO_DAY),
        (Measured(exactly("20"), when=DAY), 120),
        (Measured(Interval(Decimal(20), None), when=DAY), VAGUE),
        (Measured(Interval(Decimal(20), Decimal(50)), when=Moment(120, 150)), VAGUE),
        (Measured(Interval(Decimal(20), Decimal(50)), when=DAY), 120),
    ],
    ids=["none", "a day", "a day that may not be", "a month", "a day, counted from a month"],
)
def test_a_day_is_read_where_it_is_one(measured: Measured, read: int) -> None:
    assert observed("last_day", measured).days["last_day"][0] == read


@pytest.mark.parametrize(
    ("whens", "read"),
    [
        ([DAY], 120),
        ([Moment(100, 120)], VAGUE),
        ([DAY, Moment(90, 110)], 120),
        ([DAY, Moment(110, 120)], VAGUE),
        ([None, DAY], 120),
    ],
    ids=["a day", "a month", "a month before", "a month that ends on it", "nothing beside it"],
)
def test_the_day_of_the_newest_value_is_one_where_it_cannot_be_another(whens: list[Moment | None], read: int) -> None:
    pack = trial()
    observe = Observer(pack)
    sources = tuple(Measured(when=when) for when in whens)
    drawn = tuple(_drawn(name, 120, sources) for name in pack.conclusions)
    observe(Evaluated("Patient/p", tuple(Measured() for _ in pack.measures), drawn))
    assert observe.columns.effective["answer.week_6"][0] == read  # of its newest value
    assert observe.columns.effective["vital"][0] == 120  # of a measure that the pack names


def test_a_patient_is_one_place_in_every_column() -> None:
    made = columns(red("seen day 9"), "untreated", "seen day 3; sex undated = male")
    lengths = {
        len(values)
        for one in (made.numbers, made.codes, made.days, made.outcomes, made.effective, made.lacks)
        for values in one.values()
    }
    assert lengths == {3} == {made.patients, len(made.stopped)}


def test_nobody_is_a_cohort() -> None:
    found = studied(Observer(trial()).empty())
    assert [group.n for group in found.groups] == [0, 0, 0]
    assert found.left_out == () and all(curve.steps == () for endpoint in found.endpoints for curve in endpoint.curves)
