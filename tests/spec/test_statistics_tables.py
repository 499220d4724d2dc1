"""What the tables of a pack's statistics count, by an invented trial with three arms: what is not known is counted as that."""

from decimal import Decimal

import pytest

from tests.trial import Json, red, tables

HERE = red("seen day 100")
CONSENT = "consent day -1 = given; pregnancy day -1 = absent"


def row(table: str, key: str, wanted: object, *patients: str, group: str = "red", as_of: int = 400) -> Json:
    (found,) = [each for each in tables(*patients, as_of=as_of)[table] if each[key] == wanted]
    return dict(found["groups"][group])


def test_only_exact_values_make_a_number() -> None:
    values = ("count day -1 = 0.07", "count day -1 = < 5", "count day -1 = 1 to 3", "count day -1 = >= 9", "seen day 1")
    found = row("baseline", "measure", "count", *(red(value) for value in values))
    assert (found["n"], found["missing"]) == (1, 4)
    assert (str(found["median"]), str(found["min"]), str(found["max"])) == ("0.07", "0.07", "0.07")
    assert (found["mean"], found["standard_deviation"]) == (0.07, None)


@pytest.mark.parametrize(
    ("values", "median"),
    [
        (("73.0",), "73"), (("0.1", "0.2"), "0.15"), (("1", "2"), "1.5"), (("0.07", "0.08"), "0.075"), (("1", "3"), "2"),
        (("0.10",), "0.1"), (("0.5", "1.5"), "1"),
        (("123.456789012345",), "123.456789012345"), (("0.000001",), "0.000001"), (("4", "1", "2", "3"), "2.5"),
    ],
)  # fmt: skip
def test_decimals_stay_what_was_sent(values: tuple[str, ...], median: str) -> None:
    found = row("baseline", "measure", "count", *(red(f"count day -1 = {value}") for value in values))
    assert format(Decimal(found["median"]), "f") == median


def test_categories_count_whom_they_name() -> None:
    sexes = ("male", "male", "female", "other", "male or female")
    found = row("baseline", "measure", "sex", *(red(f"sex undated = {sex}") for sex in sexes), HERE)
    assert found == {"n": 3, "missing": 3, "male": 2, "female": 1}


def test_a_conclusion_that_is_not_determined_is_missing() -> None:
    entries = (CONSENT, "consent day -1 = refused", "consent day -1 = given", "seen day 1")
    found = row("baseline", "measure", "entry", *(red(entry) for entry in entries))
    assert found == {"n": 2, "missing": 2, "fit": 1, "unfit": 1}


FEVERS = {
    "none": ("seen day 30", {}),
    "the worst of three": ("fever day 1 = 1; fever day 2 = 4; fever day 3 = 2", {"any_grade": 1, "grave": 1}),
    "the highest": ("fever day 1 = 5", {"any_grade": 1, "grave": 1, "fatal": 1}),
    "on the edge of a band": ("fever day 1 = 2", {"any_grade": 1, "mild": 1}),
    "ungraded": ("fever day 1", {"any_grade": 1, "grade_unknown": 1}),
    "ungraded beside a graded one": ("fever day 1; fever day 2 = 3", {"any_grade": 1, "grave": 1, "grade_unknown": 1}),
    "ungraded beside the worst there is": ("fever day 1; fever day 2 = 5", {"any_grade": 1, "grave": 1, "fatal": 1}),
    "on the last day of the span": ("fever day 28 = 3", {"any_grade": 1, "grave": 1}),
    "after the span": ("fever day 29 = 3", {}),
    "on the day of treatment": ("fever day 0 = 1", {"any_grade": 1, "mild": 1}),
    "before treatment": ("fever day -1 = 1", {}),
    "only suspected": ("fever day 1 = 3 (suspected)", {"grade_unknown": 1}),
    "of an unknown day": ("fever 2020 = 3", {"grade_unknown": 1}),
}


@pytest.mark.parametrize(("text", "counted"), FEVERS.values(), ids=FEVERS)
def test_a_patient_counts_once_with_the_worst_grade(text: str, counted: dict[str, int]) -> None:
    found = row("adverse_events", "event", "Fever", red(text))
    assert {name: number for name, number in found.items() if number and name != "n"} == counted
    assert found["n"] == 1


def test_who_could_not_be_graded_stays_among_those_who_were_due() -> None:
    patients = [
        red(f"{text}seen day 9")
        for text in ("count day 42 = 60; ", "count day 42 = 50; ", "count day 42 = 9; ", "", "count day 42 = 40 to 60; ")
    ]
    found = row("response", "day", 42, *patients, red("treatment day 380"))
    assert (found["n"], found["good"], found["poor"], found["UNDETERMINED"], found["NOT_DUE"]) == (5, 2, 1, 2, 1)
    assert (found["responders"], found["overall_response_rate"], found["overall_response_rate_at_most"]) == (2, 0.4, 0.8)


def test_nobody_due_has_no_rate() -> None:
    found = row("response", "day", 42, red("treatment day 380"))
    assert (found["n"], found["NOT_DUE"], found["overall_response_rate"], found["overall_response_rate_at_most"]) == (
        0,
        1,
        None,
        None,
    )
    assert (found["ci_low"], found["ci_high"]) == (None, None)


def test_an_answer_counts_on_the_day_its_window_closes() -> None:
    assert row("response", "day", 42, HERE, as_of=47)["NOT_DUE"] == 1
    assert row("response", "day", 42, HERE, as_of=48)["UNDETERMINED"] == 1


def test_a_course_is_tested_of_those_who_have_every_value() -> None:
    counts = "count day 0 = {}; count day 42 = {}; count day 84 = {}"
    reds = [red(counts.format(*values)) for values in ((1, 2, 3), (2, 4, 5), (1, 3, "< 5"))]
    blues = [f"arm undated = blue; {counts.format(*values)}" for values in ((1, 1, 9), (2, 4, 1))]
    (found,) = tables(*reds, red("count day 0 = 1; count day 84 = 2"), *blues)["repeated_measures"]
    assert found["n"] == {"red": 2, "blue": 2, "green": 0}
    assert (found["df_effect"], found["df_error"]) == (2, 4)
    assert found["why"] == "without the groups that have no patient with every value"


def line(name: str, *patients: str, as_of: int = 400) -> tuple[int, int]:
    """Patients of whom it is true, and of whom it is not known."""
    found = row("long_term", "outcome", name, *patients, as_of=as_of)
    return found["patients"], found["unknown"]


def test_what_is_not_known_is_neither_true_nor_false() -> None:
    patients = [red(f"seen day 9{text}") for text in ("; death day 5", "", "; death day 5 (suspected)")]
    assert line("deaths", *patients) == (1, 1)
    assert line("responders", HERE) == (0, 1)
    assert line("feverish", red("fever day 1"), red("fever day 1 = 3"), red("fever day 1 = 2")) == (1, 1)


def test_a_limit_is_reached_where_the_value_is_certainly_beyond_it() -> None:
    """A grade that may be higher still, since another event has none, is known to be at least this."""
    assert line("feverish", red("fever day 1 = 4; fever day 2")) == (1, 0)
    assert line("feverish", red("fever day 1 = 2; fever day 2")) == (0, 1)
    assert line("feverish", red("fever day 1 = 1; fever day 2 = 2")) == (0, 0)


def test_what_is_not_due_is_not_known() -> None:
    assert line("responders", HERE, as_of=60) == (0, 1)


def test_a_line_that_details_another_counts_only_whom_that_counts() -> None:
    infection, died = "cause day 5 = infection", "death day 5"
    patients = {
        "died of infection": (f"{died}; {infection}; sex undated = female", (1, 0), (1, 0)),
        "a boy": (f"{died}; {infection}; sex undated = male", (1, 0), (0, 0)),
        "sex not known": (f"{died}; {infection}", (1, 0), (0, 1)),
        "of bleeding": (f"{died}; cause day 5 = bleeding; sex undated = female", (0, 0), (0, 0)),
        "of one of two": (f"{died}; cause day 5 = infection or bleeding; sex undated = female", (0, 1), (0, 1)),
        "cause not known": (f"{died}; sex undated = female", (0, 1), (0, 1)),
        "perhaps died": (f"{died} (suspected); {infection}; sex undated = female", (0, 1), (0, 1)),
        "lives": (f"seen day 9; {infection}; sex undated = female", (0, 0), (0, 0)),
    }
    found = {
        name: (line("by_infection", red(text)), line("girls_by_infection", red(text))) for name, (text, *_) in patients.items()
    }
    assert found == {name: (of, girls) for name, (_, of, girls) in patients.items()}


def test_the_earliest_and_the_latest_are_of_those_who_are_counted() -> None:
    found = row(
        "long_term",
        "outcome",
        "deaths",
        red("death day 30"),
        red("death day 90"),
        red("death 2021"),
        red("death day 5 (suspected)"),
    )
    assert (found["patients"], found["earliest"], found["latest"]) == (3, 1.0, 3.0)
    assert row("long_term", "outcome", "deaths", HERE)["earliest"] is None


def test_the_days_of_those_who_are_not_counted_are_not_shown() -> None:
    good, poor = red("count day 84 = 60; seen day 60"), red("count day 84 = 9; seen day 30")
    found = row("long_term", "outcome", "responders", good, poor, red("seen day 90"))
    assert (found["patients"], found["unknown"], found["earliest"], found["latest"]) == (1, 1, 2.0, 2.0)
