"""Faults that an independent statistician found in the results of a cohort, each kept out by a test."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from engine.cohort.barriers import barriers
from engine.cohort.columns import Observer, holds
from engine.cohort.study import study
from engine.evaluation import Evaluated, Evaluation
from engine.interval import Interval
from engine.moment import Moment
from engine.pack.program import Pack
from engine.record import Fact, PatientRecord
from engine.truth import Truth
from marrow.evaluation import evaluator
from marrow.packs import load_pack
from marrow.report.methods import methods
from marrow.report.words import p_value

START = 735_000
END = START + 1_500


def fact(concept: str, day: int, value: str | Decimal | None = None) -> Fact:
    said = Interval.exactly(value) if isinstance(value, Decimal) else None if value is None else frozenset([value])
    return Fact(concept=concept, ref=f"{concept}/{day}", value=said, when=Moment(START + day, START + day))


def evaluated(pack: Pack, *facts: Fact) -> Evaluated:
    record = PatientRecord("Patient/p", (fact("rabbit_atg", 0, Decimal(1)), *facts))
    return Evaluation(pack, evaluator(pack, "plain"))(record, END)


def measure(pack: Pack, name: str, *facts: Fact) -> object:
    return evaluated(pack, *facts).snapshot[pack.measures[name].index].value


@pytest.mark.parametrize(
    ("p", "limit", "text"),
    [
        (0.0498, 0.05, "0.0498"),
        (0.04996, 0.05, "0.04996"),
        (0.0502, 0.05, "0.050"),
        (0.0498, None, "0.050"),
        (0.05, 0.05, "0.050"),
    ],
)
def test_a_p_value_stays_on_its_side_of_the_limit(p: float, limit: float | None, text: str) -> None:
    assert p_value(p, limit) == text


def test_only_criteria_in_force_are_reasons_for_not_being_eligible() -> None:
    for required in ("false", "true"):
        pack = load_pack("lan_2021", {"consent.required": required})
        found = barriers(pack, pack.conclusions["eligibility"], "eligible")
        assert ("consent_recorded" in found) == (required == "true")
        assert found["age_in_range"] is False and found["inherited_marrow_failure"] is True


def test_an_event_on_the_day_of_death_counts_where_the_record_of_the_study_ends_before() -> None:
    pack = load_pack("lan_2021")
    facts = (fact("follow_up_end", 99), fact("death", 100), fact("ae_infections", 100, Decimal(5)))
    assert measure(pack, "worst_infections", *facts) == Interval.exactly(Decimal(5))
    assert measure(pack, "worst_infections", *facts, fact("ae_infections", 101, Decimal(5))) == Interval.exactly(Decimal(5))


def test_an_event_after_the_last_contact_of_the_living_does_not_count() -> None:
    facts = (fact("follow_up_end", 99), fact("ae_infections", 100, Decimal(5)))
    assert measure(load_pack("lan_2021"), "worst_infections", *facts) == Interval.exactly(Decimal(0))


@pytest.mark.parametrize(
    ("horizon", "months"), [("48", [12, 24, 36, 48]), ("24", [12, 24]), ("6", [6]), ("60", [12, 24, 36, 48, 60])]
)
def test_the_horizon_is_the_last_time_of_interest_and_stands_once(horizon: str, months: Sequence[int]) -> None:
    pack = load_pack("lan_2021", {"km.horizon_months": horizon})
    results = study(pack, Observer(pack).columns, END)
    assert all([one.months for one in curve.at] == months for endpoint in results.endpoints for curve in endpoint.curves)


@pytest.mark.parametrize(
    ("possible", "truth"), [(("NR", "TI_BELOW_PR"), False), (("CR", "PR"), True), (("PR", "NR"), None), ((), None)]
)
def test_what_is_still_possible_may_settle_a_line(possible: tuple[str, ...], truth: Truth) -> None:
    pack = load_pack("lan_2021")
    observe = Observer(pack)
    observe(evaluated(pack))
    line = next(one for one in pack.statistics.long_term if one.name == "responders")
    observe.columns.outcomes["response.day_90"][0] = "UNDETERMINED"
    observe.columns.possible["response.day_90"][0] = possible
    assert holds(observe.columns, line, 0) is truth


def test_follow_up_goes_on_after_what_censors_the_endpoint() -> None:
    facts = (fact("assigned_arm", 0, "MSC"), fact("hsct", 200), fact("follow_up_end", 1_400))
    for censor in ("false", "true"):
        pack = load_pack("lan_2021", {"os.censor_at_hsct": censor})
        observe = Observer(pack)
        observe(evaluated(pack, *facts))
        results = study(pack, observe.columns, END)
        (everyone, *_), (_, survival) = results.follow_up, results.endpoints
        assert everyone.longest == pytest.approx(1_400 / 30.4375)
        assert survival.curves[0].steps[-1].days == (200 if censor == "true" else 1_400)
        assert ("transplant" in dict(methods(pack, results))["Overall survival (OS)"]) == (censor == "true")


def test_what_happened_before_the_start_has_no_month() -> None:
    pack = load_pack("lan_2021")
    observe = Observer(pack)
    observe(evaluated(pack, fact("assigned_arm", 0, "MSC"), fact("death", -50)))
    results = study(pack, observe.columns, END)
    deaths = next(row for row in results.long_term if row.name == "deaths")
    assert (deaths.counts[0], deaths.earliest[0]) == (1, None)


@pytest.mark.parametrize(("outcome", "part"), [("eligible", "through"), ("ineligible", "beside"), ("UNDETERMINED", "beside")])
def test_eligibility_is_a_step_on_the_way_only_where_everybody_took_it(outcome: str, part: str) -> None:
    pack = load_pack("lan_2021")
    observe = Observer(pack)
    observe(evaluated(pack, fact("assigned_arm", 0, "MSC")))
    observe.columns.outcomes["eligibility"][0] = outcome
    steps = {step.name: step for step in study(pack, observe.columns, END).flow}
    assert steps["treated"].patients == 1
    assert steps["eligible"].part == part
