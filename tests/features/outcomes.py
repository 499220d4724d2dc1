"""Steps of what becomes of a child after the treatment, as the statistics count it: nothing is concluded of these."""

from decimal import Decimal

from pytest_bdd import parsers, then

from engine.interval import Interval
from tests.features.findings import NOTHING
from tests.features.reading import Reading

_CODES = {
    "an infection": "infection",
    "a bleeding in the head": "haemorrhage",
    "a half-matched relative": "haploidentical_family",
    "an unrelated donor": "matched_unrelated",
}
_ANSWERED = {"cause of death": "cause_of_death@since_treatment", "donor of the transplant": "transplant_donor@since_treatment"}

_COUNTED = {"is counted": True, "is not counted": False, "may have to be counted": None}
_HOW = f"(?P<how>{'|'.join(_COUNTED)})"


def _value(reading: Reading, measure: str) -> Interval | frozenset[str] | None:
    return reading.evaluated.snapshot[reading.pack.measures[measure].index].value


def _at_least_one(reading: Reading, measure: str) -> bool | None:
    value = _value(reading, measure)
    assert isinstance(value, Interval)
    return value.at_least(Decimal(1))


@then(parsers.re(rf"(?P<kind>acute|chronic) graft-versus-host disease {_HOW}"))
def gvhd_counted(reading: Reading, kind: str, how: str) -> None:
    assert _at_least_one(reading, f"{kind}_gvhd") is _COUNTED[how]


@then(parsers.re(rf"a transplant {_HOW}"))
def transplant_counted(reading: Reading, how: str) -> None:
    assert _at_least_one(reading, "transplants") is _COUNTED[how]


@then(parsers.re(r"it came (?P<days>\d+) days after day 0"))
def transplant_day(reading: Reading, days: str) -> None:
    assert _value(reading, "days_to_transplant") == Interval.exactly(Decimal(days))


@then(parsers.re(rf"being free of chronic graft-versus-host disease {_HOW}"))
def free_of_gvhd(reading: Reading, how: str) -> None:
    assert _at_least_one(reading, "free_of_chronic_gvhd") is _COUNTED[how]


@then(parsers.re(rf"the (?P<finding>{'|'.join(_ANSWERED)}) that counts is (?P<answer>.+)"))
def answer_counted(reading: Reading, finding: str, answer: str) -> None:
    assert _value(reading, _ANSWERED[finding]) == (None if answer in NOTHING else frozenset({_CODES[answer]}))


@then(parsers.re(r"the mature lymphocytes in the marrow that count are (?P<number>\d+|not known)"))
def lymphocytes(reading: Reading, number: str) -> None:
    value = _value(reading, "marrow_lymphocytes@baseline")
    assert value == (None if number in NOTHING else Interval.exactly(Decimal(number)))


@then(parsers.re(r"the worst grade of the (?P<organ>gut|skin|eye) is (?P<grade>\d|not known)"))
def worst_grade(reading: Reading, organ: str, grade: str) -> None:
    value = _value(reading, f"acute_gvhd_{organ}@since_transplant")
    assert value == (None if grade in NOTHING else Interval.exactly(Decimal(grade)))
