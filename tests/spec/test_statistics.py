"""What the statistics of a pack mean, by an invented trial with three arms: who is in, and when follow-up ended."""

from typing import Any

import pytest

from engine.cohort.estimates import Curve
from tests.trial import Json, left_out, red, results, survival, tables, trial

HERE = red("seen day 100")
RED = "the red arm"


def end(*parts: str, endpoint: str = "RFS") -> tuple[int, str] | str:
    """The day and the kind of end of one red patient's follow-up ("" for censored), or why that is not known."""
    found = {one.name: one for one in results(red("; ".join(parts))).endpoints}[endpoint]
    curve = found.curves[0]
    if not curve.n:
        (lost,) = found.left_out
        assert (lost.group, lost.patients) == ("red", 1)
        return lost.reason
    (kind,) = [one.event for one in found.incidences if one.group == "red" and one.events] or [""]
    return curve.steps[-1].days, kind


# --- who is in a group -------------------------------------------------------------------------------------------------

NOT_PLACED = {
    "group undetermined": ("seen day 100", (None, "arm: undetermined")),
    "no group": ("untreated; arm undated = red", (None, "arm: none")),
    "group not due": ("arm undated = red; treatment day 398", (None, "arm: not due")),
    "another group": ("arm undated = grey; seen day 9", (None, "arm: other")),
    "one of two groups": ("arm undated = red or blue; seen day 9", (None, "arm: undetermined")),
    "start not known to the day": ("arm undated = red; treatment 2020-03; seen day 100",
                                   ("red", "day of treatment: not known to the day")),
}  # fmt: skip


@pytest.mark.parametrize(("patient", "lost"), NOT_PLACED.values(), ids=NOT_PLACED)
def test_who_cannot_be_placed_is_counted_by_the_reason(patient: str, lost: tuple[str | None, str]) -> None:
    found = tables(HERE, patient, patient)
    assert left_out(found) == {lost: 2} == left_out(survival(HERE, patient, patient))
    assert [group["n"] for group in found["groups"]] == [1, 0, 0]
    steps = {step["step"]: step for step in found["flow"]}
    assert (steps["screened"]["patients"], steps["treated"]["patients"]) == (3, 1)
    assert steps["treated"]["reasons"] == [{"name": lost[1], "label": lost[1], "patients": 2}]


CONSENT = "consent day -1 = given; pregnancy day -1 = absent"
POPULATION = {
    "in": (CONSENT, None),
    "not fit": ("consent day -1 = refused; pregnancy day -1 = absent", "entry: unfit"),
    "not known": ("consent day -1 = given", "entry: undetermined"),
}


@pytest.mark.parametrize(("text", "reason"), POPULATION.values(), ids=POPULATION)
def test_who_is_analysed_can_be_asked_of_a_conclusion(text: str, reason: str | None) -> None:
    found = tables(red(f"seen day 9; {text}"), pack=trial(analysis__population="fit"))
    assert left_out(found) == ({} if reason is None else {("red", reason): 1})
    assert found["groups"][0]["n"] == (reason is None)
    assert tables(red(f"seen day 9; {text}"))["groups"][0]["n"] == 1


def test_groups_are_called_as_the_pack_calls_them() -> None:
    found = tables(HERE)["groups"]
    assert [(group["name"], group["label"]) for group in found] == [("red", RED), ("blue", "blue arm"), ("green", "green arm")]


# --- when follow-up ends -----------------------------------------------------------------------------------------------

ENDS: dict[str, tuple[tuple[str, ...], Any]] = {
    "nothing happened": (("seen day 100",), (100, "")),
    "an event": (("seen day 100", "relapse day 50"), (50, "relapse")),
    "an event after the last contact was seen": (("seen day 100", "relapse day 150"), (150, "relapse")),
    "the first of two events": (("seen day 100", "relapse day 50", "death day 49"), (49, "death")),
    "on one day the event listed first": (("seen day 100", "relapse day 50", "death day 50"), (50, "relapse")),
    "an event on the day of the start": (("seen day 100", "relapse day 0"), (0, "relapse")),
    "seen on the day of the start only": (("seen day 0",), (0, "")),
    "a competing event": (("seen day 100", "surgery day 40", "relapse day 50"), (40, "surgery")),
    "an event before a competing one": (("seen day 100", "surgery day 60", "relapse day 50"), (50, "relapse")),
    "an event on the day of hard censoring": (("seen day 100", "withdrawal day 50", "relapse day 50"), (50, "relapse")),
    "an event after hard censoring": (("seen day 100", "withdrawal day 50", "relapse day 51"), (50, "")),
    "hard censoring before the last contact": (("seen day 100", "withdrawal day 50"), (50, "")),
    "the last contact before hard censoring": (("seen day 100", "withdrawal day 150"), (100, "")),
    "hard censoring without a last contact": (("withdrawal day 50",), (50, "")),
    "an event without a last contact": (("relapse day 50",), (50, "relapse")),
    "an event after the day of evaluation": (("seen day 100", "relapse day 401"), (100, "")),
    "an event on the day of evaluation": (("seen day 100", "relapse day 400"), (400, "relapse")),
    "no last contact": (("relapse day 401",), "day of the last visit: none on record"),
    "last contact not known to the day": (("seen 2020-04",), "day of the last visit: not known to the day"),
    "an event not dated to the day": (("seen day 100", "relapse 2020-04"), "relapse: not known to the day"),
    "an event without a date": (("seen day 100", "relapse undated"), (100, "")),  # an anchor has a date
    "an event that is only suspected": (("seen day 100", "relapse day 50 (suspected)"), "relapse: undetermined"),
    "a competing event that is only suspected": (("seen day 100", "surgery day 50 (suspected)"), "surgery: undetermined"),
    "an event before the start": (("seen day 100", "relapse day -1"), "an event before the start"),
    "follow-up ends before the start": (("seen day -1",), "follow-up ends before the start"),
    "hard censoring before the start": (("seen day 100", "withdrawal day -1"), "follow-up ends before the start"),
    "hard censoring not known to the day": (("seen day 100", "withdrawal 2020-04"), "day of withdrawal: not known to the day"),
    "hard censoring that is only suspected": (("seen day 100", "withdrawal day 50 (suspected)"),
                                              "day of withdrawal: not known to the day"),
}  # fmt: skip


@pytest.mark.parametrize(("parts", "ended"), ENDS.values(), ids=ENDS)
def test_follow_up_ends(parts: tuple[str, ...], ended: Any) -> None:
    assert end(*parts) == ended


def test_a_last_contact_that_is_only_suspected_ends_nothing() -> None:
    assert end("seen day 100 (suspected)") == "day of the last visit: not known to the day"


def curve(found: Json, endpoint: str, group: str) -> Json:
    (of_endpoint,) = [one for one in found["endpoints"] if one["name"] == endpoint]
    (of_group,) = [one for one in of_endpoint["groups"] if one["name"] == group]
    return dict(of_group)


def test_an_endpoint_leaves_out_only_whom_it_cannot_place() -> None:
    found = survival(HERE, red("seen day 100; relapse 2020-04"), red("seen day 100; death 2020-04"))
    assert [curve(found, name, "red")["n"] for name in ("RFS", "OS")] == [1, 2]
    assert [left_out(one) for one in found["endpoints"]] == [
        {("red", "death: not known to the day"): 1, ("red", "relapse: not known to the day"): 1},
        {("red", "death: not known to the day"): 1},
    ]


def test_a_competing_event_is_no_event_of_the_curve_and_has_an_incidence() -> None:
    found = survival(red("surgery day 10"), red("relapse day 20"), red("seen day 90"))
    assert (curve(found, "RFS", "red")["events"], curve(found, "RFS", "red")["censored"]) == (1, 2)
    incidences = {one["event"]: one for one in found["endpoints"][0]["cumulative_incidence"] if one["group"] == "red"}
    assert {name: one["events"] for name, one in incidences.items()} == {"relapse": 1, "surgery": 1, "death": 0}
    assert incidences["surgery"]["at"][0]["incidence"] == pytest.approx(1 / 3)


def test_curves_are_read_in_months_of_the_pack() -> None:
    found = survival(red("relapse day 30"), red("seen day 60"), pack=trial())
    assert [(one["months"], one["survival"], one["at_risk"]) for one in curve(found, "RFS", "red")["at"]] == [
        (1, 0.5, 2),
        (2, 0.5, 1),
    ]
    assert curve(found, "RFS", "red")["median_months"] == 1.0
    other = survival(red("relapse day 30"), red("seen day 60"), pack=trial(analysis__months="3"))
    assert curve(other, "RFS", "red")["at"][1]["survival"] is None  # nobody was followed so long


def test_follow_up_is_of_all_and_of_each_group() -> None:
    found = survival(red("seen day 30"), red("death day 60"), "arm undated = blue; seen day 90")["follow_up"]
    assert (found["n"], found["method"], found["simple_median_months"], found["median_months"]) == (3, "reverse_km", 2.0, 3.0)
    assert [(one["name"], one["n"], one["range_months"]) for one in found["groups"]] == [
        ("red", 2, [1.0, 2.0]), ("blue", 1, [3.0, 3.0]), ("green", 0, None),
    ]  # fmt: skip


# --- the flow ----------------------------------------------------------------------------------------------------------


def test_who_may_enter_is_told_for_everybody_who_was_screened() -> None:
    patients = [
        red(CONSENT), red("consent day -1 = refused; pregnancy day -1 = present"), red("consent day -1 = given"),
        "untreated; consent day 0 = refused",
    ]  # fmt: skip
    steps = {step["step"]: step for step in tables(*patients)["flow"]}
    assert [steps[name]["patients"] for name in ("screened", "eligible", "ineligible", "undetermined", "not_asked")] == [
        4,
        1,
        1,
        1,
        1,
    ]
    assert {one["label"]: one["patients"] for one in steps["ineligible"]["reasons"]} == {"consent was given": 1, "pregnant": 1}
    assert [one["label"] for one in steps["undetermined"]["reasons"]] == ["pregnancy"]
    assert [one["label"] for one in steps["not_asked"]["reasons"]] == ["not applicable"]


def test_a_criterion_that_is_not_known_is_no_reason_against_entry() -> None:
    steps = {step["step"]: step for step in tables(red("consent day -1 = refused"))["flow"]}
    assert [one["label"] for one in steps["ineligible"]["reasons"]] == ["consent was given"]


def test_who_was_not_graded_is_told_by_what_is_missing() -> None:
    steps = {step["step"]: step for step in tables(HERE, red("treatment day 390"), red("count day 42 = 60"))["flow"]}
    graded = steps["answer.week_6"]
    assert (graded["patients"], graded["groups"]) == (1, {"red": 1, "blue": 0, "green": 0})
    assert {one["label"]: one["patients"] for one in graded["reasons"]} == {"count": 1, "not due": 1}


def test_steps_of_groups_add_up() -> None:
    steps = tables(HERE, "arm undated = blue; seen day 3", "seen day 5")["flow"]
    assert [step["patients"] == sum(step["groups"].values()) for step in steps if step["groups"]] == [True] * 5


def curves(*patients: str) -> list[Curve]:
    return [curve for endpoint in results(*patients).endpoints for curve in endpoint.curves]


COHORT = (
    red("seen day 100; count day 0 = 1"), red("relapse day 40; count day 0 = 2.5"), red("death day 60; fever day 3 = 5"),
    "arm undated = blue; seen day 80; count day 0 = 4", "arm undated = blue; relapse day 20; surgery day 20", "seen day 7",
    "arm undated = green; seen day 2; sex undated = male",
)  # fmt: skip


def test_the_order_of_patients_changes_nothing() -> None:
    assert tables(*COHORT) == tables(*reversed(COHORT))
    assert survival(*COHORT) == survival(*reversed(COHORT))


def test_one_more_patient_without_a_group_changes_only_who_was_screened() -> None:
    before, after = tables(*COHORT), tables(*COHORT, "untreated; sex undated = male")
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"flow", "left_out"}
    assert survival(*COHORT)["endpoints"] == survival(*COHORT, "untreated; sex undated = male")["endpoints"]


def test_one_more_patient_of_whom_nothing_is_known_changes_no_estimate() -> None:
    assert curves(*COHORT) == curves(*COHORT, red("treatment day 0"))
