"""Steps that read the trial's results: what the demonstration cohort comes to, as tables.json and survival.json have it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pytest_bdd import given, parsers, then, when

from marrow.review.rules_under_test import RulesUnderTest
from tests.features.chart import Chart
from tests.features.days import DAY, fhir_date
from tests.features.results_words import CATEGORIES, ENDPOINTS, GRADES, LINES, MEASURES, RESPONSES, THROUGH_TIME

ARMS = {"with cells": "MSC", "without cells": "control"}


def _one_of(name: str, words: Iterable[str]) -> str:
    return f"(?P<{name}>{'|'.join(re.escape(word) for word in words)})"


_ARM = _one_of("arm", ARMS)
_NUMBER = r"\d+(?:\.\d+)?"
_COUNT = r"(?P<count>\d+(?: \(\d+(?: %)?\))?)"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Computed:
    """What one run wrote, numbers as decimals."""

    tables: Mapping[str, Any]
    survival: Mapping[str, Any]
    children: Sequence[Row]

    def row(self, table: str, key: str, wanted: object) -> Row:
        """The one row of a table that is called so."""
        (row,) = [row for row in self.tables[table] if row[key] == wanted]
        return dict(row)

    def of(self, table: str, key: str, wanted: object, arm: str) -> Row:
        """That row's numbers of one arm."""
        return dict(self.row(table, key, wanted)["groups"][ARMS[arm]])

    def endpoint(self, name: str) -> Row:
        (row,) = [row for row in self.survival["endpoints"] if row["name"] == name]
        return dict(row)

    def curve(self, endpoint: str, arm: str) -> Row:
        (row,) = [row for row in self.endpoint(endpoint)["groups"] if row["name"] == ARMS[arm]]
        return dict(row)


def shows(number: Decimal | int | None, text: str) -> None:
    """Whether a number is the printed one at the precision of the print, halves up."""
    assert number is not None
    places = len(text.partition(".")[2])
    assert str(Decimal(number).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)) == text


def counts(row: Row, name: str, text: str) -> None:
    """Whether a count is the printed one: a number, or a number with its per cent, "1 (11)"."""
    number, _, percent = text.partition(" ")
    shows(row[name], number)
    if percent:
        shows(Decimal(row[name]) * 100 / row["n"], percent.strip("( %)"))


@given(parsers.re(rf"the records of the demonstration children up to (?P<day>{DAY})"), target_fixture="computed")
def computed(rules: RulesUnderTest, chart: Chart, day: str) -> Computed:
    """Of the children of the demonstration, under what the trial office set."""
    return Computed(**rules.results(date.fromisoformat(fhir_date(day, None)), chart.settings))


@when(parsers.re(rf"the results up to (?P<day>{DAY}) are computed with this child among them"), target_fixture="computed")
def computed_with(rules: RulesUnderTest, chart: Chart, day: str) -> Computed:
    """Of the children of the demonstration and the one that the scenario tells of."""
    return Computed(**rules.results(date.fromisoformat(fhir_date(day, None)), chart.settings, chart.bundle()))


@then(parsers.re(r"(?P<number>\d+) children are in the analysis, (?P<cells>\d+) with cells and (?P<none>\d+) without cells"))
def in_the_analysis(computed: Computed, number: str, cells: str, none: str) -> None:
    for endpoint in ENDPOINTS.values():
        sizes = [computed.curve(endpoint, arm)["n"] for arm in ARMS]
        assert sizes == [int(cells), int(none)]
        assert sum(sizes) == int(number)


# --- Table 1 ---


@then(parsers.re(rf"the {_one_of('item', MEASURES)} {_ARM}: (?P<median>{_NUMBER}) \((?P<low>{_NUMBER})-(?P<high>{_NUMBER})\)"))
def median_and_range(computed: Computed, item: str, arm: str, median: str, low: str, high: str) -> None:
    row = computed.of("baseline", "measure", MEASURES[item], arm)
    assert row["missing"] == 0
    for name, text in (("median", median), ("min", low), ("max", high)):
        shows(row[name], text)


@then(parsers.re(rf"the arms differ in {_one_of('item', [*MEASURES, 'sex', 'severity'])} with p = (?P<p>{_NUMBER})"))
def baseline_p(computed: Computed, item: str, p: str) -> None:
    shows(computed.row("baseline", "measure", MEASURES.get(item, item))["p"], p)


@then(parsers.re(rf"children who are {_one_of('category', CATEGORIES)} {_ARM}: {_COUNT}"))
def in_category(computed: Computed, category: str, arm: str, count: str) -> None:
    measure, name = CATEGORIES[category]
    counts(computed.of("baseline", "measure", measure, arm), name, count)


# --- Table 2 ---


@then(parsers.re(rf"(?P<event>.+) of {_one_of('grade', GRADES)} {_ARM}: {_COUNT}"))
def adverse_event(computed: Computed, event: str, grade: str, arm: str, count: str) -> None:
    row = computed.of("adverse_events", "event", event, arm)
    assert row["grade_unknown"] == 0
    counts(row, GRADES[grade], count)


@then(parsers.re(rf"(?P<event>.+) together with (?P<other>.+) of grade (?P<grade>\d) in girls {_ARM}: (?P<count>\d+)"))
def events_in_one_child(
    computed: Computed, rules: RulesUnderTest, event: str, other: str, grade: str, arm: str, count: str
) -> None:
    spec = rules.pack().statistics.adverse_events
    assert spec is not None
    worst = {row.name: row.measure for row in spec.rows}
    girls = [child for child in computed.children if child["arm"] == ARMS[arm] and child["sex"] == "female"]
    assert sum(child[worst[event]] >= 1 and child[worst[other]] == int(grade) for child in girls) == int(count)


@then(parsers.re(rf"no child {_ARM} has an event of grade 3 or more but (?P<events>.+)"))
def no_other_event(computed: Computed, events: str, arm: str) -> None:
    rows = {row["event"]: row["groups"][ARMS[arm]] for row in computed.tables["adverse_events"]}
    assert [name for name, row in rows.items() if row[GRADES["grade 3 or more"]] or row["grade_unknown"]] == events.split(" and ")


@then(parsers.re(r"toxicity is judged in (?P<number>\d+) children"))
def judged_in(computed: Computed, number: str) -> None:
    for row in computed.tables["adverse_events"]:
        assert sum(group["n"] for group in row["groups"].values()) == int(number)


# --- Response, counts and T cells ---


@then(parsers.re(rf"{_one_of('response', RESPONSES)} at day (?P<day>\d+) {_ARM}: {_COUNT}"))
def responded(computed: Computed, response: str, day: str, arm: str, count: str) -> None:
    counts(computed.of("response", "day", int(day), arm), RESPONSES[response], count)


@then(parsers.re(rf"the overall response rate at day (?P<day>\d+) {_ARM}: (?P<percent>\d+) %"))
def response_rate(computed: Computed, day: str, arm: str, percent: str) -> None:
    shows(computed.of("response", "day", int(day), arm)["overall_response_rate"] * 100, percent)


@then(parsers.re(rf"the arms differ in how {_one_of('item', THROUGH_TIME)} change with p = (?P<p>{_NUMBER})"))
def through_time(computed: Computed, item: str, p: str) -> None:
    row = computed.row("repeated_measures", "measure", THROUGH_TIME[item])
    assert list(row["n"].values()) == [9, 9]
    shows(row["p"], p)


# --- Long-term outcomes ---


@then(parsers.re(rf"the median follow-up is (?P<median>{_NUMBER}) months, from (?P<low>{_NUMBER}) to (?P<high>{_NUMBER})"))
def follow_up(computed: Computed, median: str, low: str, high: str) -> None:
    found = computed.survival["follow_up"]
    shows(found["median_months"], median)
    for number, text in zip(found["range_months"], (low, high), strict=True):
        shows(number, text)


@then(
    parsers.re(rf"{_one_of('endpoint', ENDPOINTS)} at (?P<years>\d+) years {_ARM}: (?P<share>{_NUMBER}) ± (?P<error>{_NUMBER}) %")
)
def survival(computed: Computed, endpoint: str, years: str, arm: str, share: str, error: str) -> None:
    curve = computed.curve(ENDPOINTS[endpoint], arm)
    (at,) = [one for one in curve["at"] if one["months"] == int(years) * 12]
    shows(at["survival"] * 100, share)
    shows(at["standard_error"] * 100, error)


@then(parsers.re(rf"{_one_of('endpoint', ENDPOINTS)} has (?P<number>\d+) events {_ARM}"))
def events(computed: Computed, endpoint: str, number: str, arm: str) -> None:
    assert computed.curve(ENDPOINTS[endpoint], arm)["events"] == int(number)


@then(parsers.re(rf"(?P<number>\d+) children {_ARM} are at risk for {_one_of('endpoint', ENDPOINTS)} at (?P<years>\d+) years"))
def at_risk(computed: Computed, number: str, arm: str, endpoint: str, years: str) -> None:
    (at,) = [one for one in computed.curve(ENDPOINTS[endpoint], arm)["at"] if one["months"] == int(years) * 12]
    assert at["at_risk"] == int(number)


@then(parsers.re(rf"a difference is called significant below (?P<p>{_NUMBER})"))
def significance(rules: RulesUnderTest, p: str) -> None:
    assert rules.pack().statistics.alpha == Decimal(p)


@then(parsers.re(rf"the analysis is of (?P<day>{DAY})"))
def analysed(rules: RulesUnderTest, day: str) -> None:
    pack = rules.pack()
    assert str(pack.parameters[pack.statistics.cutoff or ""].value) == fhir_date(day, None)


@then(parsers.re(rf"the arms differ in {_one_of('endpoint', ENDPOINTS)} with p = (?P<p>{_NUMBER})"))
def survival_p(computed: Computed, endpoint: str, p: str) -> None:
    shows(computed.endpoint(ENDPOINTS[endpoint])["comparison"]["p"], p)


@then(parsers.re(rf"{_one_of('line', LINES)} {_ARM}: {_COUNT}"))
def counted(computed: Computed, line: str, arm: str, count: str) -> None:
    row = computed.of("long_term", "outcome", LINES[line], arm)
    assert row["unknown"] == 0
    counts(row, "patients", count)


@then(parsers.re(rf"{_one_of('line', LINES)} in both arms: (?P<count>\d+)"))
def counted_together(computed: Computed, line: str, count: str) -> None:
    assert sum(computed.of("long_term", "outcome", LINES[line], arm)["patients"] for arm in ARMS) == int(count)


@then(parsers.re(rf"the death {_ARM} is after (?P<months>\d+) months"))
def month_of_death(computed: Computed, arm: str, months: str) -> None:
    row = computed.of("long_term", "outcome", "deaths", arm)
    shows(row["earliest"], months)
    shows(row["latest"], months)


@then(parsers.re(rf"the transplants {_ARM} are after (?P<first>\d+) to (?P<last>\d+) months"))
def months_of_transplants(computed: Computed, arm: str, first: str, last: str) -> None:
    row = computed.of("long_term", "outcome", "transplants", arm)
    shows(row["earliest"], first)
    shows(row["latest"], last)
