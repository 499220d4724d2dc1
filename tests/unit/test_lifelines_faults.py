"""The faults of lifelines that would reach a patient: what it does, and that we do not."""

from dataclasses import replace
from decimal import Decimal
from math import isnan
from pathlib import Path

import lifelines
import numpy
import pytest
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import restricted_mean_survival_time

from engine.cohort.estimates import Comparison, Curve, Survival
from engine.cohort.incidence import incidences
from engine.cohort.logrank import LEFT_OUT, compare
from engine.cohort.survival import Followed, curve

ENGINE = "\n".join(path.read_text(encoding="utf-8") for path in (Path(__file__).resolve().parents[2] / "engine").rglob("*.py"))
FIRST = frozenset({1})
KINDS = (("a", "A"), ("b", "B"))
DAY = Decimal(1)


def curve_of(days: tuple[int, ...], events: tuple[int, ...]) -> Curve:
    """A curve in days."""
    return curve("a group", Followed(days, events), FIRST, (), DAY)


def test_negative_durations_are_accepted() -> None:
    assert KaplanMeierFitter().fit([-3, 2], [1, 1]).event_table.index.tolist() == [-3, 2]
    assert multivariate_logrank_test([-1, -2, 3, 4], [0, 1, 0, 1], [1, 1, 1, 1]).p_value > 0
    with pytest.raises(ValueError, match=r"^follow-up ends before it starts"):
        Followed((-3, 2), (1, 1))


def test_any_number_but_zero_is_an_event() -> None:
    assert KaplanMeierFitter().fit([1, 2, 3], [1, 2, -1]).event_table["observed"].sum() == 3
    assert curve_of((1, 2, 3), (1, 2, 0)).events == 1


@pytest.mark.filterwarnings("ignore:Tied event times")
def test_aalen_johansen_breaks_ties_at_random() -> None:
    """Two kinds of event on day 5, an event and a censoring on day 6: a quarter, and half of the half that is left."""
    days, events = (5, 5, 6, 6), (1, 2, 0, 1)
    fits = [AalenJohansenFitter(seed=seed, calculate_variance=False).fit(days, events, 1) for seed in range(20)]
    assert {round(float(fit.cumulative_density_.iloc[-1, 0]), 6) for fit in fits} == {0.5, 0.75}
    first, _ = incidences("", Followed(days, events), KINDS, (), DAY)
    assert [probability for _, probability in first.steps] == pytest.approx([0, 0.25, 0.5])


def test_aalen_johansen_loses_the_events_of_day_0() -> None:
    days, events = (0, 1, 2), (1, 1, 2)
    fit = AalenJohansenFitter(calculate_variance=False).fit(days, events, 1)
    assert fit.cumulative_density_.iloc[-1, 0] == pytest.approx(1 / 3)
    first, second = incidences("", Followed(days, events), KINDS, (), DAY)
    assert [probability for _, probability in first.steps] == pytest.approx([1 / 3, 2 / 3, 2 / 3])
    assert [probability for _, probability in second.steps] == pytest.approx([0, 0, 1 / 3])
    assert "AalenJohansenFitter" not in ENGINE


@pytest.mark.filterwarnings("ignore::lifelines.exceptions.ApproximationWarning")
def test_the_variance_of_the_restricted_mean_is_that_of_the_patients() -> None:
    """A hundred times the patients ought to make it a hundredth; we give no such number at all."""
    days, events = [1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 1, 0, 1, 0, 1, 0]
    few, many = (KaplanMeierFitter().fit(days * times, events * times) for times in (1, 100))
    variances = [restricted_mean_survival_time(fit, t=6, return_variance=True)[1] for fit in (few, many)]
    assert variances[1] == pytest.approx(variances[0])
    assert "restricted_mean" not in ENGINE


def test_a_median_that_is_not_reached_is_infinite() -> None:
    assert KaplanMeierFitter().fit([1, 2, 3], [1, 0, 0]).median_survival_time_ == numpy.inf
    assert curve_of((1, 2, 3), (1, 0, 0)).median_months is None


def test_a_median_at_exactly_one_half_is_missed() -> None:
    """Of six, three are left after day 3; lifelines has a rounding error more, and waits for day 4."""
    assert KaplanMeierFitter().fit(range(1, 7), [1] * 6).median_survival_time_ == 4
    assert curve_of(tuple(range(1, 7)), (1,) * 6).median_months == 3
    assert all(curve_of(tuple(range(1, n + 1)), (1,) * n).median_months == n // 2 for n in range(2, 120, 2))


def test_a_median_at_one_half_is_infinite_where_the_curve_ends_there() -> None:
    days, events = (1, 2, 3, 4, 5, 6), (1, 1, 1, 0, 0, 0)
    assert KaplanMeierFitter().fit(days, events).median_survival_time_ == numpy.inf
    assert curve_of(days, events).median_months == 3


def test_the_interval_has_no_width_at_one_and_at_zero() -> None:
    fit = KaplanMeierFitter().fit([1, 2, 3], [0, 1, 1])
    assert fit.confidence_interval_.loc[[1, 3]].to_numpy().tolist() == [[1.0, 1.0], [0.0, 0.0]]
    seen = curve_of((1, 2, 3), (0, 1, 1))
    assert (seen.steps[1].estimate, seen.steps[3].estimate) == (Survival(1.0, 0.0, None, None), Survival(0.0, None, None, None))


def test_nobody_is_an_error_about_types() -> None:
    with pytest.raises(ValueError, match="Values must be numeric"):
        KaplanMeierFitter().fit([], [])
    assert curve_of((), ()).n == 0


def test_one_group_has_a_p_that_is_no_number() -> None:
    assert isnan(multivariate_logrank_test([1, 2], [0, 0], [1, 1]).p_value)
    assert compare([Followed((1, 2), (1, 1))], FIRST).p is None


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        ([Followed((1, 2), (0, 0)), Followed((3, 4), (0, 0))], "no patient has an event"),
        ([Followed((1, 2), (0, 0)), Followed((5, 6), (1, 1))], "on the day of the first event only one group has patients left"),
    ],
    ids=["no event", "one group left"],
)
def test_nothing_to_compare_is_called_equal(groups: list[Followed], why: str) -> None:
    days, events = ([*getattr(groups[0], part), *getattr(groups[1], part)] for part in ("days", "events"))
    assert multivariate_logrank_test(days, [0, 0, 1, 1], events).p_value == 1
    assert compare(groups, FIRST) == Comparison("logrank", None, why=why)


def test_a_group_that_was_never_at_risk_lends_a_degree_of_freedom() -> None:
    """Its patients were all censored before the first event: it cannot make the other two more alike."""
    groups = [Followed((3, 4), (1, 1)), Followed((5, 6), (1, 1)), Followed((1, 2), (0, 0))]
    lifelines_says = multivariate_logrank_test([3, 4, 5, 6, 1, 2], [0, 0, 1, 1, 2, 2], [1, 1, 1, 1, 0, 0])
    assert (lifelines_says.degrees_of_freedom, lifelines_says.p_value) == (2, pytest.approx(0.2366, abs=0.00005))
    assert compare(groups, FIRST) == replace(compare(groups[:2], FIRST), why=LEFT_OUT)
    assert compare(groups, FIRST).p == pytest.approx(0.0896, abs=0.00005)


def test_numpys_warnings_are_switched_off_for_the_whole_process() -> None:
    with numpy.errstate(divide="warn", invalid="warn"):
        KaplanMeierFitter().fit([1, 2], [1, 0])
        assert numpy.geterr()["divide"] == "ignore"
    with numpy.errstate(divide="warn", invalid="warn"):
        curve_of((1, 2), (1, 0))
        assert (numpy.geterr()["divide"], numpy.geterr()["invalid"]) == ("warn", "warn")


def test_lifelines_is_the_version_whose_faults_these_are() -> None:
    """Another version is read anew: a fault that has gone fails its test above, one that has come has none yet."""
    assert lifelines.__version__.startswith("0.30.")
