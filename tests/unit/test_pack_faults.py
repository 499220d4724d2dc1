"""What is wrong with a pack is said all at once: file, line, rule, what was expected, and the nearest known name."""

from collections.abc import Mapping

import pytest

from engine.pack.load import load
from engine.pack.parse import PackError
from tests.sound_pack import FEMALE, SOUND, STRICT, with_change


def complaint(files: Mapping[str, str], overrides: Mapping[str, str] | None = None) -> list[str]:
    """What loading says, line by line."""
    with pytest.raises(PackError) as raised:
        load(files, overrides)
    return str(raised.value).splitlines()


def test_the_sound_pack_is_sound() -> None:
    assert list(load(SOUND).conclusions) == ["iron"]


CHANGES = {
    # --- names ---
    "an unknown key": (
        "state: sex",
        "stat: sex",
        "rules.yaml:22: measures.sex: `stat` is not expected here; did you mean `state`?",
    ),
    "an unknown key deep inside a choice": (
        STRICT,
        "strict:\n          all:\n            - iron_low@baseline\n            - {measure: ferritin@here, belw: iron.low}",
        "rules.yaml:35: criteria.iron_low: `when.all[1].belw` is not expected here; did you mean `below`?",
    ),
    "an unknown section": (
        "conclusions:",
        "conclusion:",
        "rules.yaml:35: there is no section `conclusion`; did you mean `conclusions`?",
    ),
    "an unknown measure": (
        STRICT,
        "strict: {measure: ferritn@here, below: iron.low}",
        "rules.yaml:32: criteria.iron_low: there is no measure `ferritn`; did you mean `ferritin`?",
    ),
    "a measure in a window it is not read in": (
        STRICT,
        "strict: {measure: ferritin@day_9, below: iron.low}",
        "rules.yaml:32: criteria.iron_low: `ferritin@day_9` is not a measure; expected ferritin@baseline",
    ),
    "an unknown measure in a formula": (
        "formula: ferritin@here / iron.low",
        "formula: ferritn@here / iron.low",
        "rules.yaml:23: measures.ratio: there is no measure `ferritn`; did you mean `ferritin`?",
    ),
    "an unknown criterion": (
        "when: iron_low@here}",
        "when: iron_lo@here}",
        "rules.yaml:42: conclusions.iron: there is no criterion `iron_lo`; did you mean `iron_low`?",
    ),
    "an unknown parameter as a limit": (
        STRICT,
        "strict: {measure: ferritin@here, below: iron.lw}",
        "rules.yaml:32: criteria.iron_low: there is no parameter `iron.lw`; did you mean `iron.low`?",
    ),
    "an unknown parameter in a formula": (
        "formula: ferritin@here / iron.low",
        "formula: ferritin@here / iron.lw",
        "rules.yaml:23: measures.ratio: there is no parameter `iron.lw`; did you mean `iron.low`?",
    ),
    "an unknown parameter of a window": (
        "days: iron.span",
        "days: iron.spam",
        "rules.yaml:19: windows.baseline: there is no parameter `iron.spam`; did you mean `iron.span`?",
    ),
    "an unknown concept": (
        "select: {concept: ferritin}",
        "select: {concept: feritin}",
        "rules.yaml:21: measures.ferritin: there is no concept `feritin`; did you mean `ferritin`?",
    ),
    "an unknown anchor": (
        "anchor: first_visit",
        "anchor: firs_visit",
        "rules.yaml:19: windows.baseline: there is no anchor `firs_visit`; did you mean `first_visit`?",
    ),
    "an unknown window": (
        "source: [S1], formula",
        "source: [S1], select: {concept: ferritin, flag_after: {concepts: [visit], days: 1, flag: x, windows: [base]}}} #",
        "rules.yaml:23: measures.ratio: there is no window `base`; did you mean `baseline`?",
    ),
    "an unknown code system": (
        '[{system: loinc, codes: ["2276-4"]}]',
        '[{system: loink, codes: ["2276-4"]}]',
        "rules.yaml:7: concepts.ferritin: there is no code system `loink`; did you mean `loinc`?",
    ),
    "an unknown table": (
        "table: norms",
        "table: norm",
        "rules.yaml:24: measures.norm: there is no table `norm`; did you mean `norms`?",
    ),
    "a table without its file": (
        "norms: norms.csv",
        "norms: norm.csv",
        "rules.yaml:2: tables.norms: there is no file norm.csv; did you mean `norms.csv`?",
    ),
    "a name in capitals": (
        "\n  norm: {",
        "\n  Norm: {",
        "rules.yaml:24: measures.Norm: expected a name in small letters, digits and _",
    ),
    "a name that stands twice in a file": (
        "\n  norm: {",
        "\n  sex: {",
        "rules.yaml:24: measures: `sex` stands here twice",
    ),
    # --- shapes ---
    "a missing key": ("    label: iron\n", "", "rules.yaml:36: conclusions.iron: `label` is missing"),
    "a wrong type": (
        "label: low iron",
        "label: 5",
        "rules.yaml:27: criteria.iron_low: `label`: expected a text (in quotes where it looks like a number)",
    ),
    "a word that is none of several": (
        "pick: nearest",
        "pick: neares",
        "rules.yaml:19: windows.baseline: `pick`: expected last, first, nearest, lowest, highest; did you mean `nearest`?",
    ),
    "one number where two are needed": (
        "days: iron.span",
        "days: [-7]",
        "rules.yaml:19: windows.baseline: `days`: expected two values or a text",
    ),
    "a list that holds nothing": (FEMALE, "when: {all: []}", "rules.yaml:34: criteria.female: `when.all`: expected at least 1"),
    "a measure without a way to compute it": (
        "source: [S1], state: sex",
        "source: [S1]",
        (
            "rules.yaml:22: measures.sex: exactly one of select, count, worst, daily, doses, days, age, formula, lookup, "
            "state, earliest, outcome_day, scan, panel_day, marked; found none"
        ),
    ),
    "two tests in one": (
        STRICT,
        "strict: {measure: ferritin@here, below: iron.low, above: iron.low}",
        "rules.yaml:32: criteria.iron_low: `when`: exactly one of below, at_most, above, at_least, between, equals, is, known",
    ),
    "an outcome in the middle that always holds": (
        "label: low, when: iron_low@here}",
        "label: low}",
        "rules.yaml:36: conclusions.iron: every outcome but the last needs `when`, the last holds otherwise",
    ),
    "a code system without addresses": (
        'loinc: ["http://loinc.org"]',
        "loinc: http://loinc.org",
        "rules.yaml:1: systems.loinc: `systems.loinc`: expected a list",
    ),
    "a version that is a number": (
        "version: 1.0.0",
        "version: 1.0",
        "pack.yaml:2: `version`: expected a text (in quotes where it looks like a number)",
    ),
    "a manifest without a name": ("name: sound\n", "", "pack.yaml:1: `name` is missing"),
    "what is not YAML": (
        "label: low iron",
        "label: low: iron",
        "rules.yaml:27: this is not YAML: mapping values are not allowed in this context",
    ),
    "a table with other columns": (
        "from,to,sex,limit",
        "from,to,limit",
        "norms.csv:1: expected the columns from, to, sex, limit",
    ),
    "a table with an age that is none": (
        "0 d,18 a",
        "0 d,18 y",
        'norms.csv:2: expected an age as in "6 mo" (d, mo, a), a sex or nothing, and a number',
    ),
    # --- meanings ---
    "a limit in another unit": (
        STRICT,
        "strict: {measure: ferritin@here, below: 30 g/L}",
        "rules.yaml:32: criteria.iron_low: `ferritin@baseline` is in ug/L, its limit 30 g/L is not",
    ),
    "a limit without a unit": (
        STRICT,
        "strict: {measure: ferritin@here, below: 30}",
        "rules.yaml:32: criteria.iron_low: `ferritin@baseline` is in ug/L, its limit 30 has no unit",
    ),
    "a limit for what is a code": (
        FEMALE,
        "when: {measure: sex, below: 3}",
        "rules.yaml:34: criteria.female: `sex` is a code, not a number: test it with `is`",
    ),
    "a code for what is a number": (
        STRICT,
        "strict: {measure: ferritin@here, is: low}",
        "rules.yaml:32: criteria.iron_low: `ferritin@baseline` is a number in ug/L: compare it, `is` tests codes",
    ),
    "a code that a measure never is": (
        FEMALE,
        "when: {measure: sex, is: femal}",
        "rules.yaml:34: criteria.female: `sex` is never `femal`; expected female, male; did you mean `female`?",
    ),
    "a criterion that needs itself": (
        FEMALE,
        "when: {not: female}",
        "rules.yaml:34: criteria.female: this needs itself: female -> female",
    ),
    "a measure that needs itself": (
        "formula: ferritin@here / iron.low",
        "formula: ratio@here + 1",
        "rules.yaml:23: measures.ratio: this needs itself: ratio@baseline -> ratio@baseline",
    ),
    "an anchor that is made of itself": (
        "first_visit: {label: first visit, first: [visit]}",
        "first_visit: {label: first visit, earliest: [birth, first_visit]}",
        "rules.yaml:16: anchors.first_visit: this needs itself: first_visit -> first_visit",
    ),
    "more of a list than it holds": (
        FEMALE,
        "when: {at_least: 3, of: [{measure: sex, is: female}, {measure: sex, is: male}]}",
        "rules.yaml:34: criteria.female: `at_least` needs a whole number from 1 to 2; found 3",
    ),
    "here where there is no window": (
        FEMALE,
        "when: iron_low@here",
        "rules.yaml:34: criteria.female: `iron_low@here` stands for the window of whoever asks, and the one who asks has none",
    ),
    "what is no formula": (
        "formula: ferritin@here / iron.low",
        "formula: ferritin@here ** 2",
        (
            "rules.yaml:23: measures.ratio: a formula has + - * / ( ), names, numbers, upper_limit(x) and lower_limit(x); "
            "found `ferritin@here ** 2`"
        ),
    ),
    "a mark that nothing carries": (
        "select: {concept: ferritin}",
        "select: {concept: ferritin, prefer: biopsy}",
        "rules.yaml:21: measures.ferritin: there is no mark `biopsy` here",
    ),
    "an answer that a concept never has": (
        "formula: ferritin@here / iron.low",
        "count: {concepts: [sex], answers: [femal], world: closed}",
        "rules.yaml:23: measures.ratio: there is no answer `femal` here; expected female, male; did you mean `female`?",
    ),
    "an outcome that is never drawn": (
        "formula: ferritin@here / iron.low",
        "outcome_day: {conclusions: [iron], outcomes: [lo], since: first_visit}",
        "rules.yaml:23: measures.ratio: there is no outcome `lo` here; expected low, normal; did you mean `low`?",
    ),
    "a derivation by what is no flag": (
        "quantity: {unit: ug/L, plausible: [0, 9000]}",
        "quantity: {unit: ug/L, plausible: [0, 9000]}\n    derive: [{at_most: sex, when: iron.low, source: s}]",
        "rules.yaml:9: concepts.ferritin: `iron.low` is of type number; expected the name of a flag parameter",
    ),
    "a derivation from a concept that is not there": (
        "quantity: {unit: ug/L, plausible: [0, 9000]}",
        "quantity: {unit: ug/L, plausible: [0, 9000]}\n    derive: [{formula: iron * 2, source: s}]",
        "rules.yaml:9: concepts.ferritin: there is no concept `iron`",
    ),
    "a reading of ranges that is none": (
        "select: {concept: ferritin}",
        "select: {concept: ferritin, range_as: iron.reading}",
        "rules.yaml:21: measures.ferritin: `iron.reading` has other options than interval, lower, mid, upper",
    ),
    # --- parameters ---
    "a default out of range": (
        "default: 30,",
        "default: 900,",
        "parameters.yaml:2: parameters.iron.low: `default`: expected a number from 0 to 500 in ug/L; found 900",
    ),
    "a default that is no number": (
        "default: 30,",
        "default: many,",
        "parameters.yaml:2: parameters.iron.low: `default`: expected a number in ug/L; found many",
    ),
    "a default that is no option": (
        "default: strict",
        "default: strikt",
        (
            "parameters.yaml:5: parameters.iron.reading: `default`: expected one of strict, lenient; "
            "found strikt; did you mean `strict`?"
        ),
    ),
    "options of what is no choice": (
        "default: true, type: flag,",
        "default: true, type: flag, options: [a],",
        "parameters.yaml:11: parameters.iron.known: `options` belongs to the types choice and choices, and only to them",
    ),
    "a range parameter that is none": (
        "days: iron.span",
        "days: iron.low",
        "rules.yaml:19: windows.baseline: `iron.low` is of type number; expected the name of a range parameter",
    ),
    "a date where a number is needed": (
        "days: iron.span",
        "days: [iron.since, 7]",
        "rules.yaml:19: windows.baseline: `iron.since` is of type date; expected the name of a number parameter",
    ),
    "a setting that a parameter never has": (
        FEMALE,
        "when: {parameter: iron.reading, is: strikt}",
        "rules.yaml:34: criteria.female: `iron.reading` is never `strikt`; expected strict, lenient; did you mean `strict`?",
    ),
    "a list asked as if it were one": (
        FEMALE,
        "when: {parameter: iron.tests, is: blood}",
        "rules.yaml:34: criteria.female: `iron.tests` is of type choices: ask it with `includes`",
    ),
    # --- choices ---
    "a choice by an unknown parameter": (
        "choose: iron.reading",
        "choose: iron.readin",
        "rules.yaml:30: criteria.iron_low: there is no parameter `iron.readin` to choose by; did you mean `iron.reading`?",
    ),
    "a choice by what cannot choose": (
        "choose: iron.reading",
        "choose: iron.low",
        "rules.yaml:30: criteria.iron_low: only a flag or a choice can choose; `iron.low` is of type number",
    ),
    "a choice without an option": (
        "        lenient: {measure: ferritin@here, below: 40 ug/L}\n",
        "",
        "rules.yaml:31: criteria.iron_low: `options` lacks lenient of `iron.reading`",
    ),
}


@pytest.mark.parametrize(("old", "new", "said"), CHANGES.values(), ids=CHANGES)
def test_one_fault_is_one_line(old: str, new: str, said: str) -> None:
    assert complaint(with_change(old, new)) == [said]


def test_a_wrong_option_says_what_is_lacking_and_what_is_too_much() -> None:
    assert complaint(with_change("        lenient: {", "        lenien: {")) == [
        "rules.yaml:31: criteria.iron_low: `options` lacks lenient of `iron.reading`",
        "rules.yaml:33: criteria.iron_low: `iron.reading` is never `lenien`; expected strict, lenient; did you mean `lenient`?",
    ]


def test_a_name_that_stands_in_two_files_says_where_the_other_is() -> None:
    files = SOUND | {"a.yaml": "measures:\n  sex: {label: sex, state: sex}\n"}
    assert complaint(files) == ["rules.yaml:22: measures.sex: this name stands in a.yaml:2 already"]


def test_a_pack_without_its_manifest_says_what_belongs_in_it() -> None:
    files = {name: text for name, text in SOUND.items() if name != "pack.yaml"}
    assert complaint(files) == [
        "pack.yaml: there is no such file; every pack has it, with name, version, title, source, url and system"
    ]


def test_a_file_that_is_no_mapping_says_what_is_expected() -> None:
    (said,) = complaint(SOUND | {"list.yaml": "- one\n- two\n"})
    assert said.startswith("list.yaml:1: expected sections: systems, parameters, concepts")


def test_every_fault_of_every_file_is_said_at_once() -> None:
    files = with_change(FEMALE, "when: {measure: sx, is: female}")
    rules = files["rules.yaml"].replace("pick: nearest", "pik: nearest")
    files["rules.yaml"] = rules.replace("concept: ferritin}", "concept: feritin}")
    files["parameters.yaml"] = files["parameters.yaml"].replace("default: 30", "default: x")
    files["pack.yaml"] = files["pack.yaml"].replace("title:", "titel:")
    assert complaint(files) == [
        "pack.yaml:1: `title` is missing",
        "pack.yaml:3: `titel` is not expected here; did you mean `title`?",
        "parameters.yaml:2: parameters.iron.low: `default`: expected a number in ug/L; found x",
        "rules.yaml:19: windows.baseline: `pick` is missing",
        "rules.yaml:19: windows.baseline: `pik` is not expected here; did you mean `pick`?",
        "rules.yaml:21: measures.ferritin: there is no concept `feritin`; did you mean `ferritin`?",
        "rules.yaml:34: criteria.female: there is no measure `sx`; did you mean `sex`?",
    ]


def test_a_file_that_is_not_yaml_does_not_hide_faults_of_shape_elsewhere() -> None:
    files = SOUND | {"rules.yaml": "criteria: [", "more.yaml": "anchors:\n  first: {label: first, frist: [visit]}\n"}
    said = complaint(files)
    assert said[0] == "more.yaml:2: anchors.first: `frist` is not expected here; did you mean `first`?"
    assert "rules.yaml" in said[1] and "this is not YAML" in said[1]


SETTINGS = {
    "iron.lo": ("3", "there is no such parameter; did you mean `iron.low`?"),
    "iron.low": ("abc", "expected a number in ug/L; found abc"),
    "iron.reading": ("lenent", "expected one of strict, lenient; found lenent; did you mean `lenient`?"),
    "iron.span": ("3", "expected two numbers, as in 33,47; found 3"),
    "iron.known": ("maybe", "expected true or false; found maybe"),
    "iron.since": ("1.1.2020", "expected a date, as in 2018-04-13; found 1.1.2020"),
    "iron.tests": ("blood,bone", "expected one of blood, marrow; found bone"),
}


@pytest.mark.parametrize(("name", "given", "said"), [(name, *rest) for name, rest in SETTINGS.items()])
def test_a_setting_that_cannot_be_says_what_can(name: str, given: str, said: str) -> None:
    assert complaint(SOUND, {name: given}) == [f"--set {name}: {said}"]


def test_a_setting_out_of_range_says_the_range() -> None:
    assert complaint(SOUND, {"iron.low": "501"}) == ["--set iron.low: expected a number from 0 to 500 in ug/L; found 501"]
    assert complaint(SOUND, {"iron.span": "7,-7"}) == ["--set iron.span: expected the lower number first; found 7, -7"]


def test_settings_are_all_checked_at_once() -> None:
    assert complaint(SOUND, {"iron.low": "x", "iron.known": "y"}) == [
        "--set iron.known: expected true or false; found y",
        "--set iron.low: expected a number in ug/L; found x",
    ]


def test_a_setting_in_range_is_in_force() -> None:
    pack = load(SOUND, {"iron.low": "20.5", "iron.reading": "lenient", "iron.span": "-3,3"})
    assert {name: p.overridden for name, p in pack.parameters.items() if p.overridden} == {
        "iron.low": True, "iron.reading": True, "iron.span": True,
    }  # fmt: skip
