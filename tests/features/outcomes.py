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


def _value(reading: Reading, measure: str) -> Interval | frozenset[str] | None:
    return reading.evaluated.snapshot[reading.pack.measures[measure].index].value


@then(parsers.re(r"(?P<kind>acute|chronic) graft-versus-host disease (?P<how>is counted|is not counted|may have to be counted)"))
def gvhd_counted(reading: Reading, kind: str, how: str) -> None:
    value = _value(reading, f"{kind}_gvhd")
    assert isinstance(value, Interval)
    expected = {"is counted": True, "is not counted": False, "may have to be counted": None}
    assert value.at_least(Decimal(1)) is expected[how]


@then(parsers.re(r"the child (?P<how>is|is not|may be) counted as free of chronic graft-versus-host disease"))
def free_of_gvhd(reading: Reading, how: str) -> None:
    value = _value(reading, "free_of_chronic_gvhd")
    assert isinstance(value, Interval)
    assert value.at_least(Decimal(1)) is {"is": True, "is not": False, "may be": None}[how]


@then(parsers.re(rf"the (?P<finding>{'|'.join(_ANSWERED)}) that counts is (?P<answer>.+)"))
def answer_counted(reading: Reading, finding: str, answer: str) -> None:
    assert _value(reading, _ANSWERED[finding]) == (None if answer in NOTHING else frozenset({_CODES[answer]}))


@then(parsers.re(r"the worst grade of the (?P<organ>gut|skin|eye) is (?P<grade>\d|not known)"))
def worst_grade(reading: Reading, organ: str, grade: str) -> None:
    value = _value(reading, f"acute_gvhd_{organ}@since_transplant")
    assert value == (None if grade in NOTHING else Interval.exactly(Decimal(grade)))
