"""Survival against published data, a second library and the paper, and what is said where there is little to say."""

import csv
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import pairwise
from math import sqrt
from pathlib import Path
from typing import Any

import numpy
import pandas
import pytest
import statsmodels
from lifelines import KaplanMeierFitter, datasets
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight, survdiff

from engine.cohort.estimates import AtTime, Comparison, Curve, Step, Survival
from engine.cohort.follow_up import follow_up
from engine.cohort.incidence import incidences
from engine.cohort.logrank import compare
from engine.cohort.survival import Followed, curve

ROOT = Path(__file__).resolve().parents[2]
FIRST, BOTH = frozenset({1}), frozenset({1, 2})
DAY = Decimal(1)
CERTAIN, ENDED = Survival(1.0, 0.0, None, None), Survival(0.0, None, None, None)


def curve_of(days: tuple[int, ...], events: tuple[int, ...], *read: int | str, of_interest: frozenset[int] = FIRST) -> Curve:
    """A curve in days."""
    return curve("a group", Followed(days, events), of_interest, tuple(map(Decimal, read)), DAY)


def estimate_at(seen: Curve, day: int) -> Survival:
    return next(step.estimate for step in reversed(seen.steps) if step.days <= day)


# --- published data ---


def followed(frame: Any, time: str, event: str, days: int = 1) -> Followed:
    """The rows of a data set; `days` makes whole days of its unit of time."""
    return Followed(tuple(round(value * days) for value in frame[time]), tuple(int(value) for value in frame[event]))


def by(frame: Any, column: str, *values: Any) -> list[Any]:
    return [frame[frame[column] == value] for value in values]


@pytest.fixture
def leukaemia() -> list[Followed]:
    """Remission in weeks on 6-MP and on placebo (Freireich and others 1963, used by Gehan 1965 and ever since)."""
    return [followed(arm, "t", "status") for arm in by(datasets.load_leukemia(), "Rx", 0, 1)]


@pytest.mark.parametrize(
    ("week", "at_risk", "survival", "error", "low", "high"),
    [
        (6, 21, 0.857, 0.076, 0.6197, 0.9516),
        (7, 17, 0.807, 0.087, 0.5631, 0.9228),
        (10, 15, 0.753, 0.096, 0.5032, 0.8894),
        (13, 12, 0.690, 0.107, 0.4316, 0.8491),
        (16, 11, 0.627, 0.114, 0.3675, 0.8049),
        (22, 7, 0.538, 0.128, 0.2678, 0.7468),
        (23, 6, 0.448, 0.135, 0.1881, 0.6801),
    ],
)
def test_leukaemia_on_6_mp(
    leukaemia: list[Followed], week: int, at_risk: int, survival: float, error: float, low: float, high: float
) -> None:
    (read,) = curve("6-MP", leukaemia[0], FIRST, [Decimal(week)], DAY).at
    assert read.estimate is not None
    assert read.at_risk == at_risk
    assert (read.estimate.survival, read.estimate.standard_error) == pytest.approx((survival, error), abs=0.0005)
    assert (read.estimate.ci_low, read.estimate.ci_high) == pytest.approx((low, high), abs=0.00005)


def test_leukaemia_between_the_arms(leukaemia: list[Followed]) -> None:
    assert [curve("", arm, FIRST, (), DAY).median_months for arm in leukaemia] == [23, 8]
    tested = compare(leukaemia, FIRST)
    assert (tested.test, tested.degrees_of_freedom) == ("logrank", 1)
    assert tested.statistic == pytest.approx(16.79, abs=0.005)
    assert tested.p == pytest.approx(0.0000417, abs=0.00000005)


def test_lung_cancer() -> None:
    """The North Central group's, as R's survival package prints it: medians 310, 270 and 426 days, chi-square 10.3, p 0.001."""
    lung = datasets.load_lung()
    everybody, men, women = (followed(frame, "time", "status") for frame in (lung, *by(lung, "sex", 1, 2)))
    assert [curve("", group, FIRST, (), DAY).median_months for group in (everybody, men, women)] == [310, 270, 426]
    (year,) = curve("", everybody, FIRST, [Decimal("365.25")], DAY).at
    assert year.estimate is not None
    assert (year.estimate.survival, year.estimate.standard_error) == pytest.approx((0.4092, 0.0358), abs=0.00005)
    assert compare([men, women], FIRST).statistic == pytest.approx(10.3, abs=0.05)


def test_breast_cancer() -> None:
    """The German study group's: median 1528 days without hormonal therapy and 2018 with it, chi-square 8.56."""
    arms = [followed(arm, "time", "cens") for arm in by(datasets.load_gbsg2(), "horTh", "no", "yes")]
    assert [curve("", arm, FIRST, (), DAY).median_months for arm in arms] == [1528, 2018]
    assert compare(arms, FIRST).statistic == pytest.approx(8.56, abs=0.005)


def test_larynx_cancer_in_four_stages() -> None:
    """Kardaun's, in Klein & Moeschberger section 7.3: chi-square 22.76 in tenths of a year."""
    larynx = datasets.load_larynx()
    later = ["Stage_II", "Stage_III", "Stage_IV"]
    stages = [larynx[larynx[later].sum(axis=1) == 0], *(larynx[larynx[stage] == 1] for stage in later)]
    groups = [followed(stage, "time", "death", 10) for stage in stages]
    tested = compare(groups, FIRST)
    assert tested.degrees_of_freedom == 3
    assert tested.statistic == pytest.approx(22.76, abs=0.005)


@pytest.fixture
def marrow_transplants() -> Any:
    """Disease-free days after a transplant (Copelan 1991, in Klein & Moeschberger section 1.3), as statsmodels has them."""
    return pandas.read_csv(Path(statsmodels.__file__).parent / "duration/tests/results/bmt.csv")


def test_marrow_transplants(marrow_transplants: Any) -> None:
    """Survival and error as SAS prints them for the lymphoblastic group; the log-rank of the other two as R does."""
    lymphoblastic, *others = by(marrow_transplants, "Group", "ALL", *sorted(set(marrow_transplants.Group) - {"ALL"}))
    seen = curve("ALL", followed(lymphoblastic, "T", "Status"), FIRST, (), DAY)
    published = pandas.read_csv(Path(statsmodels.__file__).parent / "duration/tests/results/bmt_results.csv")
    for day, survival, error in published[["t", "s", "se"]].itertuples(index=False):
        estimate = estimate_at(seen, day)
        assert (estimate.survival, estimate.standard_error) == pytest.approx((survival, error), rel=1e-4)
    assert compare([followed(group, "T", "Status") for group in others], FIRST).statistic == pytest.approx(13.44556, abs=1e-5)


# --- a second library ---

SETS: dict[str, Callable[[], Followed]] = {
    "leukaemia": lambda: followed(datasets.load_leukemia(), "t", "status"),
    "lung": lambda: followed(datasets.load_lung(), "time", "status"),
    "breast": lambda: followed(datasets.load_gbsg2(), "time", "cens"),
    "larynx": lambda: followed(datasets.load_larynx(), "time", "death", 10),
    "kidney": lambda: followed(datasets.load_kidney_transplant(), "time", "death"),
    "psychiatric": lambda: followed(datasets.load_psychiatric_patients(), "T", "C"),
}


@pytest.mark.parametrize("name", SETS)
def test_statsmodels_estimates_the_same(name: str) -> None:
    group = SETS[name]()
    other = SurvfuncRight(numpy.array(group.days), numpy.array(group.events))
    seen = {step.days: step for step in curve(name, group, FIRST, (), DAY).steps if step.events}
    assert list(seen) == other.surv_times.tolist()
    assert [step.at_risk for step in seen.values()] == other.n_risk.tolist()
    assert [step.estimate.survival for step in seen.values()] == pytest.approx(other.surv_prob.tolist(), rel=1e-10)
    errors = [step.estimate.standard_error for step in seen.values() if step.estimate.survival]
    assert errors == pytest.approx(other.surv_prob_se.tolist()[: len(errors)], rel=1e-10)


@pytest.mark.filterwarnings("ignore::RuntimeWarning:statsmodels")
def test_statsmodels_tests_and_divides_the_same(marrow_transplants: Any) -> None:
    one, other = by(marrow_transplants, "Group", *sorted(set(marrow_transplants.Group) - {"ALL"}))
    both = pandas.concat([one, other])
    tested = compare([followed(one, "T", "Status"), followed(other, "T", "Status")], FIRST)
    assert (tested.statistic, tested.p) == pytest.approx(survdiff(both["T"], both.Status, both.Group), rel=1e-10)

    # Two kinds of event with ties between and within them: every third of them is of the second kind.
    group = followed(datasets.load_psychiatric_patients(), "T", "C")
    group = Followed(group.days, tuple(2 if event and place % 3 == 0 else event for place, event in enumerate(group.events)))
    divided = CumIncidenceRight(numpy.array(group.days), numpy.array(group.events))
    for seen, reference in zip(incidences("", group, [("a", "A"), ("b", "B")], (), DAY), divided.cinc, strict=True):
        steps = dict(seen.steps)
        assert [steps[day] for day in divided.times.tolist()] == pytest.approx(reference.tolist(), rel=1e-10)


# --- the paper ---


def children(arm: str) -> list[dict[str, str]]:
    with (ROOT / "marrow/demo/cohort.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["arm"] == arm]


def days_between(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


def failure_free(arm: str) -> Followed:
    """Kind 1 is death, kind 2 the transplant that treatment failure led to."""
    rows = children(arm)
    days = tuple(days_between(row["atg_start"], row["hsct_date"] or row["last_contact"]) for row in rows)
    return Followed(days, tuple(2 if row["hsct_date"] else int(row["os_event"]) for row in rows))


def alive(arm: str) -> Followed:
    rows = children(arm)
    days = tuple(days_between(row["atg_start"], row["last_contact"]) for row in rows)
    return Followed(days, tuple(int(row["os_event"]) for row in rows))


MONTH_DAYS = Decimal("30.4375")


@pytest.mark.parametrize(
    ("group", "printed"),
    [
        (failure_free("MSC"), "38.1 ± 17.2"),
        (failure_free("CTL"), "66.7 ± 15.7"),
        (alive("MSC"), "88.9 ± 10.5"),
        (alive("CTL"), "88.9 ± 10.5"),
    ],
    ids=["FFS MSC", "FFS control", "OS MSC", "OS control"],
)
def test_the_paper_at_four_years(group: Followed, printed: str) -> None:
    (read,) = curve("", group, BOTH, [Decimal(48)], MONTH_DAYS).at
    assert read.estimate is not None and read.estimate.standard_error is not None
    assert f"{100 * read.estimate.survival:.1f} ± {100 * read.estimate.standard_error:.1f}" == printed


def test_the_papers_logrank() -> None:
    tested = compare([failure_free("MSC"), failure_free("CTL")], BOTH)
    assert tested.p is not None
    assert f"{tested.p:.3f}" == "0.153"


def test_the_papers_follow_up() -> None:
    both = [alive("MSC"), alive("CTL")]
    everybody = Followed(both[0].days + both[1].days, both[0].events + both[1].events)
    seen = follow_up(None, everybody, MONTH_DAYS, "simple")
    assert [round(months) for months in (seen.median_months, seen.shortest, seen.longest) if months] == [48, 5, 54]
    assert seen.median_months == seen.simple_median


def test_the_components_of_the_papers_failures() -> None:
    """Four of nine and two of nine were transplanted, and one of nine died before; nothing competes after the horizon."""
    died, transplanted = incidences("MSC", failure_free("MSC"), [("death", "Death"), ("hsct", "HSCT")], [Decimal(48)], MONTH_DAYS)
    assert (died.events, transplanted.events) == (1, 4)
    assert died.at[0][2] == pytest.approx(1 / 9)
    assert transplanted.at[0][2] == pytest.approx(8 / 9 * 4 / 7)


# --- what a curve says ---


def test_a_curve_begins_at_day_0_with_everybody() -> None:
    seen = curve_of((0, 0, 3, 5, 5), (1, 0, 1, 0, 1))
    rows = [(step.days, step.at_risk, step.events, step.censored) for step in seen.steps]
    assert rows == [(0, 5, 1, 1), (3, 3, 1, 0), (5, 2, 1, 1)]
    assert (seen.n, seen.events, seen.censored) == (5, 3, 2)
    assert curve_of((3, 5), (1, 0)).steps[0] == Step(0, 2, 0, 0, CERTAIN)


def test_on_a_day_events_come_before_censorings() -> None:
    assert estimate_at(curve_of((4, 4, 9), (1, 0, 0)), 4).survival == pytest.approx(2 / 3)


def test_a_reading_on_the_day_of_an_event_counts_it_and_has_it_at_risk() -> None:
    before, then, after = curve_of((10, 20, 30), (1, 1, 0), "9.99", 10, "10.01").at
    assert (before.at_risk, before.estimate) == (3, CERTAIN)
    assert (then.at_risk, after.at_risk) == (3, 2)
    assert then.estimate == after.estimate
    assert then.estimate is not None
    assert then.estimate.survival == pytest.approx(2 / 3)


def test_months_are_days_exactly() -> None:
    """48 months of 30.4375 days are 1461 days, not a little more or less."""
    followed_exactly = Followed((1461, 1461), (1, 0))
    (read,) = curve("", followed_exactly, FIRST, [Decimal(48)], MONTH_DAYS).at
    assert read.at_risk == 2
    assert read.estimate is not None
    assert read.estimate.survival == 0.5


def test_nothing_is_said_of_a_time_that_nobody_was_followed_to() -> None:
    assert curve_of((10, 20), (1, 0), 20, 21).at[1] == AtTime(Decimal(21), 0, None)
    assert curve_of((10, 20), (0, 0), 21).at == (AtTime(Decimal(21), 0, None),)
    assert curve_of((10, 20), (1, 1), 21).at == (AtTime(Decimal(21), 0, ENDED),)


def test_a_curve_is_not_read_before_it_begins() -> None:
    with pytest.raises(ValueError, match=r"^a curve is read at -1 days: it begins at day 0$"):
        curve_of((10, 20), (1, 0), -1)


def test_a_competing_event_is_censored_in_a_curve_and_competes_in_the_incidences() -> None:
    group = Followed((1, 2, 3, 4), (2, 1, 2, 1))
    assert curve_of(group.days, group.events) == curve_of((1, 2, 3, 4), (0, 1, 0, 1))
    first, second = incidences("g", group, [("a", "A"), ("b", "B")], [Decimal(2), Decimal(9)], DAY)
    assert [day for day, _ in first.steps] == [0, 1, 2, 3, 4]
    assert [probability for _, probability in first.steps] == pytest.approx([0, 0, 0.25, 0.25, 0.5])
    assert [(months, at_risk) for months, at_risk, _ in second.at] == [(2, 3), (9, 0)]
    assert [probability for _, _, probability in second.at] == pytest.approx([0.25, 0.5])
    assert (first.event, first.label, first.group, first.events) == ("a", "A", "g", 2)


def test_a_probability_is_not_above_one() -> None:
    """Of six with an event a day, the six rounded parts add up to a little more than one."""
    (seen,) = incidences("g", Followed(tuple(range(6)), (1,) * 6), [("a", "A")], [Decimal(9)], DAY)
    assert seen.steps[-1] == (5, 1.0)
    assert seen.at == ((Decimal(9), 0, 1.0),)


def test_a_group_without_patients() -> None:
    nobody = Followed((), ())
    assert curve("g", nobody, FIRST, [DAY], DAY) == Curve("g", 0, 0, 0, None, (AtTime(DAY, 0, None),), ())
    assert [one.steps for one in incidences("g", nobody, [("a", "A")], [DAY], DAY)] == [()]
    seen = follow_up("g", nobody, DAY, "reverse_km")
    assert (seen.n, seen.median_months, seen.simple_median, seen.shortest, seen.longest) == (0, None, None, None, None)


def test_follow_up_by_either_method() -> None:
    """In reverse, the deaths of days 1 and 4 censor; on day 4 the one who died is still at risk of being censored."""
    group = Followed((1, 2, 4, 4, 6), (1, 0, 1, 0, 0))
    simple, reverse = (follow_up("g", group, Decimal(2), method) for method in ("simple", "reverse_km"))
    assert (simple.median_months, simple.shortest, simple.longest) == (2.0, 0.5, 3.0)
    assert reverse.median_months == reverse.reverse_median == simple.reverse_median == 2.0  # 3/4 on day 2, 3/4 x 2/3 on day 4
    assert follow_up("g", Followed((3, 8), (1, 1)), DAY, "reverse_km").median_months is None
    assert follow_up("g", Followed((3, 8), (1, 1)), DAY, "simple").median_months == 5.5


def test_a_competing_event_is_no_end_of_the_follow_up_in_reverse() -> None:
    """Who has an event that competes was not lost: the follow-up might have gone on."""
    group = Followed((2, 3, 9, 9), (2, 2, 0, 0))
    assert follow_up("g", group, DAY, "reverse_km").median_months == 9.0
    assert follow_up("g", group, DAY, "simple").median_months == 6.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Followed((1, 2), (0,)), "every patient needs both the days followed and how that ended"),
        (
            lambda: Followed((-1,), (0,)),
            "follow-up ends before it starts: days are counted from the start and cannot be negative",
        ),
        (lambda: Followed((1,), (-1,)), "kinds of event are numbered from 1, and 0 is censored"),
        (
            lambda: incidences("", Followed((1,), (3,)), [("a", "A")], (), DAY),
            "an event is of kind 3, and the endpoint has 1 kinds",
        ),
        (
            lambda: follow_up(None, Followed((1,), (0,)), DAY, "mean"),
            "follow-up is summarised by one of simple, reverse_km, not by `mean`",
        ),
    ],
)
def test_what_cannot_be_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make()


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        ([], "fewer than two groups have patients"),
        ([Followed((1, 2), (1, 1)), Followed((), ())], "fewer than two groups have patients"),
        ([Followed((1, 2), (0, 0)), Followed((3,), (0,))], "no patient has an event"),
        ([Followed((1, 2), (0, 2)), Followed((3,), (2,))], "no patient has an event"),
        ([Followed((1, 2), (0, 0)), Followed((3,), (1,))], "on the day of the first event only one group has patients left"),
        (
            [Followed((5, 5), (1, 1)), Followed((5, 2), (1, 0))],
            "all patients who are left on the day of the first event have it that day",
        ),
    ],
)
def test_where_there_is_nothing_to_compare_it_says_why(groups: list[Followed], why: str) -> None:
    assert compare(groups, FIRST) == Comparison("logrank", None, why=why)


# --- no library for a single patient ---

NO_LIBRARY = """
import sys
from decimal import Decimal
from engine.cohort.follow_up import follow_up
from engine.cohort.incidence import incidences
from engine.cohort.logrank import compare
from engine.cohort.survival import Followed, curve
nobody, kinds, months = Followed((), ()), frozenset({1}), [Decimal(12)]
for group in (nobody, Followed((5,), (1,)), Followed((5,), (0,)), Followed((5, 7, 7), (0, 0, 0))):
    curve("", group, kinds, months, Decimal(30))
    compare([group, nobody], kinds)
    incidences("", group, [("a", "A")], months, Decimal(30))
    follow_up("", Followed(group.days[:1], group.events[:1]), Decimal(30), "reverse_km")
print(sorted({"lifelines", "numpy", "pandas", "scipy"} & set(sys.modules)))
"""


def test_a_single_patient_and_a_group_without_events_load_no_library() -> None:
    run = subprocess.run([sys.executable, "-c", NO_LIBRARY], cwd=ROOT, check=True, capture_output=True, text=True)
    assert run.stdout == "[]\n"


@pytest.mark.parametrize(
    ("days", "events"),
    [((5,), (1,)), ((5,), (0,)), ((0,), (1,)), ((0,), (0,)), ((3, 5, 5, 0), (0, 0, 0, 0))],
    ids=["event", "censored", "event on day 0", "censored on day 0", "no events"],
)
def test_what_is_counted_without_lifelines_is_what_lifelines_counts(days: tuple[int, ...], events: tuple[int, ...]) -> None:
    fitted = KaplanMeierFitter().fit(days, events)
    steps = curve_of(days, events).steps
    assert [step.days for step in steps] == fitted.event_table.index.tolist()
    assert [(step.at_risk, step.events, step.censored) for step in steps] == list(
        fitted.event_table[["at_risk", "observed", "censored"]].itertuples(index=False, name=None)
    )
    assert [step.estimate.survival for step in steps] == fitted.survival_function_.iloc[:, 0].tolist()


# --- many patients ---


def test_a_hundred_thousand_patients() -> None:
    """Two groups, all events seen: survival is the share that is left, and its error that of a share."""
    days = [place * 7919 % 4001 for place in range(50_000)]
    slower = Followed(tuple(days), (1,) * 50_000)
    faster = Followed(tuple(day // 2 for day in days), (1, 2) * 25_000)
    seen = curve("slower", slower, BOTH, [Decimal(2000)], DAY)
    assert len(seen.steps) == 4001
    assert all(later.at_risk == earlier.at_risk - earlier.events for earlier, later in pairwise(seen.steps))
    for step in seen.steps[:-1]:
        left = (step.at_risk - step.events) / 50_000
        assert step.estimate.survival == pytest.approx(left, rel=1e-9)
        assert step.estimate.standard_error == pytest.approx(sqrt(left * (1 - left) / 50_000), rel=1e-9)
    assert seen.steps[-1].estimate == ENDED
    assert seen.median_months == sorted(days)[24_999]
    assert compare([slower, faster], BOTH).p == 0
    assert compare([slower, slower], BOTH).p == pytest.approx(1)
    halves = incidences("faster", faster, [("a", "A"), ("b", "B")], (), DAY)
    assert [one.steps[-1][1] for one in halves] == pytest.approx([0.5, 0.5])
    assert follow_up(None, slower, DAY, "simple").median_months == (sorted(days)[24_999] + sorted(days)[25_000]) / 2
