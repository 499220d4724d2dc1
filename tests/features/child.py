"""Steps that say who the child is: birth, sex, diagnoses, the study's record, consent, last contact, death."""

from pytest_bdd import given, parsers

from tests.features.chart import DIAGNOSES, Chart
from tests.features.days import DAY, HOUR, at_hour

_SEXES = {"girl": "female", "boy": "male"}
_ON = rf"(?:on|in) (?P<day>{DAY})"
_DIAGNOSIS = f"(?P<diagnosis>{'|'.join(DIAGNOSES)})"
_ARMS = {"with cells": "MSC", "control": "control"}


@given(parsers.re(rf"a (?P<who>girl|boy|child) born {_ON}"))
def is_born(chart: Chart, who: str, day: str) -> None:
    chart.patient["birthDate"] = chart.day(day)
    if who in _SEXES:
        chart.patient["gender"] = _SEXES[who]


@given(parsers.re(rf"the child was born {_ON}"))
def was_born(chart: Chart, day: str) -> None:
    chart.patient["birthDate"] = chart.day(day)


@given("the date of birth is not recorded")
def birth_unknown(chart: Chart) -> None:
    chart.patient.pop("birthDate", None)


@given(parsers.re(r"the child is a (?P<who>girl|boy)"))
def has_sex(chart: Chart, who: str) -> None:
    chart.patient["gender"] = _SEXES[who]


@given("the sex of the child is not recorded")
def sex_unknown(chart: Chart) -> None:
    chart.patient.pop("gender", None)


@given(parsers.re(rf"{_DIAGNOSIS} was diagnosed {_ON}(?: at (?P<hour>{HOUR}))?(?P<course> and is resolved)?"))
def diagnosed(chart: Chart, diagnosis: str, day: str, hour: str | None, course: str | None) -> None:
    chart.forget(diagnosis)
    chart.diagnosed(diagnosis, at_hour(chart.day(day), hour), course="resolved" if course else "active")


@given(parsers.re(rf"{_DIAGNOSIS} was diagnosed again {_ON}"))
def diagnosed_again(chart: Chart, diagnosis: str, day: str) -> None:
    chart.diagnosed(diagnosis, chart.day(day))


@given(parsers.re(rf"{_DIAGNOSIS} is (?P<certainty>suspected|ruled out) {_ON}"))
def suspected(chart: Chart, diagnosis: str, certainty: str, day: str) -> None:
    chart.diagnosed(diagnosis, chart.day(day), {"suspected": "provisional", "ruled out": "refuted"}[certainty])


@given(parsers.re(f"{_DIAGNOSIS} is on record without a date"))
def diagnosed_undated(chart: Chart, diagnosis: str) -> None:
    chart.diagnosed(diagnosis, None)


@given(parsers.re(f"no diagnosis of {_DIAGNOSIS} is recorded"))
def not_diagnosed(chart: Chart, diagnosis: str) -> None:
    chart.forget(diagnosis)


@given(parsers.re(rf"the child died {_ON}"))
def died(chart: Chart, day: str) -> None:
    chart.patient["deceasedDateTime"] = chart.day(day)


@given("the child died on a day that is not recorded")
def died_undated(chart: Chart) -> None:
    chart.patient["deceasedBoolean"] = True


@given(parsers.re(f"the study records the arm as (?P<arm>{'|'.join(_ARMS)})"))
def assigned(chart: Chart, arm: str) -> None:
    chart.enrolled(_ARMS[arm])


@given("no arm is recorded")
def not_assigned(chart: Chart) -> None:
    chart.forget("study")


@given(parsers.re(rf"the study saw the child last {_ON}"))
def last_contact(chart: Chart, day: str) -> None:
    chart.enrolled(None, chart.day(day))


@given(parsers.re(rf"another record of the study saw the child last {_ON}"))
def last_contact_elsewhere(chart: Chart, day: str) -> None:
    before = [one for one in chart.entries if one.name == "study"]
    chart.enrolled(None, chart.day(day))
    chart.entries += before


@given(parsers.re(rf"the child comes to the clinic {_ON}"))
def visit(chart: Chart, day: str) -> None:
    chart.seen(chart.day(day))


@given(parsers.re(rf"consent was (?P<answer>given|refused) {_ON}"))
def consent(chart: Chart, answer: str, day: str) -> None:
    chart.agreed(chart.day(day), refused=answer == "refused")


@given("no consent is recorded")
def no_consent(chart: Chart) -> None:
    chart.forget("consent")
