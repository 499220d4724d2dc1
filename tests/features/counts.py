"""Steps that say what was measured and found: one result, or a table of them."""

from pytest_bdd import given, parsers

from tests.features.chart import Chart
from tests.features.days import DAY, HOUR, MORNING
from tests.features.findings import FINDING, FINDINGS, read_result

BEFORE_TREATMENT = "day -1"
_FINDING = f"(?P<finding>{FINDING})"
_DAY = rf"(?:on|in) (?P<day>{DAY})"

Table = list[list[str]]


@given("the results before treatment are")
def results_before_treatment(chart: Chart, datatable: Table) -> None:
    if len(datatable) == 2 and set(datatable[0]) <= set(FINDINGS):
        datatable = [list(pair) for pair in zip(*datatable, strict=True)]
    for finding, result in datatable:
        report(chart, finding, result, BEFORE_TREATMENT)


@given(parsers.re(f"the {_FINDING} (?:is|are) (?P<result>.+)"))
def result_before_treatment(chart: Chart, finding: str, result: str) -> None:
    report(chart, finding, result, BEFORE_TREATMENT)


@given(parsers.re(f"the {_FINDING} {_DAY} (?:is|are) (?P<result>.+)"))
def result_on_day(chart: Chart, finding: str, day: str, result: str) -> None:
    report(chart, finding, result, day)


@given(parsers.re(rf"the {_FINDING} {_DAY} at (?P<hour>{HOUR}|an hour not noted) (?:is|are) (?P<result>.+)"))
def result_at_hour(chart: Chart, finding: str, day: str, hour: str, result: str) -> None:
    found = read_result(finding, result)
    assert found is not None
    chart.found(finding, found, chart.day(day), hour if ":" in hour else None)


@given(parsers.re(rf"the {_FINDING} {_DAY} by (?P<method>biopsy|aspirate) (?:is|are) (?P<result>.+)"))
def result_by_method(chart: Chart, finding: str, day: str, method: str, result: str) -> None:
    found = read_result(finding, result)
    assert found is not None
    chart.found(finding, found, chart.day(day), method=method)


@given(parsers.re(f"the counts {_DAY} are"))
def counts_on_day(chart: Chart, day: str, datatable: Table) -> None:
    names, *rows = datatable
    for row in rows:
        for finding, result in zip(names, row, strict=True):
            report(chart, finding, result, day)


@given("the counts are")
def counts_by_day(chart: Chart, datatable: Table) -> None:
    (_, *names), *rows = datatable
    for day, *row in rows:
        for finding, result in zip(names, row, strict=True):
            report(chart, finding, result, day if day.startswith("day") or not day.lstrip("-").isdigit() else f"day {day}")


def report(chart: Chart, finding: str, result: str, day: str) -> None:
    """The one result of a finding on a day, instead of what was reported before; or that there is none."""
    written = chart.day(day)
    chart.forget(finding, written)
    found = read_result(finding, result)
    if found is not None:
        chart.found(finding, found, written, MORNING)
