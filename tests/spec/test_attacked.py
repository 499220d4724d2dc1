"""What an attack with an independent oracle found in the meaning, each as the smallest child that shows it."""

from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from engine.conclusion import Conclusion
from engine.evaluate.both import Both
from engine.evaluation import Evaluation
from engine.interval import Interval
from engine.moment import read_moment
from engine.record import Fact, PatientRecord
from marrow.packs import load_pack

DAY_ZERO = date(2014, 4, 1)
AS_OF = date(2018, 4, 13).toordinal()


@cache
def evaluation() -> Evaluation:
    pack = load_pack("lan_2021")
    return Evaluation(pack, Both(pack))


def on(day: int) -> str:
    return (DAY_ZERO + timedelta(day)).isoformat()


def value(concept: str, amount: str, when: str, **more: object) -> Fact:
    exact = Interval.exactly(Decimal(amount))
    return Fact(concept=concept, ref=f"Observation/{concept}-{when}-{amount}", value=exact, when=read_moment(when), **more)  # type: ignore[arg-type]


def event(concept: str, when: str, **more: object) -> Fact:
    return Fact(concept=concept, ref=f"Procedure/{concept}-{when}", when=read_moment(when), **more)  # type: ignore[arg-type]


def conclude(name: str, *facts: Fact) -> Conclusion:
    doses = [value("rabbit_atg", "60", on(day), unit="mg") for day in range(5)]
    record = PatientRecord.of("Patient/p", [event("birth", "2008-05-01"), *doses, value("weight", "20", on(-1)), *facts])
    return next(c for c in evaluation()(record, AS_OF).conclusions if c.name == name)


MARROW = (value("cellularity", "10", on(-7)), value("plt", "8", on(-1)), value("arc", "5", on(-1)))


def test_white_cells_that_exclude_an_older_count_overrule_it() -> None:
    assert conclude("severity", *MARROW, value("anc", "2", on(-3)), value("wbc", "0.1", on(-1))).outcome == "vSAA"
    assert conclude("severity", *MARROW, value("anc", "0.3", on(-3)), value("wbc", "3", on(-1))).outcome == "SAA"


def test_a_count_and_a_transfusion_of_one_day_without_times_leave_both_readings_open() -> None:
    counts = (value("cellularity", "10", on(-7)), value("anc", "0.3", on(-1)), value("arc", "50", on(-1)))
    doubtful = (value("plt", "0", on(-1)), event("platelet_transfusion", on(-1)), value("plt", "150", on(-20)))
    severity = conclude("severity", *counts, *doubtful)
    assert (severity.outcome, severity.possible, severity.missing) == ("UNDETERMINED", ("SAA", "NSAA"), ("plt",))
    assert "post_transfusion_value_possible" in severity.flags


def test_a_range_that_is_low_or_middling_in_all_its_parts_is_hypocellular() -> None:
    straddling = Fact(concept="cellularity", ref="O/c", value=Interval(Decimal(24), Decimal("25.1")), when=read_moment(on(-7)))
    found = conclude("severity", *MARROW[1:], value("anc", "0.4", on(-1)), straddling, value("residual", "0", on(-7)))
    assert (found.outcome, found.possible, found.missing) == ("SAA", (), ())


def test_a_final_value_is_not_given_up_for_a_nearer_preliminary_one() -> None:
    status = Fact(concept="transfusion_status", ref="O/s", value=frozenset(["independent"]), when=read_moment(on(86)))
    rest = [value(name, amount, on(86)) for name, amount in (("plt", "101"), ("hgb", "130"), ("arc", "80"))]
    counts = [value("anc", "0.4", on(85)), value("anc", "1.6", on(86), preliminary=True), *rest, value("arc", "5", on(-1))]
    assert conclude("response.day_90", *counts, status).outcome == "TI_BELOW_PR"


def test_height_and_creatinine_need_not_be_of_one_hour() -> None:
    creatinine, height = value("creatinine", "1.2", on(-1)), value("height", "100", on(-20))
    kidneys = dict(conclude("eligibility", creatinine, height).criteria)["kidneys_adequate"]
    assert kidneys is False  # 0.413 x 100 / 1.2 is 34, although the creatinine itself is below 2.5


def test_a_certain_deviation_shows_through_an_unknown_weight() -> None:
    late = [value("uc_msc", amount, on(day), unit="10*6") for day, amount in ((14, "20"), (21, "40"), (50, "20"))]
    assert conclude("regimen.msc", *late).outcome == "deviates"


def test_any_infusion_makes_the_arm() -> None:
    cells = [value("uc_msc", "20", on(day), unit="10*6") for day in (20, 27, 34)]
    assert conclude("arm", *cells).outcome == "MSC"


def test_a_death_before_day_zero_is_a_contradiction() -> None:
    assert conclude("failure", event("death", on(-30))).outcome == "UNDETERMINED"


def test_death_is_dated_without_treatment_too() -> None:
    record = PatientRecord.of("Patient/p", [event("birth", "2008-05-01"), event("death", "2014-05-25")])
    survival = next(c for c in evaluation()(record, AS_OF).conclusions if c.name == "survival")
    assert (survival.outcome, survival.effective) == ("dead", date(2014, 5, 25).toordinal())


def _responder() -> list[Fact]:
    status = Fact(concept="transfusion_status", ref="O/s", value=frozenset(["independent"]), when=read_moment(on(90)))
    good = [value(name, amount, on(90)) for name, amount in (("anc", "1.6"), ("plt", "101"), ("hgb", "130"), ("arc", "80"))]
    return [*good, status, value("arc", "5", on(-1))]


def test_a_single_count_between_good_visits_does_not_open_a_relapse() -> None:
    later = [value(name, amount, on(170)) for name, amount in (("anc", "2"), ("plt", "120"), ("arc", "70"))]
    assert conclude("failure", *_responder(), value("anc", "2", on(130)), *later).outcome == "none"
    assert conclude("failure", *_responder(), value("anc", "2", on(130))).outcome == "UNDETERMINED"


def test_a_relapse_is_dated_on_the_first_day_that_is_certain() -> None:
    severe = [value(name, amount, on(300)) for name, amount in (("anc", "0.1"), ("plt", "5"), ("arc", "5"))]
    failure = conclude("failure", *_responder(), event("platelet_transfusion", on(299)), *severe)
    assert (failure.outcome, failure.effective) == ("relapse", (DAY_ZERO + timedelta(300)).toordinal())
    assert "earlier_visit_unknown" in failure.flags


def test_eltrombopag_that_goes_on_from_the_first_weeks_is_no_second_line() -> None:
    assert conclude("failure", *(event("eltrombopag", on(day)) for day in range(5, 400, 5))).outcome == "none"
    assert conclude("failure", *(event("eltrombopag", on(day)) for day in range(28, 400, 5))).outcome == "treatment_failure"


def test_counts_after_a_transplant_are_no_relapse() -> None:
    severe = [value(name, amount, on(300)) for name, amount in (("anc", "0.1"), ("plt", "5"), ("arc", "5"))]
    failure = conclude("failure", *_responder(), event("hsct", on(250)), event("platelet_transfusion", on(299)), *severe)
    assert failure.outcome == "none"
    assert "treatment_failure_not_counted" in failure.flags


def test_a_recorded_dependence_is_not_overruled_by_a_complete_record() -> None:
    dependent = Fact(concept="transfusion_status", ref="O/s", value=frozenset(["dependent"]), when=read_moment(on(90)))
    pack = load_pack("lan_2021", {"ti.capture_complete": "true"})
    facts = [fact for fact in _responder() if fact.concept != "transfusion_status"]
    doses = [value("rabbit_atg", "60", on(day), unit="mg") for day in range(5)]
    record = PatientRecord.of("Patient/p", [event("birth", "2008-05-01"), *doses, *facts, dependent])
    response = next(c for c in Evaluation(pack, Both(pack))(record, AS_OF).conclusions if c.name == "response.day_90")
    assert response.outcome == "NR"
