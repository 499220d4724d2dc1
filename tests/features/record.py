"""Steps that look at what Marrow writes back into the record."""

from datetime import date

from pytest_bdd import parsers, then

from tests.features.chart import DIAGNOSES, Chart
from tests.features.days import DAY
from tests.features.findings import SYSTEMS, Json
from tests.features.reading import Reading
from tests.features.words import CONCLUSIONS

_COURSES = {"active": "active", "in remission": "remission", "relapsed": "relapse"}
_SEVERE = ("Severe aplastic anaemia", "Very severe aplastic anaemia")
_STUDY = {"eligible": "eligible", "not eligible": "ineligible", "a candidate": "candidate"}


@then(parsers.re(r"the record shows the problem \"(?P<problem>[^\"]+)\""))
def shows_problem(reading: Reading, problem: str) -> None:
    (reading.shown,) = _problems(reading, problem)


@then(parsers.re(r"the record does not show the problem \"(?P<problem>[^\"]+)\""))
def shows_no_problem(reading: Reading, problem: str) -> None:
    assert not _problems(reading, problem)


@then("the record shows no severe aplastic anaemia")
def shows_no_severity(reading: Reading) -> None:
    assert not [one for problem in _SEVERE for one in _problems(reading, problem)]


@then(parsers.re(rf"its code says (?P<diagnosis>{'|'.join(DIAGNOSES)})"))
def has_code(reading: Reading, diagnosis: str) -> None:
    system, code = DIAGNOSES[diagnosis].split()
    assert (SYSTEMS[system], code) in [(one["system"], one["code"]) for one in reading.shown["code"]["coding"]]


@then(parsers.re(r"its codes read (?P<codes>\"[^\"]+\"(?: and \"[^\"]+\")*)"))
def codes_read(reading: Reading, codes: str) -> None:
    assert [one["display"] for one in reading.shown["code"]["coding"]] == codes.strip('"').split('" and "')


@then(parsers.re(r"its stage is coded as \"(?P<stage>[^\"]+)\" of \"(?P<kind>[^\"]+)\""))
def stage_coded(reading: Reading, stage: str, kind: str) -> None:
    (written,) = reading.shown["stage"]
    assert [one["display"] for one in written["summary"]["coding"]] == [stage]
    assert [one["display"] for one in written["type"]["coding"]] == [kind]


@then(parsers.re(r"it is coded as \"(?P<severity>[^\"]+)\""))
def severity_coded(reading: Reading, severity: str) -> None:
    assert [one["display"] for one in reading.shown["severity"]["coding"]] == [severity]


@then(parsers.re(r"its stage is \"(?P<stage>[^\"]+)\""))
def has_stage(reading: Reading, stage: str) -> None:
    assert [one["summary"]["text"] for one in reading.shown["stage"]] == [stage]


@then(parsers.re(f"the problem is (?P<course>{'|'.join(_COURSES)})"))
def has_course(reading: Reading, course: str) -> None:
    assert [one["code"] for one in reading.shown["clinicalStatus"]["coding"]] == [_COURSES[course]]


@then(parsers.re(rf"the problem is dated (?P<day>{DAY})"))
def has_onset(reading: Reading, chart: Chart, day: str) -> None:
    assert date.fromisoformat(reading.shown["onsetDateTime"]) == date.fromisoformat(chart.day(day))


@then(parsers.re(r"its text names \"(?P<words>[^\"]+)\""))
def names(reading: Reading, words: str) -> None:
    assert words in "\n".join(note["text"] for note in reading.shown["note"])


@then("it is marked as concluded by a machine")
def is_marked(reading: Reading) -> None:
    assert "AIAST" in [one["code"] for one in reading.shown["meta"]["security"]]


@then(parsers.re(rf"the record says that (?P<what>{'|'.join(CONCLUSIONS)}) cannot be concluded"))
def says_unknown(reading: Reading, what: str) -> None:
    observations = [one for one in reading.written if one["resourceType"] == "Observation"]
    (reading.shown,) = [one for one in observations if one["code"]["coding"][0]["code"] == CONCLUSIONS[what]]
    assert reading.shown["dataAbsentReason"]


@then(parsers.re(f"the study's record calls the child (?P<state>{'|'.join(_STUDY)})"))
def study_state(reading: Reading, state: str) -> None:
    (subject,) = [one for one in reading.written if one["resourceType"] == "ResearchSubject"]
    assert subject["status"] == _STUDY[state]


def _problems(reading: Reading, text: str) -> list[Json]:
    conditions = [one for one in reading.written if one["resourceType"] == "Condition"]
    return [one for one in conditions if text in _names(one["code"]) and _stands(one)]


def _names(code: Json) -> set[str]:
    return {code["text"], *(one["display"] for one in code["coding"])}


def _stands(condition: Json) -> bool:
    return condition["verificationStatus"]["coding"][0]["code"] not in ("refuted", "entered-in-error")
