"""Steps that say how the child was treated: drugs, cells, transfusions, transplant."""

from datetime import date

from pytest_bdd import given, parsers

from tests.features.chart import DRUGS, PRODUCTS, TRANSPLANT, Chart
from tests.features.days import DAY, HOUR

_ON = rf"(?:on|in) (?P<day>{DAY})(?: at (?P<hour>{HOUR}))?"
_DRUG = f"(?P<drug>{'|'.join(sorted(DRUGS, key=len, reverse=True))})"
_PRODUCT = f"(?P<product>{'|'.join(PRODUCTS)})"
_ENDED = {"broken off": "stopped", "entered in error": "entered-in-error"}
COURSE_DAYS = 5
COURSE_DOSE = "60 mg"


@given(parsers.re(rf"rabbit ATG begins on (?P<day>{DAY})"))
def rabbit_atg(chart: Chart, day: str) -> None:
    """The whole first course: a child of 20 kg is given 3 mg/kg on five days."""
    chart.day_zero = date.fromisoformat(chart.day(day))
    chart.forget("rabbit ATG")
    for number in range(COURSE_DAYS):
        chart.given("rabbit ATG", chart.day(f"day {number}"), COURSE_DOSE)


@given(parsers.re(f"{_DRUG} (?:is|was|were|are) not given"))
def not_given(chart: Chart, drug: str) -> None:
    chart.forget(drug)


@given(parsers.re(f"{_DRUG} (?:is|was|were|are) given {_ON}"))
def given_once(chart: Chart, drug: str, day: str, hour: str | None) -> None:
    chart.given(drug, chart.day(day), None, hour or "10:00")


@given(parsers.re(rf"the doses of {_DRUG} are"))
def doses(chart: Chart, drug: str, datatable: list[list[str]]) -> None:
    chart.forget(drug)
    for day, dose in datatable[1:]:
        chart.given(drug, chart.day(f"day {day}"), None if dose == "not recorded" else dose)


@given(parsers.re(f"the doses of {_DRUG} are as above"))
def doses_stay(chart: Chart, drug: str) -> None:
    assert any(one.name == drug for one in chart.entries)


@given(parsers.re(rf"the dose of {_DRUG} on (?P<day>{DAY}) is (?P<dose>.+)"))
def one_dose(chart: Chart, drug: str, day: str, dose: str) -> None:
    written = chart.day(day)
    chart.forget(drug, written)
    if dose in _ENDED:
        chart.given(drug, written, COURSE_DOSE, status=_ENDED[dose])
    elif dose != "not given":
        chart.given(drug, written, None if dose == "not recorded" else dose)


@given(parsers.re(f"{_PRODUCT} (?:are|is) transfused {_ON}"))
def transfused(chart: Chart, product: str, day: str, hour: str | None) -> None:
    chart.done(f"transfusion of {product}", PRODUCTS[product], chart.day(day), hour or "07:00")


@given(parsers.re(f"a stem cell transplant is done {_ON}"))
def transplanted(chart: Chart, day: str, hour: str | None) -> None:
    chart.done("transplant", TRANSPLANT, chart.day(day), hour)
