"""Steps of toxic events and of limits by age: what is computed on the way, before anything is concluded."""

from decimal import Decimal

from pytest_bdd import given, parsers, then

from engine.interval import Interval
from tests.features.chart import Chart
from tests.features.codes import event, rows_of
from tests.features.days import DAY
from tests.features.reading import Reading

_EVENT = '"(?P<words>[^"]+)"'


@given(parsers.re(rf"{_EVENT} of grade (?P<grade>\d) on (?P<day>{DAY})"))
def happened(chart: Chart, words: str, grade: str, day: str) -> None:
    (row, *_) = rows_of("code", words)
    chart.add(words, chart.day(day), {"resourceType": "AdverseEvent", **event(row, grade, chart.day(day))})


@then(parsers.re(rf"the worst {_EVENT} that counts is of grade (?P<grade>\d)"))
def worst(reading: Reading, words: str, grade: str) -> None:
    (row, *_) = rows_of("code", words)
    measure = reading.pack.measures[row.concept.replace("ae_", "worst_")]
    assert reading.evaluated.snapshot[measure.index].value == Interval.exactly(Decimal(grade))


@then(parsers.re(r"the lowest normal haemoglobin on day 40 is (?P<lowest>not known|\d+)"))
def lowest_haemoglobin(reading: Reading, lowest: str) -> None:
    value = reading.evaluated.snapshot[reading.pack.measures["hgb_limit@day_40"].index].value
    assert value == (None if lowest == "not known" else Interval.exactly(Decimal(lowest)))
