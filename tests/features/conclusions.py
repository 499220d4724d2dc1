"""Steps that apply the criteria and say what is concluded, on what, with which remarks, and what is missing."""

import re
from datetime import date

from pytest_bdd import parsers, then, when

from marrow.review.rules_under_test import RulesUnderTest
from tests.features.chart import Chart
from tests.features.days import DAY
from tests.features.findings import FINDING
from tests.features.reading import Reading, read
from tests.features.words import CLAUSES, CONCLUSIONS, MISSING, OUTCOMES, REMARKS, STATUSES, UNDECIDED

_CONCLUSION = "|".join(sorted(CONCLUSIONS, key=len, reverse=True))


@when("the criteria are applied", target_fixture="reading")
def applied(rules: RulesUnderTest, chart: Chart) -> Reading:
    return read(rules, chart, None)


@when(parsers.re(rf"the criteria are applied on (?P<day>{DAY})"), target_fixture="reading")
def applied_on(rules: RulesUnderTest, chart: Chart, day: str) -> Reading:
    return read(rules, chart, chart.day(day))


@then(parsers.re(rf"(?P<words>{_CONCLUSION}) (?:is|are) (?P<outcome>[^\"]+)"))
def concluded(reading: Reading, words: str, outcome: str) -> None:
    reading.current = CONCLUSIONS[words]
    assert reading[reading.current].outcome == _outcome(reading.current, outcome)


@then(parsers.re(r"it may still be (?P<outcomes>[^\"]+)"))
def still_open(reading: Reading, outcomes: str) -> None:
    expected = {_outcome(reading.current, one) for one in re.split(r", | or ", outcomes)}
    assert set(reading[reading.current].possible) == expected


@then(parsers.re(r"(?:what|all that) is missing (?:is|are) (?P<items>[^\"]+)"))
def missing(reading: Reading, items: str) -> None:
    expected = {MISSING[one] for one in re.split(r", | and ", items)}
    assert {name.partition("@")[0] for name in reading[reading.current].missing} == expected


@then(parsers.re(r"\"(?P<clause>[^\"]+)\" is (?P<status>met|not met|unknown)"))
def criterion(reading: Reading, clause: str, status: str) -> None:
    shown, name = CLAUSES[clause]
    reading.current = shown or reading.current
    truths = {known.partition("@")[0]: truth for known, truth in reading[reading.current].criteria}
    assert truths[name] is STATUSES[status]


@then("the criteria read")
def criteria_read(reading: Reading, datatable: list[list[str]]) -> None:
    for clause, status in datatable:
        criterion(reading, clause, status)


@then(parsers.re(r"at (?P<visit>day \d+|baseline) \"(?P<clause>[^\"]+)\" is (?P<status>met|not met|unknown)"))
def criterion_at(reading: Reading, visit: str, clause: str, status: str) -> None:
    kind = "treg" if CLAUSES[clause][1].startswith("treg") else "response"
    reading.current = f"{kind}.{visit.replace(' ', '_')}"
    criterion(reading, clause, status)


@then(parsers.re(rf"it is dated (?P<day>{DAY})"))
def dated(reading: Reading, chart: Chart, day: str) -> None:
    assert reading[reading.current].effective == date.fromisoformat(chart.day(day)).toordinal()


@then("it has no date")
def undated(reading: Reading) -> None:
    assert reading[reading.current].effective is None


@then(parsers.re(r"it is remarked that (?P<remark>[^\"]+)"))
def remarked(reading: Reading, remark: str) -> None:
    assert REMARKS[remark] in reading[reading.current].flags


@then(parsers.re(r"it is not remarked that (?P<remark>[^\"]+)"))
def not_remarked(reading: Reading, remark: str) -> None:
    assert REMARKS[remark] not in reading[reading.current].flags


@then("nothing is remarked")
def nothing_remarked(reading: Reading) -> None:
    assert reading[reading.current].flags == ()


@then(parsers.re(rf"it rests on the (?P<finding>{FINDING}|transplant) of (?P<day>{DAY})"))
def rests_on(reading: Reading, chart: Chart, finding: str, day: str) -> None:
    assert _cited(reading) & chart.references(finding, chart.day(day))


@then(parsers.re(rf"it does not rest on the (?P<finding>{FINDING}) of (?P<day>{DAY})"))
def does_not_rest_on(reading: Reading, chart: Chart, finding: str, day: str) -> None:
    references = chart.references(finding, chart.day(day))
    assert references
    assert not _cited(reading) & references


@then("a result is refused for its unit")
def refused(reading: Reading) -> None:
    assert any(one.code.startswith("unit-") for one in reading.intake.issues)


@then("a result is refused as implausible")
def implausible(reading: Reading) -> None:
    assert any(one.code == "implausible" for one in reading.intake.issues)


def _outcome(conclusion: str, words: str) -> str:
    return UNDECIDED.get(words) or OUTCOMES[conclusion][words]


def _cited(reading: Reading) -> set[str]:
    return {reference.partition("/_history")[0] for reference in reading[reading.current].evidence}
