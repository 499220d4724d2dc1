"""A small pack with nothing wrong in it, for tests that break it."""

MANIFEST = """\
name: sound
version: 1.0.0
title: A sound pack
source: invented
url: https://example.org
system: urn:example:sound
"""
PARAMETERS = """\
parameters:
  iron.low: {default: 30, type: number, unit: ug/L, minimum: 0, maximum: 500, label: low, reason: invented, source: [S1]}
  iron.span: {default: [-7, 7], type: range, unit: d, label: span, reason: invented, source: [S1]}
  iron.reading:
    default: strict
    type: choice
    options: [strict, lenient]
    label: reading
    reason: invented
    source: [S1]
  iron.known: {default: true, type: flag, label: known, reason: invented, source: [S1]}
  iron.tests: {default: [blood], type: choices, options: [blood, marrow], label: tests, reason: invented, source: [S1]}
  iron.since: {default: "2020-01-01", type: date, label: since, reason: invented, source: [S1]}
"""
RULES = """\
systems: {loinc: ["http://loinc.org"]}
tables: {norms: norms.csv}
concepts:
  ferritin:
    label: ferritin
    element: Observation
    codes: [{system: loinc, codes: ["2276-4"]}]
    quantity: {unit: ug/L, plausible: [0, 9000]}
  sex:
    label: sex
    element: Patient.gender
    answers: {female: [{system: loinc, codes: [f]}], male: [{system: loinc, codes: [m]}]}
  birth: {label: birth, element: Patient.birthDate}
  visit: {label: visit, element: any.date}
anchors:
  first_visit: {label: first visit, first: [visit]}
  birth: {label: birth, first: [birth]}
windows:
  baseline: {label: baseline, anchor: first_visit, days: iron.span, pick: nearest, target: 0}
measures:
  ferritin: {label: ferritin, unit: ug/L, windows: [baseline], source: [S1], select: {concept: ferritin}}
  sex: {label: sex, source: [S1], state: sex}
  ratio: {label: ratio, unit: "1", windows: [baseline], source: [S1], formula: ferritin@here / iron.low}
  norm: {label: norm, unit: ug/L, source: [S1], lookup: {table: norms, birth: birth, at: first_visit, sex: sex}}
criteria:
  iron_low:
    label: low iron
    source: [S1]
    when:
      choose: iron.reading
      options:
        strict: {measure: ferritin@here, below: iron.low}
        lenient: {measure: ferritin@here, below: 40 ug/L}
  female: {label: female, source: [S1], when: {measure: sex, is: female}}
conclusions:
  iron:
    label: iron
    source: [S1]
    window: baseline
    criteria: [iron_low@here, female]
    outcomes:
      - {outcome: low, label: low, when: iron_low@here}
      - {outcome: normal, label: normal}
"""
NORMS = "from,to,sex,limit\n0 d,18 a,,30\n"
SOUND = {"pack.yaml": MANIFEST, "parameters.yaml": PARAMETERS, "rules.yaml": RULES, "norms.csv": NORMS}

STRICT = "strict: {measure: ferritin@here, below: iron.low}"
FEMALE = "when: {measure: sex, is: female}"


def with_change(old: str, new: str) -> dict[str, str]:
    """The sound pack, with one text in it replaced by another."""
    assert sum(text.count(old) for text in SOUND.values()) == 1, "the text to replace stands in the pack once"
    return {name: text.replace(old, new) for name, text in SOUND.items()}
