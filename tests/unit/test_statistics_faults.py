"""What is wrong with the statistics of a pack, or with the numbers that its source prints, is said in one line."""

import pytest

from engine.pack.check import check
from engine.pack.load import load
from engine.pack.parse import PackError
from tests.sound_pack import SOUND

STATISTICS = """\
measures:
  visit_day: {label: day of the first visit, unit: d, source: [S1], days: {since: first_visit, until: first_visit}}
  visits: {label: visits, unit: "1", source: [S1], worst: {concepts: [ferritin], within: {anchor: first_visit, days: [0, 9]}}}
statistics:
  groups: {conclusion: iron, outcomes: [low, normal]}
  start: visit_day
  population: {choose: iron.reading, options: {strict: [], lenient: [{conclusion: iron, outcomes: [low]}]}}
  endpoints:
    - name: OS
      label: overall survival
      source: [S1]
      start: visit_day
      events: [{event: low, label: low iron, conclusion: iron, outcomes: [low]}]
      last_contact: visit_day
      at: [12, iron.low]
  follow_up: {endpoint: OS, method: simple}
  baseline:
    numbers: welch
    counts: fisher_exact
    rows:
      - {name: ferritin, measure: ferritin@baseline}
      - {name: sex, measure: sex, categories: {male: boys, female: girls}}
      - {name: iron, conclusion: iron, categories: {low: low iron}}
  adverse_events:
    bands: {mild: [1, 2], grave: [3, 5]}
    rows: [{name: Visits, measure: visits}]
  response: {responders: [low], assessments: [{day: 42, conclusion: iron}]}
  repeated_measures:
    - name: course
      label: course
      days: [0, 42]
      rows: [{name: iron, label: iron, measures: [ferritin@baseline, ratio@baseline]}]
  long_term:
    - {name: low_iron, label: low iron, conclusion: iron, outcomes: [low], after: visit_day}
    - {name: girls, label: girls, of: low_iron, measure: sex, codes: [female]}
    - {name: visited, label: visited, measure: visits, at_least: 1}
printed:
  median: {place: Table 1, label: median, source: [S1], values: {low: "4"}, of: "baseline[ferritin].median"}
  drawn: {place: Figure 1, label: course, source: [S1], cannot: the figure prints no numbers}
"""
FILE = "study.yaml"
WAYS = "either `conclusion` and `outcomes`, or `measure` with one of `codes` and `at_least`"


def files(old: str = "", new: str = "") -> dict[str, str]:
    """The sound pack with statistics, in which one text is replaced by another."""
    assert not old or STATISTICS.count(old) == 1, "the text to replace stands there once"
    return SOUND | {FILE: STATISTICS.replace(old, new) if old else STATISTICS}


def complaint(old: str, new: str) -> list[str]:
    with pytest.raises(PackError) as raised:
        load(files(old, new))
    return str(raised.value).splitlines()


CHANGES = {
    # --- names ---
    "an unknown part": ("  follow_up:", "  folow_up:", 16, "folow_up",
        "`statistics.folow_up` is not expected here; did you mean `follow_up`?"),
    "an unknown field": (
        "conclusion: iron, outcomes: [low]}]\n", "conclusion: iron, outcomes: [low], competting: true}]\n", 13, "endpoints",
        "`statistics.endpoints[0].events[0].competting` is not expected here; did you mean `competing`?",
    ),
    "groups of an unknown conclusion": (
        "groups: {conclusion: iron", "groups: {conclusion: irn", 5, "groups",
        "there is no conclusion `irn`; did you mean `iron`?",
    ),
    "a group that is no outcome": (
        "[low, normal]", "[low, nrmal]", 5, "groups", "`iron` has no outcome `nrmal`; did you mean `normal`?",
    ),
    "a label of no group": (
        "[low, normal]", "[low, normal], labels: {lw: little iron}", 5, "groups",
        "there is no outcome `lw` to label here; did you mean `low`?",
    ),
    "a label of no grade": (
        "responders: [low]", "responders: [low], labels: {lw: little iron}", 27, "response",
        "there is no outcome `lw` to label here; did you mean `low`?",
    ),
    "no groups": ("[low, normal]", "[]", 5, "groups", "`statistics.groups.outcomes`: expected at least 1"),
    "an event of an unknown conclusion": (
        "low iron, conclusion: iron, outcomes: [low]}]\n", "low iron, conclusion: irn, outcomes: [low]}]\n", 13, "endpoints",
        "there is no conclusion `irn`; did you mean `iron`?",
    ),
    "an event of an unknown outcome": (
        "low iron, conclusion: iron, outcomes: [low]}]\n", "low iron, conclusion: iron, outcomes: [lo]}]\n", 13, "endpoints",
        "`iron` has no outcome `lo`; did you mean `low`?",
    ),
    "an unknown start": (
        "  start: visit_day\n  population", "  start: visit_dy\n  population", 6, "start",
        "there is no measure `visit_dy`; did you mean `visit_day`?",
    ),
    "an unknown last contact": (
        "last_contact: visit_day", "last_contact: visit_dy", 14, "endpoints",
        "there is no measure `visit_dy`; did you mean `visit_day`?",
    ),
    "a measure without its window": (
        "measure: ferritin@baseline}", "measure: ferritin}", 21, "baseline",
        "`ferritin` is not a measure; expected ferritin@baseline",
    ),
    "a window of nobody": (
        "measure: ferritin@baseline}", "measure: ferritin@here}", 21, "baseline",
        "`ferritin@here` stands for the window of whoever asks, and the statistics have none",
    ),
    "an unknown endpoint to follow": (
        "endpoint: OS", "endpoint: OSS", 16, "follow_up", "there is no endpoint `OSS`; did you mean `OS`?",
    ),
    "an unknown responder": (
        "responders: [low]", "responders: [lo]", 27, "response", "no assessment has an outcome `lo`; did you mean `low`?",
    ),
    "an unknown line": (
        "of: low_iron", "of: low_irn", 35, "long_term", "there is no line `low_irn` above `girls`; did you mean `low_iron`?",
    ),
    "a line that stands below": (
        "of: low_iron", "of: visited", 35, "long_term", "there is no line `visited` above `girls`",
    ),
    "a line of itself": ("of: low_iron", "of: girls", 35, "long_term", "there is no line `girls` above `girls`"),
    "a category that is no outcome": (
        "categories: {low: low iron}", "categories: {lw: low iron}", 23, "baseline",
        "`iron` has no outcome `lw`; did you mean `low`?",
    ),
    "a category that is no code": (
        "female: girls", "femal: girls", 22, "baseline",
        "`sex` is never `femal`; expected female, male; did you mean `female`?",
    ),
    "a line of what is no code": (
        "codes: [female]", "codes: [femal]", 35, "long_term",
        "`sex` is never `femal`; expected female, male; did you mean `female`?",
    ),
    # --- parameters ---
    "an unknown parameter as a number": (
        "at: [12, iron.low]", "at: [12, iron.lw]", 15, "endpoints", "there is no parameter `iron.lw`; did you mean `iron.low`?",
    ),
    "a parameter that is no number": (
        "at: [12, iron.low]", "at: [12, iron.reading]", 15, "endpoints",
        "`iron.reading` is of type choice; expected the name of a number parameter",
    ),
    "an unknown parameter to choose by": (
        "choose: iron.reading, options: {strict: []", "choose: iron.readng, options: {strict: []", 7, "population",
        "there is no parameter `iron.readng` to choose by; did you mean `iron.reading`?",
    ),
    # --- what cannot be ---
    "more days than measures": (
        "days: [0, 42]", "days: [0, 42, 90]", 32, "repeated_measures", "`iron` needs a measure for each of the 3 days",
    ),
    "one day": ("days: [0, 42]", "days: [0]", 31, "repeated_measures",
        "`statistics.repeated_measures[0].days`: expected at least 2"),
    "half a day": ("days: [0, 42]", "days: [0, 0.5]", 29, "repeated_measures", "`course` needs whole days"),
    "half a day of response": ("day: 42", "day: 42.5", 27, "response", "`iron` needs a whole day"),
    "a month without days": (
        "  follow_up:", "  month_days: 0\n  follow_up:", 16, "month_days", "a month needs more than 0 days",
    ),
    "months before the start": (
        "at: [12, iron.low]", "at: [-12, iron.low]", 9, "endpoints", "`OS` is read at months before its start",
    ),
    "a code where a number is needed": (
        "measure: ferritin@baseline}", "measure: sex}", 21, "baseline", "`sex` is a code, not a number",
    ),
    "a number where a code is needed": (
        "measure: ferritin@baseline}", "measure: ferritin@baseline, categories: {a: b}}", 21, "baseline",
        "`ferritin@baseline` is a number, not a code",
    ),
    "a grade that is a code": ("measure: visits}]", "measure: sex}]", 26, "adverse_events", "`sex` is a code, not a number"),
    "a time that is a code": ("after: visit_day", "after: sex", 34, "long_term", "`sex` is a code, not a number"),
    "a row of two origins": (
        "name: sex, measure: sex,", "name: sex, conclusion: iron, measure: sex,", 22, "baseline",
        "`statistics.baseline.rows[1]`: exactly one of `measure` and `conclusion`",
    ),
    "a line of a conclusion and a measure": (
        "of: low_iron, measure: sex", "of: low_iron, conclusion: iron, measure: sex", 35, "long_term",
        f"`statistics.long_term[1]`: {WAYS}",
    ),
    "a line of a conclusion with codes": (
        "outcomes: [low], after", "outcomes: [low], codes: [a], after", 34, "long_term", f"`statistics.long_term[0]`: {WAYS}",
    ),
    "a line of a measure that says nothing of it": (
        "measure: visits, at_least: 1", "measure: visits", 36, "long_term", f"`statistics.long_term[2]`: {WAYS}",
    ),
    # --- what results are found by ---
    "a group that stands twice": ("[low, normal]", "[low, low]", 5, "groups", "the group `low` stands here twice"),
    "a line that stands twice": ("name: girls", "name: low_iron", 34, "long_term", "the line `low_iron` stands here twice"),
    "a row that stands twice": ("{name: sex,", "{name: ferritin,", 21, "baseline", "the row `ferritin` stands here twice"),
    "a band with a name that is taken": (
        "mild: [1, 2]", "n: [1, 2]", 25, "adverse_events",
        "`n` is what tables.json calls a number of its own; give it another name",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "part", "said"), CHANGES.values(), ids=CHANGES)
def test_one_fault_is_one_line(old: str, new: str, line: int, part: str, said: str) -> None:
    assert complaint(old, new) == [f"{FILE}:{line}: statistics.{part}: {said}"]


PRINTED = {
    "an unknown table": ("baseline[ferritin]", "basline[ferritin]", "the results have no `basline`; did you mean `baseline`?"),
    "an unknown row": ("baseline[ferritin]", "baseline[feritin]", "`baseline` has no row `feritin`; did you mean `ferritin`?"),
    "an unknown group": ('values: {low: "4"}', 'values: {lw: "4"}', "there is no group `lw`; did you mean `low`?"),
    "an unknown field": (
        'of: "baseline', 'as: total, shown: 1, of: "baseline', "`shown` is not expected here",
    ),
    "a number and numbers": ('values: {low: "4"}', 'value: "4", values: {low: "4"}', "either `value` or `values`"),
    "no number": ('values: {low: "4"}, ', "", "`value` or `values` is needed"),
    "digits that are no text": ('values: {low: "4"}', "values: {low: 4}",
        "`values.low`: expected a text (in quotes where it looks like a number)"),
    "a place and a reason why there is none": ('of: "baseline', 'cannot: nothing, of: "baseline',
        "exactly one of `of` and `cannot`"),
    "a total for each group": ('of: "baseline', 'as: total, of: "baseline', "a total is one number: `value`"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), PRINTED.values(), ids=PRINTED)
def test_one_fault_of_what_is_printed_is_one_line(old: str, new: str, said: str) -> None:
    assert complaint(old, new) == [f"{FILE}:38: printed.median: {said}"]


def test_the_statistics_are_sound() -> None:
    assert load(files()).statistics.follow_up is not None


def test_a_broken_conclusion_is_told_once() -> None:
    broken = {name: text.replace("    label: iron\n", "") for name, text in files().items()}
    with pytest.raises(PackError) as raised:
        load(broken)
    assert str(raised.value).splitlines() == ["rules.yaml:36: conclusions.iron: `label` is missing"]


def test_broken_statistics_do_not_blame_what_is_printed() -> None:
    (said,) = complaint("numbers: welch", "numbers: welsh")
    assert said.startswith(f"{FILE}:18: statistics.baseline: `statistics.baseline.numbers`: expected student_pooled, welch")


def doubts(old: str = "", new: str = "") -> list[str]:
    """What `marrow rules check` doubts of usage."""
    return [str(fault) for fault in check(files(old, new)) if "nothing asks" in fault.message]


def test_what_only_the_statistics_use_is_used() -> None:
    told = "\n".join(doubts())
    assert "iron.low" not in told and "iron.reading" not in told
    assert "visit_day" not in told and "measures.visits" not in told and "measures.ratio" not in told


def test_a_measure_that_the_statistics_stop_asking_for_is_doubted() -> None:
    assert doubts("measure: visits}]", "measure: visit_day}]") == doubts()
    gone = doubts(", measure: visits, at_least: 1}", ", measure: visit_day, at_least: 1}")
    assert gone == doubts()  # the adverse events still ask for it
    without = STATISTICS.replace("measure: visits", "measure: visit_day")
    told = [str(fault) for fault in check(SOUND | {FILE: without})]
    assert f"{FILE}:3: measures.visits: nothing asks for this" in told
